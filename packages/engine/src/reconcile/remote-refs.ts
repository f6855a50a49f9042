/**
 * The remote as everybody sees it: the branch that releases are made from, the release branch, tags and proposals, by
 * one `ls-remote`. What is needed of it is fetched by its hash or name; the working tree is never touched.
 */
import type { Problem, Sha } from '@topsail/core'
import { gitDetail } from '../adapters/git-failure.ts'
import type { Git, GitAnswer } from '../ports.ts'
import { isShallow } from '../read/shallow.ts'

export type RemoteRefs = {
  readonly branches: ReadonlyMap<string, Sha>
  /** Each with the commit it leads to. */
  readonly tags: ReadonlyMap<string, Sha>
  /** Below the namespaces of releases, whole names. */
  readonly ours: ReadonlyMap<string, Sha>
}

export type RemoteReading =
  | { readonly kind: 'known'; readonly refs: RemoteRefs }
  | { readonly kind: 'unreachable'; readonly problem: Problem }

export type RemoteQuestion = {
  readonly remote: string
  readonly branches: readonly string[]
  readonly namespaces: readonly string[]
}

export async function readRemote(git: Git, { remote, branches, namespaces }: RemoteQuestion): Promise<RemoteReading> {
  const patterns = [
    ...branches.map((branch) => `refs/heads/${branch}`),
    'refs/tags/*',
    ...namespaces.map((namespace) => `${namespace}/*`),
  ]
  const answer = await git(['ls-remote', '--', remote, ...patterns])
  if (answer.kind === 'missing' || answer.code !== 0) {
    return { kind: 'unreachable', problem: unreachable(remote, answer) }
  }
  const refs = { branches: new Map<string, Sha>(), tags: new Map<string, Sha>(), ours: new Map<string, Sha>() }
  for (const line of answer.stdout.split('\n')) {
    const [sha, ref] = line.split('\t')
    if (sha === undefined || ref === undefined) continue
    const branch = branches.find((name) => ref === `refs/heads/${name}`)
    if (branch !== undefined) refs.branches.set(branch, sha)
    // The peeled line of an annotated tag follows its own and is the commit.
    else if (ref.startsWith('refs/tags/')) refs.tags.set(ref.slice('refs/tags/'.length).replace(/\^\{\}$/, ''), sha)
    if (namespaces.some((namespace) => ref.startsWith(`${namespace}/`))) refs.ours.set(ref, sha)
  }
  return { kind: 'known', refs }
}

function unreachable(remote: string, answer: GitAnswer): Problem {
  return { code: 'GIT_REMOTE_UNREACHABLE', severity: 'error', remote, detail: gitDetail(answer) }
}

/** True when the commit is here in the end. A shallow clone stays shallow. */
export async function bringBranch(git: Git, remote: string, branch: string, sha: Sha): Promise<boolean> {
  if (await hasCommit(git, sha)) return true
  const depth = (await isShallow(git)) ? ['--depth=50'] : []
  const ref = `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`
  await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', ...depth, '--', remote, ref])
  return hasCommit(git, sha)
}

/** One fetch for all of them, however many there are: whoever reads one by one finds them here. */
export async function bringRefs(
  git: Git,
  remote: string,
  refs: readonly { readonly ref: string; readonly sha: Sha }[],
): Promise<void> {
  if (refs.length === 0) return
  const answer = await git(['cat-file', '--batch-check=%(objectname)'], {
    input: refs.map(({ sha }) => `${sha}\n`).join(''),
  })
  const lines = answer.kind === 'done' ? answer.stdout.split('\n') : []
  const missing = refs.filter(({ sha }, index) => lines[index] !== sha).map(({ ref }) => ref)
  if (missing.length === 0) return
  await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', remote, ...missing])
}

export async function hasCommit(git: Git, sha: Sha): Promise<boolean> {
  const answer = await git(['cat-file', '-e', `${sha}^{commit}`])
  return answer.kind === 'done' && answer.code === 0
}

export async function isAncestor(git: Git, older: Sha, newer: Sha): Promise<boolean> {
  if (older === newer) return true
  const answer = await git(['merge-base', '--is-ancestor', older, newer])
  return answer.kind === 'done' && answer.code === 0
}
