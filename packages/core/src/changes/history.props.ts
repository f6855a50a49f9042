import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsOf } from './commit-columns.ts'
import { unreleasedCommits } from './history.ts'
import type { RawCommit } from '../snapshot.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 300)

/** Newest first; every commit points to older ones only, and now and then to one that is not listed. */
const histories = fc
  .array(fc.array(fc.nat({ max: 60 }), { maxLength: 3 }), { minLength: 1, maxLength: 60 })
  .chain((draws) => {
    const commits = draws.map((steps, index): RawCommit => {
      const parents = [...new Set(steps.map((step) => `c${index + 1 + (step % 4)}`))]
      return { sha: `c${index}`, parents, date: '', message: '', dirs: [], addedChangesets: [] }
    })
    const releases = fc.array(fc.nat({ max: commits.length + 2 }), { maxLength: 50 })
    return fc.tuple(fc.constant(commits), fc.oneof(releases, fc.constant(commits.map((_, index) => index))))
  })

test('a commit is released for a package exactly when walking back from its release meets it', () => {
  fc.assert(
    fc.property(histories, ([commits, releases]) => {
      const lastRelease = Object.fromEntries(
        releases.map((at, index) => [`p${index}`, { commit: `c${at}`, by: 'tag' as const }]),
      )
      const unreleased = unreleasedCommits(lastRelease, columnsOf({ commits, dirs: [], lastRelease }))
      releases.forEach((at, index) => {
        const contained = walkBack(`c${at}`, commits)
        commits.forEach(({ sha }, commit) => {
          expect(unreleased.waitsFor(commit, `p${index}`)).toBe(!contained.has(sha))
          expect(unreleased.isAfter(commit, unreleased.rankOf(`p${index}`))).toBe(!contained.has(sha))
        })
      })
      expect(commits.every((_, commit) => unreleased.waitsFor(commit, 'never released'))).toBe(true)
    }),
    { numRuns },
  )
})

function walkBack(from: string, commits: readonly RawCommit[]): ReadonlySet<string> {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]))
  const seen = new Set([from])
  for (const sha of seen) for (const parent of bySha.get(sha)?.parents ?? []) seen.add(parent)
  return seen
}
