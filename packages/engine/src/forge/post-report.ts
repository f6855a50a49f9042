/**
 * Posts what was found about a pull request: its one comment, and its check run. Which pull request it is, and that the
 * commit is still its head, is the forge's word; what is about an older commit is not posted. Comment and check are
 * independent of each other, and a failure of one is told beside what became of the other.
 */
import { mergeLosses, type ForgeBranch, type PullRequestReport, type Sha } from '@topsail/core'
import type { CheckReport, Forge, ForgeAnswer, ForgeFailure, PullRequest } from './forge.ts'
import type { PullRequestEvent } from './forge-environment.ts'
import { keepOneComment, type KeptComment } from './keep-comment.ts'

export type ReportWords = {
  /** Markdown of less than 65,000 bytes; undefined: no comment is wanted. */
  readonly comment: string | undefined
  readonly check: Omit<CheckReport, 'sha'>
}

export type PostResult = {
  readonly comment: KeptComment | ForgeFailure | undefined
  readonly check: { readonly url: string | undefined } | ForgeFailure
}

export type FoundPullRequest =
  | { readonly kind: 'found'; readonly pullRequest: PullRequest }
  /** It has another head by now, whose own run will post. */
  | { readonly kind: 'moved-on'; readonly number: number }
  | { readonly kind: 'closed'; readonly number: number }
  | { readonly kind: 'none' }

export const commentMark = '<!-- topsail:pull-request -->'

/** The open pull request that an event is about, as the forge knows it now. */
export async function findPullRequest(
  forge: Forge,
  event: Pick<PullRequestEvent, 'number' | 'head'>,
): Promise<ForgeAnswer<FoundPullRequest>> {
  if (event.number !== undefined) {
    const answer = await forge.pullRequest(event.number)
    return answer.ok ? { ok: true, value: standing(answer.value, event.head.sha) } : answer
  }
  const { branch, owner, sha } = event.head
  if (branch === undefined) return { ok: true, value: { kind: 'none' } }
  const open = await forge.openPullRequestsFrom(branch, owner)
  if (!open.ok) return open
  const [newest] = open.value
  const same = open.value.find(({ head }) => head.sha === sha) ?? newest
  return { ok: true, value: same === undefined ? { kind: 'none' } : standing(same, sha) }
}

function standing(pullRequest: PullRequest, sha: Sha): FoundPullRequest {
  const { number, state, head } = pullRequest
  if (state !== 'open') return { kind: 'closed', number }
  return head.sha === sha ? { kind: 'found', pullRequest } : { kind: 'moved-on', number }
}

export async function postReport(
  forge: Forge,
  pullRequest: Pick<PullRequest, 'number' | 'head'>,
  words: ReportWords,
): Promise<PostResult> {
  const { number, head } = pullRequest
  const [check, comment] = await Promise.all([
    forge.publishCheck({ ...words.check, sha: head.sha }),
    words.comment === undefined
      ? undefined
      : keepOneComment(forge, { kind: 'pull-request', number }, commentMark, words.comment),
  ])
  return {
    check: check.ok ? check.value : check,
    comment: comment === undefined ? undefined : comment.ok ? comment.value : comment,
  }
}

/** A new file belongs to the branch that the pull request comes from; nowhere when its repository is gone. */
function editedBranch(forge: Pick<Forge, 'place'>, { head }: PullRequest): ForgeBranch | undefined {
  if (head.repository === undefined) return undefined
  const { kind, webUrl, path } = forge.place
  return { kind, webUrl: `${webUrl.slice(0, -path.length)}${head.repository}`, branch: head.branch }
}

/** The report with what a merge here would lose. The forge's settings are asked for; without them nothing is said. */
export async function withMergeLosses(
  forge: Forge,
  pullRequest: PullRequest,
  report: PullRequestReport,
): Promise<PullRequestReport> {
  if (report.commits === undefined || report.commits === null) return report
  const settings = await forge.mergeSettings()
  if (!settings.ok || settings.value === undefined) return report
  const { number, title, body, head, base } = pullRequest
  const losses = mergeLosses(
    settings.value,
    { number, title, body, branch: head.branch, base: base.branch },
    report.commits,
  )
  if (losses.length === 0) return report
  const total = { ...report.total, problems: report.total.problems + losses.length }
  return { ...report, problems: [...report.problems, ...losses], total }
}

export type Posting =
  | { readonly kind: 'posted'; readonly number: number; readonly result: PostResult }
  /** Of a dry run. Without a comment only the check would be published. */
  | { readonly kind: 'would-post'; readonly number: number; readonly comment: string | undefined }
  | Exclude<FoundPullRequest, { kind: 'found' }>
  /** The forge did not say which pull request it is. */
  | { readonly kind: 'failed'; readonly failure: ForgeFailure }

/** Finds the pull request, puts the report into words for it, posts them; a dry run stops before that. */
export async function postPullRequestReport(
  forge: Forge,
  event: Pick<PullRequestEvent, 'number' | 'head'>,
  report: PullRequestReport,
  wordsFor: (report: PullRequestReport, head: ForgeBranch | undefined) => ReportWords,
  { dryRun = false }: { readonly dryRun?: boolean | undefined } = {},
): Promise<Posting> {
  const found = await findPullRequest(forge, event)
  if (!found.ok) return { kind: 'failed', failure: found }
  if (found.value.kind !== 'found') return found.value
  const { pullRequest } = found.value
  const whole = await withMergeLosses(forge, pullRequest, report)
  const { number } = pullRequest
  const words = wordsFor(whole, editedBranch(forge, pullRequest))
  if (dryRun) return { kind: 'would-post', number, comment: words.comment }
  return { kind: 'posted', number, result: await postReport(forge, pullRequest, words) }
}
