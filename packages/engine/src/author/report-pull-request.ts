/**
 * What a pull request lacks and what it does: the check of the branch, and the release plan after its merge against the
 * plan of the base branch as it is now. Both plans are read from git's objects, so that the answer is about what was
 * committed, whatever lies in the working tree. Nothing of the repository is run.
 */
import { makeReport, type PackageCoverage, type Problem, type PullRequestReport, type Sha } from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Git } from '../ports.ts'
import { readGitFacts } from '../read/git-facts.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { gitAt, treeFiles } from '../read/tree-files.ts'
import { branchCommits } from './branch-commits.ts'
import { checkWorkspace, type CheckOptions, type CheckResult } from './check.ts'
import { trialMerge } from './trial-merge.ts'

export type ReportOptions = CheckOptions & {
  /** The head commit of the pull request, believed where HEAD is that commit or a merge of it. */
  readonly head?: Sha | undefined
  /** The branch of the pull request, when it is one of the repository itself. */
  readonly ownBranch?: string | undefined
  /** What the pull request says of itself, for the changesets that are proposed. */
  readonly title?: string | undefined
}

export type PullRequestReading = {
  readonly check: CheckResult
  /** Undefined where the base cannot be told or read; the check says why. */
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
  const [planned, next, facts] = await Promise.all([
    planOf(git, root, before),
    planOf(git, root, after),
    readGitFacts(git, root),
  ])
  const subject = asSentence(options.title ?? (await newestSubject(git, base.commit)))
  if (planned === undefined || next === undefined) {
    const detail = `the files of ${(planned === undefined ? before : after).slice(0, 9)} could not be read`
    const problem: Problem = { code: 'HISTORY_UNAVAILABLE', severity: 'error', why: 'git-failed', detail }
    return { check: { ...check, problems: [...check.problems, problem] }, report: undefined }
  }
  const { settings } = next.snapshot
  const { pullRequest } = settings
  const range = { base: base.commit, head: commit }
  return {
    check,
    report: makeReport({
      head: headOf(commit, await parentsOf(git, commit), options.head),
      base: before,
      branch: base.refs[0] ?? '',
      compared: merged === undefined ? 'alone' : 'merged',
      ok: !check.problems.some(({ severity }) => severity === 'error'),
      folder: facts.kind === 'repository' ? facts.prefix.replace(/\/$/, '') : '',
      // The release pull request tells of itself.
      comment: pullRequest.comment && options.ownBranch !== pullRequest.branch,
      before: planned.plan,
      after: next.plan,
      packages: check.packages,
      problems: check.problems,
      summaryOf: (_pkg: PackageCoverage) => subject,
      commits: await branchCommits(git, range, settings, check.changes),
    }),
  }
}

async function planOf(git: Git, root: string, commit: Sha) {
  const files = await treeFiles(git, commit, diskFiles(root))
  return files && planWorkspace({ cwd: root, files, git: gitAt(git, commit) })
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

async function parentsOf(git: Git, commit: Sha): Promise<readonly Sha[]> {
  const answer = await git(['rev-list', '--parents', '--max-count=1', commit, '--'])
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim().split(' ').slice(1) : []
}

/** CI may have checked out a trial merge: what was pushed is one of its parents then. */
function headOf(commit: Sha, parents: readonly Sha[], claimed: Sha | undefined): Sha {
  return claimed !== undefined && parents.includes(claimed) ? claimed : commit
}

async function newestSubject(git: Git, base: Sha): Promise<string> {
  const answer = await git(['log', '--no-merges', '--max-count=1', '--format=%s', `${base}..HEAD`, '--'])
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : ''
}

/** `feat(db)!: drop the pool` as a changelog would say it. */
function asSentence(subject: string): string {
  const plain = subject.replace(/^[a-z]{1,20}(?:\([^()]*\))?!?: +(?=\S)/i, '')
  return plain.slice(0, 1).toUpperCase() + plain.slice(1)
}
