/**
 * `topsail ci pr` killed with SIGKILL at a request to the forge, before it arrives and after it was done; the next run
 * leaves one comment and a check that is right. By default at few, with TOPSAIL_CI_PR=all at every one.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPullRequests, type PullRequests } from '../src/testing/pull-requests.ts'
import { tollgate, type Toll, type Tollgate } from '../src/testing/tollgate.ts'

const main = process.env['TOPSAIL_BIN'] ?? fileURLToPath(new URL('../src/main.ts', import.meta.url))

let pulls: PullRequests
let gate: Tollgate
let number: number
beforeAll(async () => {
  pulls = await startPullRequests()
  gate = await tollgate(pulls.rig.webUrl)
  number = await pulls.open('killed', { 'packages/web/index.ts': 'export {}\n' })
}, 60_000)
afterAll(async () => {
  await gate?.close()
  await pulls?.close()
})

/** True when it was killed. */
async function runKilledAt(at: Toll['at'], when: Toll['when']): Promise<boolean> {
  const [web = ''] = gate.urls
  const apiUrl = pulls.rig.apiUrl.replace(pulls.rig.webUrl, web)
  const { clone, env } = await pulls.prepare(number, { token: pulls.rig.tokens.ci, apiUrl })
  const child = spawn(process.execPath, [main, 'ci', 'pr'], {
    cwd: clone.root,
    env: { PATH: process.env['PATH'] ?? '', HOME: clone.root, ...env },
    stdio: 'ignore',
  })
  gate.set({ at, when, act: () => void child.kill('SIGKILL') })
  const signal = await new Promise<NodeJS.Signals | null>((done) => child.on('close', (_, by) => done(by)))
  gate.set(undefined)
  return signal === 'SIGKILL'
}

async function expectMended(): Promise<void> {
  const next = await pulls.job(number, ['ci', 'pr'], { token: pulls.rig.tokens.ci })
  expect(next.code).toBe(1)
  const comments = await pulls.comments(number)
  expect(comments.map(({ body }) => body.includes('1 package needs a changeset'))).toEqual([true])
  expect((await pulls.checks(await pulls.head(number)))[0]).toMatchObject({ name: 'topsail', conclusion: 'failure' })
}

async function clearComments(): Promise<void> {
  for (const { id } of await pulls.comments(number)) {
    await pulls.rig.api(pulls.rig.tokens.ci, 'DELETE', `/repos/acme/shop/issues/comments/${id}`)
  }
}

const comment = /\/issues\/\d+\/comments$/
const check = /\/check-runs(\/\d+)?$/

type Point = readonly [string, Toll['at'], Toll['when']]
const points: readonly Point[] = [
  ['when the comment was written', ({ method, path }) => method === 'POST' && comment.test(path), 'after'],
  ['before the check is written', ({ method, path }) => method !== 'GET' && check.test(path), 'before'],
]

test.each(points)('killed %s', async (_, at, when) => {
  await clearComments()
  expect(await runKilledAt(at, when)).toBe(true)
  await expectMended()
})

const isLong = process.env['TOPSAIL_CI_PR'] === 'all'
/** The requests of one run, with room for more. */
const most = isLong ? 20 : 1

test('killed at its first request, or at any', { timeout: 600_000 }, async () => {
  for (let nth = 1; nth <= most; nth += 1) {
    for (const when of isLong ? (['before', 'after'] as const) : (['after'] as const)) {
      await clearComments()
      const isKilled = await runKilledAt(({ count }) => count === nth, when)
      await expectMended()
      if (nth === 1) expect(isKilled).toBe(true)
    }
  }
})
