/**
 * Aligned columns for a terminal. Cells are cleaned here and measured as a terminal measures them (wide characters take
 * two columns, colours none), so no name can break the alignment or steer the terminal.
 */
import { isHarmless, printable, truncate, widthOf } from './text.ts'

export type Cell = {
  readonly text: string
  readonly paint?: ((text: string) => string) | undefined
  /** Of letters, digits and signs that each take one column, whatever a repository holds: it is not looked through. */
  readonly plain?: boolean
}

export type ColumnOptions = {
  /** Lines are cut to so many columns. Undefined: never cut. */
  readonly width?: number | undefined
  readonly indent?: string
}

const widestCell = 60
const gap = '  '

export function renderColumns(rows: readonly (readonly Cell[])[], options: ColumnOptions = {}): string {
  const clean = rows.map((row) => row.map(measured))
  const widths = columnWidths(clean)
  const indent = options.indent ?? ''
  const lastRoom = room(widths, indent, options.width)
  return clean.map((row) => `${indent}${renderRow(row, widths, lastRoom)}\n`).join('')
}

/** What is shown of a cell, and how wide that is. */
type Measured = { readonly text: string; readonly width: number; readonly paint: Cell['paint'] }

function measured({ text, paint, plain }: Cell): Measured {
  if (plain === true || isHarmless(text)) return { text, width: text.length, paint }
  const shown = printable(text)
  return { text: shown, width: widthOf(shown), paint }
}

/** The last column takes what is left, so it has no width of its own. */
function columnWidths(rows: readonly (readonly Measured[])[]): readonly number[] {
  const widths: number[] = []
  for (const row of rows) {
    for (let column = 0; column < row.length; column += 1) {
      const last = column === row.length - 1
      const width = last ? 0 : Math.min(widestCell, row[column]?.width ?? 0)
      widths[column] = Math.max(widths[column] ?? 0, width)
    }
  }
  return widths
}

function room(widths: readonly number[], indent: string, width: number | undefined): number {
  if (width === undefined) return Number.POSITIVE_INFINITY
  const used = widths.slice(0, -1).reduce((sum, column) => sum + column + gap.length, indent.length)
  return Math.max(12, width - used)
}

const manyBlanks = ' '.repeat(widestCell + gap.length)

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
    const text = isCut ? truncate(cell.text, most) : cell.text
    line += cell.paint === undefined || text === '' ? text : cell.paint(text)
    if (!last) line += blanks(Math.max(0, most - (isCut ? widthOf(text) : cell.width)) + gap.length)
  }
  return line.trimEnd()
}
