import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTree } from '../testing/tree.ts'
import { enterPre, exitPre } from './pre.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'topsail-pre-'))
  await mkdir(join(root, '.changeset'))
  await write('package.json', { name: 'single', version: '1.2.3' })
  await write('.changeset/config.json', {})
})
afterEach(() => rm(root, { recursive: true, force: true }))

test('enter and exit write what Changesets 3 reads', async () => {
  expect((await enterPre({ cwd: root, tag: 'next' })).problems).toEqual([])
  expect(state()).toEqual({ mode: 'pre', tag: 'next' })
  expect((await exitPre({ cwd: root })).problems).toEqual([])
  expect(state()).toEqual({ mode: 'exit', tag: 'next' })
  expect((await enterPre({ cwd: root, tag: 'beta' })).problems).toEqual([])
  expect(state()).toEqual({ mode: 'pre', tag: 'beta' })
})

test('where Changesets 2 is in use, the state keeps its versions and its used changesets', async () => {
  await write('topsail.json', { rules: 'changesets@2' })
  await enterPre({ cwd: root, tag: 'next' })
  expect(state()).toEqual({ mode: 'pre', tag: 'next', initialVersions: { single: '1.2.3' }, changesets: [] })
  await write('.changeset/pre.json', { mode: 'pre', tag: 'next', initialVersions: {}, changesets: ['one'], more: 1 })
  await exitPre({ cwd: root })
  expect(state()).toEqual({ mode: 'exit', tag: 'next', initialVersions: {}, changesets: ['one'], more: 1 })
})

test('a dry run writes nothing', async () => {
  const result = await enterPre({ cwd: root, tag: 'next', dryRun: true })
  expect(result.state).toEqual({ mode: 'pre', tag: 'next' })
  expect(state()).toBeUndefined()
})

test('entering twice, leaving without having entered, and a broken state are refused', async () => {
  expect(codes(await exitPre({ cwd: root }))).toEqual(['PRE_NOT_ENTERED'])
  await enterPre({ cwd: root, tag: 'next' })
  expect(codes(await enterPre({ cwd: root, tag: 'beta' }))).toEqual(['PRE_ALREADY_ENTERED'])
  await write('.changeset/pre.json', { mode: 'sideways' })
  expect(codes(await enterPre({ cwd: root, tag: 'beta' }))).toEqual(['PRE_STATE_INVALID'])
})

test.each(['', 'my tag', '1.0.0', '^2', 'x', 'a/b', '../a', '-\n', 'next.'])('the tag %j is refused', async (tag) => {
  expect(codes(await enterPre({ cwd: root, tag }))).toEqual(['PRE_TAG_INVALID'])
  expect(state()).toBeUndefined()
})

test('without a set-up there is no pre mode', async () => {
  await rm(join(root, '.changeset'), { recursive: true })
  expect(codes(await enterPre({ cwd: root, tag: 'next' }))).toEqual(['CHANGESET_FOLDER_MISSING'])
})

function codes(result: { readonly problems: readonly { readonly code: string }[] }): string[] {
  return result.problems.map(({ code }) => code)
}

function state(): unknown {
  const text = readTree(root)['.changeset/pre.json']
  return text === undefined ? undefined : JSON.parse(text)
}

function write(path: string, content: object): Promise<void> {
  return writeFile(join(root, path), JSON.stringify(content))
}
