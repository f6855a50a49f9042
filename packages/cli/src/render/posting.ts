/** What became of a report that was to be posted: a line for each thing, and problems for what did not work. */
import type { Problem } from '@topsail/core'
import {
  forgeProblem,
  type ForgeEnvironment,
  type ForgeFailure,
  type ForgePlace,
  type Posting,
  type PostResult,
} from '@topsail/engine'
import { printable, printableLines } from './text.ts'

export type Posted = { readonly forge: ForgePlace; readonly posting: Posting }

export function postedLines({ posting }: Posted): string {
  switch (posting.kind) {
    case 'posted':
      return [commentLine(posting.result), checkLine(posting.result)]
        .filter((line) => line !== '')
        .map((line) => `${line}\n`)
        .join('')
    case 'would-post': {
      const where = `#${posting.number}`
      if (posting.comment === undefined) return `Would publish the check of ${where}, and no comment.\n`
      return `Would post to ${where}, and publish the check:\n\n${printableLines(posting.comment)}\n`
    }
    case 'moved-on':
      return `Nothing is posted: #${posting.number} has a newer commit, whose own run will.\n`
    case 'closed':
      return `Nothing is posted: #${posting.number} is not open any more.\n`
    case 'none':
      return 'Nothing is posted: there is no open pull request from this branch.\n'
    case 'failed':
      return ''
  }
}

export function postingProblems(
  posted: Posted | undefined,
  { pullRequest }: Pick<ForgeEnvironment, 'pullRequest'>,
): readonly Problem[] {
  if (posted === undefined) return []
  const { forge: place, posting } = posted
  if (posting.kind === 'failed') return [forgeProblem({ place }, posting.failure)]
  if (posting.kind !== 'posted') return []
  const { comment, check } = posting.result
  // GitHub gives a job for Dependabot the same token as one for a fork.
  const mayOnlyRead = pullRequest?.fork === true || pullRequest?.author === 'dependabot[bot]'
  if (mayOnlyRead && isFailure(comment) && comment.why === 'refused')
    return [{ code: 'COMMENT_REFUSED_TO_FORK', severity: 'warning' }]
  return [
    ...(isFailure(comment) ? [forgeProblem({ place }, comment)] : []),
    // A credential that may comment need not be one that may write checks: the log says the same.
    ...(isFailure(check)
      ? [{ ...forgeProblem({ place }, check), ...(check.why === 'refused' ? { severity: 'warning' as const } : {}) }]
      : []),
  ]
}

const words = { made: 'made', changed: 'brought up to date', same: 'as it was' } as const

function commentLine({ comment }: PostResult): string {
  if (comment === undefined || isFailure(comment)) return ''
  return `Comment ${words[comment.state]}: ${printable(comment.url)}`
}

function checkLine({ check }: PostResult): string {
  return isFailure(check) || check.url === undefined ? '' : `Check: ${printable(check.url)}`
}

function isFailure(part: object | undefined): part is ForgeFailure {
  return part !== undefined && 'why' in part
}
