/**
 * Writes git objects straight into one pack and its index. `git fast-import` needs minutes where the largest history
 * changes a directory of 5,000 entries 100,000 times, since it searches each delta; here the caller knows the delta.
 * The pack is what a clone has: deltas against the version before, chains of at most 50. Objects are written once.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag'

/** Where an object lies in the pack, and how many deltas stand between it and a whole object. */
export type Stored = { readonly sha: Buffer; readonly offset: number; readonly depth: number }

export type PackWriter = {
  readonly add: (kind: ObjectKind, body: Buffer) => Stored
  /** `delta` rebuilds `body` from `base`; it is not checked. */
  readonly addDelta: (kind: ObjectKind, body: Buffer, base: Stored, delta: Buffer) => Stored
  readonly finish: () => void
}

const kindNumbers: Readonly<Record<ObjectKind, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 }
const offsetDelta = 6

export function openPack(folder: string): PackWriter {
  const draft = join(folder, 'draft.pack')
  const output = openOutput(draft)
  const known = new Map<string, Stored>()
  const checksums: number[] = []
  output.write(packHeader(0))

  const put = (sha: Buffer, depth: number, parts: readonly Buffer[]): Stored => {
    const stored = { sha, offset: output.length(), depth }
    let checksum = 0
    for (const part of parts) {
      checksum = crc32(part, checksum)
      output.write(part)
    }
    checksums.push(checksum)
    known.set(sha.toString('latin1'), stored)
    return stored
  }
  const add = (kind: ObjectKind, body: Buffer): Stored => {
    const sha = objectHash(kind, body)
    const already = known.get(sha.toString('latin1'))
    return already ?? put(sha, 0, [objectHeader(kindNumbers[kind], body.length), compress(body)])
  }
  const addDelta = (kind: ObjectKind, body: Buffer, base: Stored, delta: Buffer): Stored => {
    const sha = objectHash(kind, body)
    const already = known.get(sha.toString('latin1'))
    if (already !== undefined) return already
    const distance = distanceBytes(output.length() - base.offset)
    return put(sha, base.depth + 1, [objectHeader(offsetDelta, delta.length), distance, compress(delta)])
  }
  const finish = (): void => {
    output.close()
    const digest = seal(draft, known.size)
    const name = join(folder, `pack-${digest.toString('hex')}`)
    renameSync(draft, `${name}.pack`)
    writeFileSync(`${name}.idx`, indexBytes([...known.values()], checksums, digest))
  }
  return { add, addDelta, finish }
}

type Output = { write: (bytes: Buffer) => void; length: () => number; close: () => void }

function openOutput(path: string): Output {
  const file = openSync(path, 'w')
  const buffer = Buffer.allocUnsafe(4 << 20)
  let used = 0
  let flushed = 0
  const flush = (bytes: Buffer): void => {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
    flushed += bytes.length
  }
  const write = (bytes: Buffer): void => {
    if (used + bytes.length > buffer.length) {
      flush(buffer.subarray(0, used))
      used = 0
    }
    if (bytes.length > buffer.length) return flush(bytes)
    used += bytes.copy(buffer, used)
  }
  const close = (): void => {
    flush(buffer.subarray(0, used))
    closeSync(file)
  }
  return { write, length: () => flushed + used, close }
}

function objectHash(kind: ObjectKind, body: Buffer): Buffer {
  return createHash('sha1').update(`${kind} ${body.length}\0`).update(body).digest()
}

function objectHeader(type: number, length: number): Buffer {
  const bytes: number[] = []
  let rest = Math.floor(length / 16)
  let byte = (type << 4) | (length % 16)
  while (rest > 0) {
    bytes.push(byte | 0x80)
    byte = rest % 128
    rest = Math.floor(rest / 128)
  }
  bytes.push(byte)
  return Buffer.from(bytes)
}

function distanceBytes(distance: number): Buffer {
  const bytes = [distance % 128]
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1
    bytes.unshift(0x80 | (rest % 128))
  }
  return Buffer.from(bytes)
}

/** Small objects are stored as they are: setting a compressor up costs more than it saves. */
function compress(body: Buffer): Buffer {
  if (body.length > 512) return deflateSync(body, { level: 1 })
  const bytes = Buffer.allocUnsafe(body.length + 11)
  bytes.writeUInt16BE(0x7801, 0)
  bytes[2] = 1
  bytes.writeUInt16LE(body.length, 3)
  bytes.writeUInt16LE(~body.length & 0xffff, 5)
  body.copy(bytes, 7)
  bytes.writeUInt32BE(adler32(body), body.length + 7)
  return bytes
}

function adler32(bytes: Buffer): number {
  let low = 1
  let high = 0
  for (const byte of bytes) {
    low = (low + byte) % 65521
    high = (high + low) % 65521
  }
  return ((high << 16) | low) >>> 0
}

function packHeader(count: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1')
  header.writeUInt32BE(count, 8)
  return header
}

/** Sets the object count, which is only known now, and appends the digest of everything. */
function seal(path: string, count: number): Buffer {
  const file = openSync(path, 'r+')
  writeSync(file, packHeader(count), 0, 12, 0)
  const bytes = readFileSync(path)
  const digest = createHash('sha1').update(bytes).digest()
  writeSync(file, digest, 0, digest.length, bytes.length)
  closeSync(file)
  return digest
}

/** The index, version 2. Offsets stay below 2 GiB here. */
function indexBytes(objects: readonly Stored[], checksums: readonly number[], packDigest: Buffer): Buffer {
  const keyed = objects.map((object, index) => ({ object, checksum: checksums[index] ?? 0 }))
  keyed.sort((a, b) => Buffer.compare(a.object.sha, b.object.sha))
  const count = keyed.length
  const bytes = Buffer.alloc(8 + 1024 + count * 28 + 40)
  bytes.writeUInt32BE(0xff744f63, 0)
  bytes.writeUInt32BE(2, 4)
  const fanout = new Uint32Array(256)
  keyed.forEach(({ object, checksum }, index) => {
    const first = object.sha[0] ?? 0
    fanout[first] = (fanout[first] ?? 0) + 1
    object.sha.copy(bytes, 1032 + index * 20)
    bytes.writeUInt32BE(checksum, 1032 + count * 20 + index * 4)
    bytes.writeUInt32BE(object.offset, 1032 + count * 24 + index * 4)
  })
  let total = 0
  fanout.forEach((ofByte, index) => {
    total += ofByte
    bytes.writeUInt32BE(total, 8 + index * 4)
  })
  packDigest.copy(bytes, 1032 + count * 28)
  createHash('sha1')
    .update(bytes.subarray(0, -20))
    .digest()
    .copy(bytes, bytes.length - 20)
  return bytes
}
