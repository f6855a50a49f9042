import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Git } from '../ports.ts'
import { nameOfObject, objectFormatOf, treeOf, writeObjects, type GitObject } from './git-objects.ts'
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

test.each(['sha1', 'sha256'])('git has every object under the name that was computed, %s', async (wanted) => {
  const git = await open(wanted)
  const format = await objectFormatOf(git)
  expect(format).toBe(wanted)
  const texts = ['', 'a', 'ä'.repeat(9), 'b'.repeat(2_047), 'c'.repeat(2_048), 'd'.repeat(300_000)]
  const blobs = texts.map((text): GitObject => ({ type: 'blob', content: Buffer.from(text) }))
  const tree = treeOf(blobs.map((blob, at) => ({ name: `file ${9 - at}`, blob: nameOfObject(blob, format) })))
  const by = 'A <a@b> 1700000000 +0000'
  const text = `tree ${nameOfObject(tree, format)}\nauthor ${by}\ncommitter ${by}\n\nhello\n`
  const commit: GitObject = { type: 'commit', content: Buffer.from(text) }
  expect(await writeObjects(git, [...blobs, tree, commit], format)).toBeUndefined()
  for (const [at, blob] of blobs.entries()) {
    expect(await stdoutOf(git, 'cat-file', 'blob', nameOfObject(blob, format))).toBe(texts[at])
  }
  expect(await stdoutOf(git, 'log', '-1', '--format=%an %s', nameOfObject(commit, format))).toBe('A hello\n')
  const listed = await stdoutOf(git, 'ls-tree', '--name-only', nameOfObject(tree, format))
  expect(listed.trim().split('\n')).toEqual(['file 4', 'file 5', 'file 6', 'file 7', 'file 8', 'file 9'])
  expect(await stdoutOf(git, 'fsck', '--strict', '--no-dangling')).toBe('')
})

test('what cannot be written is said', async () => {
  const git = await open('sha1')
  const object: GitObject = { type: 'blob', content: Buffer.from('x') }
  expect(await writeObjects(git, [object], 'sha256')).toMatch(/./)
})
