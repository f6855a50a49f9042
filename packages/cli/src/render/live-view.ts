/**
 * A release on a terminal: a table of its packages that is drawn over itself, with lines above it that stay. Drawn by
 * what a terminal shows, not by what was written: a window made narrower has broken lines, and they are counted.
 */
import type { PublishEvent } from '@topsail/engine'
import type { Colours, Output } from '../context.ts'
import { liveFold, type LiveState, type Row, type RowState } from './live-state.ts'
import { stepUnitName } from './unit-name.ts'
import { padEnd, plural, printable, truncate, widthOf } from './text.ts'
import { wordsOnOneLine } from './others-words.ts'

export type LiveView = {
  readonly onEvent: (event: PublishEvent) => void
  /** A line that stays. */
  readonly above: (line: string) => void
  /** Takes the table away. */
  readonly end: () => void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const betweenFrames = 100

export function liveView(output: Output, now: () => number = () => performance.now()): LiveView {
  const fold = liveFold()
  let drawn: readonly string[] = []
  let frame = 0
  const draw = (): void => {
    const lines = linesOf(fold.state(), { output, now: now(), spinner: frames[frame % frames.length] ?? '' })
    if (drawn.length === 0 && lines.length === 0) return
    output.write(`${clearing(drawn, output.columns())}${lines.map((line) => `${line}\n`).join('')}`)
    drawn = lines
  }
  const timer = setInterval(() => {
    frame += 1
    draw()
  }, betweenFrames)
  timer.unref()
  return {
    onEvent(event) {
      fold.apply(event, now())
      // What comes in bursts is drawn with the next frame.
      if (drawn.length === 0) draw()
    },
    above(line) {
      output.write(`${clearing(drawn, output.columns())}${line}\n`)
      drawn = []
      draw()
    },
    end() {
      clearInterval(timer)
      output.write(clearing(drawn, output.columns()))
      drawn = []
    },
  }
}

/** Up to the first line that was drawn, and everything from there taken away. */
function clearing(drawn: readonly string[], columns: number): string {
  if (drawn.length === 0) return ''
  const height = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(plain(line)) / columns)), 0)
  return `\u001b[${height}A\r\u001b[0J`
}

type Frame = { readonly output: Output; readonly now: number; readonly spinner: string }

/** What is drawn at one moment. */
function linesOf(state: LiveState, frame: Frame): readonly string[] {
  const { output } = frame
  const rows = [...state.rows.values()]
  if (rows.length === 0 || state.began === undefined) return []
  const room = Math.max(3, (output.rows?.() ?? 24) - 5)
  const shown = rows.length <= room ? rows : mostTelling(rows, room - 1)
  const width = Math.min(48, Math.max(...shown.map((row) => widthOf(printable(row.subject)))))
  const more = moreLine(rows, shown, output.colours)
  return [headLine(state, frame), ...shown.map((row) => rowLine(row, width, frame)), ...more]
}

/** Where something happens, then what went wrong, then what waits, then what is over; in the order of the release. */
function mostTelling(rows: readonly Row[], room: number): readonly Row[] {
  const rank = (row: Row): number => ranks.findIndex((states) => states.includes(row.state))
  const chosen = new Set(rows.toSorted((a, b) => rank(a) - rank(b)).slice(0, room))
  return rows.filter((row) => chosen.has(row))
}

const ranks: readonly (readonly RowState[])[] = [
  ['failed'],
  ['packing', 'uploading', 'waiting', 'promoting', 'taking back'],
  ['held'],
  ['packed', 'queued', 'confirmed'],
  ['live', 'taken back'],
]

function moreLine(rows: readonly Row[], shown: readonly Row[], colours: Colours): readonly string[] {
  if (shown.length === rows.length) return []
  const seen = new Set(shown)
  const counts = new Map<RowState, number>()
  for (const row of rows) if (!seen.has(row)) counts.set(row.state, (counts.get(row.state) ?? 0) + 1)
  const parts = [...counts].map(([state, count]) => `${count} ${words[state]}`)
  return [colours.dim(`  … ${plural(rows.length - shown.length, 'more package')}: ${parts.join(', ')}`)]
}

const barWidth = 24

