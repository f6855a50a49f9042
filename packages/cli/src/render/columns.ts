/**
 * Aligned columns for a terminal. Cells are cleaned here and measured as a terminal measures them (wide characters take
 * two columns, colours none), so no name can break the alignment or steer the terminal.
 */
import { padEnd, printable, truncate, widthOf } from './text.ts'

export type Cell = { readonly text: string; readonly paint?: ((text: string) => string) | undefined }

export type ColumnOptions = {
  /** Lines are cut to so many columns. Undefined: never cut. */
  readonly width?: number | undefined
  readonly indent?: string
}

const widestCell = 60
const gap = '  '

export function renderColumns(rows: readonly (readonly Cell[])[], options: ColumnOptions = {}): string {
  const clean = rows.map((row) => row.map(({ text, paint }) => ({ text: printable(text), paint })))
  const widths = columnWidths(clean)
  const indent = options.indent ?? ''
  const lastRoom = room(widths, indent, options.width)
  return clean.map((row) => `${indent}${renderRow(row, widths, lastRoom)}\n`).join('')
}

/** The last column takes what is left, so it has no width of its own. */
function columnWidths(rows: readonly (readonly Cell[])[]): readonly number[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      const last = column === row.length - 1
      const width = last ? 0 : Math.min(widestCell, widthOf(cell.text))
      widths[column] = Math.max(widths[column] ?? 0, width)
    })
  }
  return widths
}

function room(widths: readonly number[], indent: string, width: number | undefined): number {
  if (width === undefined) return Number.POSITIVE_INFINITY
  const used = widths.slice(0, -1).reduce((sum, column) => sum + column + gap.length, indent.length)
  return Math.max(12, width - used)
}

function renderRow(row: readonly Cell[], widths: readonly number[], lastRoom: number): string {
  const cells = row.map((cell, column) => {
    const last = column === row.length - 1
    const text = truncate(cell.text, last ? lastRoom : (widths[column] ?? 0))
    const painted = cell.paint === undefined || text === '' ? text : cell.paint(text)
    return last ? painted : painted + padEnd(text, widths[column] ?? 0).slice(text.length)
  })
  return cells.join(gap).trimEnd()
}
