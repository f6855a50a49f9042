import { afterEach, expect, test } from 'vitest'
import type { RulesName } from '@topsail/core'
import { addChangeset } from '../author/add.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { versionWorkspace, type VersionOptions, type VersionResult } from './version-workspace.ts'

const open: TestRepository[] = []
afterEach(async () => {
  for (const repository of open.splice(0)) await repository.close()
})

const changeset = '---\n"@acme/db": minor\n---\n\nAdd a pool\n'

test('versions are committed as Changesets commits them, and nothing else with them', async () => {
  const { root, git, write } = await repository({ commit: true })
  await write({ 'notes.md': 'staged by somebody', '.changeset/new-mice.md': changeset })
  await git('add', 'notes.md')
  const result = await version(root)
  expect(result).toMatchObject({ outcome: 'written', problems: [] })
  expect(result.commit).toBe(await git('rev-parse', 'HEAD'))
  expect(await git('log', '-1', '--format=%B')).toBe(
    'RELEASING: Releasing 1 package(s)\n\nReleases:\n  @acme/db@1.1.0\n\n[skip ci]',
  )
  expect(await git('status', '--porcelain')).toBe('A  notes.md')
})

test.each([
  [['@changesets/cli/commit', null], 'docs(changeset): Add a pool'],
  ['@changesets/cli/commit', 'docs(changeset): Add a pool'],
  [['@changesets/cli/commit', { skipCI: 'add' }], 'docs(changeset): Add a pool\n\n[skip ci]'],
  [['@changesets/cli/commit', { skipCI: true }], 'docs(changeset): Add a pool\n\n[skip ci]'],
  [true, 'docs(changeset): Add a pool'],
])('an added changeset is committed: %j', async (commit, message) => {
  const { root, git } = await repository({ commit })
  const result = await add(root)
  expect(result).toMatchObject({ problems: [], commit: await git('rev-parse', 'HEAD') })
  expect(await git('log', '-1', '--format=%B')).toBe(message)
  expect(await git('show', '--format=', '--name-only')).toBe(result.file)
})

test("the user's own module words the commits, with its options", async () => {
  const module = `export default {
    getAddMessage: async ({ releases }, options) => options.prefix + releases.map(({ name, type }) => name + type).join(),
    getVersionMessage: async ({ releases, changesets }, options) =>
      options.prefix + releases.map((release) => Object.values(release).flat().join(' ')).join() + changesets[0].summary,
  }`
  const { root, git } = await repository(
    { commit: ['./words.mjs', { prefix: 'x: ' }] },
    { '.changeset/words.mjs': module },
  )
  await add(root)
  expect(await git('log', '-1', '--format=%B')).toBe('x: @acme/dbminor')
  await version(root)
  // The name of the added one is made by chance, and may come first.
  expect(await git('log', '-1', '--format=%B')).toMatch(
    /^x: @acme\/db minor 1\.0\.0 1\.1\.0 (?:calm-cats [a-z-]+|[a-z-]+ calm-cats)Add a pool$/,
  )
})

test.each<RulesName>(['changesets@3', 'changesets@2'])('%s: the plan is told as Changesets tells it', async (rules) => {
  const pre = { mode: 'pre', tag: 'next' }
  const { root, git } = await repository(
    { commit: './words.cjs' },
    {
      '.changeset/words.cjs': 'exports.getVersionMessage = (plan) => JSON.stringify(plan)',
      '.changeset/bold-ants.md': '---\n"@acme/web": patch\n---\n\nMend\n',
      '.changeset/pre.json': JSON.stringify({ ...pre, initialVersions: {}, changesets: [] }),
      'packages/api/package.json': { name: '@acme/api', version: '1.0.0', devDependencies: { '@acme/web': '^1.0.0' } },
      'packages/web/package.json': { name: '@acme/web', version: '1.0.0' },
    },
  )
  await versionWorkspace({ cwd: root, ...(await planWorkspace({ cwd: root, rules })), commit: true })
  const told = JSON.parse(await git('log', '-1', '--format=%B'))
  const releases = told.releases.map(({ name, type }: { name: string; type: string }) => `${name} ${type}`)
  expect(releases).toEqual(['@acme/web patch', '@acme/db minor', '@acme/api none'])
  expect(told.changesets.map(({ id }: { id: string }) => id)).toEqual(['bold-ants', 'calm-cats'])
  expect(told.preState).toMatchObject(pre)
})

