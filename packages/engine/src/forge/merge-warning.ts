/**
 * Adds to a report what only the forge can tell: whether the repository's way of merging would lose that something
 * breaks. Where the forge does not say how it merges, nothing is added, and nothing fails.
 */
import { mergeLosses, type PullRequestReport } from '@topsail/core'
import type { Forge, PullRequest } from './forge.ts'

export async function withMergeWarning(
  forge: Forge,
  { number, title, body, head, base }: Pick<PullRequest, 'number' | 'title' | 'body' | 'head' | 'base'>,
  report: PullRequestReport,
): Promise<PullRequestReport> {
  if (report.commits === null || report.commits === undefined) return report
  const settings = await forge.mergeSettings()
  if (!settings.ok || settings.value === undefined) return report
  const texts = { number, title, body, branch: head.branch, base: base.branch }
  const found = mergeLosses(settings.value, texts, report.commits)
  if (found.length === 0) return report
  const total = { ...report.total, problems: report.total.problems + found.length }
  return { ...report, problems: [...found, ...report.problems], total }
}
