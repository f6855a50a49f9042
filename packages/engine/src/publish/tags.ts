/**
 * Git tags of releases: made together in one transaction of refs, pushed together in one atomic push. Either every tag
 * of a run arrives at the remote or none does.
 */
import { existsSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { Sha, TagToMake } from '@topsail/core'
import { gitDetail, gitFailure } from '../adapters/git-failure.ts'
import { nameOfObject, objectStore, type GitObject, type ObjectStore } from '../adapters/git-objects.ts'
import type { Git, GitAnswer } from '../ports.ts'
import { readTags, type Tags } from '../read/tags.ts'

export type RemoteTags =
  | { readonly kind: 'known'; readonly remote: string; readonly tags: Tags }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable'; readonly remote: string; readonly detail: string }

/** `remote`: where tags are pushed to; undefined where there is none. */
export async function readRemoteTags(git: Git, remote: string | undefined): Promise<RemoteTags> {
  if (remote === undefined) return { kind: 'none' }
  const tags = await tagsAt(git, remote)
  return typeof tags === 'string' ? { kind: 'unreachable', remote, detail: tags } : { kind: 'known', remote, tags }
}

/** Of refs as `git ls-remote` lists them. */
export function tagsIn(refs: ReadonlyMap<string, Sha>): Tags {
  const tags = new Map<string, Sha>()
  for (const [ref, sha] of refs) {
    // The peeled line of an annotated tag follows the tag's own.
    if (ref.startsWith(tagPrefix)) tags.set(ref.slice(tagPrefix.length).replace(/\^\{\}$/, ''), sha)
  }
  return tags
}

const tagPrefix = 'refs/tags/'

/** Text where the remote does not say. */
export async function tagsAt(git: Git, remote: string): Promise<Tags | string> {
  const there = await tagObjectsAt(git, remote)
  return typeof there === 'string' ? there : new Map([...there].map(([tag, { commit }]) => [tag, commit]))
}

/** Each answers undefined when it went well, else what git said. All of them may be repeated. */
export type TagWriter = {
  /** Whether somebody here wants to see every push of tags, and nothing else with it. */
  travelsAlone(): boolean
  /** Does what can be done before they are made; nobody sees anything of it. */
  prepare(tags: readonly TagToMake[]): Promise<void>
  /** Makes those that are missing; one that is there already has to be at its commit. */
  make(tags: readonly TagToMake[]): Promise<string | undefined>
  /** Takes over tags that the remote has at their commits: another clone may have pushed them. */
  adopt(remote: string, tags: readonly TagToMake[]): Promise<string | undefined>
  push(remote: string, tags: readonly string[]): Promise<string | undefined>
  /** Takes tags away where they are at their commits; those that lead elsewhere are not ours. */
  remove(tags: readonly TagToMake[]): Promise<string | undefined>
  removeRemote(remote: string, tags: readonly TagToMake[]): Promise<string | undefined>
}

export type TagOptions = {
  readonly objects?: ObjectStore
  /** Where the user's own check of pushes would be. */
  readonly prePush?: string | undefined
}

export function gitTags(git: Git, { objects = objectStore(git), prePush }: TagOptions = {}): TagWriter {
  /** Tag objects without a ref. */
  const prepared = new Map<string, Sha>()
  const keyOf = ({ tag, commit }: TagToMake): string => `${commit} ${tag}`
  const travelsAlone = (): boolean => prePush === undefined || existsSync(prePush)
  return {
    travelsAlone,
    async prepare(tags) {
      // Whoever has time for this has just begun something more urgent.
      await turn()
      const written = await writeTags(git, objects, tags)
      if (typeof written === 'string') return
      for (const [index, tag] of tags.entries()) prepared.set(keyOf(tag), written[index] ?? '')
    },
    async make(tags) {
      const names = tags.flatMap((tag) => prepared.get(keyOf(tag)) ?? [])
      const failure = names.length === tags.length ? await createRefs(git, tags, names) : 'not prepared'
      // Some of them may be there already.
      return failure === undefined ? undefined : makeMissingTags(git, objects, tags)
    },
    adopt: (remote, tags) => adoptTags(git, remote, tags),
    // A check of the user's may want to ask at the terminal.
    push: (remote, tags) => pushTags(git, remote, tags, !travelsAlone()),
    remove: (tags) => removeTags(git, tags),
    removeRemote: (remote, tags) => removeRemoteTags(git, remote, tags),
  }
}

async function makeMissingTags(
  git: Git,
  objects: ObjectStore,
  tags: readonly TagToMake[],
): Promise<string | undefined> {
  const present = await readTags(git)
  const other = tags.find(({ tag, commit }) => present.has(tag) && present.get(tag) !== commit)
  if (other !== undefined) return `the tag ${other.tag} is at another commit`
  const missing = tags.filter(({ tag }) => !present.has(tag))
  return missing.length === 0 ? undefined : makeTags(git, objects, missing)
}

async function adoptTags(git: Git, remote: string, tags: readonly TagToMake[]): Promise<string | undefined> {
  const there = await tagObjectsAt(git, remote)
  if (typeof there === 'string') return there
  const present = await readTags(git)
  const wanted = tags.filter(({ tag, commit }) => there.get(tag)?.commit === commit && !present.has(tag))
  if (wanted.length === 0) return undefined
  const refs = wanted.map(({ tag }) => `refs/tags/${tag}:refs/tags/${tag}`)
  return gitFailure(await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', remote, ...refs]))
}

async function removeTags(git: Git, tags: readonly TagToMake[]): Promise<string | undefined> {
  const present = await readTags(git)
  const ours = tags.filter(({ tag, commit }) => present.get(tag) === commit)
  if (ours.length === 0) return undefined
  const refs = ours.map(({ tag }) => `delete refs/tags/${tag}\0\0`).join('')
  return gitFailure(await git(['update-ref', '-z', '--stdin'], { input: refs, outlives: true }))
}

async function removeRemoteTags(git: Git, remote: string, tags: readonly TagToMake[]): Promise<string | undefined> {
  const there = await tagObjectsAt(git, remote)
  if (typeof there === 'string') return there
  const ours = tags.flatMap(({ tag, commit }) => {
    const found = there.get(tag)
    return found?.commit === commit ? [{ ref: `refs/tags/${tag}`, object: found.object }] : []
  })
  if (ours.length === 0) return undefined
  const expected = ours.map(({ ref, object }) => `--force-with-lease=${ref}:${object}`)
  const refs = ours.map(({ ref }) => `:${ref}`)
  const push = ['push', '--atomic', '--porcelain', '--no-verify', ...expected, '--', remote, ...refs]
  return gitFailure(await git(push, { outlives: true }))
}

type TagObject = { readonly object: Sha; readonly commit: Sha }

async function tagObjectsAt(git: Git, remote: string): Promise<ReadonlyMap<string, TagObject> | string> {
  const answer = await git(['ls-remote', '--tags', '--', remote])
  if (answer.kind === 'missing' || answer.code !== 0) return gitDetail(answer)
  const tags = new Map<string, TagObject>()
  for (const line of linesOf(answer)) {
    const [sha, ref] = line.split('\t')
    if (sha === undefined || !ref?.startsWith('refs/tags/')) continue
    const name = ref.slice('refs/tags/'.length)
    // The peeled line of an annotated tag follows the tag's own.
    const peeled = name.replace(/\^\{\}$/, '')
    tags.set(peeled, { object: peeled === name ? sha : (tags.get(peeled)?.object ?? sha), commit: sha })
  }
  return tags
}

async function makeTags(git: Git, store: ObjectStore, tags: readonly TagToMake[]): Promise<string | undefined> {
  const written = await writeTags(git, store, tags)
  if (written === 'signed') return makeSignedTags(git, tags)
  return typeof written === 'string' ? written : createRefs(git, tags, written)
}

/** The names of tag objects; `signed` where git has to make them itself, any other text where it failed. */
async function writeTags(git: Git, store: ObjectStore, tags: readonly TagToMake[]): Promise<readonly Sha[] | string> {
  const [signs, tagger, format] = await Promise.all([
    git(['config', '--type=bool', '--get', 'tag.gpgSign']),
    taggerOf(git),
    store.format(),
  ])
  if (signs.kind === 'done' && signs.stdout.trim() === 'true') return 'signed'
  const objects = tags.map(({ tag, commit }): GitObject => {
    const text = `object ${commit}\ntype commit\ntag ${tag}\ntagger ${tagger}\n\n${tag}\n`
    return { type: 'tag', content: Buffer.from(text) }
  })
  return (await store.write(objects)) ?? objects.map((object) => nameOfObject(object, format))
}

async function createRefs(git: Git, tags: readonly TagToMake[], names: readonly Sha[]): Promise<string | undefined> {
  const refs = tags.map(({ tag }, index) => `create refs/tags/${tag}\0${names[index]}\0`).join('')
  return gitFailure(await git(['update-ref', '-z', '--stdin'], { input: refs, outlives: true }))
}

async function pushTags(
  git: Git,
  remote: string,
  tags: readonly string[],
  outlives: boolean,
): Promise<string | undefined> {
  const refs = tags.map((tag) => `refs/tags/${tag}:refs/tags/${tag}`)
  return gitFailure(await git(['push', '--atomic', '--porcelain', '--', remote, ...refs], { outlives }))
}

async function taggerOf(git: Git): Promise<string> {
  const identity = await git(['var', 'GIT_COMMITTER_IDENT'])
  if (identity.kind === 'done' && identity.code === 0) return identity.stdout.trim()
  // A machine without a git identity still makes annotated tags; the date is the clock's, through git.
  const env = { GIT_COMMITTER_NAME: 'Topsail', GIT_COMMITTER_EMAIL: 'topsail@localhost' }
  const answer = await git(['var', 'GIT_COMMITTER_IDENT'], { env })
  return answer.kind === 'done' ? answer.stdout.trim() : ''
}

/** Signing asks a key agent for each tag, so here a process per tag cannot be avoided. */
async function makeSignedTags(git: Git, tags: readonly TagToMake[]): Promise<string | undefined> {
  for (const { tag, commit } of tags) {
    const failure = gitFailure(await git(['tag', '--sign', '--message', tag, '--', tag, commit]))
    if (failure !== undefined) return failure
  }
  return undefined
}

function linesOf(answer: GitAnswer): readonly string[] {
  if (answer.kind === 'missing' || answer.code !== 0) return []
  return answer.stdout.split('\n').filter((line) => line !== '')
}
