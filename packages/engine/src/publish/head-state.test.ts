import { afterEach, expect, test } from 'vitest'
import { gitIn } from '../adapters/git-process.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { readTags } from '../read/tags.ts'
import { findObjects, readHead, textOf } from './head-state.ts'

const open: TestRepository[] = []
afterEach(async () => {
  for (const repository of open.splice(0)) await repository.close()
})

test('a tag asked for by its name leads where the list of all tags says, however it was made', async () => {
  const { root, git } = await repository()
  await git('tag', 'light')
  await git('tag', '-a', '-m', 'one', '@acme/one@1.0.0')
  await git('tag', '-a', '-m', 'of a tag', 'twice', '@acme/one@1.0.0')
  await git('tag', 'of-a-tree', 'HEAD^{tree}')
  const all = await readTags(gitIn(root))
  const { tags } = await readHead(gitIn(root), [], ['none', ...all.keys(), '@acme/two@1.0.0'])
  expect(tags).toEqual(all)
  expect(tags.size).toBe(4)
})

test('folders and files are found in one question, whatever they hold', async () => {
  const { root, git } = await repository()
  const [none, folder, file] = await findObjects(gitIn(root), ['HEAD:none', 'HEAD:lib', 'HEAD:lib/a b.txt'])
  expect(none).toBeUndefined()
  expect(folder).toMatchObject({ type: 'tree', name: (await git('rev-parse', 'HEAD:lib')).trim() })
  expect([textOf(folder), textOf(file)]).toEqual([undefined, 'one\n\nHEAD:none missing\n'])
})

test('a name with a line end in it is not there, and moves no other answer', async () => {
  const { root } = await repository()
  const names = ['HEAD:lib/a b.txt', 'HEAD:lib\nHEAD:lib/a b.txt', 'HEAD:none', 'HEAD:lib/a b.txt']
  const found = await findObjects(gitIn(root), names)
  expect(found.map((object) => object?.type)).toEqual(['blob', undefined, undefined, 'blob'])
})

async function repository(): Promise<TestRepository> {
  const repository = await createRepository({ 'lib/a b.txt': 'one\n\nHEAD:none missing\n' })
  open.push(repository)
  return repository
}
