/**
 * A release plan for a person at a terminal: what is released, in which order and why; then what only has ranges
 * rewritten, the groups, and the problems.
 */
import type { Bump, Change, Release, ReleasePlan } from '@topsail/core'
import type { Output } from '../context.ts'
import { type Cell, type ColumnOptions, lastColumn, renderColumns } from './columns.ts'
import { renderProblems } from './problem.ts'
import { changesById, plainText, reasonPhrase } from './reason.ts'
import { fewOf, plural } from './text.ts'

type Screen = Pick<Output, 'colours' | 'isTTY' | 'columns'>

export function renderPlanTable(plan: ReleasePlan, output: Screen): string {
  const problems = plan.problems.length === 0 ? '' : renderProblems(plan.problems, output.colours)
  return joined([renderReleases(plan, output), problems])
}

/** The table for whoever shows the problems elsewhere. */
export function renderReleases(plan: ReleasePlan, output: Screen): string {
  const width = output.isTTY ? output.columns() : undefined
  return joined([
    headline(plan, output),
    plan.releases.length === 0 ? '' : releaseTable(plan, output, width),
    groupLines(plan, output),
    rewriteLines(plan, output, width),
  ])
}

function joined(sections: readonly string[]): string {
  return sections.filter((section) => section !== '').join('\n')
}

/** `bold red` for a major: the eye finds what breaks first. */
export function paintBump(bump: Bump, { colours }: Pick<Output, 'colours'>): (text: string) => string {
  if (bump === 'major') return (text) => colours.bold(colours.red(text))
  if (bump === 'minor') return colours.yellow
  return bump === 'patch' ? colours.green : colours.dim
}

export function countBumps(plan: ReleasePlan): string {
  const counts = (['major', 'minor', 'patch'] as const).map((bump) => ({
    bump,
    count: plan.releases.filter((release) => release.bump === bump).length,
  }))
  return counts
    .filter(({ count }) => count > 0)
    .map(({ bump, count }) => `${count} ${bump}`)
    .join(', ')
}

/** Releases by name, in the order in which they are published. */
export function releasesInOrder(plan: ReleasePlan): readonly { readonly wave: number; readonly release: Release }[] {
  const byName = new Map(plan.releases.map((release) => [release.name, release]))
  return plan.order.flatMap((names, index) =>
    names.flatMap((name) => {
      const release = byName.get(name)
      return release === undefined ? [] : [{ wave: index + 1, release }]
    }),
  )
}

function headline(plan: ReleasePlan, { colours }: Pick<Output, 'colours'>): string {
  const rules = colours.dim(`rules ${plan.rules}, sources ${plan.sources}`)
  const failed = plan.problems.some(({ severity }) => severity === 'error')
  if (plan.releases.length === 0 && failed) return `${colours.bold('There is no plan yet.')}\n`
  if (plan.releases.length === 0) return `${colours.bold('Nothing to release.')}  ${rules}\n`
  const count = `${plural(plan.releases.length, 'package')} to release`
  return `${colours.bold(count)} ${colours.dim('·')} ${countBumps(plan)} ${colours.dim('·')} ${rules}\n`
}

function releaseTable(plan: ReleasePlan, output: Pick<Output, 'colours'>, width: number | undefined): string {
  const { dim, bold } = paints(output)
  const head = ['wave', 'package', 'from', '', 'to', 'bump', 'why'].map((text): Cell => ({ text, paint: dim }))
  const arrow: Cell = { text: '→', paint: dim, plain: true }
  const bumps = {
    patch: bumpCell('patch', output),
    minor: bumpCell('minor', output),
    major: bumpCell('major', output),
  }
  const changes = changesById({ changes: firstChanges(plan) })
  // The first; that all of them are snapshots is no reason for any.
  const said = plan.snapshotRelease === undefined ? 1 : 2
  let before = 0
  const rows = releasesInOrder(plan).map(({ wave, release }): readonly Cell[] => {
    // A line of a file is read alone, and by programs that count its words.
    const isTold = wave !== before || width === undefined
    before = wave
    const more = release.reasons.length - said
    return [
      { text: isTold ? String(wave) : '', paint: dim, plain: true },
      { text: release.private ? `${release.name} (private)` : release.name, paint: bold, isName: true },
      { text: release.from, paint: dim },
      arrow,
      { text: release.to },
      bumps[release.bump],
      { text: plainText(reasonPhrase(release.reasons[0], changes)), tail: more > 0 ? ` (and ${more} more)` : '' },
    ]
  })
  const table = [head, ...rows]
  const options = { width, indent: '  ', lastMost: longestWhy }
  if (width === undefined) return renderColumns(table, options)
  return isTight(table, options) ? onSeveralLines(table, width) : renderColumns(table, options)
}

