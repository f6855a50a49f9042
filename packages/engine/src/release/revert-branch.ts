/**
 * The commit that takes a rolled back release out of the manifests, puts its changesets back and retracts its Go
 * modules, on a branch of its own: nothing is merged without a person. Made in a temporary worktree, so that nobody's files move.
 */
import type { PackageName, RevertStep, WrittenVersion } from '@topsail/core'
import { gitFailure } from '../adapters/git-failure.ts'
import { noHooks, openTemporaryTree } from '../adapters/temporary-tree.ts'
import type { Git } from '../ports.ts'
import { remoteTags } from '../read/shallow.ts'
import { readTags } from '../read/tags.ts'
import { bringCommit } from './bring-commit.ts'
import { modulesToRetract, writeRetractions } from './go-retract.ts'
import type { RevertBranches } from './ports.ts'
import { planRevert, type RevertOf } from './revert-plan.ts'

export type RevertBranchOptions = {
  readonly git: Git
  gitIn(dir: string): Git
  readonly remote: string | undefined
  /** How the tag of a version is named. */
  tagOf(name: string, version: string): string
  /** Packages that are Go modules too. */
  readonly goModules?: ReadonlySet<PackageName> | undefined
}

export function revertBranches(options: RevertBranchOptions): RevertBranches {
  return { make: (step) => makeBranch(step, options) }
}

export function revertBranchOf(release: string): string {
  return `topsail/rollback-${release}`
}

type Made = Awaited<ReturnType<RevertBranches['make']>>

async function makeBranch(step: RevertStep, options: RevertBranchOptions): Promise<Made> {
  const { git, remote } = options
  const branch = revertBranchOf(step.release)
  const present = await git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])
  if (present.kind === 'missing' || present.code !== 0) {
    if (!(await bringCommit(git, remote, step.commit))) {
      return { kind: 'failed', detail: `the commit ${step.commit} of the release is not here` }
    }
    const { reverts, unknown } = await planRevert(git, step, await releasedBefore(options))
    if (unknown.length > 0) {
      return { kind: 'failed', detail: `the history at hand ends before ${unknown.join(', ')} got its version` }
    }
    const retracted = await modulesToRetract(git, remote, step.versions, options.goModules ?? new Set())
    if (typeof retracted === 'string') return { kind: 'failed', detail: retracted }
    if (reverts.length === 0 && retracted.length === 0) return { kind: 'nothing' }
    const failure = await commitReverts(step, { reverts, retracted }, branch, options)
    if (failure !== undefined) return { kind: 'failed', detail: failure }
  }
  const pushed =
    remote === undefined
      ? undefined
      : await git(['push', '--porcelain', '--no-verify', '--', remote, `refs/heads/${branch}:refs/heads/${branch}`])
  const failure = pushed === undefined ? undefined : gitFailure(pushed)
  return failure === undefined ? { kind: 'made', branch } : { kind: 'failed', detail: failure }
}

/** By the tags at the remote, where there is one: a fresh clone may have none. */
async function releasedBefore({
  git,
  remote,
  tagOf,
}: RevertBranchOptions): Promise<(name: string, version: string) => boolean> {
  const tags = remote === undefined ? await readTags(git) : await remoteTags(git, remote)
  return (name, version) => tags.has(tagOf(name, version))
}

type Changes = { readonly reverts: readonly RevertOf[]; readonly retracted: readonly WrittenVersion[] }

async function commitReverts(
  step: RevertStep,
  { reverts, retracted }: Changes,
  branch: string,
  { git, gitIn }: RevertBranchOptions,
): Promise<string | undefined> {
  const tree = await openTemporaryTree(git, step.commit, { name: 'rollback', pointers: true })
  if ('detail' in tree) return tree.detail
  try {
    const { top, root: workspace } = tree
    const inTree = gitIn(workspace)
    for (const { commit, paths } of reverts) {
      const diff = await inTree([...plainDiff, `${commit}^`, commit, '--', ...paths])
      if (diff.kind === 'missing' || diff.code !== 0) return gitFailure(diff)
      const applied = gitFailure(await gitIn(top)(plainApply, { input: diff.stdout }))
      if (applied !== undefined) return applied
    }
    const written = await writeRetractions(workspace, retracted)
    const staged = written.length === 0 ? undefined : gitFailure(await inTree(['add', '--', ...written]))
    if (staged !== undefined) return staged
    const message = `revert: release ${step.release} was rolled back\n\nManifests, changelogs and changesets are as they were before it.\n`
    const commit = ['commit', '--quiet', '--no-verify', '--allow-empty', '--file', '-']
    const env = await identityFor(inTree)
    const settings = [...noHooks, '-c', 'commit.gpgSign=false']
    const committed = gitFailure(await inTree([...settings, ...commit], { input: message, env }))
    return committed ?? gitFailure(await inTree(['branch', '--no-track', '--', branch, 'HEAD']))
  } finally {
    await tree.close()
  }
}

/** `git diff` shows what a person likes to see; the plumbing below it shows what can be applied, whatever they set. */
const plainDiff = ['diff-tree', '-p', '-r', '--binary', '--full-index', '--no-renames']
const plainApply = ['apply', '--reverse', '--3way', '--index', '--whitespace=nowarn', '-']

/** A machine without a git identity can go back all the same. */
async function identityFor(git: Git): Promise<Readonly<Record<string, string>>> {
  const own = await git(['var', 'GIT_COMMITTER_IDENT'])
  if (own.kind === 'done' && own.code === 0) return {}
  const [name, email] = ['Topsail', 'topsail@localhost']
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email }
}
