/**
 * The unreleased part of the table as the history of a snapshot: in columns that lead into the table, and as commits
 * for those who want them one by one. Folders are numbered by their first use, so that a snapshot does not tell how
 * the table came to be.
 */
import { historyOfColumns, type CommitColumns, type History, type Path, type RawCommit, type Sha } from '@topsail/core'
import { usedBytes } from './growing.ts'
import { saidColumns } from './history-sayings.ts'
import {
  firstParentAt,
  messageOf,
  parentsOf,
  rowOf,
  shaOf,
  textOf,
  type HistoryTable,
  type Row,
} from './history-table.ts'

/** `rows` newest first. */
export function historyOf(table: HistoryTable, rows: Uint32Array, lastRelease: History['lastRelease']): History {
  const places = placesOf(table, rows)
  const { dirs, starts, numbers } = numberDirs(table, rows)
  const columns: CommitColumns = {
    size: rows.length,
    sha: shaReader(table, rows),
    indexOf: (sha) => {
      const row = rowOf(table, sha)
      const place = row === undefined ? -1 : (places[row] ?? -1)
      return place < 0 ? undefined : place
    },
    parents: listedParents(table, rows, places),
    message: (index) => messageOf(table, rows[index] ?? 0),
    dirs: { starts, numbers },
    addedChangesets: addedIn(table, rows),
    said: saidColumns(table, rows),
  }
  const commits = (): readonly RawCommit[] => {
    const shas: (Sha | undefined)[] = Array.from({ length: table.count })
    const named = (row: Row): Sha => (shas[row] ??= shaOf(table, row))
    return Array.from(rows, (row, index): RawCommit => {
      const text = textOf(table, row)
      const dateEnd = text.indexOf('\n')
      return {
        sha: named(row),
        parents: Array.from(parentsOf(table, row), named),
        date: dateEnd < 0 ? text : text.slice(0, dateEnd),
        message: dateEnd < 0 ? '' : text.slice(dateEnd + 1),
        dirs: [...numbers.subarray(starts[index], starts[index + 1])],
        addedChangesets: table.addedChangesets.get(row) ?? [],
      }
    })
  }
  return historyOfColumns(columns, { dirs, lastRelease }, commits)
}

/** Written out for a thousand neighbours at a time: of a history with many changes nearly all hashes are asked for. */
function shaReader(table: HistoryTable, rows: Uint32Array): (index: number) => Sha {
  const { hashBytes } = table
  const bytes = usedBytes(table.shas)
  const blocks: string[] = []
  return (index) => {
    const row = rows[index] ?? 0
    const block = row >>> 10
    const text = (blocks[block] ??= bytes.toString('hex', block * 1024 * hashBytes, (block + 1) * 1024 * hashBytes))
    const start = (row & 1023) * hashBytes * 2
    return text.slice(start, start + hashBytes * 2)
  }
}

/** For every row of the table where it stands in `rows`, -1 where it does not. */
function placesOf(table: HistoryTable, rows: Uint32Array): Int32Array {
  const places = new Int32Array(table.count).fill(-1)
  for (let index = 0; index < rows.length; index += 1) places[rows[index] ?? 0] = index
  return places
}

function listedParents(table: HistoryTable, rows: Uint32Array, places: Int32Array): CommitColumns['parents'] {
  const first = new Int32Array(rows.length).fill(-1)
  const others = new Map<number, readonly number[]>()
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] ?? 0
    const start = firstParentAt(table, row)
    const count = firstParentAt(table, row + 1) - start
    if (count > 0) first[index] = places[table.parents.data[start] ?? 0] ?? -1
    if (count < 2) continue
    const listed = Array.from(parentsOf(table, row).subarray(1), (parent) => places[parent] ?? -1)
    others.set(
      index,
      listed.filter((place) => place >= 0),
    )
  }
  return { size: rows.length, first, others }
}

/** All folders in one list; those of a commit begin at its start and end at the next one's. */
function numberDirs(table: HistoryTable, rows: Uint32Array) {
  const dirs: Path[] = []
  const known = new Int32Array(table.dirs.length).fill(-1)
  const starts = new Uint32Array(rows.length + 1)
  let total = 0
  for (const row of rows) total += table.touchCounts.data[row] ?? 0
  const numbers = new Uint32Array(total)
  let at = 0
  for (let index = 0; index < rows.length; index += 1) {
    starts[index] = at
    const row = rows[index] ?? 0
    const start = table.touchStarts.data[row] ?? 0
    const end = start + (table.touchCounts.data[row] ?? 0)
    for (let touch = start; touch < end; touch += 1) {
      const dir = (table.touches.data[touch] ?? 0) >>> 1
      if ((known[dir] ?? -1) < 0) known[dir] = dirs.push(table.dirs[dir] ?? '.') - 1
      numbers[at] = known[dir] ?? 0
      at += 1
    }
  }
  starts[rows.length] = at
  return { dirs, starts, numbers }
}

/** In the order of the commits. */
function addedIn(table: HistoryTable, rows: Uint32Array): ReadonlyMap<number, readonly Path[]> {
  const added = new Map<number, readonly Path[]>()
  if (table.addedChangesets.size === 0) return added
  for (let index = 0; index < rows.length; index += 1) {
    const paths = table.addedChangesets.get(rows[index] ?? 0)
    if (paths !== undefined) added.set(index, paths)
  }
  return added
}
