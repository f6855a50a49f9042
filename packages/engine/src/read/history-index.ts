/**
 * The history table between two runs: one file in the git folder that all branches and worktrees share, keyed by
 * commit. It is only ever an accelerator: deleting it is safe, a file that is torn, of another version or not ours is
 * ignored, commits of rewritten history are left behind when the file has grown too far. Written beside and renamed,
 * so that of two writers the last wins and no reader sees half of one.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFile } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { bytes, numbers, usedBytes, usedNumbers, type Numbers } from './growing.ts'
import { fillSlots, type HistoryTable, type Sayings } from './history-table.ts'
import { isRecord } from './record.ts'

export type IndexPlace = { readonly folder: string; readonly file: string }

/** `prefix` is the workspace's folder in the repository: another workspace of it has another table. */
export function indexPlace(commonDir: string, prefix: string): IndexPlace {
  const folder = join(commonDir, 'topsail')
  const key = prefix === '' ? 'root' : createHash('sha256').update(prefix).digest('hex').slice(0, 16)
  return { folder, file: join(folder, `history-${key}.bin`) }
}

/** Undefined when there is none that can be used. */
export function loadIndex(place: IndexPlace): HistoryTable | undefined {
  try {
    return decodeTable(readFileSync(place.file))
  } catch {
    return undefined
  }
}

/**
 * The table as it is now is written while the caller goes on; resolves when that is done. A git folder that cannot be
 * written to costs time on the next run, nothing else.
 */
export function saveIndex(place: IndexPlace, table: HistoryTable): Promise<void> {
  const draft = `${place.file}.${process.pid}.${Date.now().toString(36)}`
  return new Promise((resolve) => {
    const end = (failure: unknown): void => {
      try {
        if (failure) throw failure
        renameSync(draft, place.file)
      } catch {
        rmSync(draft, { force: true })
      }
      resolve()
    }
    try {
      mkdirSync(place.folder, { recursive: true })
      writeFile(draft, encodeTable(table), end)
    } catch (error) {
      end(error)
    }
  })
}

/** Raised whenever the meaning of a byte changes. */
const format = Buffer.from('topsail history 3\n'.padEnd(32, '\0'))

/** The format, the crc of all that follows it, the sections' lengths; then the sections, each padded to eight. */
const headBytes = 128

type Lists = readonly [
  parentStarts: Numbers,
  parents: Numbers,
  textStarts: Numbers,
  textLengths: Numbers,
  touchStarts: Numbers,
  touchCounts: Numbers,
  touches: Numbers,
  said: Numbers,
  summaryStarts: Numbers,
  summaryLengths: Numbers,
]

export function encodeTable(table: HistoryTable): Buffer {
  const words = {
    hashBytes: table.hashBytes,
    count: table.count,
    dirs: table.dirs,
    sayings: table.sayings,
    addedChangesets: [...table.addedChangesets],
    versionWrites: [...table.versionWrites],
  }
  const sections = [
    Buffer.from(JSON.stringify(words)),
    usedBytes(table.shas),
    usedBytes(table.text),
    ...listsOf(table).map((list) => {
      const used = usedNumbers(list)
      return Buffer.from(used.buffer, used.byteOffset, used.byteLength)
    }),
  ]
  const body = Buffer.concat(sections.flatMap((section) => [section, Buffer.alloc(padding(section.length))]))
  const head = Buffer.alloc(headBytes)
  format.copy(head)
  sections.forEach((section, at) => head.writeUInt32LE(section.length, 40 + at * 4))
  const file = Buffer.concat([head, body])
  file.writeUInt32LE(crc32(file.subarray(36)), 32)
  return file
}

/** Throws, or gives undefined, for anything that `encodeTable` has not written here. */
export function decodeTable(file: Buffer): HistoryTable | undefined {
  if (file.length < headBytes || !file.subarray(0, format.length).equals(format)) return undefined
  if (crc32(file.subarray(36)) !== file.readUInt32LE(32)) return undefined
  const body = file.subarray(headBytes)
  let at = 0
  const sections = Array.from({ length: 13 }, (_, section) => {
    const length = file.readUInt32LE(40 + section * 4)
    const start = at
    at += length + padding(length)
    return body.subarray(start, start + length)
  })
  const [words, shas, text, ...lists] = sections
  const parsed: unknown = JSON.parse((words ?? body).toString('utf8'))
  if (!isWords(parsed) || shas === undefined || text === undefined) return undefined
  const [
    parentStarts,
    parents,
    textStarts,
    textLengths,
    touchStarts,
    touchCounts,
    touches,
    said,
    summaryStarts,
    summaryLengths,
  ] = lists.map(numbersIn) as unknown as Lists
  const table: HistoryTable = {
    hashBytes: parsed.hashBytes,
    isCutOff: false,
    count: parsed.count,
    shas: bytes(shas),
    text: bytes(text),
    parentStarts,
    parents,
    textStarts,
    textLengths,
    touchStarts,
    touchCounts,
    touches,
    said,
    summaryStarts,
    summaryLengths,
    sayings: parsed.sayings,
    dirs: [...parsed.dirs],
    addedChangesets: new Map(parsed.addedChangesets),
    versionWrites: new Map(parsed.versionWrites),
    slots: new Int32Array(0),
  }
  if (table.shas.length !== table.count * table.hashBytes) return undefined
  fillSlots(table)
  return table
}

function listsOf(table: HistoryTable): Lists {
  const { parentStarts, parents, textStarts, textLengths, touchStarts, touchCounts, touches } = table
  const { said, summaryStarts, summaryLengths } = table
  const touching = [touchStarts, touchCounts, touches] as const
  return [parentStarts, parents, textStarts, textLengths, ...touching, said, summaryStarts, summaryLengths]
}

function numbersIn(section: Buffer): Numbers {
  const aligned = section.byteOffset % 4 === 0 ? section : Buffer.from(section)
  return numbers(new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4))
}

function padding(length: number): number {
  return (8 - (length % 8)) % 8
}

type Words = {
  readonly hashBytes: number
  readonly count: number
  readonly dirs: readonly string[]
  readonly sayings: Sayings
  readonly addedChangesets: readonly [number, readonly string[]][]
  readonly versionWrites: readonly [string, string][]
}

/** The checksum says that the file is whole; this, that it is of this shape. */
function isWords(value: unknown): value is Words {
  return isRecord(value) && (value['hashBytes'] === 20 || value['hashBytes'] === 32) && Array.isArray(value['dirs'])
}
