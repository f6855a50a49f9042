/**
 * What an edit would change in the plan, package by package, and the range edits that would make the cascade smaller.
 */
import type { WhatIf } from '@topsail/core'
import type { Output } from '../context.ts'
import { type Cell, renderColumns } from './columns.ts'
import { paintBump } from './plan-table.ts'
import { renderProblems } from './problem.ts'
import { plural } from './text.ts'

type Move = WhatIf['difference']['releases'][number]
type Shrinking = WhatIf['cheaper'][number]

export function renderWhatIf(result: WhatIf, output: Output): string {
  const { difference } = result
  const appeared = difference.appeared.filter(({ severity }) => severity !== 'error')
  const sections = [
    differenceSection(result, output),
    appeared.length === 0 ? '' : renderProblems(appeared, output.colours),
    cheaperSection(result.cheaper, output),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

function differenceSection({ before, after, difference }: WhatIf, output: Output): string {
  if (before === after) return `${plural(after.releases.length, 'package')} to release.\n`
  if (difference.releases.length === 0) return 'The plan stays the same.\n'
  const counts = `${before.releases.length} → ${plural(after.releases.length, 'package')} to release`
  return `${output.colours.bold(counts)}\n${renderColumns(
    difference.releases.map((move) => moveRow(move, output)),
    { indent: '  ' },
  )}`
}

function moveRow({ name, before, after }: Move, output: Output): readonly Cell[] {
  const { colours } = output
  const sign = before === undefined ? '+' : after === undefined ? '-' : '~'
  const paint = { '+': colours.green, '-': colours.red, '~': colours.yellow }[sign]
  const side = (release: Move['before']): readonly Cell[] => [
    { text: release?.to ?? 'not released', paint: release === undefined ? colours.dim : undefined },
    { text: release?.bump ?? '', paint: release === undefined ? undefined : paintBump(release.bump, output) },
  ]
  return [
    { text: sign, paint },
    { text: name, isName: true },
    ...side(before),
    { text: '→', paint: colours.dim },
    ...side(after),
  ]
}

function cheaperSection(cheaper: readonly Shrinking[], { colours }: Output): string {
  if (cheaper.length === 0) return ''
  const entries = cheaper.map(({ edits, avoids }) => {
    const [shown, more] = [avoids.slice(0, 5), avoids.length - 5]
    const names = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    const head = renderColumns(
      [[{ text: `${plural(avoids.length, 'package')} fewer: ${names}`, paint: colours.green }]],
      { indent: '  ' },
    )
    const rows = edits.map((edit): readonly Cell[] => [
      { text: `${edit.dependent} -> ${edit.dependency}` },
      { text: `${edit.from} → ${edit.to}` },
      { text: edit.field === 'dependencies' ? '' : edit.field, paint: colours.dim },
    ])
    return head + renderColumns(rows, { indent: '    ' })
  })
  return `${colours.bold('Range edits that would make the cascade smaller')}\n${entries.join('')}`
}
