/**
 * The results as text: one table a size, then the fits and the targets.
 */
import type { CaseName } from './cases.ts'
import type { Outcome } from './measure.ts'
import { medianOf, ratioOf, type Results, type SizeResults } from './results.ts'
import { median } from './statistics.ts'
import { growths, judge } from './targets.ts'

export function renderSize(results: SizeResults): string {
  const { fleet } = results
  const title =
    `${fleet.size}: ${count(fleet.packages)} packages, ${count(fleet.edges)} edges, ${count(fleet.commits)} commits ` +
    `(${count(fleet.unreleased)} unreleased), ${count(fleet.changesets)} changesets`
  const head = ['', 'wall s', 'min', 'cpu s', 'own peak', 'peak MiB', 'to the walk', 'to status', 'runs']
  const rows = [...results.outcomes.keys()].map((name) => rowOf(results, name))
  const left = results.leftOut.map(({ name, why }) => `  left out: ${name} (${why})`)
  return [title, ...columns([head, ...rows]), ...left, ''].join('\n')
}

export function renderSummary(results: Results): string {
  const fits = growths(results)
    .filter(({ line }) => line !== undefined)
    .map(({ name, per, line, exponent }) => [
      name,
      `${((line?.intercept ?? 0) * 1000).toFixed(0)} ms + ${((line?.slope ?? 0) * 1e6).toFixed(1)} µs x (${per})`,
      `r² ${line?.r2.toFixed(3)}`,
      exponent === undefined ? '' : `power ${exponent.toFixed(2)}`,
    ])
  const verdicts = judge(results).map(({ says, figure, verdict }) => [verdict, says, figure])
  return [
    ...(fits.length === 0 ? [] : ['Processor time of Topsail itself, by least squares', ...columns(fits), '']),
    ...(verdicts.length === 0 ? [] : ['Targets', ...columns(verdicts), '']),
  ].join('\n')
}

function rowOf(results: SizeResults, name: CaseName): readonly string[] {
  const outcomes = results.outcomes.get(name) ?? []
  const done = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.cost] : []))
  if (done.length === 0) return [name, failureOf(outcomes)]
  const walls = done.map(({ wall }) => wall)
  return [
    name,
    seconds(median(walls)),
    seconds(Math.min(...walls)),
    seconds(medianOf(results, name, 'cpu')),
    mebibytes(medianOf(results, name, 'ownPeak')),
    mebibytes(medianOf(results, name, 'peak')),
    times(ratioOf(results, name, 'git log, names')),
    times(ratioOf(results, name, 'changeset status')),
    String(done.length),
  ]
}

export function failureOf(outcomes: readonly Outcome[]): string {
  const last = outcomes.at(-1)
  if (last?.kind === 'timeout') return `no result after ${last.seconds} s`
  return last?.kind === 'failed' ? `failed: ${last.detail.replaceAll('\n', ' | ')}` : 'not run'
}

export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (index: number): number =>
    Math.max(...rows.filter((row) => row.length > 2).map((row) => (row[index] ?? '').length))
  const numeric = (index: number): boolean => index > 0 && rows.some((row) => /^[\d.]+$/.test(row[index] ?? ''))
  return rows.map((row) => {
    const cells = row.map((cell, index) =>
      numeric(index) && row.length > 2 ? cell.padStart(width(index)) : cell.padEnd(width(index)),
    )
    return `  ${cells.join('  ')}`.trimEnd()
  })
}

function count(value: number): string {
  return value.toLocaleString('en')
}

export function seconds(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(2)
}

export function mebibytes(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(0)
}

export function times(value: number | undefined): string {
  return value === undefined ? '-' : value < 10 ? value.toFixed(2) : value.toFixed(0)
}
