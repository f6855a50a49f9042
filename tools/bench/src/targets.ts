/**
 * What Topsail has set itself, and whether this run shows it. A target whose figures are missing is `unknown`, never
 * met.
 */
import type { CaseName } from './cases.ts'
import { sizeNames, type SizeName } from './fleets.ts'
import { medianOf, ratioOf, type Results } from './results.ts'
import { fitLine, growthExponent, type Line, type Point } from './statistics.ts'

export type Verdict = {
  readonly says: string
  readonly figure: string
  readonly verdict: 'met' | 'not met' | 'unknown'
}

/** The targets of the sizes that were run; those of growth need all four. */
export function judge(results: Results): readonly Verdict[] {
  const verdicts = [
    ...(['L', 'XL'] as const).map((size) =>
      atMost(results, size, 'topsail plan, changesets', 'changeset status', 0.5, 'a plan from changesets alone'),
    ),
    versionTarget(results),
    atMost(results, 'L', 'topsail plan, commits, cold', 'git log, names', 1.3, 'a plan with commits, cold'),
    atMost(results, 'XL', 'topsail plan, commits, cold', 'git log, names', 1.15, 'a plan with commits, cold'),
    ...(['L', 'XL'] as const).map((size) =>
      atMost(results, size, 'topsail plan, commits, warm', 'changeset status', 0.6, 'a plan with commits, warm,'),
    ),
    ...(['L', 'XL'] as const).map((size) =>
      atMost(results, size, 'topsail plan --json, commits, warm', 'changeset status', 0.6, 'the same as JSON'),
    ),
    nxTarget(results),
    memoryTarget(results, 'topsail plan, commits, cold'),
    memoryTarget(results, 'topsail plan, commits, warm'),
    memoryTarget(results, 'topsail plan --json, commits, warm'),
    ...(results.size < sizeNames.length ? [] : growths(results).map(growthTarget)),
  ]
  const wanted = (says: string): boolean => {
    const size = sizeNames.find((name) => says.startsWith(`${name}: `))
    return size === undefined || results.has(size)
  }
  return verdicts.filter(({ says }) => wanted(says))
}

function atMost(results: Results, size: SizeName, of: CaseName, to: CaseName, limit: number, what: string): Verdict {
  const ratio = ratioOf(results.get(size), of, to)
  return {
    says: `${size}: ${what} takes at most ${limit} times ${to}`,
    figure: ratio === undefined ? '-' : `${ratio.toFixed(2)} times`,
    verdict: verdictOf(ratio === undefined ? undefined : ratio <= limit),
  }
}

function versionTarget(results: Results): Verdict {
  const ratio = ratioOf(results.get('L'), 'changeset version', 'topsail version')
  return {
    says: 'L: version is at least 40 times faster than changeset version',
    figure: ratio === undefined ? '-' : `${ratio.toFixed(1)} times`,
    verdict: verdictOf(ratio === undefined ? undefined : ratio >= 40),
  }
}

function nxTarget(results: Results): Verdict {
  const ratio = ratioOf(results.get('M'), 'nx release --dry-run', 'topsail plan, commits, cold', 'cpu')
  return {
    says: 'M: a plan with commits, cold, takes at least 80 times less processor time than nx',
    figure: ratio === undefined ? '-' : `${ratio.toFixed(0)} times`,
    verdict: verdictOf(ratio === undefined ? undefined : ratio >= 80),
  }
}

function memoryTarget(results: Results, name: CaseName): Verdict {
  const peak = medianOf(results.get('XL'), name, 'ownPeak')
  return {
    says: `XL: the peak memory of ${name} stays under 350 MB`,
    figure: peak === undefined ? '-' : `${((peak * 1024 * 1024) / 1e6).toFixed(0)} MB`,
    verdict: verdictOf(peak === undefined ? undefined : peak * 1024 * 1024 < 350e6),
  }
}

export type Growth = {
  readonly name: CaseName
  readonly per: string
  readonly points: readonly Point[]
  readonly line: Line | undefined
  readonly exponent: number | undefined
}

/** The cost of Topsail's own process; git's is the floor's, and grows with the width of the folders it compares. */
export function growths(results: Results): readonly Growth[] {
  const withCommits = 'packages + edges + new commits'
  return [
    growth(results, 'topsail plan, changesets', 'packages + edges', ({ packages, edges }) => packages + edges),
    growth(
      results,
      'topsail plan, commits, cold',
      withCommits,
      (fleet) => fleet.packages + fleet.edges + fleet.unreleased,
    ),
    growth(
      results,
      'topsail plan, commits, warm',
      withCommits,
      (fleet) => fleet.packages + fleet.edges + fleet.unreleased,
    ),
  ]
}

function growth(
  results: Results,
  name: CaseName,
  per: string,
  units: (fleet: { packages: number; edges: number; unreleased: number }) => number,
): Growth {
  const points = [...results.values()].flatMap((size) => {
    const y = medianOf(size, name, 'ownCpu')
    return y === undefined ? [] : [{ x: units(size.fleet), y }]
  })
  return { name, per, points, line: fitLine(points), exponent: growthExponent(points) }
}

function growthTarget({ name, per, points, line, exponent }: Growth): Verdict {
  const known = line !== undefined && exponent !== undefined && points.length >= 4
  return {
    says: `${name}: cost is linear in ${per}`,
    figure: known ? `r² ${line.r2.toFixed(3)}, grows with the power ${exponent.toFixed(2)}` : '-',
    verdict: verdictOf(known ? line.r2 >= 0.95 && exponent <= 1.1 : undefined),
  }
}

export function verdictOf(met: boolean | undefined): Verdict['verdict'] {
  if (met === undefined) return 'unknown'
  return met ? 'met' : 'not met'
}
