/**
 * Turns a list of commits into a git repository with a checked-out main. Nothing of the machine gets into it (no
 * configuration, no clock): the same commits always have the same hashes.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPack } from './pack.ts'
import { openTree } from './trees.ts'

export type Author = { readonly name: string; readonly email: string }

export type FleetCommit = {
  readonly author: Author
  /** Seconds since 1970, UTC. */
  readonly time: number
  /** The text, or what makes it of the parent's hash (a revert names it). */
  readonly message: string | ((parent: string) => string)
  /** Undefined removes the file. */
  readonly files: readonly (readonly [path: string, text: string | undefined])[]
  /** Annotated tags set on this commit. */
  readonly tags?: readonly string[]
  /** `side` starts a branch at the tip of main; the `merge` that follows joins it. */
  readonly branch?: 'side' | 'merge'
}

/** Fills an empty folder: one pack and packed refs, as a clone would have, and the work tree. */
export function writeRepository(dir: string, commits: Iterable<FleetCommit>): void {
  mkdirSync(dir, { recursive: true })
  git(dir, ['init', '-q', '-b', 'main'])
  const gitDir = join(dir, '.git')
  const pack = openPack(join(gitDir, 'objects', 'pack'))
  const tree = openTree(pack)
  const tips: { main: string | undefined; side: string | undefined } = { main: undefined, side: undefined }
  const refs = new Map<string, string>()
  for (const commit of commits) {
    for (const [path, text] of commit.files) {
      tree.set(path, text === undefined ? undefined : pack.add('blob', Buffer.from(text)).sha)
    }
    const parents = commit.branch === 'merge' ? [tips.main, tips.side] : [tips.main]
    const text = commitText(commit, tree.store().toString('hex'), parents)
    const sha = pack.add('commit', Buffer.from(text)).sha.toString('hex')
    tips[commit.branch === 'side' ? 'side' : 'main'] = sha
    for (const tag of commit.tags ?? []) {
      const object = pack.add('tag', Buffer.from(tagText(tag, commit, sha))).sha.toString('hex')
      refs.set(`refs/tags/${tag}`, `${object} refs/tags/${tag}\n^${sha}\n`)
    }
  }
  pack.finish()
  if (tips.main !== undefined) refs.set('refs/heads/main', `${tips.main} refs/heads/main\n`)
  writeFileSync(join(gitDir, 'packed-refs'), packedRefs(refs))
  git(dir, ['reset', '-q', '--hard', 'main'])
}

/** Runs git away from the user's configuration and returns what it printed. */
export function git(dir: string, args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: dir,
    env: isolatedEnvironment(),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function isolatedEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  return { ...Object.fromEntries(kept), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
}

function commitText(commit: FleetCommit, tree: string, parents: readonly (string | undefined)[]): string {
  const lines = parents.filter((parent) => parent !== undefined).map((parent) => `parent ${parent}\n`)
  const who = signature(commit)
  const message = typeof commit.message === 'string' ? commit.message : commit.message(parents[0] ?? '')
  return `tree ${tree}\n${lines.join('')}author ${who}\ncommitter ${who}\n\n${message}`
}

function tagText(tag: string, commit: FleetCommit, sha: string): string {
  return `object ${sha}\ntype commit\ntag ${tag}\ntagger ${signature(commit)}\n\n${tag}\n`
}

function signature({ author, time }: FleetCommit): string {
  return `${author.name} <${author.email}> ${time} +0000`
}

function packedRefs(refs: ReadonlyMap<string, string>): string {
  const sorted = [...refs].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return `# pack-refs with: peeled fully-peeled sorted \n${sorted.map(([, line]) => line).join('')}`
}
