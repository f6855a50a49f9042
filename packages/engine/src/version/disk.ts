/**
 * The few system calls that `version` writes with, as a record, so that a test can stop the world at any of them.
 */
import { isUtf8 } from 'node:buffer'
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
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
  /** Undefined when there is no such file. */
  readonly bytes: (path: string) => Buffer | undefined
  /** The permission bits of a regular file; undefined when nothing is there; `other` for a folder, a link, a device. */
  readonly modeOf: (path: string) => number | 'other' | undefined
  /** Writes a new file; what lay there, a link too, is removed first. */
  readonly write: (path: string, text: string, mode: number | undefined) => void
  /**
   * Writes over the bytes of an existing file: many times cheaper than a new file in its place. False, and nothing is
   * written, when the file may not be opened for writing or has other names, which would change with it.
   */
  readonly overwrite: (path: string, text: string) => boolean
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
    const text = unless('ENOENT', () => readFileSync(path, 'utf8'))
    // What is not UTF-8 was read as the replacement character, which a text may hold as well.
    if (text?.includes('\uFFFD') === true && !isUtf8(readFileSync(path))) throw new Error(`${path} is not UTF-8 text`)
    return text
  },
  bytes: (path) => unless('ENOENT', () => readFileSync(path)),
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
  overwrite(path, text) {
    const file = unless(['EACCES', 'EPERM'], () => openSync(path, inPlace))
    if (file === undefined) return false
    try {
      const { nlink, size } = fstatSync(file)
      if (nlink !== 1) return false
      const length = writeWhole(file, text)
      if (length < size) ftruncateSync(file, length)
      return true
    } finally {
      closeSync(file)
    }
  },
  create(path, text) {
    const draft = `${path}.${process.pid}`
    const file = openSync(draft, 'w', 0o600)
    try {
      writeAndClose(file, text, fsyncSync)
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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** A link that appeared meanwhile is not followed; Windows lacks the flag. */
const inPlace = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)

function writeAndClose(file: number, text: string, before: (file: number) => void = () => {}): void {
  try {
    writeWhole(file, text)
    before(file)
  } finally {
    closeSync(file)
  }
}

/** From the beginning; gives the number of bytes. */
function writeWhole(file: number, text: string): number {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  return bytes.length
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