function headLine(state: LiveState, { output, now, spinner }: Frame): string {
  const { colours } = output
  const rows = [...state.rows.values()]
  const goesBack = rows.some(({ state: at }) => at === 'taking back' || at === 'taken back')
  const part = state.total === 0 ? 0 : state.done / state.total
  const full = Math.round(part * barWidth)
  const bar = `${colours.green('━'.repeat(full))}${colours.dim('─'.repeat(barWidth - full))}`
  const title = `${goesBack ? 'Taking back' : 'Publishing'} ${plural(rows.length, 'package')}`
  const phase = state.phase === '' ? '' : `  ${state.phase}`
  const line = `${colours.cyan(spinner)} ${colours.bold(title)}  ${bar} ${String(Math.floor(part * 100)).padStart(3)} %${phase}`
  return `${line}${closedNow(state, now) || colours.dim(timeLeft(state, now))}`
}

function closedNow({ closed }: LiveState, now: number): string {
  const waits = [...closed].filter(([, until]) => until > now)
  return waits
    .map(([registry, until]) => `  waiting for ${printable(registry)}, ${Math.ceil((until - now) / 1000)} s`)
    .join('')
}

/** A guess is worth showing once it rests on something. */
function timeLeft({ began, done, total }: LiveState, now: number): string {
  if (began === undefined || done < 3 || done === total || now - began < 2_000) return ''
  const seconds = Math.ceil((((now - began) / done) * (total - done)) / 1000)
  return seconds < 90 ? `  about ${seconds} s left` : `  about ${Math.round(seconds / 60)} min left`
}

function rowLine(row: Row, width: number, { output, now, spinner }: Frame): string {
  const { colours } = output
  const subject = padEnd(truncate(printable(row.subject), width), width)
  const room = output.columns() - width - 7
  const text = truncate(printable(textOf(row, now)), Math.max(8, room))
  const paint = paints[row.state](colours)
  return `  ${markOf(row.state, spinner, colours)} ${row.state === 'queued' ? colours.dim(subject) : subject}  ${paint(text)}`
}

const words: Readonly<Record<RowState, string>> = {
  queued: 'queued',
  packing: 'packing',
  packed: 'packed',
  uploading: 'uploading',
  waiting: 'waiting for the registry',
  confirmed: 'confirmed',
  promoting: 'promoting',
  live: 'live',
  failed: 'failed',
  held: 'held',
  'taking back': 'taking back',
  'taken back': 'taken back',
}

function textOf(row: Row, now: number): string {
  const { state, detail, needs } = row
  const seconds = Math.floor((now - row.since) / 1000)
  if (state === 'failed') return `failed: ${detail}`
  if (state === 'held') return `held because of ${detail}`
  const first = [...needs].find((need) => need.startsWith('confirm:'))
  if ((state === 'queued' || state === 'packed') && first !== undefined) {
    const more = [...needs].filter((need) => need.startsWith('confirm:')).length - 1
    return `${words[state]}, waits for ${stepUnitName(first)}${more > 0 ? ` and ${more} more` : ''}`
  }
  const slow = isActive(state) && seconds >= 2 ? ` ${seconds} s` : ''
  return `${words[state]}${slow}${detail === '' ? '' : `: ${wordsOnOneLine(detail)}`}`
}

function isActive(state: RowState): boolean {
  return ranks[1]?.includes(state) === true
}

function markOf(state: RowState, spinner: string, colours: Colours): string {
  if (isActive(state)) return colours.cyan(spinner)
  if (state === 'failed') return colours.red('✗')
  if (state === 'held') return colours.yellow('-')
  if (state === 'queued' || state === 'packed') return colours.dim('·')
  return state === 'confirmed' ? colours.dim('✓') : colours.green('✓')
}

const paints: Readonly<Record<RowState, (colours: Colours) => (text: string) => string>> = {
  queued: ({ dim }) => dim,
  packing: ({ cyan }) => cyan,
  packed: ({ dim }) => dim,
  uploading: ({ cyan }) => cyan,
  waiting: ({ yellow }) => yellow,
  confirmed: ({ reset }) => reset,
  promoting: ({ cyan }) => cyan,
  live: ({ green }) => green,
  failed: ({ red }) => red,
  held: ({ yellow }) => yellow,
  'taking back': ({ cyan }) => cyan,
  'taken back': ({ green }) => green,
}

function plain(line: string): string {
  // oxlint-disable-next-line no-control-regex
  return line.replaceAll(/\u001b\[[0-9;]*m/g, '')
}
