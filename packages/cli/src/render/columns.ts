/**
 * Aligned columns for a terminal. Cells are cleaned here and measured as a terminal measures them (wide characters take
 * two columns, colours none), so no name can break the alignment or steer the terminal. In a terminal no line is longer
 * than it; in a file or a pipe names stay whole, so that they can be searched for.
 */
import { isHarmless, printable, shortenName, truncate, widthOf } from './text.ts'

export type Cell = {
  readonly text: string
  readonly paint?: ((text: string) => string) | undefined
  /** Of letters, digits and signs that each take one column, whatever a repository holds: it is not looked through. */
  readonly plain?: boolean
  /** Ours, behind the text: it stays when the text is cut. */
  readonly tail?: string
  /** Where it is cut, its end stays. */
  readonly isName?: boolean
}

export type ColumnOptions = {
  /** Of the terminal: lines are cut to so many columns. Undefined for a file or a pipe. */
  readonly width?: number | undefined
  readonly indent?: string
  /** Where lines are not cut, the last column is cut to this. */
  readonly lastMost?: number
}

/** Of a column in a terminal; and elsewhere, where npm's longest name fits in. */
const widestCell = 60
const widestName = 214
const gap = '  '
/** As far as columns are narrowed to make room for others. */
const narrowest = 4
const leastLast = 12

export function renderColumns(rows: readonly (readonly Cell[])[], options: ColumnOptions = {}): string {
  const clean = rows.map((row) => row.map(measured))
  const widths = columnWidths(clean, options)
  const lastRoom = room(widths, options)
  const { indent = '' } = options
  return clean.map((row) => `${indent}${renderRow(row, widths, lastRoom)}\n`).join('')
}

/** How many columns the last one gets, and how many it would like to have. */
export function lastColumn(
  rows: readonly (readonly Cell[])[],
  options: ColumnOptions,
): { room: number; wanted: number } {
  const clean = rows.map((row) => row.map(measured))
  return { room: room(columnWidths(clean, options), options), wanted: widestLast(clean) }
}

/** What is shown of a cell, and how wide that is with its tail. */
type Measured = {
  readonly text: string
  readonly width: number
  readonly paint: Cell['paint']
  readonly tail: string
  readonly isName: boolean
}

function measured({ text, paint, plain, tail = '', isName = false }: Cell): Measured {
  if (plain === true || isHarmless(text)) return { text, width: text.length + tail.length, paint, tail, isName }
  const shown = printable(text)
  return { text: shown, width: widthOf(shown) + tail.length, paint, tail, isName }
}

/** The last column takes what is left, so it has no width of its own. */
function columnWidths(rows: readonly (readonly Measured[])[], options: ColumnOptions): readonly number[] {
  const widest = options.width === undefined ? widestName : widestCell
  const widths: number[] = []
  for (const row of rows) {
    for (let column = 0; column < row.length; column += 1) {
      const last = column === row.length - 1
      const width = last ? 0 : Math.min(widest, row[column]?.width ?? 0)
      widths[column] = Math.max(widths[column] ?? 0, width)
    }
  }
  return narrowed(widths, Math.min(leastLast, widestLast(rows)), options)
}

/** The widest gives way first, until the line fits. */
function narrowed(widths: readonly number[], last: number, { width, indent = '' }: ColumnOptions): readonly number[] {
  if (width === undefined) return widths
  const kept = [...widths]
  for (let over = usedBy(kept, indent) + last - width; over > 0; over -= 1) {
    const widest = Math.max(...kept.slice(0, -1))
    if (widest <= narrowest) break
    kept[kept.indexOf(widest)] = widest - 1
  }
  return kept
}

function widestLast(rows: readonly (readonly Measured[])[]): number {
  return rows.reduce((widest, row) => Math.max(widest, row.at(-1)?.width ?? 0), 0)
}

function room(widths: readonly number[], { width, indent = '', lastMost = Infinity }: ColumnOptions): number {
  return width === undefined ? lastMost : Math.max(narrowest, width - usedBy(widths, indent))
}

function usedBy(widths: readonly number[], indent: string): number {
  return widths.slice(0, -1).reduce((sum, column) => sum + column + gap.length, indent.length)
}

const manyBlanks = ' '.repeat(widestName + gap.length)

function blanks(count: number): string {
  return count <= manyBlanks.length ? manyBlanks.slice(0, count) : ' '.repeat(count)
}

function renderRow(row: readonly Measured[], widths: readonly number[], lastRoom: number): string {
  let line = ''
  for (let column = 0; column < row.length; column += 1) {
    const cell = row[column]
    if (cell === undefined) continue
    const last = column === row.length - 1
    const most = last ? lastRoom : (widths[column] ?? 0)
    const isCut = cell.width > most
    const text = isCut ? cut(cell, most) : cell.text + cell.tail
    line += cell.paint === undefined || text === '' ? text : cell.paint(text)
    if (!last) line += blanks(Math.max(0, most - (isCut ? widthOf(text) : cell.width)) + gap.length)
  }
  return line.trimEnd()
}

/** Where hardly anything of the text would be left, the tail goes with it. */
function cut({ text, tail, isName }: Measured, most: number): string {
  if (isName) return shortenName(text, most)
  const left = most - tail.length
  return left < leastLast ? truncate(text + tail, most) : truncate(text, left) + tail
}
