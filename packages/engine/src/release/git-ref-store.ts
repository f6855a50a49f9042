/**
 * `RefStore` over git: at a remote by one atomic push with a lease on every ref, in the local repository by one
 * transaction of refs. Texts are commits, so that any clone can fetch them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sha } from '@topsail/core'
import { gitDetail } from '../adapters/git-failure.ts'
import {
  entriesOfTree,
  nameOfObject,
  objectStore,
  treeOf,
  type GitObject,
  type ObjectStore,
} from '../adapters/git-objects.ts'
import type { Git, GitAnswer } from '../ports.ts'
import { mirrorOf } from '../read/release-namespaces.ts'
import type { RefContent, RefMove, RefsRead, RefStore, SwapOutcome } from './ref-store.ts'

/** Milliseconds after which a remote that says nothing does not answer. A push runs hooks on the other side. */
const usualPatience = { asked: 60_000, pushed: 300_000 }

/** `remote`: a name as `git remote` lists it; undefined keeps the refs in this repository. */
export function gitRefStore(
  git: Git,
  remote: string | undefined,
  objects = objectStore(git),
  patience = usualPatience,
): RefStore {
  const asking: Git = (args, options) => git(args, { ...options, signal: AbortSignal.timeout(patience.asked) })
  const pushing: Git = (args, options) => git(args, { ...options, signal: AbortSignal.timeout(patience.pushed) })
  return {
    list: (...prefixes) => (remote === undefined ? listLocal(git, prefixes) : listRemote(asking, remote, prefixes)),
    write: (content, parent) => writeCommit(git, objects, content, parent),
    async read(ref, sha) {
      if (remote !== undefined && !(await hasCommit(git, sha))) {
        await asking(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', remote, ref])
      }
      return readCommit(git, sha)
    },
    async swap(moves, tags = []) {
      const outcome = await (remote === undefined ? swapLocal(git, moves) : swapRemote(pushing, remote, moves, tags))
      if (outcome.kind === 'done') await follow(git, remote, moves)
      return outcome
    },
  }
}

/** What plans and people read later, without asking the remote. */
const read = /\/(?:sets|burned)$/

async function follow(git: Git, remote: string | undefined, moves: readonly RefMove[]): Promise<void> {
  const isElsewhere = (ref: string): boolean => remote !== undefined || mirrorOf(ref) !== ref
  const lines = moves
    .filter(({ ref, to }) => to !== undefined && read.test(ref) && isElsewhere(ref))
    .map(({ ref, to }) => `update ${mirrorOf(ref)} ${to}\n`)
  if (lines.length > 0) await git(['update-ref', '--stdin'], { input: lines.join(''), outlives: true })
}

async function listLocal(git: Git, prefixes: readonly string[]): Promise<RefsRead> {
  const answer = await git(['for-each-ref', '--format=%(objectname)%09%(refname)', '--', ...prefixes])
  return refsOf(answer)
}

async function listRemote(git: Git, remote: string, prefixes: readonly string[]): Promise<RefsRead> {
  const patterns = prefixes.map((prefix) => `${prefix.replace(/\/$/, '')}/*`)
  const read = refsOf(await git(['ls-remote', '--', remote, ...patterns]))
  return read.kind === 'known' ? read : { ...read, detail: await withAddress(git, remote, read.detail) }
}

/** What git says of a failure does not always name the place; of silence it says nothing. */
async function withAddress(git: Git, remote: string, detail: string): Promise<string> {
  const found = await git(['ls-remote', '--get-url', '--', remote])
  const address = found.kind === 'done' && found.code === 0 ? found.stdout.trim() : remote
  return address === remote || detail.includes(address) ? detail : `${address}: ${detail}`
}

function refsOf(answer: GitAnswer): RefsRead {
  if (answer.kind === 'missing' || answer.code !== 0) return { kind: 'unreachable', detail: gitDetail(answer) }
  const refs = new Map<string, Sha>()
  for (const line of answer.stdout.split('\n')) {
    const [sha, ref] = line.split('\t')
    if (sha !== undefined && ref !== undefined) refs.set(ref, sha)
  }
  return { kind: 'known', refs }
}

async function writeCommit(
  git: Git,
  store: ObjectStore,
  { message, files, sign }: RefContent,
  parent: Sha | undefined,
): Promise<Sha> {
  const format = await store.format()
  const blobs = Object.entries(files).map(([name, text]) => {
    const object: GitObject = { type: 'blob', content: Buffer.from(text) }
    return { name, object, blob: nameOfObject(object, format) }
  })
  const tree = treeOf(blobs)
  const treeName = nameOfObject(tree, format)
  const objects = [...blobs.map(({ object }) => object), tree]
  if (sign === true) {
    await write(store, objects)
    const parents = parent === undefined ? [] : ['-p', parent]
    return signedCommit(git, ['commit-tree', treeName, ...parents, '-F', '-'], message)
  }
  const commit = commitOf(treeName, parent, message)
  await write(store, [...objects, commit])
  return nameOfObject(commit, format)
}

/** Of nobody in particular: whoever runs a release needs no identity of git for what only releases read. */
function commitOf(tree: Sha, parent: Sha | undefined, message: string): GitObject {
  const by = `Topsail <topsail@localhost> ${Math.floor(Date.now() / 1000)} +0000`
  const above = parent === undefined ? '' : `parent ${parent}\n`
  const content = Buffer.from(`tree ${tree}\n${above}author ${by}\ncommitter ${by}\n\n${message}\n`)
  return { type: 'commit', content }
}

/** Writing to the own object database fails only where nothing can go on: no disk, no permission. */
async function write(store: ObjectStore, objects: readonly GitObject[]): Promise<void> {
  const failure = await store.write(objects)
  if (failure !== undefined) throw new Error(`git cannot write objects: ${failure}`)
}

/** A signature belongs to a person: the identity is theirs, and only they can mend what is missing for it. */
async function signedCommit(git: Git, [command = '', ...args]: readonly string[], message: string): Promise<Sha> {
  const answer = await git([command, '-S', ...args], { input: message })
  if (answer.kind === 'missing' || answer.code !== 0) throw new Error(`git cannot sign: ${gitDetail(answer)}`)
  return answer.stdout.trim()
}

async function hasCommit(git: Git, sha: Sha): Promise<boolean> {
  const answer = await git(['cat-file', '-e', `${sha}^{commit}`])
  return answer.kind === 'done' && answer.code === 0
}

async function readCommit(git: Git, sha: Sha): Promise<RefContent | undefined> {
  const [commit, tree] = await Promise.all([
    git(['cat-file', 'commit', sha]),
    // In a folder of the repository git would list what lies below that folder only.
    git(['ls-tree', '--full-tree', '-z', sha]),
  ])
  if (commit.kind === 'missing' || commit.code !== 0 || tree.kind === 'missing' || tree.code !== 0) return undefined
  const files: [string, string][] = []
  for (const [blob, name] of entriesOfTree(tree.stdout)) {
    const text = await git(['cat-file', 'blob', blob])
    if (text.kind === 'missing' || text.code !== 0) return undefined
    files.push([name, text.stdout])
  }
  const message = commit.stdout.slice(commit.stdout.indexOf('\n\n') + 2)
  return { message: message.trimEnd(), files: Object.fromEntries(files) }
}

async function swapRemote(
  git: Git,
  remote: string,
  moves: readonly RefMove[],
  tags: readonly string[],
): Promise<SwapOutcome> {
  const expected = moves.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ''}`)
  const moved = moves.map(({ ref, to }) => `${to ?? ''}:${ref}`)
  const refs = [...moved, ...tags.map((tag) => `refs/tags/${tag}:refs/tags/${tag}`)]
  const push = ['push', '--atomic', '--porcelain', '--no-verify', ...expected, '--', remote, ...refs]
  const answer = await unlocked(() => git(push, { outlives: true }))
  if (answer.kind === 'missing') return { kind: 'unreachable', detail: answer.detail }
  if (answer.code === 0) return { kind: 'done' }
  // Porcelain lists a line per ref only when the other side has answered.
  const answered = answer.stdout.split('\n').some((line) => line.startsWith('!'))
  const isDecided = answered && !isLocked(answer) && !isOutOfOrder(answer)
  return { kind: isDecided ? 'refused' : 'unreachable', detail: gitDetail(answer) }
}

/** The other side could not keep what was sent, on a full disk: it has nothing against the refs. */
function isOutOfOrder(answer: GitAnswer): boolean {
  return answer.kind === 'done' && /\(unpacker error\)$/m.test(answer.stdout)
}

async function swapLocal(git: Git, moves: readonly RefMove[]): Promise<SwapOutcome> {
  // As long as the names of this repository are.
  const zero = '0'.repeat(moves.flatMap(({ from, to }) => from ?? to ?? [])[0]?.length ?? 40)
  const input = moves.map(({ ref, from, to }) => `update ${ref}\0${to ?? zero}\0${from ?? zero}\0`).join('')
  const answer = await unlocked(() => git(['update-ref', '-z', '--stdin'], { input, outlives: true }))
  if (answer.kind === 'missing') return { kind: 'unreachable', detail: answer.detail }
  if (answer.code === 0) return { kind: 'done' }
  return { kind: isLocked(answer) ? 'unreachable' : 'refused', detail: gitDetail(answer) }
}

/** Somebody else moves the same refs at this moment, or left a lock behind: nothing moved, and nothing was decided. */
function isLocked(answer: GitAnswer): boolean {
  return answer.kind === 'done' && answer.code !== 0 && /Unable to create '.*\.lock': File exists/.test(answer.stderr)
}

/** Milliseconds between two attempts; moving refs takes less. */
const untilUnlocked = [100, 200, 400, 800]

async function unlocked(move: () => Promise<GitAnswer>): Promise<GitAnswer> {
  for (const pause of untilUnlocked) {
    const answer = await move()
    if (!isLocked(answer)) return answer
    await sleep(pause * (0.5 + Math.random()))
  }
  return move()
}
