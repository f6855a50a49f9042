/**
 * Writes all files or none. What every file was is on the disk, in the undo journal, before the first is written; other
 * programs (formatter, package manager) may follow. Until the journal is removed, at the very end, a failure, a signal
 * or a kill leads back to the tree as it was: at once where we still can, else by the next run.
 */
import { dirname } from 'node:path'
import type { FileEdit, Path, Problem } from '@topsail/core'
import { type Disk, realDisk } from './disk.ts'
import { insideChecker, isThere, parentOf } from './inside.ts'
import {
  newJournal,
  recoverWrites,
  spliceOf,
  stagedPath,
  undoJournalPath,
  undoWrites,
  type UndoEntry,
  type UndoJournal,
} from './undo-journal.ts'

export type WriteRequest = {
  /** The workspace root, a real path. */
  readonly root: string
  readonly edits: readonly FileEdit[]
  /** Files that `afterwards` may write, beside those of `edits`. */
  readonly alsoTouched?: readonly Path[]
  /** What other programs do to the written files, until they are stopped. A throw undoes everything. */
  readonly afterwards?: (stop: AbortSignal) => Promise<void>
  readonly disk?: Disk
}

export async function writeAll(request: WriteRequest): Promise<readonly Problem[]> {
  try {
    return await prepare(request, request.disk ?? realDisk)
  } catch (error) {
    return [{ code: 'WRITE_FAILED', severity: 'error', detail: messageOf(error), kept: [] }]
  }
}

/** A throw in here comes before the first write. */
async function prepare(request: WriteRequest, disk: Disk): Promise<readonly Problem[]> {
  const { root } = request
  const recovery = recoverWrites(root, disk)
  if (recovery.kind === 'busy') return [{ code: 'VERSION_IN_PROGRESS', severity: 'error', pid: recovery.pid }]
  if (recovery.kind === 'restored') {
    return [{ code: 'VERSION_UNDONE', severity: 'error', files: recovery.files, kept: recovery.kept }]
  }
  const inspected = inspect(request, disk)
  if (inspected.problems.length > 0) return inspected.problems

  const folders = missingFolders(root, request.edits)
  const journal = newJournal(inspected.entries, folders)
  const journalPath = undoJournalPath(root)
  disk.makeFolder(dirname(journalPath))
  if (!disk.create(journalPath, JSON.stringify(journal))) {
    return [{ code: 'VERSION_IN_PROGRESS', severity: 'error', pid: undefined }]
  }
  return perform(request, journal, disk)
}

async function perform(request: WriteRequest, journal: UndoJournal, disk: Disk): Promise<readonly Problem[]> {
  const { root, edits, afterwards } = request
  const undo = (): readonly Path[] => {
    const { kept } = undoWrites(root, journal, disk)
    disk.remove(undoJournalPath(root))
    return kept
  }
  const others = new AbortController()
  const stopListening = onSignal(() => {
    // What they write later would stay.
    others.abort()
    undo()
  })
  try {
    write(root, edits, journal, disk)
    await afterwards?.(others.signal)
    disk.remove(undoJournalPath(root))
    return []
  } catch (error) {
    return failure(messageOf(error), undo)
  } finally {
    stopListening()
  }
}

/** When not even undoing works, the journal stays, and the next run does it. */
function failure(detail: string, undo: () => readonly Path[]): readonly Problem[] {
  try {
    return [{ code: 'WRITE_FAILED', severity: 'error', detail, kept: undo() }]
  } catch (error) {
    return [{ code: 'WRITE_LEFT_OPEN', severity: 'error', detail, undoing: messageOf(error) }]
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Every target is a plain file below the root that still holds what the plan was made from. */
function inspect(request: WriteRequest, disk: Disk): { entries: UndoEntry[]; problems: Problem[] } {
  const entries: UndoEntry[] = []
  const problems: Problem[] = []
  const isInside = insideChecker(request.root)
  const free = new Set(request.alsoTouched)
  const edited = new Set(request.edits.map((edit) => edit.path))
  const look = (path: Path, expected: { readonly before: string | undefined } | undefined): UndoEntry | undefined => {
    const place = { file: path }
    const target = `${request.root}/${path}`
    const mode = isInside(path) ? disk.modeOf(target) : 'other'
    if (mode === 'other') {
      problems.push({ code: 'WRITE_TARGET_UNSAFE', severity: 'error', place })
      return undefined
    }
    const before = mode === undefined ? undefined : readOr(disk, target)
    if (before === notText) problems.push({ code: 'FILE_NOT_TEXT', severity: 'error', place })
    else if (expected !== undefined && before !== expected.before) {
      problems.push({ code: 'FILE_CHANGED_MEANWHILE', severity: 'error', place })
    } else return { path, before: before ?? null, mode: mode ?? null }
    return undefined
  }
  for (const edit of request.edits) {
    const entry = look(edit.path, edit)
    if (entry !== undefined) entries.push(free.has(edit.path) ? entry : { ...entry, after: afterOf(edit) })
  }
  for (const path of free) {
    const entry = edited.has(path) ? undefined : look(path, undefined)
    if (entry !== undefined) entries.push(entry)
  }
  return { entries, problems }
}

function afterOf({ before = '', after }: FileEdit): UndoEntry['after'] {
  return after === undefined ? null : spliceOf(before, after)
}

const notText = Symbol('not text')

function readOr(disk: Disk, path: string): string | undefined | typeof notText {
  try {
    return disk.read(path)
  } catch {
    return notText
  }
}

function write(root: string, edits: readonly FileEdit[], journal: UndoJournal, disk: Disk): void {
  const modes = new Map(journal.files.map(({ path, mode }) => [path, mode]))
  for (const folder of journal.madeFolders) disk.makeFolder(`${root}/${folder}`)
  for (const { path, before, after } of edits) {
    const target = `${root}/${path}`
    if (after === undefined) disk.remove(target)
    else if (before === undefined) disk.write(target, after, undefined)
    else if (!disk.overwrite(target, after)) replace(target, after, modes.get(path) ?? undefined, disk)
  }
  // Git keeps no empty folders either; `.changeset` itself is more than its changesets.
  const emptied = edits.flatMap(({ path, after }) => (after === undefined ? [parentOf(path)] : []))
  for (const folder of new Set(emptied)) if (folder.startsWith('.changeset/')) disk.removeFolder(`${root}/${folder}`)
}

function replace(target: string, text: string, mode: number | undefined, disk: Disk): void {
  disk.write(stagedPath(target), text, mode)
  disk.rename(stagedPath(target), target)
}

function missingFolders(root: string, edits: readonly FileEdit[]): Path[] {
  const missing = new Set<Path>()
  for (const { path, before, after } of edits) {
    if (before !== undefined || after === undefined) continue
    for (let folder = parentOf(path); folder !== '.' && !isThere(root, folder); folder = parentOf(folder)) {
      missing.add(folder)
    }
  }
  return [...missing].sort()
}

/** A signal that ends the process undoes the writing first, then ends it as it would have. */
function onSignal(undo: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const listen = (signal: NodeJS.Signals): void => {
    undo()
    stop()
    process.kill(process.pid, signal)
  }
  const stop = (): void => {
    for (const signal of signals) process.off(signal, listen)
  }
  for (const signal of signals) process.on(signal, listen)
  return stop
}
