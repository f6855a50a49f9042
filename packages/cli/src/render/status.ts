/**
 * The newest releases, the newest first: what of each is public, what waits, what failed, and the next command.
 */
import type { ReleaseStatus, StatusResult } from '@topsail/engine'
import type { Output } from '../context.ts'
import { renderColumns } from './columns.ts'
import { plural, printable } from './text.ts'

export function renderStatus({ holder, releases, problems }: StatusResult, output: Output): string {
  const held =
    holder === undefined
      ? ''
      : `${printable(holder.holder)} is releasing, or died less than ${holder.seconds} seconds ago.\n`
  if (releases.length === 0)
    return `${held}${problems.length === 0 ? 'No release is known here or at the remote.\n' : ''}`
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
    { text: `${unit.name}@${unit.version}` },
    { text: unit.state, paint: paintOf(unit.state, colours) },
    { text: unit.detail ?? '', paint: colours.dim },
  ])
  // Of a release that went well there is nothing to read package by package.
  const body =
    state === 'finished' ? `  ${plural(units.length, 'package')} live\n` : renderColumns(rows, { indent: '  ' })
  const commands = next.length === 0 ? '' : `  ${colours.dim('next:')} ${next.map(printable).join(', or ')}\n`
  return `${head}${body}${commands}`
}

function paintOf(state: ReleaseStatus['units'][number]['state'], colours: Output['colours']): (text: string) => string {
  if (state === 'live') return colours.green
  return state === 'failed' || state === 'held' ? colours.red : colours.yellow
}
