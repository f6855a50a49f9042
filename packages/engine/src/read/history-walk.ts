/**
 * What commits say and touch: `git log` over exactly the commits it is given, names from trees alone (no renames, no
 * blobs, so a blobless clone fetches nothing), parsed while git is still comparing. The list is cut into as many pieces
 * as there are processors, four at most: comparing trees is nearly all of the cost, and git does it on one.
 */
import { availableParallelism } from 'node:os'
import { sharedFileDir, sharedFiles } from '@topsail/core'
import type { Git } from '../ports.ts'
import { isChangesetPath } from './changesets.ts'
import { pushNumber, reserveBytes } from './growing.ts'
import { parentsOf, rowOf, shaOf, type HistoryTable, type Row } from './history-table.ts'

/** Undefined when all went well, else what git said. `prefix` is the workspace's folder in the repository: `` or `a/b/`. */
export async function walkRows(
  table: HistoryTable,
  git: Git,
  rows: readonly Row[],
  prefix: string,
  onWalked: (row: Row) => void = () => {},
): Promise<string | undefined> {
  if (rows.length === 0) return undefined
  const pieces = Math.min(4, availableParallelism(), Math.ceil(rows.length / smallestPiece))
  const size = Math.ceil(rows.length / pieces)
  const dirNumbers = new Map(table.dirs.map((dir, at) => [Buffer.from(dir).toString('latin1'), at]))
  const failures = await Promise.all(
    Array.from({ length: pieces }, (_, piece) =>
      walkPiece({ table, prefix, dirNumbers, onWalked }, git, rows.slice(piece * size, (piece + 1) * size)),
    ),
  )
  return failures.find((failure) => failure !== undefined)
}

/** Below this, one more process costs more than it saves. */
const smallestPiece = 500

type Walk = {
  readonly table: HistoryTable
  readonly prefix: string
  /** By the folder's path, in letters of Latin-1. */
  readonly dirNumbers: Map<string, number>
  readonly onWalked: (row: Row) => void
}

async function walkPiece(walk: Walk, git: Git, rows: readonly Row[]): Promise<string | undefined> {
  const { table, prefix } = walk
  const parse = logParser(walk)
  const answer = await git(
    [
      '-c',
      treesKept,
      'log',
      '--stdin',
      '--no-walk=unsorted',
      '--encoding=UTF-8',
      '-z',
      '--format=%x01%H%n%aI%n%B',
      '--name-status',
      '--no-renames',
      '--full-history',
      '--sparse',
      '--end-of-options',
      ...(prefix === '' ? [] : ['--', '.']),
    ],
    { input: rows.map((row) => `${shaOf(table, row)}\n`).join(''), onOutput: parse.feed },
  )
  if (answer.kind === 'missing') return answer.detail
  if (answer.code !== 0) return answer.stderr || `git log ended with ${answer.code}`
  parse.end()
  return undefined
}

/** Neighbours share their trees, so that a few are enough; git would keep 96 MB, and getting that much memory takes time. */
const treesKept = 'core.deltaBaseCacheLimit=16m'

/** No person writes a longer message; what comes after is not read. */
const longestMessage = 64 * 1024

/** Folders by number, with 1 for those whose manifest was touched. */
type OpenCommit = { readonly row: Row; readonly touched: Map<number, 0 | 1>; readonly added: string[] }

type LogParser = { readonly feed: (chunk: Buffer) => void; readonly end: () => void }

/**
 * Tokens end in NUL: a header begins with \x01; after it come pairs of a status letter and a path, the first letter
 * behind a line end. A path is only ever read after a status, so none can be taken for a header. Bytes are kept as
 * letters of Latin-1 until it is known which of them are worth decoding.
 */
function logParser({ table, prefix, dirNumbers, onWalked }: Walk): LogParser {
  const latinPrefix = Buffer.from(prefix).toString('latin1')
  let rest = ''
  let status = ''
  let open: OpenCommit | undefined
  const close = (): void => {
    if (open === undefined) return
    closeCommit(table, open)
    onWalked(open.row)
  }
  const onToken = (token: string): void => {
    if (status !== '') {
      if (open !== undefined && token.startsWith(latinPrefix)) {
        touch(table, open, status, token.slice(latinPrefix.length), dirNumbers)
      }
      status = ''
    } else if (token.startsWith('\x01')) {
      close()
      open = openCommit(table, token)
    } else {
      status = token.trim()
    }
  }
  return {
    feed: (chunk) => {
      const text = rest + chunk.toString('latin1')
      let start = 0
      for (let end = text.indexOf('\0', rest.length); end >= 0; end = text.indexOf('\0', start)) {
        onToken(text.slice(start, end))
        start = end + 1
      }
      rest = text.slice(start)
    },
    end: close,
  }
}

/** `token` is \x01, the hash, a line end, the date, a line end, the message. */
function openCommit(table: HistoryTable, token: string): OpenCommit | undefined {
  const shaEnd = table.hashBytes * 2 + 1
  const row = rowOf(table, token.slice(1, shaEnd))
  if (row === undefined) return undefined
  const text = token.slice(shaEnd + 1, shaEnd + 1 + longestMessage).trimEnd()
  const at = reserveBytes(table.text, text.length)
  table.text.data.write(text, at, 'latin1')
  table.textStarts.data[row] = at
  table.textLengths.data[row] = text.length
  return { row, touched: new Map(), added: [] }
}

function closeCommit(table: HistoryTable, open: OpenCommit): void {
  if (table.isCutOff && parentsOf(table, open.row).length === 0) return
  table.touchStarts.data[open.row] = table.touches.length
  table.touchCounts.data[open.row] = open.touched.size
  for (const [dir, manifest] of open.touched) pushNumber(table.touches, dir * 2 + manifest)
  if (open.added.length > 0) table.addedChangesets.set(open.row, open.added)
}

function touch(
  table: HistoryTable,
  open: OpenCommit,
  status: string,
  path: string,
  dirNumbers: Map<string, number>,
): void {
  const slash = path.lastIndexOf('/')
  const number = numberOf(slash < 0 ? '.' : path.slice(0, slash), table, dirNumbers)
  if (slash < 0 && sharedFiles.has(path)) open.touched.set(numberOf(sharedFileDir(path), table, dirNumbers), 0)
  if (path.endsWith('package.json') && path.length - slash === 'package.json'.length + 1) open.touched.set(number, 1)
  else if (!open.touched.has(number)) open.touched.set(number, 0)
  if (status === 'A' && path.startsWith('.changeset/') && isChangesetPath(decoded(path))) open.added.push(decoded(path))
}

function numberOf(dir: string, table: HistoryTable, dirNumbers: Map<string, number>): number {
  const known = dirNumbers.get(dir)
  if (known !== undefined) return known
  const number = table.dirs.length
  dirNumbers.set(dir, number)
  table.dirs.push(decoded(dir))
  return number
}

function decoded(latin: string): string {
  return Buffer.from(latin, 'latin1').toString('utf8')
}
