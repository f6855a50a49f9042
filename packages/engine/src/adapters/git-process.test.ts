import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { gitIn } from './git-process.ts'

let repository: TestRepository
beforeAll(async () => {
  repository = await createRepository({ 'package.json': {} })
})
afterAll(() => repository.close())

test('an answer holds what git printed and its exit code, also when it fails', async () => {
  const git = gitIn(repository.root)
  expect(await git(['log', '--format=%s'])).toMatchObject({ kind: 'done', code: 0, stdout: 'chore: begin\n' })
  expect(await git(['rev-parse', '--verify', 'nothing'])).toMatchObject({ kind: 'done', code: 128 })
})

test('output can be streamed, and input given', async () => {
  const chunks: Buffer[] = []
  const git = gitIn(repository.root)
  const answer = await git(['log', '--stdin', '--format=%s'], {
    input: 'HEAD\n',
    onOutput: (chunk) => chunks.push(chunk),
  })
  expect(answer).toMatchObject({ kind: 'done', stdout: '' })
  expect(Buffer.concat(chunks).toString()).toBe('chore: begin\n')
})

test('arguments reach git as they are, through no shell', async () => {
  const git = gitIn(repository.root)
  expect(await git(['log', '--format=$(id) `id` ; %s'])).toMatchObject({ stdout: '$(id) `id` ; chore: begin\n' })
})

test('the variables of a surrounding git, and the user language, change nothing', async () => {
  process.env['GIT_DIR'] = join(tmpdir(), 'no-such-repository')
  process.env['GIT_INDEX_FILE'] = 'nowhere'
  try {
    expect(await gitIn(repository.root)(['status', '--porcelain'])).toMatchObject({ code: 0, stdout: '' })
  } finally {
    delete process.env['GIT_DIR']
    delete process.env['GIT_INDEX_FILE']
  }
})

test('traces that a user asked for stay out of what git says in failing', async () => {
  const traces = ['GIT_TRACE', 'GIT_TRACE_SETUP', 'GIT_TRACE2', 'GIT_TRACE2_EVENT', 'GIT_TRACE_PACKET']
  for (const name of traces) process.env[name] = '1'
  try {
    const answer = await gitIn(repository.root)(['rev-parse', '--verify', 'nothing'])
    expect(answer).toMatchObject({ code: 128, stderr: 'fatal: Needed a single revision\n' })
  } finally {
    for (const name of traces) delete process.env[name]
  }
})

test('a git that cannot be started is an answer, not a throw', async () => {
  expect(await gitIn(join(repository.root, 'no-such-folder'))(['status'])).toMatchObject({ kind: 'missing' })
})
