import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { gitIn } from './git-process.ts'
import { openTemporaryTree } from './temporary-tree.ts'
import { tidyTrees } from './tree-marks.ts'

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

const self = (name: string): string => JSON.stringify(import.meta.resolve(name))

/** A run that makes a worktree and then only waits; gives where it is. */
async function runThatWaits(root: string) {
  const script = `
    import { gitIn } from ${self('./git-process.ts')}
    import { openTemporaryTree } from ${self('./temporary-tree.ts')}
    const tree = await openTemporaryTree(gitIn(${JSON.stringify(root)}), 'HEAD', { name: 'test' })
    process.stdout.write(tree.top)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [top] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    top: top.toString(),
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

const markFile = (root: string): string => {
  const marks = join(root, '.git/topsail/trees')
  return join(marks, readdirSync(marks)[0] ?? '')
}

test('what a killed run left is gone after the next, and what a living one uses stays', async () => {
  const { root, git } = await open()
  const other = await runThatWaits(root)
  const mine = await openTemporaryTree(gitIn(join(root, 'a')), 'HEAD', { name: 'test' })
  if ('detail' in mine) throw new Error(mine.detail)
  expect(existsSync(join(other.top, 'b/two.txt'))).toBe(true)
  await other.kill()
  // Also asked for from inside of another worktree, and by one whose own stays.
  await tidyTrees(gitIn(mine.root))
  expect(existsSync(dirname(other.top))).toBe(false)
  expect(existsSync(join(mine.top, 'b/two.txt'))).toBe(true)
  await mine.close()
  expect((await git('worktree', 'list')).split('\n')).toHaveLength(1)
  expect(readdirSync(join(root, '.git/topsail/trees'))).toEqual([])
})

test('a worktree is left alone that somebody locked, or made, or that another machine may use', async () => {
  const { root, git } = await open()
  const theirs = join(dirname(root), 'topsail-test-abc123', 'tree')
  await git('worktree', 'add', '--quiet', '--detach', theirs)
  const killed = await runThatWaits(root)
  await killed.kill()
  const mark = readFileSync(markFile(root), 'utf8')
  const left = async () => {
    await tidyTrees(gitIn(root))
    const paths = (await git('worktree', 'list', '--porcelain')).split('\n')
    return [killed.top, theirs].filter((path) => paths.includes(`worktree ${path}`))
  }
  const both = [killed.top, theirs]
  await git('worktree', 'lock', killed.top)
  expect(await left()).toEqual(both)
  await git('worktree', 'unlock', killed.top)
  const facts = JSON.parse(mark) as Record<string, unknown>
  for (const odd of [
    { host: 'elsewhere' },
    { pids: 'pid:[1]' },
    { boot: 'another', machine: undefined },
    { top: theirs + 's' },
  ]) {
    if (process.platform !== 'linux' && !('host' in odd || 'top' in odd)) continue
    writeFileSync(markFile(root), JSON.stringify({ ...facts, ...odd }))
    expect(await left()).toEqual(both)
  }
  writeFileSync(markFile(root), JSON.stringify({ ...facts, pid: process.pid, began: undefined }))
  expect(await left()).toEqual(both)
  // The process id has another owner by now, and the folder is gone with the rest of what was temporary.
  await rm(dirname(killed.top), { recursive: true })
  writeFileSync(
    markFile(root),
    JSON.stringify({ ...facts, ...(process.platform === 'linux' ? { pid: process.pid } : {}) }),
  )
  expect(await left()).toEqual([theirs])
})
