/**
 * Which part of a history matters: the commits that some package has not released yet. What every release contains is
 * left out; where releases stand on lines that never met, more is kept rather than less.
 */
import { firstParentAt, type HistoryTable, type Row } from './history-table.ts'

/** The rows of `order` (newest first) that are not contained in all of the releases. */
export function unreleasedRows(table: HistoryTable, order: Uint32Array, releases: ReadonlySet<Row>): Uint32Array {
  if (releases.size === 0) return order
  const oldest = [...releases].reduce((least, row) => Math.min(least, row))
  const released = ancestorsOf(table, oldest)
  const containsOldest = descendantsOf(table, oldest)
  const apart = [...releases].filter((row) => containsOldest[row] === 0)
  if (apart.length > mostLines) return order
  for (const row of apart) {
    const others = ancestorsOf(table, row)
    for (let at = 0; at < released.length; at += 1) released[at] = (released[at] ?? 0) & (others[at] ?? 0)
  }
  const rows = new Uint32Array(order.length)
  let count = 0
  for (let at = 0; at < order.length; at += 1) {
    const row = order[at] ?? 0
    if (released[row] !== 0) continue
    rows[count] = row
    count += 1
  }
  return rows.subarray(0, count)
}

/** Releases on more separate lines than this are not compared; then all of the history is kept. */
const mostLines = 64

/** 1 for the row and all that it contains. Parents have smaller numbers, so one pass downwards is enough. */
function ancestorsOf(table: HistoryTable, row: Row): Uint8Array {
  const contained = new Uint8Array(table.count)
  contained[row] = 1
  for (let at = row; at >= 0; at -= 1) {
    if (contained[at] === 0) continue
    const end = firstParentAt(table, at + 1)
    for (let index = firstParentAt(table, at); index < end; index += 1) contained[table.parents.data[index] ?? 0] = 1
  }
  return contained
}

function descendantsOf(table: HistoryTable, row: Row): Uint8Array {
  const containing = new Uint8Array(table.count)
  containing[row] = 1
  for (let at = row + 1; at < table.count; at += 1) {
    const end = firstParentAt(table, at + 1)
    for (let index = firstParentAt(table, at); index < end; index += 1) {
      if (containing[table.parents.data[index] ?? 0] === 1) containing[at] = 1
    }
  }
  return containing
}
