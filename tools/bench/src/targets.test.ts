import { expect, test } from 'vitest'
import type { CaseName } from './cases.ts'
import type { SizeName } from './fleets.ts'
import type { Results } from './results.ts'
import { judge } from './targets.ts'

const resultsOf = (size: SizeName, walls: Partial<Record<CaseName, number>>): Results => {
  const fleet = { size, dir: '', packages: 1, edges: 1, changesets: 1, commits: 1, base: '', unreleased: 1 }
  const outcomes = new Map(
    Object.entries(walls).map(([name, wall]) => [
      name as CaseName,
      [{ kind: 'done' as const, cost: { wall, cpu: wall, ownCpu: wall, ownPeak: 300, peak: 300 } }],
    ]),
  )
  return new Map([[size, { fleet, outcomes, leftOut: [] }]])
}

const verdictOf = (results: Results, start: string): string | undefined =>
  judge(results).find(({ says }) => says.startsWith(start))?.verdict

test('a target is met, not met, or unknown when a figure is missing', () => {
  const said = 'L: a plan from changesets alone'
  expect(verdictOf(resultsOf('L', { 'topsail plan, changesets': 1, 'changeset status': 2 }), said)).toBe('met')
  expect(verdictOf(resultsOf('L', { 'topsail plan, changesets': 1.1, 'changeset status': 2 }), said)).toBe('not met')
  expect(verdictOf(resultsOf('L', { 'topsail plan, changesets': 1 }), said)).toBe('unknown')
})

test('memory is judged in megabytes', () => {
  expect(
    verdictOf(
      resultsOf('XL', { 'topsail plan, commits, cold': 1 }),
      'XL: the peak memory of topsail plan, commits, cold',
    ),
  ).toBe('met')
})
