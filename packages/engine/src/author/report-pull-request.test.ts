/**
 * Both plans of a report come from git's objects alone: they are the plans that a checkout would give, and nothing in
 * the working tree, the index or the refs is another afterwards.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { gitAt, treeFiles } from '../read/tree-files.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { reportPullRequest } from './report-pull-request.ts'

let repository: TestRepository | undefined
afterEach(async () => {
  await repository?.close()
  repository = undefined
})

const files = (prefix = '') => ({
  [`${prefix}package.json`]: { name: 'shop', private: true },
  [`${prefix}pnpm-workspace.yaml`]: 'packages: ["packages/*"]\n',
  [`${prefix}topsail.json`]: { sources: 'both', baseBranch: 'main' },
  [`${prefix}.changeset/config.json`]: {},
  [`${prefix}packages/db/package.json`]: { name: '@acme/db', version: '2.0.0' },
  [`${prefix}packages/api/package.json`]: {
    name: '@acme/api',
    version: '1.0.0',
    dependencies: { '@acme/db': 'workspace:^2.0.0' },
  },
})

const asked = (name: string, bump: string): string => `---\n"${name}": ${bump}\n---\n\nA change\n`

async function state({ git, root }: TestRepository): Promise<readonly string[]> {
  return [
    await git('status', '--porcelain=v1'),
    await git('for-each-ref'),
    await git('rev-parse', 'HEAD'),
    (await git('worktree', 'list')).split('\n').length.toString(),
    await readFile(join(root, 'README.md'), 'utf8').catch(() => 'none'),
  ]
}

test.each([
  ['at the top', ''],
  ['in a folder', 'js/shop/'],
])('a plan read from a commit is the plan of its checkout, %s of the repository', async (_, prefix) => {
  repository = await createRepository(files(prefix))
  const { git, root, write, commit } = repository
  await write({ [`${prefix}.changeset/a.md`]: asked('@acme/db', 'major') })
  await commit('docs: a changeset')
  await write({ [`${prefix}packages/api/index.ts`]: 'export {}\n' })
  const planned = await commit('feat(api): an index')
  const cwd = join(root, prefix)
  const here = await planWorkspace({ cwd })
  await write({ [`${prefix}.changeset/later.md`]: asked('@acme/api', 'major') })
  await commit('docs: later')
  await rm(join(root, prefix, 'packages/db'), { recursive: true })
  const port = gitIn(cwd)
  const tree = await treeFiles(port, planned, diskFiles(cwd))
  const there = await planWorkspace({ cwd, files: tree, git: gitAt(port, planned) })
  expect(there.plan).toEqual(here.plan)
  expect(there.plan.commit).toBe(planned)
  expect(there.plan.releases).toHaveLength(2)
  expect(await git('status', '--porcelain=v1')).not.toBe('')
})

test('a report leaves the repository as it was, also with work that is not committed', async () => {
  repository = await createRepository(files())
  const { git, root, write } = repository
  await git('checkout', '--quiet', '-b', 'more')
  await write({ '.changeset/a.md': asked('@acme/db', 'major'), 'packages/db/index.ts': 'export {}\n' })
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'feat(db)!: another index')
  await write({ 'README.md': 'not committed\n', 'packages/api/draft.ts': 'export {}\n' })
  const before = await state(repository)
  const { report, check } = await reportPullRequest({ cwd: root, title: 'feat(db)!: another index' })
  expect(await state(repository)).toEqual(before)
  expect(report).toMatchObject({
    head: await git('rev-parse', 'HEAD'),
    compared: 'merged',
    ok: false,
    releases: [
      { name: '@acme/db', own: true, after: { to: '3.0.0' } },
      { name: '@acme/api', own: false, after: { to: '1.0.1' } },
    ],
    order: [['@acme/db'], ['@acme/api']],
    // The check looks at work that is not committed, too.
    missing: [{ name: '@acme/api', bump: 'patch', summary: 'Another index' }],
  })
  expect(check.problems.map(({ code }) => code)).toEqual(['COVERAGE_MISSING'])
})

test('as one change: commits of a branch that carries a changeset are its documentation', async () => {
  repository = await createRepository(files())
  const { git, root, write } = repository
  await git('checkout', '--quiet', '-b', 'more')
  for (const step of ['one', 'two']) {
    await write({ [`packages/db/${step}.ts`]: 'export {}\n' })
    await git('add', '--all')
    await git('commit', '--quiet', '--message', `feat(db): ${step}`)
  }
  await write({ '.changeset/a.md': asked('@acme/db', 'patch') })
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'docs: a changeset')
  const { report } = await reportPullRequest({ cwd: root })
  expect(report?.releases).toMatchObject([{ name: '@acme/db', after: { bump: 'patch' } }])
})

test('a trial merge that is checked out is told from a head that happens to be a merge', async () => {
  repository = await createRepository(files())
  const { git, root, write } = repository
  await git('checkout', '--quiet', '-b', 'more')
  await write({ '.changeset/a.md': asked('@acme/db', 'patch') })
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'docs: a changeset')
  const head = await git('rev-parse', 'HEAD')
  await git('checkout', '--quiet', 'main')
  await writeFile(join(root, 'README.md'), 'a shop\n')
  await repository.commit('docs: a readme')
  await git('checkout', '--quiet', '--detach')
  await git('merge', '--quiet', '--no-ff', '--message', 'Merge', 'more')
  const merge = await git('rev-parse', 'HEAD')
  expect((await reportPullRequest({ cwd: root, head })).report?.head).toBe(head)
  expect((await reportPullRequest({ cwd: root })).report?.head).toBe(merge)
  expect((await reportPullRequest({ cwd: root, head: 'c'.repeat(40) })).report?.head).toBe(merge)
})

test('a clone that lacks contents and cannot fetch them gives no plan of half a workspace', async () => {
  repository = await createRepository(files())
  const { git, root, remote, write } = repository
  await git('checkout', '--quiet', '-b', 'more')
  await write({ '.changeset/a.md': asked('@acme/db', 'patch') })
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'docs: a changeset')
  await git('push', '--quiet', 'origin', 'more')
  await git('checkout', '--quiet', 'main')
  await write({ 'packages/web/package.json': { name: '@acme/web', version: '1.0.0' } })
  await repository.commit('feat: a web')
  const partial = join(root, '..', 'partial')
  await git('-C', remote, 'config', 'uploadpack.allowFilter', 'true')
  await git('clone', '--quiet', '--filter=blob:none', '--branch', 'more', `file://${remote}`, partial)
  await git('-C', partial, 'remote', 'set-url', 'origin', join(root, '..', 'gone'))
  const { check, report } = await reportPullRequest({ cwd: partial, since: 'origin/main' })
  expect(report).toBeUndefined()
  expect(check.problems).toMatchObject([{ code: 'HISTORY_UNAVAILABLE', severity: 'error', why: 'git-failed' }])
})
