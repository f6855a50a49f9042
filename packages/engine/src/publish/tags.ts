/**
 * Git tags of releases: made together in one transaction of refs, pushed together in one atomic push. Either every tag of a run arrives at the remote or none does.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sha, TagToMake } from '@topsail/core'
import type { Git, GitAnswer } from '../ports.ts'
import type { Tags } from '../read/tags.ts'

export type RemoteTags =
  | { readonly kind: 'known'; readonly remote: string; readonly tags: Tags }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable'; readonly remote: string; readonly detail: string }

export async function readRemoteTags(git: Git): Promise<RemoteTags> {
  const remote = await pushRemote(git)
  if (remote === undefined) return { kind: 'none' }
  const answer = await git(['ls-remote', '--tags', '--', remote])
  if (answer.kind === 'missing' || answer.code !== 0) return { kind: 'unreachable', remote, detail: detailOf(answer) }
  const tags = new Map<string, Sha>()
  for (const line of linesOf(answer)) {
    const [object, ref] = line.split('\t')
    if (object === undefined || !ref?.startsWith('refs/tags/')) continue
    // The peeled line of an annotated tag follows the tag's own, and wins.
    tags.set(ref.slice('refs/tags/'.length).replace(/\^\{\}$/, ''), object)
  }
  return { kind: 'known', remote, tags }
}

/** Undefined when it went well, else what git said. */
export type TagWriter = {
  make(tags: readonly TagToMake[]): Promise<string | undefined>
  push(remote: string, tags: readonly string[]): Promise<string | undefined>
}

export function gitTags(git: Git): TagWriter {
  return { make: (tags) => makeTags(git, tags), push: (remote, tags) => pushTags(git, remote, tags) }
}

async function makeTags(git: Git, tags: readonly TagToMake[]): Promise<string | undefined> {
  const signs = await git(['config', '--type=bool', '--get', 'tag.gpgSign'])
  if (signs.kind === 'done' && signs.stdout.trim() === 'true') return makeSignedTags(git, tags)
  const identity = await git(['var', 'GIT_COMMITTER_IDENT'])
  const tagger = identity.kind === 'done' && identity.code === 0 ? identity.stdout.trim() : await namelessTagger(git)
  const objects = await writeTagObjects(git, tags, tagger)
  if (typeof objects === 'string') return objects
  const refs = tags.map((tag, index) => `create refs/tags/${tag.tag}\0${objects[index]}\0`).join('')
  return failureOf(await git(['update-ref', '-z', '--stdin'], { input: refs }))
}

async function pushTags(git: Git, remote: string, tags: readonly string[]): Promise<string | undefined> {
  const refs = tags.map((tag) => `refs/tags/${tag}:refs/tags/${tag}`)
  return failureOf(await git(['push', '--atomic', '--porcelain', '--', remote, ...refs]))
}

/** As git itself would choose for `git push` on this branch. */
async function pushRemote(git: Git): Promise<string | undefined> {
  const remotes = linesOf(await git(['remote']))
  const branch = linesOf(await git(['symbolic-ref', '--quiet', '--short', 'HEAD']))[0]
  const keys = [...(branch === undefined ? [] : [`branch.${branch}.pushRemote`]), 'remote.pushDefault']
  if (branch !== undefined) keys.push(`branch.${branch}.remote`)
  for (const key of keys) {
    const chosen = linesOf(await git(['config', '--get', key]))[0]
    if (chosen !== undefined && remotes.includes(chosen)) return chosen
  }
  if (remotes.includes('origin')) return 'origin'
  return remotes.length === 1 ? remotes[0] : undefined
}

/** A machine without a git identity still makes annotated tags; the date is the clock's, through git. */
async function namelessTagger(git: Git): Promise<string> {
  const env = { GIT_COMMITTER_NAME: 'Topsail', GIT_COMMITTER_EMAIL: 'topsail@localhost' }
  const answer = await git(['var', 'GIT_COMMITTER_IDENT'], { env })
  return answer.kind === 'done' ? answer.stdout.trim() : ''
}

/** One process for all: it reads the paths of the objects' texts. */
async function writeTagObjects(git: Git, tags: readonly TagToMake[], tagger: string): Promise<readonly Sha[] | string> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-tags-'))
  try {
    const files = await Promise.all(
      tags.map(async ({ tag, commit }, index) => {
        const file = join(folder, String(index))
        await writeFile(file, `object ${commit}\ntype commit\ntag ${tag}\ntagger ${tagger}\n\n${tag}\n`)
        return file
      }),
    )
    const answer = await git(['hash-object', '-t', 'tag', '-w', '--no-filters', '--stdin-paths'], {
      input: `${files.join('\n')}\n`,
    })
    const objects = linesOf(answer)
    return objects.length === tags.length ? objects : detailOf(answer)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Signing asks a key agent for each tag, so here a process per tag cannot be avoided. */
async function makeSignedTags(git: Git, tags: readonly TagToMake[]): Promise<string | undefined> {
  for (const { tag, commit } of tags) {
    const failure = failureOf(await git(['tag', '--sign', '--message', tag, '--', tag, commit]))
    if (failure !== undefined) return failure
  }
  return undefined
}

function failureOf(answer: GitAnswer): string | undefined {
  return answer.kind === 'done' && answer.code === 0 ? undefined : detailOf(answer)
}

function detailOf(answer: GitAnswer): string {
  if (answer.kind === 'missing') return answer.detail
  const text = answer.stderr.trim() || answer.stdout.trim()
  return text === '' ? `git ended with code ${answer.code}` : text.slice(-1500)
}

function linesOf(answer: GitAnswer): readonly string[] {
  if (answer.kind === 'missing' || answer.code !== 0) return []
  return answer.stdout.split('\n').filter((line) => line !== '')
}
