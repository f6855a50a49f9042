/**
 * What was measured of one size: every cost of every case, and what is asked of them.
 */
import type { CaseName, LeftOut } from './cases.ts'
import type { Fleet, SizeName } from './fleets.ts'
import type { Cost, Outcome } from './measure.ts'
import { median } from './statistics.ts'

export type SizeResults = {
  readonly fleet: Fleet
  readonly outcomes: ReadonlyMap<CaseName, readonly Outcome[]>
  readonly leftOut: readonly LeftOut[]
}

export type Results = ReadonlyMap<SizeName, SizeResults>

/** The median over the rounds that came to an end. */
export function medianOf(results: SizeResults | undefined, name: CaseName, what: keyof Cost): number | undefined {
  const costs = (results?.outcomes.get(name) ?? []).flatMap((outcome) =>
    outcome.kind === 'done' ? [outcome.cost] : [],
  )
  return median(costs.map((cost) => cost[what]).filter((value) => value !== undefined))
}

export function ratioOf(
  results: SizeResults | undefined,
  of: CaseName,
  to: CaseName,
  what: keyof Cost = 'wall',
): number | undefined {
  const above = medianOf(results, of, what)
  const below = medianOf(results, to, what)
  return above === undefined || below === undefined || below === 0 ? undefined : above / below
}
