/**
 * The API of the forge misbehaves while `topsail ci main` works: limits, 404, 422, server errors, connections that break
 * or hang. It either gets through or says what failed, and the next run finishes. By default a few faults at a few
 * requests; with TOPSAIL_CI_MAIN=all every fault at every one.
 */
import { githubForge, reconcileMain } from '@topsail/engine'
import { type ForgeFault, type ForgeFaults, forgeFaults, rateLimited } from '@topsail/engine/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { releaseWords } from '../src/render/release-pull-request.ts'
import { type Pipeline, startPipeline } from '../src/testing/pipeline.ts'

// A forge, git over HTTP and a registry, each real: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const isLong = process.env['TOPSAIL_CI_MAIN'] === 'all'

let shop: Pipeline
let proxy: ForgeFaults
beforeAll(async () => {
  shop = await startPipeline({ 'topsail.json': { forgeReleases: { tellIssues: true } } })
  proxy = await forgeFaults(shop.rig.apiUrl)
  await shop.ciMain()
})
afterAll(async () => {
  await proxy?.close()
  await shop?.close()
})

/** With little patience, so that a test need not wait. */
const patience = {
  retry: { first: 1, longest: 5, attempts: 3, patience: 2_000 },
  timeout: 400,
  forLimits: 1_500,
}

async function ciMain() {
  const { clone, env } = await shop.job()
  const { webUrl: serverUrl, repository: path, tokens } = shop.rig
  const forge = githubForge({ apiUrl: proxy.url, serverUrl, path, token: tokens.ci, patience })
  return reconcileMain({ cwd: clone.root, env, forge, words: releaseWords })
}

type Case = {
  readonly fault: ForgeFault
  readonly method: string
  readonly path: RegExp
  /** Left out: for ever. */
  readonly times?: number
  /** Undefined: it gets through. */
  readonly why: string | undefined
}

const status = (code: number): ForgeFault => ({ kind: 'status', status: code })
const few: readonly Case[] = [
  { fault: rateLimited(3600), method: 'GET', path: /\/pulls\?/, why: 'rate-limited' },
  { fault: status(422), method: 'POST', path: /\/git\/trees$/, why: 'invalid' },
  { fault: { kind: 'lost-reply' }, method: 'PATCH', path: /\/git\/refs\//, times: 1, why: undefined },
  { fault: { kind: 'hang' }, method: 'PATCH', path: /\/pulls\/\d+$/, why: 'unavailable' },
]
const all: readonly Case[] = [
  /\/pulls\?/,
  /\/pulls\/\d+$/,
  /\/git\/trees$/,
  /\/git\/commits/,
  /\/git\/refs?\//,
].flatMap((path) =>
  ['GET', 'POST', 'PATCH'].flatMap((method): Case[] => [
    { fault: rateLimited(3600), method, path, why: 'rate-limited' },
    { fault: status(403), method, path, why: 'refused' },
    { fault: status(404), method, path, why: 'not-found' },
    { fault: status(422), method, path, why: 'invalid' },
    { fault: status(500), method, path, why: 'unavailable' },
    { fault: { kind: 'reset' }, method, path, why: 'unavailable' },
    { fault: { kind: 'lost-reply' }, method, path, why: 'unavailable' },
    { fault: { kind: 'truncated' }, method, path, why: 'unavailable' },
    { fault: { kind: 'hang' }, method, path, why: 'unavailable' },
  ]),
)

test(
  'a release pull request gets through, or says why not and is finished by the next run',
  async () => {
    await shop.change('first', { '@acme/db': 'patch' })
    const number = (await shop.ciMain()).result.pullRequest?.number
    for (const [index, { why, times, ...rule }] of (isLong ? all : few).entries()) {
      await shop.change(`more-${index}`, { '@acme/db': 'patch' })
      proxy.add({ ...rule, ...(times === undefined ? {} : { times }) })
      const result = await ciMain()
      const wasMet = proxy.requests.some(({ fault }) => fault !== undefined)
      proxy.clear()
      if (result.exitCode === 0)
        expect({ rule, why: wasMet && !isLong ? why : undefined }).toEqual({ rule, why: undefined })
      else expect(result.problems).toContainEqual(expect.objectContaining({ code: 'FORGE_FAILED' }))
      if (!isLong && why !== undefined) expect(result.problems).toContainEqual(expect.objectContaining({ why }))
      expect(JSON.stringify(result)).not.toContain(shop.rig.tokens.ci)
    }
    const { code, result } = await shop.ciMain()
    expect({ code, number: result.pullRequest?.number }).toEqual({ code: 0, number })
    expect(await shop.openPullRequests()).toHaveLength(1)
    expect((await shop.pullRequest(number ?? 0)).body).toContain(`plan=${result.pullRequest?.plan} `)
  },
  isLong ? 3_600_000 : 120_000,
)

test('releases that the forge would not take are told of, and made by the next run, which tells whom they close', async () => {
  const issue = (await shop.api('POST', '/issues', { title: 'It is slow' })) as { number: number }
  await shop.change('fast', { '@acme/db': 'patch' })
  await shop.rig.work.git('commit', '--quiet', '--amend', '--message', `fix: fast\n\nFixes #${issue.number}`)
  await shop.rig.work.git('push', '--quiet', '--force', 'origin', 'HEAD:main')
  await shop.ciMain()
  const [open] = await shop.openPullRequests()
  await shop.rig.merge(open?.number ?? 0, 'squash')
  proxy.add({ method: 'POST', path: /\/releases$/, fault: rateLimited(3600) })
  const result = await ciMain()
  proxy.clear()
  expect(result.published?.exitCode).toBe(0)
  expect(result.problems.map(({ code }) => code)).toEqual(['FORGE_FAILED', 'FORGE_RELEASES_MISSING'])
  expect(result.forgeReleases?.missing).toHaveLength(1)
  expect((await ciMain()).forgeReleases?.made).toHaveLength(1)
  await ciMain()
  const told = (await shop.api('GET', `/issues/${issue.number}/comments`)) as { body: string }[]
  expect(told.map(({ body }) => body)).toEqual([expect.stringMatching(/^Released in \[`@acme\/db@/)])
  expect((await shop.releases()).map(({ tag_name: tag }) => tag).toSorted()).toEqual(await shop.tags())
})
