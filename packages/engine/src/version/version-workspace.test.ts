import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { planWorkspace } from '../read/read-snapshot.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { readTree } from '../testing/tree.ts'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { realDisk } from './disk.ts'
import { newJournal, undoJournalPath } from './undo-journal.ts'
import { recoverVersion, versionWorkspace, type VersionOptions, type VersionResult } from './version-workspace.ts'

const files = {
  'package.json': { name: 'shop', private: true, devDependencies: { '@acme/db': '^1.0.0' } },
  'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
  '.changeset/config.json': { changelog: '@changesets/cli/changelog', format: false },
  '.changeset/calm-cats.md': '---\n"@acme/db": major\n---\n\nDrop the pool\n',
  'packages/db/package.json': { name: '@acme/db', version: '1.0.0' },
  'packages/api/package.json': {
    name: '@acme/api',
    version: '1.0.0',
    dependencies: { '@acme/db': 'workspace:^1.0.0' },
  },
}

const open: { close(): void | Promise<void> }[] = []
afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close()
})

test('a folder without git gets its versions, ranges, changelogs, and loses its changeset', async () => {
  const { root } = folder(files)
  expect(await version(root)).toMatchObject({ outcome: 'written', problems: [] })
  const tree = readTree(root)
  expect(tree['package.json']).toContain('"@acme/db": "^2.0.0"')
  expect(tree['packages/api/package.json']).toContain('workspace:^2.0.0')
  expect(tree['packages/db/CHANGELOG.md']).toBe('# @acme/db\n\n## 2.0.0\n\n### Major Changes\n\n- Drop the pool\n')
  expect(tree['packages/api/CHANGELOG.md']).toBe(
    '# @acme/api\n\n## 1.0.1\n\n### Patch Changes\n\n- Updated dependencies\n  - @acme/db@2.0.0\n',
  )
  expect(Object.keys(tree)).not.toContain('.changeset/calm-cats.md')
})

test('a second run finds nothing to do', async () => {
  const { root } = folder(files)
  await version(root)
  const tree = readTree(root)
  expect(await version(root)).toEqual({ outcome: 'nothing', edits: [], problems: [] })
  expect(readTree(root)).toEqual(tree)
})

test('a dry run gives every edit with its text before and after, and writes nothing', async () => {
  const { root } = folder(files)
  const before = readTree(root)
  const { outcome, edits } = await version(root, { dryRun: true })
  expect(outcome).toBe('dry-run')
  expect(readTree(root)).toEqual(before)
  await version(root)
  const after = readTree(root)
  for (const edit of edits) expect([edit.before, edit.after]).toEqual([before[edit.path], after[edit.path]])
  expect(
    Object.keys({ ...before, ...after })
      .filter((path) => before[path] !== after[path])
      .sort(),
  ).toEqual(edits.map(({ path }) => path).sort())
})

test('uncommitted changes in files to be written are named, and nothing is written', async () => {
  const { root, write } = await repository(files)
  await write({
    'packages/db/package.json': { name: '@acme/db', version: '1.0.0', description: 'mine' },
    'packages/db/CHANGELOG.md': '# untracked\n',
    'packages/db/src/index.ts': 'not our business',
    'package.json': { name: 'shop', private: true },
    '.changeset/new-dogs.md': '---\n"@acme/db": patch\n---\n\nA changeset that was just added\n',
  })
  const before = readTree(root)
  const refused = await version(root)
  expect(refused.outcome).toBe('refused')
  expect(refused.problems).toEqual([
    { code: 'TREE_DIRTY', severity: 'error', files: ['packages/db/CHANGELOG.md', 'packages/db/package.json'] },
  ])
  expect(readTree(root)).toEqual(before)
  expect(await version(root, { allowDirty: true })).toMatchObject({ outcome: 'written', problems: [] })
  expect(readTree(root)['packages/db/package.json']).toContain('"description": "mine"')
})

test('a lockfile with uncommitted work is named, also where only its package manager can write it', async () => {
  const { root, write } = await repository({ ...files, 'yarn.lock': '__metadata:\n  version: 8\n' })
  await write({ 'yarn.lock': '__metadata:\n  version: 8\n# mine\n' })
  expect((await version(root)).problems).toMatchObject([{ code: 'TREE_DIRTY', files: ['yarn.lock'] }])
})

