/**
 * The tree of the newest commit, kept as git writes it. Changing a file replaces 20 bytes in the directory above it,
 * and in the one above that; a large directory is stored as the delta that this replacement is.
 */
import type { PackWriter, Stored } from './pack.ts'

type Child = { readonly mode: string; sha: Buffer; readonly directory: Directory | undefined }
type Directory = {
  readonly children: Map<string, Child>
  /** The tree object, and where each child's hash stands in it; undefined when a child came or went. */
  body: Buffer | undefined
  readonly positions: Map<string, number>
  /** Positions replaced since the directory was stored. */
  replaced: Set<number>
  readonly changed: Set<string>
  stored: Stored | undefined
}

export type Tree = {
  /** Undefined removes the file. */
  readonly set: (path: string, blob: Buffer | undefined) => void
  /** Stores what changed and returns the hash of the root. */
  readonly store: () => Buffer
}

export function openTree(pack: PackWriter): Tree {
  const root = emptyDirectory()
  return {
    set: (path, blob) => setPath(root, path.split('/'), blob),
    store: () => storeDirectory(root, pack).sha,
  }
}

function emptyDirectory(): Directory {
  return {
    children: new Map(),
    body: undefined,
    positions: new Map(),
    replaced: new Set(),
    changed: new Set(),
    stored: undefined,
  }
}

const unknownHash = Buffer.alloc(20)

function setPath(directory: Directory, [name = '', ...rest]: readonly string[], blob: Buffer | undefined): void {
  const child = directory.children.get(name)
  if (rest.length > 0) {
    const inner = child?.directory ?? emptyDirectory()
    if (child === undefined) addChild(directory, name, { mode: '40000', sha: unknownHash, directory: inner })
    setPath(inner, rest, blob)
    if (inner.children.size === 0) removeChild(directory, name)
    else directory.changed.add(name)
  } else if (blob === undefined) {
    removeChild(directory, name)
  } else if (child === undefined) {
    addChild(directory, name, { mode: '100644', sha: blob, directory: undefined })
  } else {
    child.sha = blob
    directory.changed.add(name)
  }
}

function addChild(directory: Directory, name: string, child: Child): void {
  directory.children.set(name, child)
  directory.body = undefined
}

function removeChild(directory: Directory, name: string): void {
  directory.children.delete(name)
  directory.changed.delete(name)
  directory.body = undefined
}

const longestChain = 50
const smallest = 2048

function storeDirectory(directory: Directory, pack: PackWriter): Stored {
  for (const name of directory.changed) {
    const child = directory.children.get(name)
    if (child?.directory !== undefined) child.sha = storeDirectory(child.directory, pack).sha
    if (child !== undefined) replaceHash(directory, name, child.sha)
  }
  directory.changed.clear()
  const whole = directory.body === undefined
  const body = directory.body ?? writeBody(directory)
  const base = directory.stored
  const useDelta = !whole && base !== undefined && base.depth < longestChain && body.length > smallest
  const stored = useDelta
    ? pack.addDelta('tree', body, base, deltaOf(body, directory.replaced))
    : pack.add('tree', body)
  directory.replaced = new Set()
  directory.stored = stored
  return stored
}

function replaceHash(directory: Directory, name: string, sha: Buffer): void {
  const position = directory.positions.get(name)
  if (directory.body === undefined || position === undefined) return
  sha.copy(directory.body, position)
  directory.replaced.add(position)
}

/** Entries in git's order, in which a directory sorts as if its name ended in a slash. */
function writeBody(directory: Directory): Buffer {
  const keyed = [...directory.children].map(([name, child]) => ({
    name,
    child,
    key: Buffer.from(child.directory === undefined ? name : `${name}/`),
  }))
  keyed.sort((a, b) => Buffer.compare(a.key, b.key))
  const parts: Buffer[] = []
  let length = 0
  directory.positions.clear()
  for (const { name, child } of keyed) {
    const head = Buffer.from(`${child.mode} ${name}\0`)
    directory.positions.set(name, length + head.length)
    parts.push(head, child.sha)
    length += head.length + 20
  }
  directory.body = Buffer.concat(parts)
  return directory.body
}

/** Copies everything of the same-sized base but the replaced hashes. */
function deltaOf(body: Buffer, replaced: ReadonlySet<number>): Buffer {
  const size = sizeBytes(body.length)
  const parts: Buffer[] = [size, size]
  let done = 0
  for (const position of [...replaced].toSorted((a, b) => a - b)) {
    if (position > done) parts.push(copyBytes(done, position - done))
    parts.push(Buffer.from([20]), body.subarray(position, position + 20))
    done = position + 20
  }
  if (done < body.length) parts.push(copyBytes(done, body.length - done))
  return Buffer.concat(parts)
}

function sizeBytes(size: number): Buffer {
  const bytes: number[] = []
  let rest = size
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(0x80 | (rest % 128))
  bytes.push(rest)
  return Buffer.from(bytes)
}

/** One copy instruction with all seven argument bytes; trees here stay far below its 16 MiB. */
function copyBytes(offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  bytes[0] = 0xff
  bytes.writeUInt32LE(offset, 1)
  bytes.writeUIntLE(length, 5, 3)
  return bytes
}
