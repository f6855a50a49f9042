/**
 * The commit that takes a rolled back release out of the manifests and puts its changesets back, on a branch of its
 * own: nothing is merged without a person. Made in a temporary worktree, so that nobody's files move.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RevertStep, Sha } from '@topsail/core'
import type { Git, GitAnswer } from '../ports.ts'
import type { RevertBranches } from './ports.ts'

export type RevertBranchOptions = {
  readonly git: Git
  gitIn(dir: string): Git
  readonly remote: string | undefined
}

export function revertBranches(options: RevertBranchOptions): RevertBranches {
  return { make: (step) => makeBranch(step, options) }
}

function revertBranchOf(release: string): string {
  return `topsail/rollback-${release}`
}

type Made = Awaited<ReturnType<RevertBranches['make']>>

async function makeBranch(step: RevertStep, options: RevertBranchOptions): Promise<Made> {
  const { git, remote } = options
  const branch = revertBranchOf(step.release)
  const present = await lines(git, ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`])
  if (present.length === 0) {
    const commit = await versionCommit(step, git)
    if (commit === undefined) return { kind: 'nothing' }
    const failure = await commitRevert(step, commit, branch, options)
    if (failure !== undefined) return { kind: 'failed', detail: failure }
  }
  const pushed =
    remote === undefined
      ? undefined
      : await git(['push', '--porcelain', '--no-verify', '--', remote, `refs/heads/${branch}:refs/heads/${branch}`])
  const failure = pushed === undefined ? undefined : failureOf(pushed)
  return failure === undefined ? { kind: 'made', branch } : { kind: 'failed', detail: failure }
}

/** The newest commit, up to that of the release, that wrote a version into one of its manifests. */
async function versionCommit({ commit, dirs }: RevertStep, git: Git): Promise<Sha | undefined> {
  const manifests = dirs.map((dir) => (dir === '.' ? 'package.json' : `${dir}/package.json`))
  const log = ['log', '--max-count=1', '--format=%H %P', '--first-parent', '-m', '-G', '"version"[[:space:]]*:', commit]
  const [found = ''] = await lines(git, [...log, '--', ...manifests])
  const [newest, parent] = found.split(' ')
  // Before the first commit there is nothing to go back to.
  return parent === undefined ? undefined : newest
}

const taken = [
  ':(glob)**/package.json',
  ':(glob)**/CHANGELOG.md',
  ':(glob).changeset/**',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'yarn.lock',
  'bun.lock',
]

async function commitRevert(
  step: RevertStep,
  written: Sha,
  branch: string,
  { git, gitIn }: RevertBranchOptions,
): Promise<string | undefined> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'topsail-rollback-')))
  const tree = join(folder, 'tree')
  try {
    const added = failureOf(await git(['worktree', 'add', '--quiet', '--detach', '--', tree, step.commit]))
    if (added !== undefined) return added
    const inTree = gitIn(tree)
    const diff = await inTree(['diff', '--binary', '--full-index', `${written}^`, written, '--', ...taken])
    if (diff.kind === 'missing' || diff.code !== 0) return failureOf(diff)
    const applied = failureOf(await inTree(['apply', '--reverse', '--3way', '--index', '-'], { input: diff.stdout }))
    if (applied !== undefined) return applied
    const message = `revert: release ${step.release} was rolled back\n\nManifests, changelogs and changesets are as they were before it.\n`
    const commit = ['commit', '--quiet', '--no-verify', '--allow-empty', '--file', '-']
    const env = await identityFor(inTree)
    const committed = failureOf(await inTree(['-c', 'commit.gpgSign=false', ...commit], { input: message, env }))
    return committed ?? failureOf(await inTree(['branch', '--no-track', '--', branch, 'HEAD']))
  } finally {
    await git(['worktree', 'remove', '--force', '--', tree])
    await rm(folder, { recursive: true, force: true })
  }
}

/** A machine without a git identity can go back all the same. */
async function identityFor(git: Git): Promise<Readonly<Record<string, string>>> {
  const own = await git(['var', 'GIT_COMMITTER_IDENT'])
  if (own.kind === 'done' && own.code === 0) return {}
  const [name, email] = ['Topsail', 'topsail@localhost']
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email }
}

async function lines(git: Git, args: readonly string[]): Promise<readonly string[]> {
  const answer = await git(args)
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.split('\n').filter((line) => line !== '') : []
}

function failureOf(answer: GitAnswer): string | undefined {
  if (answer.kind === 'missing') return answer.detail
  if (answer.code === 0) return undefined
  const text = answer.stderr.trim() || answer.stdout.trim()
  return text === '' ? `git ended with code ${answer.code}` : text.slice(-1500)
}
