/**
 * What messages say, kept in the table: a plain message is a number of its head and the place of its summary, so that
 * the next run reads no text of it. All of it stands under the name of one reading; under another, nothing is kept.
 */
import { isAscii } from 'node:buffer'
import type { PlainHead, PlainReading, SaidColumns } from '@topsail/core'
import { usedBytes } from './growing.ts'
import { textOf, type HistoryTable, type Row, type SaidHead } from './history-table.ts'

export type SayingReader = (row: Row) => void

/** Reads the message of a row that has not been read. What was read in another way is forgotten. */
export function sayingReader(table: HistoryTable, { name, read }: PlainReading): SayingReader {
  const { sayings, said } = table
  if (sayings.reading !== name) {
    said.data.fill(0)
    sayings.heads.length = 0
    sayings.reading = name
  }
  // Made when there is something to read.
  let numbers: Map<string, number> | undefined
  const numberOf = (head: SaidHead): number | undefined => {
    numbers ??= new Map(sayings.heads.map((kept, number) => [keyOf(kept), number]))
    const key = keyOf(head)
    const known = numbers.get(key)
    if (known !== undefined || sayings.heads.length >= mostHeads) return known
    numbers.set(key, sayings.heads.length)
    return sayings.heads.push(head) - 1
  }
  return (row) => {
    if (said.data[row] !== 0) return
    said.data[row] = 1
    const text = textOf(table, row)
    const dateEnd = text.indexOf('\n')
    const plain = read(dateEnd < 0 ? '' : text.slice(dateEnd + 1))
    // What is not UTF-8 has no place that can be counted in letters.
    if (plain === undefined || text.includes('\uFFFD')) return
    const number = numberOf(plain.head === undefined ? null : keptHead(plain.head))
    const at = text.indexOf(plain.summary, dateEnd + 1)
    if (number === undefined || at < 0) return
    said.data[row] = 2 + number * 2 + (plain.hasPull ? 1 : 0)
    const isAscii = text.length === table.textLengths.data[row]
    const start = isAscii ? at : Buffer.byteLength(text.slice(0, at))
    table.summaryStarts.data[row] = (table.textStarts.data[row] ?? 0) + start
    table.summaryLengths.data[row] = isAscii ? plain.summary.length : Buffer.byteLength(plain.summary)
  }
}

/** Where every commit has a head of its own, keeping them helps nobody. */
const mostHeads = 200_000

function keptHead({ type, scope, breaking }: PlainHead): SaidHead {
  return [type, scope ?? null, breaking]
}

/** A type holds no line end. */
function keyOf(head: SaidHead): string {
  return head === null ? '' : `${head[2] ? '!' : '.'}${head[0]}\n${head[1] ?? '\n'}`
}

/** What was kept of the rows that a history lists. */
export function saidColumns(table: HistoryTable, rows: Uint32Array): SaidColumns {
  const { said, sayings } = table
  const numbers = new Int32Array(rows.length)
  for (let index = 0; index < rows.length; index += 1) numbers[index] = ((said.data[rows[index] ?? -1] ?? 0) >> 1) - 1
  return {
    reading: sayings.reading,
    numbers,
    heads: sayings.heads.map((kept): PlainHead | undefined =>
      kept === null ? undefined : { type: kept[0], scope: kept[1] ?? undefined, breaking: kept[2] },
    ),
    summary: summaryReader(table, rows),
    hasPull: (index) => ((said.data[rows[index] ?? -1] ?? 0) & 1) === 1,
  }
}

const blockBits = 16

/** Most texts are ASCII: then what lies close together is decoded together, and a summary is a piece of that. */
function summaryReader(table: HistoryTable, rows: Uint32Array): (index: number) => string {
  const { summaryStarts, summaryLengths } = table
  const text = usedBytes(table.text)
  const blocks: (string | null)[] = []
  const decode = (block: number): string | null => {
    const bytes = text.subarray(block << blockBits, (block + 1) << blockBits)
    return isAscii(bytes) ? bytes.toString('latin1') : null
  }
  return (index) => {
    const row = rows[index] ?? -1
    const start = summaryStarts.data[row] ?? 0
    const end = start + (summaryLengths.data[row] ?? 0)
    const block = start >>> blockBits
    const near = end >>> blockBits === block ? (blocks[block] ??= decode(block)) : null
    const base = block << blockBits
    return near === null ? text.toString('utf8', start, end) : near.slice(start - base, end - base)
  }
}
