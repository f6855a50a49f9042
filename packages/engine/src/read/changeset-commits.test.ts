import { afterEach, expect, test } from 'vitest'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Git } from '../ports.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { readSnapshot } from './read-snapshot.ts'
import { changesetCommits, likelyAddingCommits, startAddingLog } from './changeset-commits.ts'

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

test('of a log that ends early the rest is told where older commits are wanted', async () => {
  const { root, write, commit, git } = await repository()
  await write({ '.changeset/old.md': 'mine', '.changeset/README.md': 'not one' })
  const added = await commit('add')
  for (const name of ['one', 'two', 'three']) {
    await write({ [`.changeset/${name}.md`]: 'theirs' })
    await commit(name)
    await git('rm', '--quiet', `.changeset/${name}.md`)
    await commit(`remove ${name}`)
  }
  const asked: (readonly string[])[] = []
  const port: Git = (args, options) => {
    asked.push(args)
    return gitIn(root)(args, options)
  }
  const likely = likelyAddingCommits(diskFiles(root))
  expect(likely).toBe(1)
  const search = { changesets: [changeset('.changeset/old.md')], history: undefined, git: port }
  const commits = await changesetCommits({ ...search, log: startAddingLog(port, likely) })
  expect([...commits]).toEqual([['.changeset/old.md', added]])
  expect(asked.map((args) => args.includes('--max-count=1'))).toEqual([true, false])
  asked.length = 0
  await changesetCommits({ ...search, log: startAddingLog(port, 5) })
  expect(asked).toHaveLength(1)
})

test('a changeset that pre mode has moved keeps the commit that wrote it', async () => {
  const { root, git, write, commit } = await repository()
  await write({ '.changeset/cats.md': 'an older one of this name' })
  await commit('older')
  await git('rm', '--quiet', '.changeset/cats.md')
  await commit('released')
  await write({ '.changeset/cats.md': 'first' })
  const wrote = await commit('write')
  await write({ '.changeset/pre/mine.md': 'by hand' })
  await git('mv', '.changeset/cats.md', '.changeset/pre/cats.md')
  const moved = await commit('version')
  await write({ '.changeset/cats.md': 'second' })
  const again = await commit('again')
  const port = gitIn(root)
  const changesets = ['.changeset/cats.md', '.changeset/pre/cats.md', '.changeset/pre/mine.md'].map(changeset)
  const { history } = await readSnapshot({ cwd: root, sources: 'both' })
  expect(history).toBeDefined()
  for (const search of [{ log: startAddingLog(port) }, {}, { history }]) {
    const commits = await changesetCommits({ changesets, history: undefined, git: port, ...search })
    expect(Object.fromEntries(commits)).toEqual({
      '.changeset/cats.md': again,
      '.changeset/pre/cats.md': wrote,
      '.changeset/pre/mine.md': moved,
    })
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
