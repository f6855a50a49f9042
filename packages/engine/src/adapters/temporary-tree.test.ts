import { existsSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { gitIn } from './git-process.ts'
import { openTemporaryTree } from './temporary-tree.ts'

const opened: TestRepository[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const repository of opened.splice(0)) await repository.close()
})

async function open() {
  const repository = await createRepository({ 'a/one.txt': 'one\n', 'b/two.txt': 'two\n' })
  opened.push(repository)
  return repository
}

test('all of a commit is there, whatever the clone shows and its hooks say', async () => {
  const { root, git, write } = await open()
  await git('sparse-checkout', 'set', 'a')
  await write({ '.git/checks/post-checkout': '#!/bin/sh\nexit 1\n' })
  await chmod(join(root, '.git/checks/post-checkout'), 0o755)
  await git('config', 'core.hooksPath', join(root, '.git/checks'))
  const tree = await openTemporaryTree(gitIn(join(root, 'a')), 'HEAD', { name: 'test' })
  if ('detail' in tree) throw new Error(tree.detail)
  expect(tree.root).toBe(join(tree.top, 'a/'))
  expect(existsSync(join(tree.top, 'b/two.txt'))).toBe(true)
  await tree.close()
  expect(existsSync(tree.top)).toBe(false)
  expect((await git('worktree', 'list')).split('\n')).toHaveLength(1)
})

test('where nothing temporary can be written it says why', async () => {
  const { root } = await open()
  vi.stubEnv('TMPDIR', join(root, 'missing'))
  expect(await openTemporaryTree(gitIn(root), 'HEAD', { name: 'test' })).toMatchObject({
    detail: expect.stringContaining('ENOENT'),
  })
})
