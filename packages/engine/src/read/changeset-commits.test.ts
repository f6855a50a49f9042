import { afterEach, expect, test } from 'vitest'
import { gitIn } from '../adapters/git-process.ts'
import type { Git } from '../ports.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { changesetCommits, startAddingLog } from './changeset-commits.ts'

const open: TestRepository[] = []
afterEach(async () => {
  for (const repository of open.splice(0)) await repository.close()
})

test('the last commit that added a changeset is its commit; one that nobody committed has none', async () => {
  const { root, git, write, commit } = await repository()
  await write({ '.changeset/ä b.md': 'first' })
  await commit('add')
  await git('rm', '--quiet', '.changeset/ä b.md')
  await commit('remove')
  await write({ '.changeset/ä b.md': 'second' })
  const added = await commit('add again')
  await write({ '.changeset/ä b.md': 'edited', '.changeset/new.md': 'mine' })
  await commit('edit').then(() => git('rm', '--quiet', '--cached', '.changeset/new.md'))
  const port = gitIn(root)
  const changesets = [changeset('.changeset/ä b.md'), changeset('.changeset/never.md')]
  for (const log of [startAddingLog(port), undefined]) {
    const commits = await changesetCommits({ changesets, history: undefined, git: port, log })
    expect([...commits]).toEqual([['.changeset/ä b.md', added]])
  }
})

test('git is stopped once every changeset is found, in whatever pieces it speaks', async () => {
  const said = Buffer.from(`\x01${'a'.repeat(40)} ${'b'.repeat(40)}\0\n.changeset/ä.md\0.changeset/other.md\0`)
  let stopped = false
  const git: Git = (_args, options) =>
    new Promise((resolve) => {
      options?.signal?.addEventListener('abort', () => {
        stopped = true
        resolve({ kind: 'missing', detail: 'stopped' })
      })
      for (const byte of said) setImmediate(() => options?.onOutput?.(Buffer.from([byte])))
    })
  const log = startAddingLog(git)
  const changesets = [changeset('.changeset/ä.md')]
  const commits = await changesetCommits({ changesets, history: undefined, git, log })
  expect([...commits]).toEqual([['.changeset/ä.md', 'a'.repeat(40)]])
  expect(stopped).toBe(true)
})

function changeset(path: string) {
  return { id: path.slice('.changeset/'.length, -'.md'.length), path, text: '' }
}

async function repository(): Promise<TestRepository> {
  const created = await createRepository({ 'package.json': { name: 'shop', private: true } })
  open.push(created)
  return created
}
