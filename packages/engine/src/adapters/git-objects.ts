/**
 * Writes objects into a repository, all of them with one process of git: a pack on its standard input, which git checks
 * and unpacks as it does for a push. Their names are known before git is asked, so that one may hold another.
 */
import { createHash, hash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import type { Sha } from '@topsail/core'
import type { Git } from '../ports.ts'

export type GitObject = { readonly type: 'commit' | 'tree' | 'blob' | 'tag'; readonly content: Buffer }

/** How a repository names its objects. */
export type ObjectFormat = 'sha1' | 'sha256'

export async function objectFormatOf(git: Git): Promise<ObjectFormat> {
  const answer = await git(['rev-parse', '--show-object-format'])
  return answer.kind === 'done' && answer.stdout.trim() === 'sha256' ? 'sha256' : 'sha1'
}

export function nameOfObject({ type, content }: GitObject, format: ObjectFormat): Sha {
  return hash(format, Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]))
}

/** Undefined when all of them are there, else what git said. */
export async function writeObjects(
  git: Git,
  objects: readonly GitObject[],
  format: ObjectFormat,
): Promise<string | undefined> {
  const answer = await git(['unpack-objects', '-q'], { input: await packOf(objects, format) })
  if (answer.kind === 'missing') return answer.detail
  return answer.code === 0 ? undefined : answer.stderr.trim() || `git ended with code ${answer.code}`
}

/** The entries of a tree that holds files only. */
export function treeOf(files: readonly { readonly name: string; readonly blob: Sha }[]): GitObject {
  const entries = files
    .map(({ name, blob }) => ({ name: Buffer.from(name), blob: Buffer.from(blob, 'hex') }))
    .toSorted((a, b) => Buffer.compare(a.name, b.name))
  const content = entries.flatMap(({ name, blob }) => [Buffer.from('100644 '), name, Buffer.from([0]), blob])
  return { type: 'tree', content: Buffer.concat(content) }
}

const compress = promisify(deflate)
const typeNumbers = { commit: 1, tree: 2, blob: 3, tag: 4 } as const

async function packOf(objects: readonly GitObject[], format: ObjectFormat): Promise<Buffer> {
  const head = Buffer.alloc(12)
  head.write('PACK')
  head.writeUInt32BE(2, 4)
  head.writeUInt32BE(objects.length, 8)
  const entries = await Promise.all(
    objects.map(async ({ type, content }) => [entryHead(typeNumbers[type], content.length), await compress(content)]),
  )
  const pack = Buffer.concat([head, ...entries.flat()])
  return Buffer.concat([pack, createHash(format).update(pack).digest()])
}

/** Three bits of type and four of length, then seven of length a byte, the lowest first. */
function entryHead(type: number, length: number): Buffer {
  const bytes = [(type << 4) | (length & 15)]
  for (let left = Math.floor(length / 16); left > 0; left = Math.floor(left / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128
    bytes.push(left & 127)
  }
  return Buffer.from(bytes)
}
