/**
 * The undo journal of `version`: one file in the git folder that holds what every file was before it is written. It is
 * made, whole, before the first write and removed after the last; a run that finds one puts the files back. So the
 * tree is always all old or all new, wherever a run was cut off. Putting back can itself be cut off and done again.
 */
import { hash } from 'node:crypto'
import { dirname, join, relative, sep } from 'node:path'
import type { Path } from '@topsail/core'
import { findGitFolder } from '../adapters/git-folder.ts'
import { isRunningHere, thisProcess, type ProcessMark } from '../adapters/process-mark.ts'
import { staysInside } from '../ports.ts'
import type { Disk } from './disk.ts'
import { insideChecker } from './inside.ts'

export type UndoEntry = {
  readonly path: Path
  /** Null: there was no file. */
  readonly before: string | null
  readonly mode: number | null
  /** How it is made of `before`; null: we remove it; absent: another program may write it as it likes. */
  readonly after?: Splice | null
}

/** What stands between two places of a text gives way to another text. */
export type Splice = readonly [from: number, to: number, text: string]

/** Marked with the process that writes. */
export type UndoJournal = ProcessMark & {
  readonly schema: 'topsail/undo@1'
  readonly startedAt: number
  readonly files: readonly UndoEntry[]
  /** Folders that did not exist, outermost first. */
  readonly madeFolders: readonly Path[]
}

export type Recovery =
  | { readonly kind: 'clean' }
  | { readonly kind: 'busy'; readonly pid: number }
  /** `kept`: files that somebody changed since; they are left as they are. */
  | { readonly kind: 'restored'; readonly files: readonly Path[]; readonly kept: readonly Path[] }

export type UnfinishedWrites =
  | { readonly kind: 'none' }
  | { readonly kind: 'busy'; readonly pid: number }
  | { readonly kind: 'cut-off'; readonly count: number }

/** Puts back what a run that was cut off had begun to write. */
export function recoverWrites(root: string, disk: Disk): Recovery {
  const journalPath = undoJournalPath(root)
  const text = readText(journalPath, disk)
  if (text === undefined) return { kind: 'clean' }
  const journal = parseJournal(text)
  if (journal !== undefined && isRunning(journal)) return { kind: 'busy', pid: journal.pid }
  const undone = journal === undefined ? { files: [], kept: [] } : undoWrites(root, journal, disk)
  disk.remove(journalPath)
  return { kind: 'restored', ...undone }
}

/** What `recoverWrites` would find, with nothing put back: for those who only read the workspace. */
export function unfinishedWrites(root: string, disk: Disk): UnfinishedWrites {
  const text = readText(undoJournalPath(root), disk)
  const journal = text === undefined ? undefined : parseJournal(text)
  if (journal === undefined) return { kind: 'none' }
  return isRunning(journal) ? { kind: 'busy', pid: journal.pid } : { kind: 'cut-off', count: journal.files.length }
}

/** Without git the journal lies in the workspace, where anybody can lay anything: what is not text says nothing. */
function readText(path: string, disk: Disk): string | undefined {
  if (typeof disk.modeOf(path) !== 'number') return undefined
  try {
    return disk.read(path)
  } catch {
    return ''
  }
}

export function newJournal(files: readonly UndoEntry[], madeFolders: readonly Path[]): UndoJournal {
  return { schema: 'topsail/undo@1', ...thisProcess(), startedAt: Date.now(), files, madeFolders }
}

export function undoWrites(
  root: string,
  journal: UndoJournal,
  disk: Disk,
): { readonly files: readonly Path[]; readonly kept: readonly Path[] } {
  const files: Path[] = []
  const kept: Path[] = []
  const isInside = insideChecker(root)
  // What goes first makes room for what is put back: the disk may be full, which is why we are here.
  const [added, others] = [
    journal.files.filter(({ before }) => before === null),
    journal.files.filter(({ before }) => before !== null),
  ]
  for (const entry of [...added, ...others]) {
    const path = join(root, entry.path)
    if (!isInside(entry.path) || disk.modeOf(path) === 'other') {
      kept.push(entry.path)
      continue
    }
    dropStaged(path, disk)
    const now = disk.bytes(path)
    if (isText(now, entry.before)) continue
    if (!isOurs(now, entry)) {
      kept.push(entry.path)
      continue
    }
    restore(path, entry, disk)
    files.push(entry.path)
  }
  for (const folder of journal.madeFolders.toReversed()) {
    if (isInside(`${folder}/.`)) disk.removeFolder(join(root, folder))
  }
  return { files, kept }
}

