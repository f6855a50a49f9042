import { describe, expect, test } from 'vitest'
import { corpusFolder } from './corpus.ts'
import { replayChangesets } from './replay-changesets.ts'
import { sumOf } from './report.ts'

/** `TOPSAIL_REPLAY=all` replays every case; by default every eighth of each repository, which takes a few seconds. */
const step = process.env['TOPSAIL_REPLAY'] === 'all' ? 1 : 8
const folder = corpusFolder('changesets')

describe.skipIf(folder === undefined)('recorded releases (../shared/replay)', async () => {
  const results = folder === undefined ? [] : await replayChangesets(folder, (index) => index % step === 3 % step)
  const sums = sumOf(results)

  test.each(['v2', 'v3', 'v3migrated'] as const)(
    'what the official engine reproduces as %s is reproduced',
    (column) => {
      expect(sums[column].missed).toEqual([])
      expect(sums[column].official).toBeGreaterThan(0)
    },
  )

  test('every release that no rules reproduce is known, with its reason', () => {
    expect(results.flatMap(({ unexplained }) => unexplained)).toEqual([])
  })

  test('the rules that are chosen reproduce more than any one generation does for all', () => {
    const best = Math.max(sums.v2.official, sums.v3.official, sums.v3migrated.official)
    expect(sums.chosen.reproduced).toBeGreaterThanOrEqual(best)
  })
})
