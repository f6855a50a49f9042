/**
 * What a pull request lacks and what it does: the check of the branch, and the release plan after its merge against the
 * plan of the base branch as it is now. Both plans are read from git's objects, so that the answer is about what was
 * committed, whatever lies in the working tree. Nothing of the repository is run.
 */
import { makeReport, type PackageCoverage, type PullRequestReport, type ReleasePlan, type Sha } from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Git } from '../ports.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { gitAt, treeFiles } from '../read/tree-files.ts'
import { checkWorkspace, type CheckOptions, type CheckResult } from './check.ts'
import { trialMerge } from './trial-merge.ts'

export type ReportOptions = CheckOptions & {
  /** The head commit of the pull request, where HEAD is its trial merge. */
  readonly head?: Sha | undefined
  /** What the pull request says of itself, for the changesets that are proposed. */
  readonly title?: string | undefined
}

export type PullRequestReading = {
  readonly check: CheckResult
  /** Undefined where the base cannot be told; the check says why. */
  readonly report: PullRequestReport | undefined
}

export async function reportPullRequest(options: ReportOptions): Promise<PullRequestReading> {
  const check = await checkWorkspace(options)
  const { base, root } = check
  if (base === undefined) return { check, report: undefined }
  const git = gitIn(root)
  const [commit, tip] = await Promise.all([commitAt(git, 'HEAD'), newestOf(git, base.tips)])
  if (commit === undefined) return { check, report: undefined }
  const baseTip = tip ?? base.commit
  const merged = await trialMerge(git, baseTip, commit)
  const [before, after] = [merged === undefined ? base.commit : baseTip, merged ?? commit]
  const plans = await Promise.all([planOf(git, root, before), planOf(git, root, after)])
  const subject = options.title ?? (await newestSubject(git, base.commit))
  return {
    check,
    report: makeReport({
      head: options.head ?? (await secondParent(git, commit, baseTip)) ?? commit,
      base: before,
      branch: base.refs[0] ?? '',
      compared: merged === undefined ? 'alone' : 'merged',
      ok: !check.problems.some(({ severity }) => severity === 'error'),
      before: plans[0],
      after: plans[1],
      packages: check.packages,
      problems: check.problems,
      summaryOf: (_pkg: PackageCoverage) => subject,
    }),
  }
}

async function planOf(git: Git, root: string, commit: Sha): Promise<ReleasePlan> {
  const files = await treeFiles(git, commit, diskFiles(root))
  const { plan } = await planWorkspace({ cwd: root, files, git: gitAt(git, commit) })
  return plan
}

async function commitAt(git: Git, ref: string): Promise<Sha | undefined> {
  const answer = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : undefined
}

/** A stale copy of the base branch lies behind the others. */
async function newestOf(git: Git, tips: readonly Sha[]): Promise<Sha | undefined> {
  if (tips.length < 2) return tips[0]
  const answer = await git(['rev-list', '--topo-order', '--max-count=1', ...tips, '--'])
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : tips[0]
}

/** Of a trial merge that was checked out. */
async function secondParent(git: Git, commit: Sha, base: Sha): Promise<Sha | undefined> {
  const answer = await git(['rev-list', '--parents', '--max-count=1', commit, '--'])
  if (answer.kind === 'missing' || answer.code !== 0) return undefined
  const [, first, second, ...others] = answer.stdout.trim().split(' ')
  return first === base && others.length === 0 ? second : undefined
}

async function newestSubject(git: Git, base: Sha): Promise<string> {
  const answer = await git(['log', '--no-merges', '--max-count=1', '--format=%s', `${base}..HEAD`, '--'])
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : ''
}
