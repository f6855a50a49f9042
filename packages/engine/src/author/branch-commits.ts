/**
 * What the commits of a branch say of breaking changes, for the question what its merge will keep. Nothing where commits
 * do not count: the repository plans from changesets alone, or the branch brings one, which speaks for all of it.
 */
import { breakingAmong, type BranchCommits, type Change, type Settings, type Sha } from '@topsail/core'
import type { Git } from '../ports.ts'

/** Of a branch with more, the rest is not read. */
const mostCommits = 2_000

export async function branchCommits(
  git: Git,
  range: { readonly base: Sha; readonly head: Sha },
  settings: Settings,
  changes: readonly Change[],
): Promise<BranchCommits | undefined> {
  if (settings.sources === 'changesets' || changes.some(({ kind }) => kind === 'changeset')) return undefined
  const limits = ['--no-merges', '--reverse', `--max-count=${mostCommits}`, '-z', '--format=%H%n%B']
  const answer = await git(['log', ...limits, `${range.base}..${range.head}`, '--'])
  if (answer.kind === 'missing' || answer.code !== 0) return undefined
  const commits = answer.stdout.split('\0').flatMap((record) => {
    const end = record.indexOf('\n')
    return end < 0 ? [] : [{ commit: record.slice(0, end), message: record.slice(end + 1).trim() }]
  })
  const { preset, types, exclamationMark } = settings.commits
  const reading = { preset, types, ...(exclamationMark === undefined ? {} : { exclamationMark }) }
  return { total: commits.length, breaking: breakingAmong(commits, reading), reading }
}
