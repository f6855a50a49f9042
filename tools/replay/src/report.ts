/** The outcome of a replay as text: a line per repository, the sums, and every difference by its reason. */
import { knownDifferences } from './known-differences.ts'
import { generations, type Column, type RepositoryResult, type Tally } from './replay-changesets.ts'

const columns: readonly Column[] = [...generations, 'chosen']
const titles: Readonly<Record<Column, string>> = {
  v2: 'changesets@2',
  v3: 'changesets@3',
  v3migrated: 'v3 migrated',
  chosen: 'chosen',
}

export function reportChangesets(results: readonly RepositoryResult[]): string {
  const rows = results.map((result) => row(result.repository, result.columns))
  const sums = sumOf(results)
  return [
    'Recorded releases, versions and internal ranges: reproduced / different (+ beyond the official engine)',
    '',
    row('repository', undefined),
    ...rows,
    row('sum', sums),
    row('official engines', sums, ({ official, cases }) => `${official} / ${cases - official}`),
    '',
    ...missedLines(sums),
    ...knownLines(results),
    ...unexplainedLines(results),
  ].join('\n')
}

/** Whether nothing that an official engine reproduces is missed under its own rules, and nothing is unexplained. */
export function isSound(results: readonly RepositoryResult[]): boolean {
  const sums = sumOf(results)
  return (
    generations.every((column) => sums[column].missed.length === 0) && results.every((r) => r.unexplained.length === 0)
  )
}

export function sumOf(results: readonly RepositoryResult[]): Readonly<Record<Column, Tally>> {
  const sum = (column: Column): Tally => {
    const tallies = results.map((result) => result.columns[column])
    const add = (key: 'cases' | 'reproduced' | 'official' | 'beyond'): number =>
      tallies.reduce((total, tally) => total + tally[key], 0)
    return {
      cases: add('cases'),
      reproduced: add('reproduced'),
      official: add('official'),
      beyond: add('beyond'),
      missed: tallies.flatMap(({ missed }) => missed),
    }
  }
  return { v2: sum('v2'), v3: sum('v3'), v3migrated: sum('v3migrated'), chosen: sum('chosen') }
}

function row(
  name: string,
  tallies: Readonly<Record<Column, Tally>> | undefined,
  cell: (tally: Tally) => string = ({ reproduced, cases, beyond }) =>
    `${reproduced} / ${cases - reproduced}${beyond > 0 ? ` (+${beyond})` : ''}`,
): string {
  const cells = columns.map((column) => (tallies === undefined ? titles[column] : cell(tallies[column])).padStart(19))
  return `${name.padEnd(34)}${cells.join('')}`
}

function missedLines(sums: Readonly<Record<Column, Tally>>): readonly string[] {
  return generations.flatMap((column) =>
    sums[column].missed.map(({ id, differences }) => {
      const [first] = differences
      const detail = first === undefined ? '' : `${first.name}: ${first.ours} instead of ${first.expected}`
      return `MISSED under ${titles[column]}: ${id}  ${detail}`
    }),
  )
}

function knownLines(results: readonly RepositoryResult[]): readonly string[] {
  const lines = knownDifferences.flatMap((known) => {
    const cases = results.reduce((total, result) => total + (result.known.get(known) ?? 0), 0)
    return cases === 0 ? [] : [`  ${String(cases).padStart(4)}  ${known.name}: ${known.why}`]
  })
  return lines.length === 0 ? [] : ['Reproduced under no rules:', ...lines]
}

function unexplainedLines(results: readonly RepositoryResult[]): readonly string[] {
  return results.flatMap(({ unexplained }) =>
    unexplained.map(({ id, differences }) => {
      const [first] = differences
      return `NOT EXPLAINED: ${id}  ${first === undefined ? '' : `${first.name}: ${first.ours} instead of ${first.expected}`}`
    }),
  )
}
