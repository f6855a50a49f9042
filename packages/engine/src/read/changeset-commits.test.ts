import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { resolve } from 'import-meta-resolve'
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
    const commits = await changesetCommits({ changesets, history: undefined, git: port, log, followRenames: true })
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
  const search = { changesets: [changeset('.changeset/old.md')], history: undefined, git: port, followRenames: true }
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
    const commits = await changesetCommits({
      changesets,
      history: undefined,
      git: port,
      followRenames: true,
      ...search,
    })
    expect(Object.fromEntries(commits)).toEqual({
      '.changeset/cats.md': again,
      '.changeset/pre/cats.md': wrote,
      '.changeset/pre/mine.md': moved,
    })
  }
})

test('a changeset under another name keeps the commit that wrote it, except for Changesets 2', async () => {
  const { root, git, write, commit } = await repository()
  const text = '---\n"db": minor\n---\n\nA faster pool, with less to wait for and more to do at the same time\n'
  await write({ '.changeset/cats.md': text, '.changeset/owls.md': '---\n"api": patch\n---\n\nOwls\n' })
  const wrote = await commit('write')
  await git('mv', '.changeset/cats.md', '.changeset/dogs.md')
  await commit('rename')
  await git('mv', '.changeset/dogs.md', '.changeset/geese.md')
  await write({ '.changeset/geese.md': `${text}more\n` })
  const again = await commit('rename and edit')
  await write({ '.changeset/cats.md': '---\n"api": minor\n---\n\nAnother one\n' })
  const other = await commit('another of the first name')
  const port = gitIn(root)
  const changesets = ['cats', 'geese', 'owls'].map((name) => changeset(`.changeset/${name}.md`))
  const { history } = await readSnapshot({ cwd: root, sources: 'both' })
  for (const followRenames of [true, false]) {
    for (const search of [{ log: startAddingLog(port) }, { log: startAddingLog(port, 3) }, {}, { history }]) {
      const commits = await changesetCommits({ changesets, history: undefined, git: port, followRenames, ...search })
      expect(Object.fromEntries(commits)).toEqual({
        '.changeset/cats.md': other,
        '.changeset/geese.md': followRenames ? wrote : again,
        '.changeset/owls.md': wrote,
      })
    }
    const { getCommitsThatAddFiles } = await gitOf(followRenames ? '@changesets/cli' : 'changesets-cli-2')
    const paths = changesets.map(({ path }) => path)
    expect(await getCommitsThatAddFiles(paths, { cwd: root })).toEqual([other, followRenames ? wrote : again, wrote])
  }
})

test('in a clone without files a rename without an edit is followed', async () => {
  const { root, git, write, commit } = await repository()
  await write({ '.changeset/cats.md': '---\n"db": minor\n---\n\nA faster pool\n' })
  const wrote = await commit('write')
  await git('mv', '.changeset/cats.md', '.changeset/dogs.md')
  await write({ 'other.md': 'more' })
  await commit('rename')
  await git('mv', 'other.md', '.changeset/other.md')
  await write({ '.changeset/other.md': 'and\nmore\nof\nit' })
  const other = await commit('rename and edit')
  const clone = `${root}/clone`
  await git('config', 'uploadpack.allowFilter', 'true')
  await git('clone', '--quiet', '--filter=blob:none', '--no-checkout', `file://${root}`, clone)
  const changesets = ['.changeset/dogs.md', '.changeset/other.md'].map(changeset)
  const found = await changesetCommits({ changesets, history: undefined, git: gitIn(clone), followRenames: true })
  expect(Object.fromEntries(found)).toEqual({ '.changeset/dogs.md': wrote, '.changeset/other.md': other })
})

test('git is stopped once every changeset is found, in whatever pieces it speaks', async () => {
  const said = Buffer.from(`\x01${'a'.repeat(40)} ${'b'.repeat(40)}\0\nA\0.changeset/ä.md\0A\0.changeset/other.md\0`)
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
  const commits = await changesetCommits({ changesets, history: undefined, git, log, followRenames: true })
  expect([...commits]).toEqual([['.changeset/ä.md', 'a'.repeat(40)]])
  expect(stopped).toBe(true)
})

type ChangesetsGit = {
  getCommitsThatAddFiles(paths: readonly string[], options: { cwd: string }): Promise<readonly (string | undefined)[]>
}

/** As the two generations of the command bring it along. */
async function gitOf(cli: '@changesets/cli' | 'changesets-cli-2'): Promise<ChangesetsGit> {
  const manifest = createRequire(join(import.meta.dirname, '../../../cli/package.json')).resolve(`${cli}/package.json`)
  const path = fileURLToPath(resolve('@changesets/git', pathToFileURL(manifest).href))
  return (await import(path)) as ChangesetsGit
}

function changeset(path: string) {
  return { id: path.slice('.changeset/'.length, -'.md'.length), path, text: '' }
}

async function repository(): Promise<TestRepository> {
  const created = await createRepository({ 'package.json': { name: 'shop', private: true } })
  open.push(created)
  return created
}
