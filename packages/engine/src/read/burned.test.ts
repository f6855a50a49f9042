import { afterEach, expect, test } from 'vitest'
import { burnedText, withBurned } from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { gitRefStore } from '../release/git-ref-store.ts'
import { createRepository, type TestRepository } from '../testing/index.ts'
import { burnedFile, burnedRef } from './burned.ts'
import { planWorkspace } from './read-snapshot.ts'

let repository: TestRepository
afterEach(() => repository.close())

const files = {
  'package.json': { name: 'shop', private: true },
  'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
  'packages/db/package.json': { name: 'db', version: '1.0.0' },
  '.changeset/config.json': {},
  '.changeset/brave-cats.md': '---\ndb: minor\n---\n\nPools.\n',
}

async function burn(namespace = 'refs/topsail', ref = burnedRef(namespace)): Promise<void> {
  const refs = gitRefStore(gitIn(repository.root), undefined)
  const text = burnedText(withBurned({}, [{ name: 'db', version: '1.1.0' }]))
  const to = await refs.write({ message: 'burned', files: { [burnedFile]: text } }, undefined)
  await refs.swap([{ ref, from: undefined, to }])
}

const planned = async () => {
  const { plan } = await planWorkspace({ cwd: repository.root })
  return { id: plan.id, to: plan.releases[0]?.to, kinds: plan.releases[0]?.reasons.map(({ kind }) => kind) }
}

test('a plan skips what the refs of this clone say is burned, wherever git keeps them', async () => {
  repository = await createRepository(files)
  const before = await planned()
  expect(before.to).toBe('1.1.0')
  await burn()
  const loose = await planned()
  expect(loose).toMatchObject({ to: '1.1.1', kinds: ['change', 'burned'] })
  expect(loose.id).not.toBe(before.id)
  await repository.git('pack-refs', '--all')
  expect(await planned()).toEqual(loose)
})

test('where refs are branches, what was fetched of the remote counts', async () => {
  repository = await createRepository({ ...files, 'topsail.json': { release: { refs: 'refs/heads/topsail' } } })
  await burn('refs/heads/topsail', 'refs/remotes/origin/topsail/burned')
  expect(await planned()).toMatchObject({ to: '1.1.1' })
})

test('without such a ref git is asked nothing more', async () => {
  repository = await createRepository(files)
  const asked: string[] = []
  const git = gitIn(repository.root)
  await planWorkspace({
    cwd: repository.root,
    git: (args, options) => {
      asked.push(args[0] ?? '')
      return git(args, options)
    },
  })
  expect(asked).toEqual(['rev-parse'])
})
