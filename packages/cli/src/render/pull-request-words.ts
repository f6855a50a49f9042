/** What is posted about a pull request: the comment, and the check that says the same with its problems beside the lines. */
import type { ForgeBranch, PullRequestReport } from '@topsail/core'
import type { ReportWords } from '@topsail/engine'
import { pullRequestHeadline, renderPullRequestComment } from './pull-request-comment.ts'
import { problemAnnotations } from './pull-request-problems.ts'

export const checkName = 'topsail'

export function pullRequestWords(report: PullRequestReport, head: ForgeBranch | undefined): ReportWords {
  const text = renderPullRequestComment(report, head)
  return {
    comment: report.comment ? text : undefined,
    check: {
      name: checkName,
      conclusion: report.ok ? 'success' : 'failure',
      title: pullRequestHeadline(report),
      summary: text,
      annotations: problemAnnotations(report),
    },
  }
}