/** Of a summary in a file or a pipe; and in a terminal, before each release takes further lines. */
const longestWhy = 100
const leastWhy = 36

function isTight(table: readonly (readonly Cell[])[], options: ColumnOptions): boolean {
  const { room, wanted } = lastColumn(table, options)
  return room < Math.min(wanted, leastWhy)
}

/** Names are not cut to make room for reasons: these stand below, beside the versions or, where that is tight too, alone. */
function onSeveralLines(table: readonly (readonly Cell[])[], width: number): string {
  const linesOf = (cells: readonly (readonly Cell[])[], indent: number): readonly string[] =>
    renderColumns(cells, { width, indent: ' '.repeat(indent) }).split('\n')
  const facts = table.map((row) => row.slice(2))
  const parts = isTight(facts, { width, indent: ' '.repeat(10) })
    ? [
        linesOf(facts.map(bumpAndVersions), 4),
        linesOf(
          facts.map((row) => row.slice(-1)),
          4,
        ),
      ]
    : [linesOf(facts, 10)]
  const names = linesOf(
    table.map((row) => row.slice(0, 2)),
    2,
  )
  return table.map((_, at) => [names, ...parts].map((lines) => `${lines[at]}\n`).join('')).join('')
}

function bumpAndVersions([from, , to, bump]: readonly Cell[]): readonly Cell[] {
  return [bump ?? { text: '' }, { text: `${from?.text} → ${to?.text}` }]
}

/** Undefined where there are no colours, so that nothing is called for nothing. */
function paints({ colours }: Pick<Output, 'colours'>): { readonly [paint in 'dim' | 'bold']: Cell['paint'] } {
  const { isColorSupported, dim, bold } = colours
  return isColorSupported ? { dim, bold } : { dim: undefined, bold: undefined }
}

function bumpCell(bump: Bump, output: Pick<Output, 'colours'>): Cell {
  return { text: bump, paint: output.colours.isColorSupported ? paintBump(bump, output) : undefined, plain: true }
}

/** A long history has many more changes than those that are shown. */
function firstChanges({ releases, changes }: ReleasePlan): readonly Change[] {
  const shown = new Set<string>()
  for (const { reasons } of releases) if (reasons[0].kind === 'change') shown.add(reasons[0].change)
  return changes.filter(({ id }) => shown.has(id))
}

function groupLines(plan: ReleasePlan, { colours }: Pick<Output, 'colours'>): string {
  const groups = new Map<string, string>()
  for (const { reasons } of plan.releases) {
    for (let at = 0; at < reasons.length; at += 1) {
      const reason = reasons[at]
      if (reason?.kind !== 'fixed-group' && reason?.kind !== 'linked-group') continue
      const kind = reason.kind === 'fixed-group' ? 'fixed ' : 'linked'
      groups.set(`${kind} ${reason.group.join('\0')}`, `  ${colours.dim(kind)}  ${fewOf(reason.group)}\n`)
    }
  }
  return groups.size === 0 ? '' : `${colours.bold('Groups')}\n${[...groups.values()].join('')}`
}

function rewriteLines(plan: ReleasePlan, { colours }: Pick<Output, 'colours'>, width: number | undefined): string {
  if (plan.rewrites.length === 0) return ''
  const rows = plan.rewrites.map((rewrite): readonly Cell[] => [
    { text: rewrite.name, isName: true },
    {
      text: fewOf(rewrite.rangeEdits.map((edit) => `${edit.dependency} ${edit.from} → ${edit.to}`)),
      paint: colours.dim,
    },
  ])
  return `${colours.bold('Only ranges rewritten')}\n${renderColumns(rows, { width, indent: '  ' })}`
}
