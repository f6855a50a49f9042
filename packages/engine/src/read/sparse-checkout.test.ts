import { expect, onTestFinished, test } from 'vitest'
import { createRepository } from '../testing/repository.ts'
import { readSnapshot } from './read-snapshot.ts'

test('a sparse checkout that lacks changesets and members makes no plan, and tells which', async () => {
  const { git, problems } = await sparse('packages/db')
  expect(await problems()).toEqual([
    {
      code: 'CHECKOUT_SPARSE',
      severity: 'error',
      paths: ['.changeset/cats.md', '.changeset/config.json', 'packages/api/package.json'],
    },
  ])
  await git('sparse-checkout', 'add', '.changeset', 'packages/api')
  expect(await problems()).toEqual([])
})

test('what no plan reads may be left out', async () => {
  const { git, problems } = await sparse('packages', '.changeset')
  expect(await git('ls-files', '-t', '--', 'docs')).toBe('S docs/package.json')
  expect(await problems()).toEqual([])
})

test('in a sparse checkout that was ended nothing is left out', async () => {
  const { git, problems } = await sparse('packages/db')
  await git('sparse-checkout', 'disable')
  expect(await problems()).toEqual([])
})

async function sparse(...folders: readonly string[]) {
  const repository = await createRepository({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    'package-lock.json': {},
    'packages/db/package.json': { name: 'db', version: '1.0.0' },
    'packages/api/package.json': { name: 'api', version: '1.0.0', dependencies: { db: '^1.0.0' } },
    'docs/package.json': { name: 'docs', version: '1.0.0' },
    '.changeset/config.json': {},
    '.changeset/README.md': 'Changesets',
    '.changeset/cats.md': '---\n"db": major\n---\n\nFaster\n',
  })
  onTestFinished(() => repository.close())
  await repository.git('sparse-checkout', 'set', ...folders)
  const problems = async () => (await readSnapshot({ cwd: repository.root, sources: 'changesets' })).problems
  return { git: repository.git, problems }
}
