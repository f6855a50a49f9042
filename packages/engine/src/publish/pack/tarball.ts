/**
 * Writes an npm tarball: the same files give the same bytes on every machine and every day. Names are sorted, times are
 * npm's fixed date, owners are nobody, modes are 644 or 755, and the compressor leaves no trace of the system.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import type { Integrity, PackageName, Version } from '@topsail/core'

/** A packed package. The bytes lie in a file, so that a thousand of them do not fill the memory. */
export type Tarball = {
  readonly name: PackageName
  readonly version: Version
  readonly integrity: Integrity
  readonly bytes: number
  readonly file: string
  /** Paths inside, without the `package/` in front. */
  readonly files: readonly string[]
  /** The manifest that went in, with what a registry shows beside it. */
  readonly metadata: Readonly<Record<string, unknown>>
}

export type TarEntry = { readonly path: string; readonly content: Buffer; readonly executable: boolean }

const compress = promisify(gzip)

export async function writeTarball(entries: readonly TarEntry[]): Promise<Buffer> {
  const blocks = entries
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .flatMap((entry) => entryBlocks(`package/${entry.path}`, entry.content, entry.executable))
  const archive = Buffer.concat([...blocks, Buffer.alloc(1024)])
  const options = { level: 9 }
  const bytes = isSmall(archive.length) ? gzipSync(archive, options) : await compress(archive, options)
  // The header's byte for the operating system: unknown.
  bytes[9] = 255
  return bytes
}

/** Whether handing it to another thread costs more than doing it at once. */
export function isSmall(bytes: number): boolean {
  return bytes <= 128 * 1024
}

/** What it is called where it lies: one path segment, whatever its name is. */
export function tarballFile({ name, version }: Pick<Tarball, 'name' | 'version'>): string {
  return `${encodeURIComponent(`${name}@${version}`).replaceAll('.', '%2E')}.tgz`
}

export function integrityOf(bytes: Buffer): Integrity {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`
}

/** 26 October 1985, 08:15 UTC: the date npm gives every file. */
const fixedTime = 499_162_500

function entryBlocks(path: string, content: Buffer, executable: boolean): readonly Buffer[] {
  const mode = executable ? 0o755 : 0o644
  const split = splitPath(path)
  if (split !== undefined) return [header({ ...split, size: content.length, mode, type: '0' }), ...padded(content)]
  const record = paxRecord('path', path)
  return [
    header({ name: 'PaxHeader', prefix: '', size: record.length, mode: 0o644, type: 'x' }),
    ...padded(record),
    header({ name: path.slice(-50), prefix: '', size: content.length, mode, type: '0' }),
    ...padded(content),
  ]
}

/** How a path fits the 100 and 155 bytes of the old format; undefined when it does not, or is not plain ASCII. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } | undefined {
  // oxlint-disable-next-line no-control-regex
  if (!/^[\x20-\x7e]*$/.test(path)) return undefined
  if (path.length <= 100) return { name: path, prefix: '' }
  const at = path.indexOf('/', path.length - 101)
  if (at <= 0 || at > 155 || at === path.length - 1) return undefined
  return { name: path.slice(at + 1), prefix: path.slice(0, at) }
}

/** `LENGTH key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (String(length).length > String(rest).length) length += 1
  return Buffer.from(`${length} ${key}=${value}\n`)
}

type HeaderFields = { name: string; prefix: string; size: number; mode: number; type: '0' | 'x' }

function header({ name, prefix, size, mode, type }: HeaderFields): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100, 'latin1')
  block.write(octal(mode, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(size, 12), 124)
  block.write(octal(fixedTime, 12), 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write('ustar\u000000', 257, 'latin1')
  block.write(prefix, 345, 155, 'latin1')
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${octal(sum, 7)}\u0000 `, 148, 'latin1')
  return block
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width - 1, '0')
}

function padded(content: Buffer): readonly Buffer[] {
  const rest = content.length % 512
  return rest === 0 ? [content] : [content, Buffer.alloc(512 - rest)]
}
