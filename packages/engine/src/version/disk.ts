/**
 * The few system calls that `version` writes with, as a record, so that a test can stop the world at any of them.
 */
import { isUtf8 } from 'node:buffer'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'

export type Disk = {
  /** Undefined when there is no such file. Throws when the bytes are not UTF-8, for they could not be put back. */
  readonly read: (path: string) => string | undefined
  /** The permission bits of a regular file; undefined when nothing is there; `other` for a folder, a link, a device. */
  readonly modeOf: (path: string) => number | 'other' | undefined
  /** Writes a new file; what lay there, a link too, is removed first. */
  readonly write: (path: string, text: string, mode: number | undefined) => void
  /** Makes a file appear whole and durable; false when one is there already. */
  readonly create: (path: string, text: string) => boolean
  readonly rename: (from: string, to: string) => void
  readonly remove: (path: string) => void
  readonly makeFolder: (path: string) => void
  /** Keeps a folder that is not empty. */
  readonly removeFolder: (path: string) => void
}

export const realDisk: Disk = {
  read(path) {
    const bytes = unless('ENOENT', () => readFileSync(path))
    if (bytes === undefined) return undefined
    if (!isUtf8(bytes)) throw new Error(`${path} is not UTF-8 text`)
    return bytes.toString('utf8')
  },
  modeOf(path) {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return undefined
    return stats.isFile() ? stats.mode & 0o777 : 'other'
  },
  write(path, text, mode) {
    let file = unless('EEXIST', () => openSync(path, 'wx'))
    if (file === undefined) {
      unlinkSync(path)
      file = openSync(path, 'wx')
    }
    writeAndClose(file, text)
    if (mode !== undefined) chmodSync(path, mode)
  },
  create(path, text) {
    const draft = `${path}.${process.pid}`
    const file = openSync(draft, 'w', 0o600)
    writeAndClose(file, text, fsyncSync)
    try {
      return placeNew(draft, path)
    } finally {
      unless('ENOENT', () => unlinkSync(draft))
    }
  },
  rename: renameSync,
  remove: (path) => unless('ENOENT', () => unlinkSync(path)),
  makeFolder: (path) => void mkdirSync(path, { recursive: true }),
  removeFolder: (path) => unless(['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'], () => rmdirSync(path)),
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function writeAndClose(file: number, text: string, before: (file: number) => void = () => {}): void {
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    before(file)
  } finally {
    closeSync(file)
  }
}

/** A hard link never replaces a file; where the file system has none, the last of two may win. */
function placeNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || existsSync(path)) return false
    renameSync(draft, path)
    return true
  }
}

function unless<T>(codes: string | readonly string[], act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    if (codes.includes(codeOf(error))) return undefined
    throw error
  }
}
