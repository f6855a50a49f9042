/**
 * The undo journal of `version`: one file in the git folder that holds what every file was before it is written. It is
 * made, whole, before the first write and removed after the last; a run that finds one puts the files back. So the
 * tree is always all old or all new, wherever a run was cut off. Putting back can itself be cut off and done again.
 */
import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Path } from '@topsail/core'
import { staysInside } from '../ports.ts'
import { codeOf, type Disk } from './disk.ts'

export type UndoEntry = {
  readonly path: Path
  /** Null: there was no file. */
  readonly before: string | null
  readonly mode: number | null
  /** A hash of what we write; null: we remove it; absent: another program may write it as it likes. */
  readonly after?: string | null
}

export type UndoJournal = {
  readonly schema: 'topsail/undo@1'
  readonly pid: number
  readonly host: string
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

/** Puts back what a run that was cut off had begun to write. */
export function recoverWrites(root: string, disk: Disk): Recovery {
  const journalPath = undoJournalPath(root)
  const text = disk.read(journalPath)
  if (text === undefined) return { kind: 'clean' }
  const journal = parseJournal(text)
  if (journal !== undefined && isRunning(journal)) return { kind: 'busy', pid: journal.pid }
  const undone = journal === undefined ? { files: [], kept: [] } : undoWrites(root, journal, disk)
  disk.remove(journalPath)
  return { kind: 'restored', ...undone }
}

export function newJournal(files: readonly UndoEntry[], madeFolders: readonly Path[]): UndoJournal {
  return { schema: 'topsail/undo@1', pid: process.pid, host: hostname(), startedAt: Date.now(), files, madeFolders }
}

export function undoWrites(
  root: string,
  journal: UndoJournal,
  disk: Disk,
): { readonly files: readonly Path[]; readonly kept: readonly Path[] } {
  const files: Path[] = []
  const kept: Path[] = []
  for (const entry of journal.files) {
    const path = join(root, entry.path)
    disk.remove(stagedPath(path))
    const now = disk.read(path) ?? null
    if (now === entry.before) continue
    if (entry.after !== undefined && hashOf(now) !== entry.after) {
      kept.push(entry.path)
      continue
    }
    restore(path, entry, disk)
    files.push(entry.path)
  }
  for (const folder of journal.madeFolders.toReversed()) disk.removeFolder(join(root, folder))
  return { files, kept }
}

export function stagedPath(path: string): string {
  return `${path}.topsail-new`
}

export function hashOf(text: string | null): string | null {
  return text === null ? null : hash('sha1', text)
}

/** In the git folder of this worktree; without git, beside the root manifest. One for each workspace of a repository. */
export function undoJournalPath(root: string): string {
  const found = findGitFolder(root)
  if (found === undefined) return join(root, '.topsail-undo.json')
  const place = relative(found.worktree, root).split(sep).join('/')
  return join(found.gitFolder, 'topsail', place === '' ? 'undo.json' : `undo-${hash('sha1', place).slice(0, 12)}.json`)
}

function restore(path: string, entry: UndoEntry, disk: Disk): void {
  if (entry.before === null) {
    disk.remove(path)
    return
  }
  disk.makeFolder(dirname(path))
  disk.write(stagedPath(path), entry.before, entry.mode ?? undefined)
  disk.rename(stagedPath(path), path)
}

/** Longer than any run; a process id is used again some day. */
const longestRun = 30 * 60_000

function isRunning(journal: UndoJournal): boolean {
  if (journal.host !== hostname() || journal.pid === process.pid) return false
  if (Date.now() - journal.startedAt > longestRun) return false
  try {
    return process.kill(journal.pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** A journal is created whole; one that cannot be read was damaged by others, and nothing can be taken from it. */
function parseJournal(text: string): UndoJournal | undefined {
  try {
    const journal = JSON.parse(text) as UndoJournal
    const usable =
      journal.schema === 'topsail/undo@1' &&
      [...journal.files.map((file) => file.path), ...journal.madeFolders].every(staysInside)
    return usable ? journal : undefined
  } catch {
    return undefined
  }
}

function findGitFolder(root: string): { gitFolder: string; worktree: string } | undefined {
  for (let dir = root; ; dir = dirname(dir)) {
    const candidate = join(dir, '.git')
    const stats = statSync(candidate, { throwIfNoEntry: false })
    if (stats?.isDirectory()) return { gitFolder: candidate, worktree: dir }
    if (stats?.isFile()) {
      const target = /^gitdir: (.+)$/m.exec(readFileSync(candidate, 'utf8'))?.[1]
      if (target !== undefined) return { gitFolder: resolve(dir, target.trim()), worktree: dir }
    }
    if (dirname(dir) === dir) return undefined
  }
}
