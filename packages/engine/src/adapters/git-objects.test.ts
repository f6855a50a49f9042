import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Git } from '../ports.ts'
import { nameOfObject, objectStore, treeOf, type GitObject } from './git-objects.ts'
import { gitIn } from './git-process.ts'

let folder: string
afterEach(() => rm(folder, { recursive: true, force: true }))

async function open(format: string): Promise<Git> {
  folder = await mkdtemp(join(tmpdir(), 'topsail-objects-'))
  const git = gitIn(folder)
  await git(['init', '--quiet', `--object-format=${format}`])
  return git
}

async function stdoutOf(git: Git, ...args: readonly string[]): Promise<string> {
  const answer = await git(args)
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout : JSON.stringify(answer)
}

const few = ['', 'a', 'ä'.repeat(9), 'b'.repeat(2_047), 'c'.repeat(2_048), 'd'.repeat(300_000)]
const many = Array.from({ length: 40 }, (_, at) => `${at}\n`.repeat(at))

test.each([
  ['sha1', few],
  ['sha256', few],
  ['sha1', many],
  ['sha256', many],
])('git has every object under the name that was computed, %s', async (wanted, texts) => {
  const git = await open(wanted)
  const store = objectStore(git)
  const format = await store.format()
  expect(format).toBe(wanted)
  const blobs = texts.map((text): GitObject => ({ type: 'blob', content: Buffer.from(text) }))
  const tree = treeOf(blobs.map((blob, at) => ({ name: `file ${99 - at}`, blob: nameOfObject(blob, format) })))
  const by = 'A <a@b> 1700000000 +0000'
  const text = `tree ${nameOfObject(tree, format)}\nauthor ${by}\ncommitter ${by}\n\nhello\n`
  const commit: GitObject = { type: 'commit', content: Buffer.from(text) }
  expect(await store.write([...blobs, tree, commit])).toBeUndefined()
  // Once more changes nothing.
  expect(await store.write([tree, commit])).toBeUndefined()
  for (const [at, blob] of blobs.entries()) {
    expect(await stdoutOf(git, 'cat-file', 'blob', nameOfObject(blob, format))).toBe(texts[at])
  }
  expect(await stdoutOf(git, 'log', '-1', '--format=%an %s', nameOfObject(commit, format))).toBe('A hello\n')
  const listed = await stdoutOf(git, 'ls-tree', '--name-only', nameOfObject(tree, format))
  expect(listed.trim().split('\n')).toEqual(texts.map((_, at) => `file ${99 - at}`).toSorted())
  expect(await stdoutOf(git, 'fsck', '--strict', '--no-dangling')).toBe('')
})

test('where several people write, what is made is theirs too', async () => {
  const git = await open('sha1')
  const objects = join(folder, '.git', 'objects')
  await chmod(objects, 0o2775)
  const before = new Set(await readdir(objects))
  expect(await objectStore(git).write([{ type: 'blob', content: Buffer.from('x') }])).toBeUndefined()
  const made = (await readdir(objects)).filter((name) => !before.has(name))
  expect(made).toHaveLength(1)
  expect((await stat(join(objects, made[0] ?? ''))).mode & 0o777).toBe(0o775)
})

test('what cannot be written is said', async () => {
  const git = await open('sha1')
  await rm(join(folder, '.git', 'objects'), { recursive: true })
  await writeFile(join(folder, '.git', 'objects'), 'no folder')
  expect(await objectStore(git).write([{ type: 'blob', content: Buffer.from('x') }])).toMatch(/./)
})
