/**
 * The commits of a repository as one table: who their parents are and, for those that were walked, what they say and
 * which folders they touched. A commit is a row; rows are only ever appended, parents before children, so that a row's
 * number is a topological order and a table can be kept and continued. Paths are relative to the workspace root.
 */
import type { Path, Sha } from '@topsail/core'
import { bytes, noNumbers, pushNumber, reserveBytes, type Bytes, type Numbers } from './growing.ts'

export type Row = number

export type HistoryTable = {
  /** 20 bytes, or 32 in a repository of SHA-256. */
  readonly hashBytes: number
  /** In a shallow clone, commits without parents are where it was cut off: they seem to touch everything. */
  readonly isCutOff: boolean
  count: number
  readonly shas: Bytes
  /** Where a row's parents begin in `parents`; they end where the next row's begin. */
  readonly parentStarts: Numbers
  readonly parents: Numbers
  /** Where the date and message of a row lie in `text`; length 0 for a row that was not walked. */
  readonly textStarts: Numbers
  readonly textLengths: Numbers
  readonly text: Bytes
  /** Where the folders of a row lie in `touches`: number of a folder times two, plus one if its manifest was touched. */
  readonly touchStarts: Numbers
  readonly touchCounts: Numbers
  readonly touches: Numbers
  /** What the message of a row says: 0 not read yet, 1 more than fits here, else two for its head and one for its pull. */
  readonly said: Numbers
  /** Where the summary of a row lies in `text`. */
  readonly summaryStarts: Numbers
  readonly summaryLengths: Numbers
  /** How the messages were read, and what plain ones say: by number. */
  readonly sayings: Sayings
  readonly dirs: Path[]
  readonly addedChangesets: Map<Row, readonly Path[]>
  /** `DIR\nVERSION` to the commit that wrote that version into the manifest of that folder. */
  readonly versionWrites: Map<string, Sha>
  /** An open hash table from commit to row plus one, over the first bytes of its hash. */
  slots: Int32Array
}

export type Sayings = { reading: string; readonly heads: SaidHead[] }
/** Null for a message that is not conventional. */
export type SaidHead = readonly [type: string, scope: string | null, breaking: boolean] | null

export function emptyTable(hashBytes: number, isCutOff = false): HistoryTable {
  return {
    hashBytes,
    isCutOff,
    count: 0,
    shas: bytes(Buffer.alloc(0)),
    parentStarts: noNumbers(),
    parents: noNumbers(),
    textStarts: noNumbers(),
    textLengths: noNumbers(),
    text: bytes(Buffer.alloc(0)),
    touchStarts: noNumbers(),
    touchCounts: noNumbers(),
    touches: noNumbers(),
    said: noNumbers(),
    summaryStarts: noNumbers(),
    summaryLengths: noNumbers(),
    sayings: { reading: '', heads: [] },
    dirs: [],
    addedChangesets: new Map(),
    versionWrites: new Map(),
    slots: new Int32Array(1024),
  }
}

/** Appends a commit that is not in the table yet; its parents must be. */
export function appendCommit(table: HistoryTable, sha: Sha, parents: readonly Row[]): Row {
  const row = table.count
  const at = reserveBytes(table.shas, table.hashBytes)
  table.shas.data.write(sha, at, 'hex')
  pushNumber(table.parentStarts, table.parents.length)
  for (const parent of parents) pushNumber(table.parents, parent)
  for (const list of [table.textStarts, table.textLengths, table.touchStarts, table.touchCounts]) pushNumber(list, 0)
  for (const list of [table.said, table.summaryStarts, table.summaryLengths]) pushNumber(list, 0)
  table.count = row + 1
  if (table.count * 2 > table.slots.length) fillSlots(table)
  else putIntoSlot(table, row)
  return row
}

export function rowOf(table: HistoryTable, sha: Sha): Row | undefined {
  if (sha.length !== table.hashBytes * 2) return undefined
  const mask = table.slots.length - 1
  const first = Number.parseInt(sha.slice(0, 8), 16)
  for (let slot = first & mask; ; slot = (slot + 1) & mask) {
    const entry = table.slots[slot] ?? 0
    if (entry === 0) return undefined
    if (firstBytesOf(table, entry - 1) === first && shaOf(table, entry - 1) === sha) return entry - 1
  }
}

/** Of a hash, as a number. */
function firstBytesOf(table: HistoryTable, row: Row): number {
  const { data } = table.shas
  const at = row * table.hashBytes
  return (
    (((data[at] ?? 0) << 24) | ((data[at + 1] ?? 0) << 16) | ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0)) >>> 0
  )
}

export function shaOf(table: HistoryTable, row: Row): Sha {
  return table.shas.data.toString('hex', row * table.hashBytes, (row + 1) * table.hashBytes)
}

/** Where the parents of a row begin in `parents`, and those of the row before it end. */
export function firstParentAt(table: HistoryTable, row: Row): number {
  return row < table.count ? (table.parentStarts.data[row] ?? 0) : table.parents.length
}

export function parentsOf(table: HistoryTable, row: Row): Uint32Array {
  return table.parents.data.subarray(firstParentAt(table, row), firstParentAt(table, row + 1))
}

export function isWalked(table: HistoryTable, row: Row): boolean {
  return (table.textLengths.data[row] ?? 0) > 0
}

export function touchesOf(table: HistoryTable, row: Row): Uint32Array {
  const start = table.touchStarts.data[row] ?? 0
  return table.touches.data.subarray(start, start + (table.touchCounts.data[row] ?? 0))
}

/** The author date, a line end, the message. */
export function textOf(table: HistoryTable, row: Row): string {
  const start = table.textStarts.data[row] ?? 0
  return table.text.data.toString('utf8', start, start + (table.textLengths.data[row] ?? 0))
}

/** The message alone, without the date. */
export function messageOf(table: HistoryTable, row: Row): string {
  const text = textOf(table, row)
  const dateEnd = text.indexOf('\n')
  return dateEnd < 0 ? '' : text.slice(dateEnd + 1)
}

/** Builds the hash table anew, twice as large as needed. */
export function fillSlots(table: HistoryTable): void {
  let size = 1024
  while (size < table.count * 4) size *= 2
  table.slots = new Int32Array(size)
  for (let row = 0; row < table.count; row += 1) putIntoSlot(table, row)
}

function putIntoSlot(table: HistoryTable, row: Row): void {
  const { slots } = table
  const mask = slots.length - 1
  let slot = firstBytesOf(table, row) & mask
  while (slots[slot] !== 0) slot = (slot + 1) & mask
  slots[slot] = row + 1
}
