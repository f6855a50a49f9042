/** Release sets for a person: the versions of one package, and what changed between two sets. */
import { shortSetId, type ChangedUnit, type ReleasedChange, type SetDifference, type historyOf } from '@topsail/core'
import type { Output } from '../context.ts'
import { plural, printable } from './text.ts'

type Entries = ReturnType<typeof historyOf>

export function renderHistory(name: string, entries: Entries, output: Output): string {
  const { colours } = output
  if (entries.length === 0) return `No release set names ${printable(name)} yet.\n`
  const versions = entries.map(({ id, at, unit, takenBack }) => {
    const places = unit.artefacts.map(({ target }) => printable(target)).join(', ')
    const where = places === '' || places === 'npm' ? '' : `  ${colours.dim(places)}\n`
    const head = `${colours.bold(printable(unit.version))}  ${colours.dim(`${day(at)}  ${shortSetId(id)}  ${printable(unit.release)}`)}`
    const back = takenBack ? `  ${colours.yellow('rolled back')}\n` : ''
    return `${head}\n${back}${where}${changeLines(unit.changes ?? [], '  ', output)}`
  })
  return `${colours.bold(printable(name))}\n\n${versions.join('\n')}`
}

type End = { readonly id: string; readonly at: string; readonly release: string }

export function renderSetDifference(
  difference: SetDifference & { readonly from: End; readonly to: End },
  output: Output,
): string {
  const { colours } = output
  const { from, to, changed, same, direction } = difference
  const title = `${endText(from)} ${direction === 'back' ? '← going back to' : '→'} ${endText(to)}`
  const rest = same === 0 ? '' : colours.dim(`${plural(same, 'package')} the same\n`)
  if (changed.length === 0) return `${colours.bold(title)}\n\nNothing differs.\n${rest}`
  return `${colours.bold(title)}\n\n${changed.map((unit) => unitText(unit, output)).join('\n')}\n${rest}`
}

function unitText(unit: ChangedUnit, output: Output): string {
  const { colours } = output
  const source = unit.sameSource && unit.from !== unit.to ? colours.dim('  from the same source') : ''
  const contracts = unit.contracts.map(
    ({ file, change }) => `  ${colours.yellow(`contract ${change}`)}: ${printable(file)}\n`,
  )
  const versions = unit.versions.map(({ version, changes }) => {
    const head = unit.versions.length > 1 ? `  ${colours.dim(printable(version))}\n` : ''
    const taken = unit.direction === 'back' && changes.length > 0 ? `  ${colours.yellow('taken back')}\n` : ''
    return `${head}${taken}${changeLines(changes, unit.versions.length > 1 ? '    ' : '  ', output)}`
  })
  return `${colours.bold(printable(unit.name))}  ${moveText(unit)}${source}\n${contracts.join('')}${versions.join('')}`
}

function moveText({ from, to }: ChangedUnit): string {
  if (from === null) return `new at ${printable(to ?? '')}`
  if (to === null) return `${printable(from)} is gone`
  return from === to ? `${printable(to)}, other bytes` : `${printable(from)} → ${printable(to)}`
}

function changeLines(changes: readonly ReleasedChange[], indent: string, { colours }: Output): string {
  if (changes.length === 0) return `${indent}${colours.dim('only its dependencies, or no changelog')}\n`
  return changes
    .map(({ bump, summary }) => `${indent}${(bump ?? '-').padEnd(5)}  ${printable(summary.split('\n')[0] ?? '')}\n`)
    .join('')
}

function endText({ id, at }: End): string {
  return `${shortSetId(id)} (${day(at)})`
}

function day(at: string): string {
  return printable(at.slice(0, 10))
}
