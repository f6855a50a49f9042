import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import type { RevertStep } from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { createRepository, gitEnvironment, type TestRepository } from '../testing/index.ts'
import { revertBranches } from './revert-branch.ts'

let repository: TestRepository
const opened: { close(): Promise<void> }[] = []
beforeAll(() => void Object.assign(process.env, gitEnvironment))
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

const manifest = (name: string, version: string, more: object = {}) => ({
  [`packages/${name}/package.json`]: { name, version, ...more },
  [`packages/${name}/CHANGELOG.md`]: `# ${name}\n\n## ${version}\n`,
})
const changeset = (id: string, ...names: readonly string[]) => ({
  [`.changeset/${id}.md`]: `---\n${names.map((name) => `'${name}': minor\n`).join('')}---\n\n${id}.\n`,
})

async function open(): Promise<void> {
  repository = await createRepository({
    ...manifest('db', '1.0.0'),
    ...manifest('api', '1.0.0'),
    ...manifest('log', '1.0.0'),
    ...changeset('one', 'db', 'log'),
    ...changeset('two', 'api'),
    'packages/db/index.js': 'one\n',
  })
  opened.push(repository)
  await repository.commit('feat: all of it')
}

/** As `topsail version` leaves it. */
async function version(versions: Readonly<Record<string, string>>, ...changesets: readonly string[]): Promise<void> {
  for (const id of changesets) await repository.git('rm', '--quiet', `.changeset/${id}.md`)
  for (const [name, next] of Object.entries(versions)) await repository.write(manifest(name, next))
  await repository.commit('chore: version')
}

async function step(versions: Readonly<Record<string, string>>): Promise<RevertStep> {
  const commit = await repository.git('rev-parse', 'HEAD')
  const written = Object.entries(versions).map(([name, next]) => ({ name, version: next, dir: `packages/${name}` }))
  const undo = { kind: 'none' } as const
  return { kind: 'revert', id: 'revert', needs: [], after: [], undo, release: 'r1', commit, versions: written }
}

const tagOf = (name: string, next: string): string => `${name}@${next}`
const branchesIn = (cwd: string) => revertBranches({ git: gitIn(cwd), gitIn, remote: 'origin', tagOf })
const shown = (path: string) => repository.git('show', `origin/topsail/rollback-r1:${path}`)

test('every commit that wrote a version of the release is taken back, and all changesets are there again', async () => {
  await open()
  await version({ db: '1.1.0', log: '1.1.0' }, 'one')
  await repository.write({ 'packages/db/index.js': 'two\n', ...manifest('web', '0.1.0') })
  await repository.commit('feat: web, and a faster db')
  await version({ api: '1.1.0' }, 'two')
  await repository.write({ 'packages/db/index.js': 'three\n' })
  await repository.commit('fix: db')
  const released = await step({ db: '1.1.0', log: '1.1.0', api: '1.1.0', web: '0.1.0' })
  expect(await branchesIn(repository.root).make(released)).toEqual({ kind: 'made', branch: 'topsail/rollback-r1' })
  // Again without harm.
  expect(await branchesIn(repository.root).make(released)).toEqual({ kind: 'made', branch: 'topsail/rollback-r1' })
  await repository.git('fetch', '--quiet', 'origin')
  for (const name of ['db', 'log', 'api']) {
    expect(await shown(`packages/${name}/package.json`)).toContain('1.0.0')
    expect(await shown(`packages/${name}/CHANGELOG.md`)).not.toContain('1.1.0')
  }
  expect(await shown('.changeset/one.md')).toContain('one.')
  expect(await shown('.changeset/two.md')).toContain('two.')
  // What came into the repository with its version stays, and so does the work of everybody else.
  expect(await shown('packages/web/package.json')).toContain('0.1.0')
  expect(await shown('packages/db/index.js')).toBe('three')
})

test('of a commit that another release has made public in part, only ours is taken back', async () => {
  await open()
  await version({ db: '1.1.0', log: '1.1.0', api: '1.1.0' }, 'one', 'two')
  await repository.git('tag', 'api@1.1.0')
  await repository.git('push', '--quiet', 'origin', 'api@1.1.0')
  const made = await branchesIn(repository.root).make(await step({ db: '1.1.0', log: '1.1.0' }))
  expect(made).toMatchObject({ kind: 'made' })
  await repository.git('fetch', '--quiet', 'origin')
  expect(await shown('packages/db/package.json')).toContain('1.0.0')
  expect(await shown('packages/api/package.json')).toContain('1.1.0')
  expect(await shown('.changeset/one.md')).toContain('one.')
  await expect(shown('.changeset/two.md')).rejects.toThrow()
})

test('a clone that ends too early is deepened', async () => {
  await open()
  await version({ db: '1.1.0', log: '1.1.0' }, 'one')
  const released = await step({ db: '1.1.0', log: '1.1.0' })
  await repository.commit('chore: later')
  const folder = await mkdtemp(join(tmpdir(), 'topsail-shallow-'))
  opened.push({ close: () => rm(folder, { recursive: true, force: true }) })
  const clone = join(folder, 'work')
  await repository.git('clone', '--quiet', '--depth=1', `file://${repository.remote}`, clone)
  expect(await branchesIn(clone).make(released)).toMatchObject({ kind: 'made' })
  await repository.git('fetch', '--quiet', 'origin')
  expect(await shown('packages/log/package.json')).toContain('1.0.0')
})

test('what a person likes to see of git, and has it check, changes nothing', async () => {
  await open()
  await version({ db: '1.1.0', log: '1.1.0' }, 'one')
  const likings = {
    'diff.noprefix': 'true',
    'diff.external': 'false',
    'color.diff': 'always',
    'apply.whitespace': 'error-all',
    'core.hooksPath': join(repository.root, '.git/checks'),
  }
  for (const [key, value] of Object.entries(likings)) await repository.git('config', key, value)
  for (const hook of ['post-checkout', 'prepare-commit-msg']) await refusingHook(hook)
  expect(await branchesIn(repository.root).make(await step({ db: '1.1.0', log: '1.1.0' }))).toMatchObject({
    kind: 'made',
  })
  await repository.git('fetch', '--quiet', 'origin')
  expect(await shown('packages/db/package.json')).toContain('1.0.0')
  expect(await shown('.changeset/one.md')).toContain('one.')
})

async function refusingHook(name: string): Promise<void> {
  await repository.write({ [`.git/checks/${name}`]: '#!/bin/sh\nexit 1\n' })
  await chmod(join(repository.root, '.git/checks', name), 0o755)
}

test('where no commit wrote a version there is nothing to take back', async () => {
  await open()
  expect(await branchesIn(repository.root).make(await step({ db: '1.0.0' }))).toEqual({ kind: 'nothing' })
})