test('a module with one message alone makes that commit alone', async () => {
  const module = 'exports.getVersionMessage = () => "release"'
  const { root, git } = await repository({ commit: './words.cjs' }, { '.changeset/words.cjs': module })
  const before = await git('rev-parse', 'HEAD')
  expect((await add(root)).commit).toBeUndefined()
  expect(await git('rev-parse', 'HEAD')).toBe(before)
  await version(root)
  expect(await git('log', '-1', '--format=%B')).toBe('release')
})

test.each([
  ['./missing.mjs', {}, 'COMMIT_MODULE_UNUSABLE'],
  ['./words.mjs', { '.changeset/words.mjs': 'export default 1' }, 'COMMIT_MODULE_UNUSABLE'],
  ['./words.mjs', { '.changeset/words.mjs': 'throw new Error("no")' }, 'COMMIT_MODULE_UNUSABLE'],
  ['./words.mjs', { '.changeset/words.mjs': 'export const getVersionMessage = () => { throw 1 }' }, 'COMMIT_FAILED'],
])('what cannot be committed is written, and said: %s %j', async (commit, files, code) => {
  const { root } = await repository({ commit }, files)
  const result = await version(root)
  expect(result.outcome).toBe('written')
  expect(result.problems).toMatchObject([{ code, severity: 'error' }])
})

test('a hook that refuses is heard', async () => {
  const { root, write, git } = await repository({ commit: true })
  await write({ '.git/hooks/pre-commit': '#!/bin/sh\necho not today >&2\nexit 1\n' })
  await git('config', 'core.hooksPath', '.git/hooks')
  const { chmod } = await import('node:fs/promises')
  await chmod(`${root}/.git/hooks/pre-commit`, 0o755)
  expect((await version(root)).problems).toMatchObject([{ code: 'COMMIT_FAILED', detail: 'not today' }])
})

test('nobody asked for a commit, or it is a snapshot: none is made', async () => {
  const { root, git } = await repository({ commit: true })
  const before = await git('rev-parse', 'HEAD')
  await version(root, { commit: false })
  await git('checkout', '--quiet', '.')
  await git('clean', '-fdq')
  const snapshotRelease = { tag: 'canary', commit: undefined }
  const planned = await planWorkspace({ cwd: root, snapshotRelease, now: '2026-01-01T00:00:00Z' })
  expect(await versionWorkspace({ cwd: root, ...planned, commit: true })).toMatchObject({ outcome: 'written' })
  expect(await git('rev-parse', 'HEAD')).toBe(before)
})

async function repository(
  config: object,
  more: Readonly<Record<string, string | object>> = {},
): Promise<TestRepository> {
  const created = await createRepository({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    '.changeset/config.json': { format: false, ...config },
    '.changeset/calm-cats.md': changeset,
    'packages/db/package.json': { name: '@acme/db', version: '1.0.0' },
    ...more,
  })
  await created.git('config', 'user.name', 'Ada')
  await created.git('config', 'user.email', 'ada@example.com')
  open.push(created)
  return created
}

async function version(cwd: string, options: Partial<VersionOptions> = {}): Promise<VersionResult> {
  return versionWorkspace({ cwd, ...(await planWorkspace({ cwd })), commit: true, ...options })
}

async function add(cwd: string) {
  return addChangeset({ cwd, releases: [{ name: '@acme/db', bump: 'minor' }], summary: 'Add a pool', commit: true })
}
