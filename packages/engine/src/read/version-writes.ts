/**
 * The commit that wrote a package's current version into its manifest: its last release where no tag tells. All such
 * packages are answered together: the walk already says which commits touched which manifests, one more `git log` over
 * those commits gives the blobs, one `git cat-file` their texts. History is gone through newest first and only as far
 * back as the last of them needs; what was found is kept in the table.
 */
import type { Path, Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import { isWalked, rowOf, shaOf, touchesOf, type HistoryTable, type Row } from './history-table.ts'
import { walkRows } from './history-walk.ts'
import { readManifestEdits, type ManifestEdit } from './manifest-versions.ts'

/** A package by the folder of its manifest, and the version it has now. */
export type Versioned = { readonly dir: Path; readonly version: string }

export type WriteSearch = {
  readonly table: HistoryTable
  readonly git: Git
  readonly prefix: string
  /** All of the history, newest first. */
  readonly order: Uint32Array
  /** Rows from this one on are new since the table was kept. */
  readonly firstNewRow: Row
}

export type VersionWrites = {
  /** By folder. */
  readonly found: ReadonlyMap<Path, Sha>
  /** Folders whose manifest was committed, but never seen to get a version. */
  readonly missing: ReadonlySet<Path>
}

/** A text instead is what git said in failing. */
export async function findVersionWrites(
  search: WriteSearch,
  wanted: readonly Versioned[],
): Promise<VersionWrites | string> {
  const found = new Map<Path, Sha>()
  if (wanted.length === 0) return { found, missing: new Set() }
  const failure = await takeKnown(search, wanted, found)
  if (failure !== undefined) return failure
  const unknown = wanted.filter((one) => !found.has(one.dir))
  const missing = unknown.length === 0 ? [] : await onlyTracked(search.git, unknown)
  const answers = await searchBackwards(search, missing)
  if (typeof answers === 'string') return answers
  for (const [dir, sha] of answers.found) found.set(dir, sha)
  for (const { dir, version } of wanted) {
    const sha = found.get(dir)
    if (sha !== undefined) search.table.versionWrites.set(`${dir}\n${version}`, sha)
  }
  const head = shaOf(search.table, search.order[0] ?? 0)
  for (const dir of answers.uncommitted) found.set(dir, head)
  return { found, missing: new Set(missing.map(({ dir }) => dir).filter((dir) => !found.has(dir))) }
}

/** An answer that was kept holds as long as no commit since then has touched the manifest. */
async function takeKnown(
  search: WriteSearch,
  wanted: readonly Versioned[],
  found: Map<Path, Sha>,
): Promise<string | undefined> {
  const { table, order, firstNewRow } = search
  const kept = wanted.filter(({ dir, version }) => table.versionWrites.has(`${dir}\n${version}`))
  if (kept.length === 0) return undefined
  const newRows = Array.from(order.filter((row) => row >= firstNewRow))
  const failure = await walkUnwalked(search, newRows)
  if (failure !== undefined) return failure
  const isInOrder = new Uint8Array(table.count)
  for (const row of order) isInOrder[row] = 1
  const touched = new Set<Path | undefined>()
  for (const row of newRows)
    for (const touch of touchesOf(table, row)) if (touch % 2 === 1) touched.add(table.dirs[touch >>> 1])
  for (const { dir, version } of kept) {
    const sha = table.versionWrites.get(`${dir}\n${version}`) ?? ''
    const row = rowOf(table, sha)
    if (row !== undefined && isInOrder[row] === 1 && !touched.has(dir)) found.set(dir, sha)
  }
  return undefined
}

async function walkUnwalked(search: WriteSearch, rows: readonly Row[]): Promise<string | undefined> {
  return walkRows(
    search.table,
    search.git,
    rows.filter((row) => !isWalked(search.table, row)),
    search.prefix,
  )
}

/** A manifest that was never committed has no history to search. */
async function onlyTracked(git: Git, wanted: readonly Versioned[]): Promise<readonly Versioned[]> {
  const answer = await git(['ls-files', '-z', '--', ':(glob)**/package.json'])
  if (answer.kind === 'missing' || answer.code !== 0) return wanted
  const tracked = new Set(answer.stdout.split('\0'))
  return wanted.filter(({ dir }) => tracked.has(dir === '.' ? 'package.json' : `${dir}/package.json`))
}

/** Commits looked at before more are asked for; every further stretch is twice as long. */
const firstStretch = 2000

async function searchBackwards(search: WriteSearch, wanted: readonly Versioned[]): Promise<Answers | string> {
  const open = new Map<Path, Trail>(
    wanted.map(({ dir, version }) => [dir, { version, isSeen: false, fallback: undefined }]),
  )
  const answers = { found: new Map<Path, Sha>(), uncommitted: new Set<Path>() }
  let size = firstStretch
  for (let start = 0; start < search.order.length && open.size > 0; start += size / 2) {
    const rows = [...search.order.subarray(start, start + size)]
    size *= 2
    const failure = await walkUnwalked(search, rows)
    if (failure !== undefined) return failure
    const edits = await readManifestEdits(search, editsToRead(search.table, rows, open))
    if (typeof edits === 'string') return edits
    for (const edit of edits) followEdit(edit, open, answers)
  }
  // What is still open was last written under another version than it has now, or on a line that was merged oddly.
  for (const [dir, trail] of open) if (trail.fallback !== undefined) answers.found.set(dir, trail.fallback)
  return answers
}

type Answers = {
  readonly found: Map<Path, Sha>
  /** Packages whose version nobody has committed yet: `version` has just written it, from everything that is committed. */
  readonly uncommitted: Set<Path>
}

type Trail = { readonly version: string; isSeen: boolean; fallback: Sha | undefined }

/** The commits among `rows` that touched a manifest we look for, each with the folders. */
function editsToRead(
  table: HistoryTable,
  rows: readonly Row[],
  open: ReadonlyMap<Path, Trail>,
): ReadonlyMap<Sha, ReadonlySet<Path>> {
  const edits = new Map<Sha, ReadonlySet<Path>>()
  for (const row of rows) {
    const dirs = new Set<Path>()
    for (const touch of touchesOf(table, row)) {
      const dir = touch % 2 === 1 ? table.dirs[touch >>> 1] : undefined
      if (dir !== undefined && open.has(dir)) dirs.add(dir)
    }
    if (dirs.size > 0) edits.set(shaOf(table, row), dirs)
  }
  return edits
}

/** Edits come newest first: the first that writes the current version, and did not find it there, is the answer. */
function followEdit(edit: ManifestEdit, open: Map<Path, Trail>, { found, uncommitted }: Answers): void {
  const trail = open.get(edit.dir)
  if (trail === undefined) return
  const isNewest = !trail.isSeen
  trail.isSeen = true
  const writes = edit.before !== edit.after
  if (isNewest && edit.after !== trail.version) {
    uncommitted.add(edit.dir)
    open.delete(edit.dir)
    return
  }
  if (writes) trail.fallback ??= edit.commit
  if (!writes || edit.after !== trail.version) return
  found.set(edit.dir, edit.commit)
  open.delete(edit.dir)
}