test('a file that was taken out of the index and is still there is named once', async () => {
  const { root, git } = await repository(files)
  await git('rm', '--quiet', '--cached', 'packages/db/package.json')
  expect((await version(root)).problems).toEqual([
    { code: 'TREE_DIRTY', severity: 'error', files: ['packages/db/package.json'] },
  ])
})

test('where git cannot tell what is uncommitted, versions are written and that is said', async () => {
  const { root } = await repository(files)
  writeFileSync(join(root, '.git/index'), 'no index')
  const result = await version(root)
  expect(result).toMatchObject({ outcome: 'written', problems: [{ code: 'TREE_STATE_UNKNOWN', severity: 'warning' }] })
})

test('before the first commit there is nothing that uncommitted work could be mixed with', async () => {
  const { root, git } = await repository(files)
  await git('update-ref', '-d', 'HEAD')
  expect(await version(root)).toMatchObject({ outcome: 'written', problems: [] })
})

test('a workspace below the root of its repository is looked at by its own paths', async () => {
  const moved = Object.fromEntries(Object.entries(files).map(([path, content]) => [`shop/${path}`, content]))
  const { root, write } = await repository(moved)
  await write({
    'packages/db/package.json': {},
    'shop/packages/db/package.json': { name: '@acme/db', version: '1.0.0' },
  })
  expect(await version(join(root, 'shop'))).toMatchObject({ outcome: 'written', problems: [] })
})

test('in a repository a line names the commit that added its changeset', async () => {
  const { root, git } = await repository(files)
  const hash = (await git('rev-parse', 'HEAD')).slice(0, 7)
  await version(root)
  expect(readTree(root)['packages/db/CHANGELOG.md']).toContain(`- ${hash}: Drop the pool\n`)
  expect(readTree(root)['packages/api/CHANGELOG.md']).toContain(`- Updated dependencies [${hash}]\n`)
})

test('errors of the plan refuse; quarantined inputs only when strict', async () => {
  const unknown = { ...files, '.changeset/lost-mice.md': '---\n"@acme/bd": patch\n---\n\nlost\n' }
  const { root } = folder(unknown)
  expect((await version(root, { strict: true })).outcome).toBe('refused')
  expect((await version(root)).outcome).toBe('written')
  expect(Object.keys(readTree(root))).toContain('.changeset/lost-mice.md')
})

test('after a run that was cut off, the next one is told, or recovers first', async () => {
  const { root } = await repository(files)
  const path = 'packages/db/package.json'
  const before = realDisk.read(join(root, path)) ?? ''
  const journal = newJournal([{ path, before: 'older\n', mode: null }], [])
  realDisk.makeFolder(join(root, '.git/topsail'))
  realDisk.create(undoJournalPath(root), JSON.stringify(journal))
  expect((await planWorkspace({ cwd: root })).plan.problems).toEqual([
    { code: 'VERSION_CUT_OFF', severity: 'error', count: 1 },
  ])
  expect(recoverVersion({ cwd: join(root, 'packages/db') })).toEqual([
    { code: 'VERSION_UNDONE', severity: 'warning', files: [path], kept: [] },
  ])
  expect(realDisk.read(join(root, path))).toBe('older\n')
  expect(recoverVersion({ cwd: root })).toEqual([])
  expect(before).not.toBe('older\n')
  expect(existsSync(undoJournalPath(root))).toBe(false)
})

test.each(['{', '\u0000', Buffer.from([0xff, 0xfe])])('an undo journal that is none says nothing', async (content) => {
  const { root } = folder(files)
  writeFileSync(undoJournalPath(root), content)
  expect((await planWorkspace({ cwd: root })).plan.problems).toEqual([])
  expect(recoverVersion({ cwd: root })).toMatchObject([{ code: 'VERSION_UNDONE', files: [], kept: [] }])
})

function folder(content: Readonly<Record<string, string | object>>): WorkspaceFolder {
  const created = createFolder(content)
  open.push(created)
  return created
}

async function repository(content: Readonly<Record<string, string | object>>): Promise<TestRepository> {
  const created = await createRepository(content)
  open.push(created)
  return created
}

async function version(cwd: string, options: Partial<VersionOptions> = {}): Promise<VersionResult> {
  return versionWorkspace({
    cwd,
    ...(await planWorkspace({ cwd, rules: 'changesets@3', changesetCommits: true })),
    ...options,
  })
}
