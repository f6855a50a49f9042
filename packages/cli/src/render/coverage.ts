/**
 * The answer of `topsail check` for a person: one line per touched package, then every problem with its mend, then the
 * one command that mends all that a changeset can. The same facts as markdown stand in coverage-markdown.ts.
 */
import type { Change, ChangeId, PackageCoverage } from '@topsail/core'
import type { CheckResult } from '@topsail/engine'
import type { Colours, Output } from '../context.ts'
import { argument } from './argument.ts'
import { renderColumns, type Cell } from './columns.ts'
import { renderProblems } from './problem.ts'
import { plural, printable } from './text.ts'

export function renderCoverage(result: CheckResult, output: Output): string {
  const { colours } = output
  const parts: string[] = []
  if (result.base !== undefined) {
    const since = `${result.base.refs.map(printable).join(', ')} (${result.base.commit.slice(0, 9)})`
    parts.push(`${colours.bold('Since')} ${colours.cyan(since)}\n`)
    parts.push(packageLines(result, colours, output.isTTY ? output.columns() : undefined))
  }
  if (result.problems.length > 0) parts.push(renderProblems(result.problems, colours))
  const mend = pastableCommand(result)
  if (mend !== undefined) parts.push(`${colours.bold('To mend it:')} ${mend}\n`)
  parts.push(`${closingLine(result, colours)}\n`)
  return parts.join('\n')
}

/** One changeset for all uncovered packages. */
export function mendingCommand(result: CheckResult): string | undefined {
  const uncovered = result.packages.flatMap(({ name, state }) =>
    state.kind === 'uncovered' ? [{ name, bump: state.proposed }] : [],
  )
  return uncovered.length === 0 ? undefined : addCommand(uncovered)
}

/** The same for a person, who pastes no command of several screens. */
export function pastableCommand(result: CheckResult): string | undefined {
  const command = mendingCommand(result)
  return command === undefined ? undefined : pastable(command)
}

export function pastable(command: string): string {
  return command.length <= longestCommand ? command : 'topsail add (it asks, and marks them all)'
}

export function addCommand(uncovered: readonly Uncovered[]): string {
  const flags = uncovered.length <= mostNamedAlone ? namedAlone(uncovered) : namedInLists(uncovered)
  return `topsail add ${flags.join(' ')} --message "…"`
}

const mostNamedAlone = 4
const longestCommand = 2000

type Uncovered = { readonly name: string; readonly bump: 'major' | 'minor' | 'patch' }

function namedAlone(uncovered: readonly Uncovered[]): readonly string[] {
  return uncovered.map(({ name, bump }) => `--package ${argument(`${name}=${bump}`)}`)
}

function namedInLists(uncovered: readonly Uncovered[]): readonly string[] {
  return (['major', 'minor', 'patch'] as const).flatMap((bump) => {
    const names = uncovered.filter((one) => one.bump === bump).map(({ name }) => name)
    return names.length === 0 ? [] : [`--${bump} ${argument(names.join(','))}`]
  })
}

/** What a state says, as `[word, detail]`; the detail is untrusted text. */
export function coverageWords(
  { state, files, catalogEdits }: PackageCoverage,
  changes: ReadonlyMap<ChangeId, Change>,
): readonly [word: string, detail: string] {
  switch (state.kind) {
    case 'bumped':
      return [state.bump, saidBy(state.by, changes)]
    case 'declined':
      return ['declined', state.reason.split('\n', 1)[0] || saidBy(state.by, changes)]
    case 'excluded':
      return ['excluded', exclusionWords[state.why]]
    case 'uncovered': {
      const entries = catalogEdits.map(({ dependency, catalog }) => `catalog ${catalog}: ${dependency}`)
      const places = [...files.slice(0, 3), ...entries.slice(0, 3)]
      const more = files.length + catalogEdits.length - places.length
      return ['uncovered', `${places.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
    }
  }
}

export function changesById(result: CheckResult): ReadonlyMap<ChangeId, Change> {
  return new Map(result.changes.map((change) => [change.id, change]))
}

export function hasFailed(result: CheckResult): boolean {
  return result.problems.some((problem) => problem.severity === 'error')
}

function packageLines(result: CheckResult, colours: Colours, width: number | undefined): string {
  if (result.packages.length === 0) return 'No package was touched.\n'
  const changes = changesById(result)
  const excluded = result.packages.filter(({ state }) => state.kind === 'excluded')
  const asked = result.packages.filter(({ state }) => state.kind !== 'excluded')
  const named = excluded.length > mostExcluded ? asked : [...asked, ...excluded]
  const rows = named.map((entry): readonly Cell[] => {
    const [word, detail] = coverageWords(entry, changes)
    const [mark, paint] = signs(colours)[entry.state.kind]
    return [
      { text: mark, paint },
      { text: entry.name, isName: true },
      { text: word, paint },
      { text: detail, paint: colours.dim },
    ]
  })
  const counted = excluded.length > mostExcluded ? countedByReason(excluded, colours) : []
  return renderColumns([...rows, ...counted], { width })
}

/** More of those who need no answer would only hide those who do; `--json` names them all. */
const mostExcluded = 8

function countedByReason(excluded: readonly PackageCoverage[], { dim }: Colours): readonly (readonly Cell[])[] {
  const counts = new Map<string, number>()
  for (const { state } of excluded) {
    if (state.kind !== 'excluded') continue
    const words = exclusionWords[state.why]
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  return [...counts].map(([words, count]) => [
    { text: '·', paint: dim },
    { text: plural(count, 'package') },
    { text: 'excluded', paint: dim },
    { text: words, paint: dim },
  ])
}

function signs(colours: Colours) {
  return {
    bumped: ['✔', colours.green],
    declined: ['✔', colours.cyan],
    excluded: ['·', colours.dim],
    uncovered: ['✖', colours.red],
  } as const
}

function saidBy(ids: readonly ChangeId[], changes: ReadonlyMap<ChangeId, Change>): string {
  const said = ids.map((id) => {
    const change = changes.get(id)
    if (change?.kind === 'changeset') return change.file
    return change === undefined ? id : `${id.slice('commit:'.length, 'commit:'.length + 9)} ${change.summary}`
  })
  return said.slice(0, 3).join(', ')
}

const exclusionWords = {
  ignored: 'ignored by the configuration',
  private: 'private, and private packages are not versioned here',
  'no-version': 'it has no version',
  'check-exclude': 'excluded by "check.exclude"',
  'file-patterns': 'no touched file asks for a changeset',
  versioned: 'this branch moves its version itself',
} as const

function closingLine(result: CheckResult, colours: Colours): string {
  const errors = result.problems.filter((problem) => problem.severity === 'error').length
  if (errors > 0) return colours.red(`${plural(errors, 'problem')} to mend.`)
  const covered = result.packages.filter(({ state }) => state.kind === 'bumped' || state.kind === 'declined').length
  return colours.green(
    covered === 0 ? 'Nothing to answer for.' : `All of it is answered for: ${plural(covered, 'package')}.`,
  )
}
