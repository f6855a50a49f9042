import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha } from '@topsail/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gitIn } from '../adapters/git-process.ts'
import { gitRefStore } from '../release/git-ref-store.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { planAt } from './plan-at.ts'
import { proposalRefs } from './proposal-store.ts'
import { readReleaseBranch } from './release-branch.ts'
import { readRemote } from './remote-refs.ts'
import { writeBranch, type WriteAnswer } from './write-branch.ts'

const namespaces = ['refs/topsail', 'refs/heads/topsail']
const branch = 'topsail/release'

let shop: TestRepository
beforeEach(async () => {
  shop = await createRepository({
    'README.md': 'The workspace lies one folder deeper.\n',
    '.gitignore': 'generated\n',
    'web/package.json': { name: 'shop', private: true, workspaces: ['packages/*', 'generated/*'] },
    'web/.changeset/config.json': { changelog: '@changesets/changelog-git', format: false },
    'web/.changeset/brave-cats.md': '---\n"db": minor\n---\n\nA faster pool\n',
    'web/packages/db/package.json': { name: 'db', version: '1.0.0' },
  })
})
afterEach(() => shop.close())

async function remote() {
  const reading = await readRemote(gitIn(shop.root), { remote: 'origin', branches: ['main', branch], namespaces })
  if (reading.kind === 'unreachable') throw new Error('the remote is there')
  return reading.refs
}

async function propose(expected?: Sha): Promise<WriteAnswer> {
  const root = join(shop.root, 'web')
  const git = gitIn(root)
  const { ours, branches } = await remote()
  const refs = gitRefStore(git, 'origin')
  const onto = branches.get('main') ?? ''
  const message = (): string => 'chore: release'
  return writeBranch({ root, git, refs, namespaces, ours, branch, expected, onto, forge: undefined, message })
}

async function look() {
  const { branches } = await remote()
  const place = { remote: 'origin', name: branch, tip: branches.get('main') ?? '' }
  return readReleaseBranch(gitIn(shop.root), branches.get(branch) ?? '', place)
}

test('a workspace below the root of the repository is written where it lies', async () => {
  expect((await propose()).kind).toBe('written')
  await shop.git('fetch', '--quiet', 'origin')
  expect((await shop.git('diff', '--name-only', 'main', `origin/${branch}`)).split('\n')).toEqual([
    'web/.changeset/brave-cats.md',
    'web/packages/db/CHANGELOG.md',
    'web/packages/db/package.json',
  ])
})

test('a branch that has moved is not written over, and nothing is recorded', async () => {
  await propose()
  const before = await remote()
  await shop.write({ 'web/.changeset/shy-owls.md': '---\n"db": patch\n---\n\nLess\n' })
  await shop.commit('fix: less')
  expect(await propose('1'.repeat(40))).toEqual({ kind: 'contested' })
  const after = await remote()
  expect(after.ours).toEqual(before.ours)
  expect(after.branches.get(branch)).toBe(before.branches.get(branch))
})

test('our own commit is told from those of others, and a merge of main into it is nobody’s', async () => {
  await propose()
  const main = await shop.git('rev-parse', 'main')
  expect(await look()).toMatchObject({ branch: { base: main, foreign: [] }, foreign: [] })
  await shop.write({ 'README.md': 'More.\n' })
  await shop.commit('docs: more')
  await shop.git('fetch', '--quiet', 'origin')
  await shop.git('checkout', '--quiet', '-B', 'mine', `origin/${branch}`)
  await shop.git('merge', '--quiet', '--no-edit', 'main')
  await shop.git('push', '--quiet', 'origin', `HEAD:${branch}`)
  expect(await look()).toMatchObject({ branch: { base: undefined, foreign: [] }, foreign: [] })
  await shop.write({ 'NOTES.md': 'mine\n' })
  await shop.git('add', '--all')
  await shop.git('commit', '--quiet', '--message', 'docs: mine')
  await shop.git('push', '--quiet', 'origin', `HEAD:${branch}`)
  expect(await look()).toMatchObject({ foreign: [{ subject: 'docs: mine' }] })
})

