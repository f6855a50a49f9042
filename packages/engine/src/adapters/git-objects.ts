/**
 * Writes objects into a repository: a few of them as git itself would store them, one file each, and many of them with
 * one process of git as a pack. Their names are known before, so that one may hold another.
 */
import { createHash, hash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { deflate, deflateSync } from 'node:zlib'
import type { Sha } from '@topsail/core'
import type { Git } from '../ports.ts'

export type GitObject = { readonly type: 'commit' | 'tree' | 'blob' | 'tag'; readonly content: Buffer }

/** How a repository names its objects. */
export type ObjectFormat = 'sha1' | 'sha256'

export type ObjectStore = {
  format(): Promise<ObjectFormat>
  /** Undefined when all of them are there, else why they are not. */
  write(objects: readonly GitObject[]): Promise<string | undefined>
}

/** Git is asked where it keeps objects, and how it names them, when that is first needed. */
export function objectStore(git: Git, known?: ObjectPlace): ObjectStore {
  let asked = known === undefined ? undefined : Promise.resolve(known)
  const place = (): Promise<ObjectPlace> => (asked ??= placeOf(git))
  return {
    format: async () => (await place()).format,
    async write(objects) {
      const { format, folder } = await place()
      if (objects.length > mostFiles) return writePack(git, objects, format, ['index-pack', '--stdin'])
      try {
        // Git before 2.31 has no absolute paths to tell.
        if (!isAbsolute(folder)) return await writePack(git, objects, format, ['unpack-objects', '-q'])
        for (const object of objects) await writeFile(folder, object, format)
        return undefined
      } catch {
        // Git knows better why it cannot be done, or does it all the same.
        return writePack(git, objects, format, ['unpack-objects', '-q'])
      }
    },
  }
}

/** More files than this cost more than a process. */
const mostFiles = 16

export type ObjectPlace = { readonly folder: string; readonly format: ObjectFormat }

async function placeOf(git: Git): Promise<ObjectPlace> {
  const asked = ['--show-object-format', '--path-format=absolute', '--git-path', 'objects']
  const answer = await git(['rev-parse', ...asked])
  const [format = '', folder = ''] = answer.kind === 'done' ? answer.stdout.split('\n') : []
  return { folder, format: format === 'sha256' ? 'sha256' : 'sha1' }
}

let written = 0

/** Under a name of its own until it is whole, as git does it. */
async function writeFile(folder: string, object: GitObject, format: ObjectFormat): Promise<void> {
  const name = nameOfObject(object, format)
  const place = join(folder, name.slice(0, 2))
  const file = join(place, name.slice(2))
  if (existsSync(file)) return
  const whole = wholeOf(object)
  const bytes = whole.length < 64 * 1024 ? deflateSync(whole, quickly) : await compress(whole, quickly)
  if (!existsSync(place)) makeFolder(place, statSync(folder).mode)
  const temporary = join(folder, `tmp_obj_${process.pid}_${(written += 1)}`)
  writeFileSync(temporary, bytes, { flag: 'wx', mode: 0o444 })
  renameSync(temporary, file)
}

const quickly = { level: 1 }

/** A repository that several people write to has folders that all of them may write to. */
function makeFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true })
  if ((mode & 0o020) !== 0) chmodSync(path, mode & 0o7777)
}

export function nameOfObject(object: GitObject, format: ObjectFormat): Sha {
  return hash(format, wholeOf(object))
}

function wholeOf({ type, content }: GitObject): Buffer {
  return Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content])
}

async function writePack(
  git: Git,
  objects: readonly GitObject[],
  format: ObjectFormat,
  command: readonly string[],
): Promise<string | undefined> {
  const answer = await git(command, { input: await packOf(objects, format) })
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

/** Object and path of each entry that `ls-tree -z` lists; its `--format` would ask for git 2.36. */
export function entriesOfTree(listed: string): readonly (readonly [object: Sha, path: string])[] {
  return listed.split('\0').flatMap((entry) => {
    const tab = entry.indexOf('\t')
    return tab < 0 ? [] : [[entry.slice(entry.lastIndexOf(' ', tab) + 1, tab), entry.slice(tab + 1)] as const]
  })
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
