/**
 * `Files` on disk. A path is opened only when every folder on its way is known to be a real folder below the root, or
 * when its real path is: a symbolic link may point anywhere, what is read may not. Folders are asked about once.
 */
import { constants, lstatSync, readFileSync, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { relative, sep } from 'node:path'
import { largestFile, staysInside, type Entry, type Files, type Look } from '../ports.ts'

/** `root` must be an existing folder; it is resolved to its real path. */
export function diskFiles(root: string): Files {
  const disk: Disk = { root: realpathSync.native(root), realFolders: new Map([['.', true]]) }
  return {
    root: disk.root,
    read: (path) => readInside(disk, normal(path)),
    entries: (dir) => entriesInside(disk, normal(dir)),
    look: (path) => lookInside(disk, normal(path)),
  }
}

type Disk = {
  readonly root: string
  /** Whether a folder is reached without any symbolic link. */
  readonly realFolders: Map<string, boolean>
}

/**
 * Reading without following a last link costs one system call; Windows lacks the flag and looks first. A named pipe is
 * not waited for: it gives nothing at once, and is then looked at.
 */
const withoutFollowing =
  constants.O_NOFOLLOW === undefined ? undefined : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

function readInside(disk: Disk, path: string): string | undefined {
  if (!staysInside(path)) return undefined
  if (withoutFollowing !== undefined && isRealFolder(disk, parentOf(path))) {
    try {
      const text = readFileSync(absolute(disk, path), { encoding: 'utf8', flag: withoutFollowing })
      if (text === '' && lookInside(disk, path).kind !== 'file') return undefined
      return text.length > largestFile ? undefined : soundText(disk, path, text)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
    }
  }
  if (lookInside(disk, path).kind !== 'file') return undefined
  return soundText(disk, path, readFileSync(absolute(disk, path), 'utf8'))
}

/** A file of other bytes than UTF-8 would come out changed when it is written back: it is no text. */
function soundText(disk: Disk, path: string, text: string): string | undefined {
  if (!text.includes('\uFFFD')) return text
  return readFileSync(absolute(disk, path)).equals(Buffer.from(text)) ? text : undefined
}

function entriesInside(disk: Disk, dir: string): readonly Entry[] {
  if (!staysInside(dir) || (!isRealFolder(disk, dir) && realInside(disk, dir) === undefined)) return []
  const found: Entry[] = []
  for (const dirent of listFolder(absolute(disk, dir))) {
    const path = dir === '.' ? dirent.name : `${dir}/${dirent.name}`
    if (dirent.isDirectory() && disk.realFolders.get(dir) === true) disk.realFolders.set(path, true)
    found.push(entryOf(disk, path, dirent))
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function listFolder(dir: string): readonly Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM'].includes(codeOf(error))) return []
    throw error
  }
}

function entryOf(disk: Disk, path: string, dirent: Dirent): Entry {
  if (dirent.isDirectory()) return { name: dirent.name, kind: 'directory' }
  if (dirent.isFile()) return { name: dirent.name, kind: 'file' }
  if (!dirent.isSymbolicLink()) return { name: dirent.name, kind: 'other' }
  const target = realInside(disk, path)
  if (target === undefined) return { name: dirent.name, kind: isDangling(disk, path) ? 'other' : 'outside' }
  const stats = statSync(absolute(disk, target))
  return { name: dirent.name, kind: stats.isDirectory() ? 'directory' : stats.isFile() ? 'file' : 'other', target }
}

function lookInside(disk: Disk, path: string): Look {
  if (!staysInside(path)) return { kind: 'outside' }
  const real = realInside(disk, path)
  if (real === undefined) return whyNotInside(disk, path)
  try {
    const stats = statSync(absolute(disk, real))
    if (stats.isDirectory()) return { kind: 'directory' }
    if (!stats.isFile()) return { kind: 'unreadable', detail: 'neither a file nor a folder' }
    if (stats.size > largestFile) return { kind: 'too-large', bytes: stats.size, limit: largestFile }
    return { kind: 'file', bytes: stats.size }
  } catch (error) {
    return { kind: 'unreadable', detail: codeOf(error) }
  }
}

function whyNotInside(disk: Disk, path: string): Look {
  if (!isDangling(disk, path)) return { kind: 'outside' }
  try {
    const stats = lstatSync(absolute(disk, path), { throwIfNoEntry: false })
    return stats === undefined
      ? { kind: 'absent' }
      : { kind: 'unreadable', detail: 'a symbolic link that leads nowhere' }
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOTDIR' ? { kind: 'absent' } : { kind: 'unreadable', detail: code }
  }
}

/** The real path below the root; undefined when it is elsewhere, absent, or a loop of links. */
function realInside(disk: Disk, path: string): string | undefined {
  if (disk.realFolders.get(path) === true) return path
  try {
    const real = relative(disk.root, realpathSync.native(absolute(disk, path)))
      .split(sep)
      .join('/')
    return staysInside(real) ? real || '.' : undefined
  } catch {
    return undefined
  }
}

function isDangling(disk: Disk, path: string): boolean {
  try {
    return statSync(absolute(disk, path)) === undefined
  } catch {
    return true
  }
}

function isRealFolder(disk: Disk, dir: string): boolean {
  const known = disk.realFolders.get(dir)
  if (known !== undefined) return known
  const real = isRealFolder(disk, parentOf(dir)) && isFolderItself(absolute(disk, dir))
  disk.realFolders.set(dir, real)
  return real
}

function isFolderItself(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function normal(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '') || '.'
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}

/** Node takes slashes on Windows too; joining paths properly costs as much as opening a file. */
function absolute(disk: Disk, path: string): string {
  return `${disk.root}/${path}`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
