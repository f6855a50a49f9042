/**
 * Objects of a repository as files, written and looked for without a process for each: a forge of tests is handed them
 * one by one.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { BareRepository } from './bare-repository.ts'

export type NewTreeEntry = { readonly mode: string; readonly type: string; readonly path: string; readonly sha: string }

/** Gives the hash. */
export function writeObject(
  { folder }: Pick<BareRepository, 'folder'>,
  type: 'blob' | 'tree' | 'commit',
  content: Buffer,
): string {
  const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content])
  const sha = createHash('sha1').update(whole).digest('hex')
  const place = looseAt(folder, sha)
  if (existsSync(place)) return sha
  mkdirSync(join(place, '..'), { recursive: true })
  const unfinished = `${place}.${randomUUID()}`
  writeFileSync(unfinished, deflateSync(whole), { mode: 0o444 })
  renameSync(unfinished, place)
  return sha
}

/** In git's order, which takes the name of a folder as if it ended with a slash. */
export function treeOf(entries: readonly NewTreeEntry[]): Buffer {
  const key = ({ type, path }: NewTreeEntry): Buffer => Buffer.from(type === 'tree' ? `${path}/` : path)
  return Buffer.concat(
    entries
      .toSorted((a, b) => Buffer.compare(key(a), key(b)))
      .map(({ mode, path, sha }) =>
        Buffer.concat([Buffer.from(`${mode.replace(/^0+/, '')} ${path}\0`), Buffer.from(sha, 'hex')]),
      ),
  )
}

export async function hasObject(bare: BareRepository, sha: string): Promise<boolean> {
  if (existsSync(looseAt(bare.folder, sha))) return true
  if (!readdirSync(join(bare.folder, 'objects/pack')).some((name) => name.endsWith('.pack'))) return false
  return bare.git(['cat-file', '-e', sha]).then(
    () => true,
    () => false,
  )
}

function looseAt(folder: string, sha: string): string {
  return join(folder, 'objects', sha.slice(0, 2), sha.slice(2))
}