test('a branch without any commit of ours belongs to somebody else', async () => {
  await shop.git('checkout', '--quiet', '-b', 'mine')
  await shop.write({ 'NOTES.md': 'mine\n' })
  await shop.git('add', '--all')
  await shop.git('commit', '--quiet', '--message', 'docs: mine')
  await shop.git('push', '--quiet', 'origin', `HEAD:${branch}`)
  expect(await look()).toMatchObject({ branch: { plan: undefined }, foreign: [{ subject: 'docs: mine' }] })
})

test('a remote that takes no hidden refs gets the record as a branch, and one that takes none the branch alone', async () => {
  const refuse = async (pattern: string): Promise<void> => {
    const hook = join(shop.remote, 'hooks', 'update')
    await writeFile(hook, `#!/bin/sh\ncase "$1" in ${pattern}) echo "no such refs here" >&2; exit 1;; esac\n`)
    await chmod(hook, 0o755)
  }
  await refuse('refs/topsail/*')
  expect((await propose()).kind).toBe('written')
  const { ours, branches } = await remote()
  expect(proposalRefs(namespaces, ours).map(({ ref }) => ref)).toEqual([
    expect.stringMatching(/^refs\/heads\/topsail\/proposals\/000001-/),
  ])
  await refuse('refs/topsail/*|*/proposals/*')
  await shop.write({ 'web/.changeset/shy-owls.md': '---\n"db": patch\n---\n\nLess\n' })
  await shop.commit('fix: less')
  expect((await propose(branches.get(branch))).kind).toBe('written')
  expect(proposalRefs(namespaces, (await remote()).ours)).toHaveLength(1)
  await shop.write({ 'web/.changeset/tall-geese.md': '---\n"db": patch\n---\n\nLess\n' })
  await shop.commit('fix: even less')
  await refuse('*')
  expect(await propose((await remote()).branches.get(branch))).toMatchObject({
    kind: 'failed',
    problems: [{ code: 'RELEASE_BRANCH_NOT_WRITTEN', branch }],
  })
})

test('a package that git ignores is in no plan: everybody plans what is committed', async () => {
  const root = join(shop.root, 'web')
  await shop.write({
    'web/generated/sdk/package.json': { name: 'sdk', version: '1.0.0', dependencies: { db: '1.0.0' } },
  })
  const planned = await planAt({ root, git: gitIn(root) }, await shop.git('rev-parse', 'HEAD'))
  expect('plan' in planned && planned.plan.releases.map(({ name }) => name)).toEqual(['db'])
})

test('uncommitted work is in no plan either, and stays as it is', async () => {
  const root = join(shop.root, 'web')
  await shop.write({ 'web/.changeset/mine.md': '---\n"db": major\n---\n\nMine\n' })
  const planned = await planAt({ root, git: gitIn(root) }, await shop.git('rev-parse', 'HEAD'))
  expect('plan' in planned && planned.plan.releases.map(({ to }) => to)).toEqual(['1.1.0'])
  expect(await shop.git('status', '--porcelain')).toBe('?? web/.changeset/mine.md')
})

test('a shallow clone tells our commit as a whole one does', async () => {
  await propose()
  await shop.write({ 'README.md': 'More.\n' })
  await shop.commit('docs: more')
  const shallow = join(shop.root, '..', 'shallow')
  await shop.git('clone', '--quiet', '--depth=1', `file://${shop.remote}`, shallow)
  const { branches } = await remote()
  const place = { remote: 'origin', name: branch, tip: branches.get('main') ?? '' }
  const reading = await readReleaseBranch(gitIn(shallow), branches.get(branch) ?? '', place)
  expect(reading).toMatchObject({ branch: { base: await shop.git('rev-parse', 'main^'), foreign: [] }, foreign: [] })
})