/** A disk that may only be read refuses to remove also what is not there. */
function dropStaged(path: string, disk: Disk): void {
  if (disk.modeOf(stagedPath(path)) !== undefined) disk.remove(stagedPath(path))
}

export function stagedPath(path: string): string {
  return `${path}.topsail-new`
}

/** The shortest splice that makes `after` of `before`. */
export function spliceOf(before: string, after: string): Splice {
  const most = Math.min(before.length, after.length)
  const head = longest(most, (length) => after.startsWith(before.slice(0, length)))
  const tail = longest(most - head, (length) => after.endsWith(before.slice(before.length - length)))
  return [head, before.length - tail, after.slice(head, after.length - tail)]
}

/** Texts are compared natively, a few times each: a file may be long, and there may be thousands. */
function longest(most: number, fits: (length: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}

/** In the git folder of this worktree; without one, beside the root manifest. One for each workspace of a repository. */
export function undoJournalPath(root: string): string {
  const found = findGitFolder(root)
  if (found?.gitFolder === undefined) return join(root, '.topsail-undo.json')
  const place = relative(found.worktree, root).split(sep).join('/')
  return join(found.gitFolder, 'topsail', place === '' ? 'undo.json' : `undo-${hash('sha1', place).slice(0, 12)}.json`)
}

function isText(now: Buffer | undefined, text: string | null): boolean {
  return now === undefined ? text === null : text !== null && now.equals(Buffer.from(text))
}

/**
 * Whether nobody but us can have left the file like this: whole, or cut off while it was written, which leaves the
 * beginning of the new text and from there on nothing, or what the old text had there.
 */
function isOurs(now: Buffer | undefined, { before, after }: UndoEntry): boolean {
  if (after === undefined) return true
  if (after === null || now === undefined) return after === null && now === undefined
  const [from, to, text] = after
  const old = Buffer.from(before ?? '')
  const whole = Buffer.from((before ?? '').slice(0, from) + text + (before ?? '').slice(to))
  const written = longest(Math.min(now.length, whole.length), (length) => isSame(now, whole, 0, length))
  return written === now.length || (now.length <= old.length && isSame(now, old, written, now.length))
}

function isSame(a: Buffer, b: Buffer, from: number, to: number): boolean {
  return a.subarray(from, to).equals(b.subarray(from, to))
}

function restore(path: string, entry: UndoEntry, disk: Disk): void {
  if (entry.before === null) {
    disk.remove(path)
    return
  }
  disk.makeFolder(dirname(path))
  try {
    disk.write(stagedPath(path), entry.before, entry.mode ?? undefined)
    disk.rename(stagedPath(path), path)
  } catch (error) {
    dropStaged(path, disk)
    // Where there is no room for a second file beside it, what was written over is written over again.
    if (disk.modeOf(path) === undefined || !disk.overwrite(path, entry.before)) throw error
  }
}

/** Longer than any run: where the system does not tell when a process began, its id is somebody else's some day. */
const longestRun = 30 * 60_000

/** Of a run in another container, or on another machine, nothing is known but that it left the files half written. */
function isRunning(journal: UndoJournal): boolean {
  const isOld = journal.began === undefined && Date.now() - journal.startedAt > longestRun
  return journal.pid !== process.pid && !isOld && isRunningHere(journal)
}

/** A journal is created whole; from one that does not fit, or was laid there by somebody else, nothing is taken. */
function parseJournal(text: string): UndoJournal | undefined {
  try {
    const journal: unknown = JSON.parse(text)
    return isJournal(journal) ? journal : undefined
  } catch {
    return undefined
  }
}

function isJournal(value: unknown): value is UndoJournal {
  if (!isRecord(value) || value['schema'] !== 'topsail/undo@1') return false
  const { pid, host, startedAt, files, madeFolders } = value
  const scalars = typeof pid === 'number' && typeof host === 'string' && typeof startedAt === 'number'
  if (!scalars || !Array.isArray(files) || !Array.isArray(madeFolders)) return false
  return files.every(isEntry) && madeFolders.every(isPath)
}

function isEntry(value: unknown): value is UndoEntry {
  if (!isRecord(value) || !isPath(value['path'])) return false
  const { before, mode, after } = value
  return (
    (before === null || typeof before === 'string') &&
    (mode === null || typeof mode === 'number') &&
    (after === undefined || after === null || isSplice(after))
  )
}

function isSplice(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  const [from, to, text] = value as readonly unknown[]
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && typeof text === 'string'
}

function isPath(value: unknown): value is Path {
  return typeof value === 'string' && staysInside(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
