import { afterEach, expect, test } from 'vitest'
import { gitIn } from '../adapters/git-process.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { pushRemote } from './push-remote.ts'

const open: TestRepository[] = []
afterEach(async () => {
  for (const repository of open.splice(0)) await repository.close()
})

test('the only remote, whatever its name; none where there is none', async () => {
  const { root, git } = await repository()
  await git('remote', 'rename', 'origin', 'up.stream/x')
  expect(await pushRemote(gitIn(root))).toBe('up.stream/x')
  await git('remote', 'remove', 'up.stream/x')
  expect(await pushRemote(gitIn(root))).toBeUndefined()
})

test('of several the one that git would push this branch to', async () => {
  const { root, git } = await repository()
  for (const name of ['fork', 'mirror', 'work']) await git('remote', 'add', name, `../${name}.git`)
  expect(await pushRemote(gitIn(root))).toBe('origin')
  await git('config', 'branch.main.remote', 'work')
  expect(await pushRemote(gitIn(root))).toBe('work')
  await git('config', 'remote.pushDefault', 'mirror')
  expect(await pushRemote(gitIn(root))).toBe('mirror')
  await git('config', 'branch.main.pushRemote', 'fork')
  expect(await pushRemote(gitIn(root))).toBe('fork')
  await git('config', 'branch.main.pushRemote', 'gone')
  expect(await pushRemote(gitIn(root))).toBe('mirror')
})

test('of several none where none is chosen and none is called origin', async () => {
  const { root, git } = await repository()
  await git('remote', 'rename', 'origin', 'one')
  await git('remote', 'add', 'two', '../two.git')
  expect(await pushRemote(gitIn(root))).toBeUndefined()
  await git('checkout', '--quiet', '--detach')
  expect(await pushRemote(gitIn(root))).toBeUndefined()
})

async function repository(): Promise<TestRepository> {
  const created = await createRepository({ 'package.json': { name: 'shop', private: true } })
  open.push(created)
  return created
}
