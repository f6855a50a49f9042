/**
 * The newest releases, the newest first: what of each is public, what waits, what failed, and the next command.
 */
import { targetKey } from '@topsail/core'
import type { ReleaseStatus, StatusResult } from '@topsail/engine'
import type { Output } from '../context.ts'
import { renderColumns } from './columns.ts'
import { fewOf, printable } from './text.ts'
import { unitName } from './unit-name.ts'
import { wordsOnOneLine } from './others-words.ts'

export function renderStatus({ holder, releases, problems, isWhole }: StatusResult, output: Output): string {
  const held =
    holder === undefined
      ? ''
      : `${printable(holder.holder)} is releasing, or died less than ${holder.seconds} seconds ago.\n`
  if (releases.length === 0) {
    if (!isWhole) return `${held}No open release is known here, and nothing of what the remote has.\n`
    return `${held}${problems.length === 0 ? 'No release is known here or at the remote.\n' : ''}`
  }
  return [held, ...releases.map((release) => renderRelease(release, output))].filter((text) => text !== '').join('\n')
}

const stateWords = {
  open: 'open',
  'rolling-back': 'half-way back',
  finished: 'finished',
  'rolled-back': 'rolled back',
} as const

function renderRelease(status: ReleaseStatus, { colours }: Output): string {
  const { release, state, began, units, next, promotion } = status
  const isOver = state === 'finished' || state === 'rolled-back'
  const word = isOver ? colours.green(stateWords[state]) : colours.yellow(stateWords[state])
  const head = `${colours.bold(printable(release))}  ${word}  ${colours.dim(`${printable(began)}, ${promotion}`)}\n`
  const rows = units.map((unit) => [
    { text: unitName(targetKey(unit.name, unit.target), unit.version), isName: true },
    { text: unit.seen === 'unreachable' ? `${unit.state}?` : unit.state, paint: paintOf(unit.state, colours) },
    { text: detailOf(unit), paint: colours.dim },
  ])
  // Of a release that went well there is nothing to read package by package.
  const body = state === 'finished' ? `  ${summaryOf(units)}\n` : renderColumns(rows, { indent: '  ' })
  const commands = next.length === 0 ? '' : `  ${colours.dim('next:')} ${next.map(printable).join(', or ')}\n`
  return `${head}${body}${commands}`
}

type Unit = ReleaseStatus['units'][number]

function detailOf({ detail, heldBy, seen }: Unit): string {
  const because = heldBy.length === 0 ? [] : [`because of ${fewOf(heldBy.map((key) => unitName(key)))}`]
  const unread = seen === 'unreachable' ? ['the registry did not say'] : []
  return [...because, ...(detail === undefined ? [] : [wordsOnOneLine(detail)]), ...unread].join('; ')
}

/** `3 live, 2 replaced by later versions`. */
function summaryOf(units: readonly Unit[]): string {
  const counts = new Map<string, number>()
  for (const { state, seen } of units) {
    const word = `${state === 'replaced' ? 'replaced since' : state}${seen === 'unreachable' ? ', as far as the journal knows' : ''}`
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return units.length === 0 ? 'tags only' : [...counts].map(([word, count]) => `${count} ${word}`).join('; ')
}

function paintOf(state: ReleaseStatus['units'][number]['state'], colours: Output['colours']): (text: string) => string {
  if (state === 'live') return colours.green
  if (state === 'replaced') return colours.dim
  return state === 'failed' || state === 'held' || state === 'missing' ? colours.red : colours.yellow
}
