/**
 * Posting under every fault of the API at every one of its requests: it ends, tells what did not work, and the next run
 * leaves one comment that is right.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { forgeFaults, rateLimited, type ForgeFault, type ForgeFaults } from '../testing/forge-faults.ts'
import { startForge, type ForgeRig } from '../testing/forge-rig.ts'
import type { Forge, ForgeFailureReason } from './forge.ts'
import type { ForgePatience } from './forge-calls.ts'
import { githubForge } from './github.ts'
import { commentMark, findPullRequest, postReport, type PostResult, type ReportWords } from './post-report.ts'

const patience: ForgePatience = {
  retry: { first: 2, longest: 10, attempts: 4, patience: 20_000 },
  // Long enough for a machine that has much else to do.
  timeout: 2_000,
  forLimits: 1_500,
}

vi.setConfig({ testTimeout: 120_000 })

let rig: ForgeRig
let faults: ForgeFaults
let number: number
let sha: string
beforeAll(async () => {
  rig = await startForge({ files: { 'README.md': 'a shop\n' } })
  faults = await forgeFaults(rig.apiUrl)
  await rig.work.git('checkout', '--quiet', '-b', 'more')
  await rig.work.write({ 'more.txt': 'more\n' })
  sha = await rig.work.push('feat: more')
  number = await rig.openPullRequest('more', { title: 'feat: more' })
})
afterAll(async () => {
  await faults?.close()
  await rig?.close()
})

const words = (text: string): ReportWords => ({
  comment: text,
  check: { name: 'topsail', conclusion: 'success', title: text, summary: text, annotations: [] },
})

/** Each run is a process of its own: nothing is remembered between them. */
function newForge(): Forge {
  const { tokens, webUrl: serverUrl } = rig
  return githubForge({ apiUrl: faults.url, serverUrl, path: 'acme/shop', token: tokens.ci, patience })
}

async function post(text: string): Promise<PostResult | ForgeFailureReason> {
  const forge = newForge()
  const found = await findPullRequest(forge, {
    number,
    head: { sha, branch: 'more', owner: 'acme', repository: 'acme/shop' },
  })
  if (!found.ok) return found.why
  if (found.value.kind !== 'found') throw new Error(found.value.kind)
  return postReport(forge, found.value.pullRequest, words(text))
}

async function comments(): Promise<readonly { readonly id: number; readonly body: string }[]> {
  const path = `/repos/acme/shop/issues/${number}/comments`
  return (await rig.api(rig.tokens.ci, 'GET', path)) as readonly { id: number; body: string }[]
}

async function clearComments(): Promise<void> {
  for (const { id } of await comments()) {
    await rig.api(rig.tokens.ci, 'DELETE', `/repos/acme/shop/issues/comments/${id}`)
  }
}

type Place = {
  readonly name: string
  readonly method: string | undefined
  readonly path: RegExp
  readonly exists: boolean
}

const places: readonly Place[] = [
  { name: 'asking for the pull request', method: 'GET', path: /\/pulls\/\d+$/, exists: true },
  { name: 'asking who we are', method: 'POST', path: /\/graphql$/, exists: true },
  { name: 'listing comments', method: 'GET', path: /\/comments/, exists: true },
  { name: 'writing the comment', method: 'POST', path: /\/comments$/, exists: false },
  { name: 'changing the comment', method: 'PATCH', path: /\/comments\/\d+$/, exists: true },
  { name: 'listing checks', method: 'GET', path: /\/check-runs/, exists: true },
  { name: 'writing the check', method: undefined, path: /\/check-runs(\/\d+)?$/, exists: true },
]

const status = (code: number, body?: string): ForgeFault => ({
  kind: 'status',
  status: code,
  ...(body ? { body } : {}),
})

const passing: readonly (readonly [string, ForgeFault])[] = [
  ['a limit that is soon over', rateLimited(0)],
  ['too many requests', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
  ['a server error', status(500)],
  ['a bad gateway', status(502, '<html>bad gateway</html>')],
  ['a connection cut before', { kind: 'reset' }],
  ['an answer that is lost', { kind: 'lost-reply' }],
  ['an answer that breaks off', { kind: 'truncated' }],
  ['no answer', { kind: 'hang' }],
]

const lasting: readonly (readonly [string, ForgeFault, ForgeFailureReason])[] = [
  ['a long limit', rateLimited(3_600), 'rate-limited'],
  [
    'a limit until some hour',
    { kind: 'status', status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800' } },
    'rate-limited',
  ],
  ['nothing there', status(404), 'not-found'],
  ['not allowed', status(403, '{"message":"Resource not accessible by integration"}'), 'refused'],
  ['a token of nobody', status(401, '{"message":"Bad credentials"}'), 'refused'],
  ['values it does not take', status(422), 'invalid'],
  ['server errors', status(503), 'unavailable'],
  ['cut connections', { kind: 'reset' }, 'unavailable'],
  ['an answer of another shape', status(200, '[{"id":"one"}]'), 'unreadable'],
  ['an answer that is no JSON', status(200, '<html>'), 'unavailable'],
]

/** A few of the pairs by default, every fault and every place among them; all with TOPSAIL_FAULTS=all. */
function chosen<Item>(items: readonly Item[], place: string): readonly Item[] {
  const offset = places.findIndex(({ name }) => name === place)
  return process.env['TOPSAIL_FAULTS'] === 'all' ? items : items.filter((_, index) => (index + offset) % 7 === 0)
}

test.each(places)(
  'a fault that passes, $name: it is posted all the same',
  async ({ name: place, method, path, exists }) => {
    for (const [name, fault] of chosen(passing, place)) {
      if (exists) await prepare()
      else await clearComments()
      faults.clear()
      faults.add({ ...(method && { method }), path, times: 1, fault })
      const result = await post(`after ${name}`)
      // What must not happen twice is not repeated blindly, but looked for.
      const isUnsure =
        method === 'POST' && !exists && typeof result !== 'string' && result.comment && 'why' in result.comment
      if (isUnsure) await post(`after ${name}`)
      faults.clear()
      expect([name, (await comments()).map(({ body }) => body)]).toEqual([name, [`${commentMark}\nafter ${name}`]])
    }
  },
)

test.each(places)(
  'a fault that stays, $name: it is told, and the next run mends it',
  async ({ name: place, method, path, exists }) => {
    for (const [name, fault, why] of chosen(lasting, place)) {
      if (exists) await prepare()
      else await clearComments()
      faults.clear()
      faults.add({ ...(method && { method }), path, fault })
      const result = await post(`before ${name}`)
      const told =
        typeof result === 'string'
          ? [result]
          : [result.comment, result.check].map((part) => (part && 'why' in part ? part.why : ''))
      // A check that cannot be looked for is made; one that is not there is, too.
      const isHarmless = method === 'GET' && path.source.includes('check-runs') && why === 'not-found'
      if (!isHarmless) expect([name, told]).toEqual([name, expect.arrayContaining([why])])
      expect(JSON.stringify(result)).not.toContain(rig.tokens.ci)
      faults.clear()
      await post(`after ${name}`)
      expect((await comments()).map(({ body }) => body)).toEqual([`${commentMark}\nafter ${name}`])
    }
  },
)

test('a pull request that has moved on or is closed is left alone', async () => {
  const forge = newForge()
  const head = { sha: 'a'.repeat(40), branch: 'more', owner: 'acme', repository: 'acme/shop' }
  expect(await findPullRequest(forge, { number, head })).toMatchObject({ value: { kind: 'moved-on', number } })
  expect(await findPullRequest(forge, { number: undefined, head })).toMatchObject({ value: { kind: 'moved-on' } })
  const elsewhere = { ...head, branch: 'nowhere' }
  expect(await findPullRequest(forge, { number: undefined, head: elsewhere })).toMatchObject({
    value: { kind: 'none' },
  })
  expect(await findPullRequest(forge, { number: undefined, head: { ...head, sha } })).toMatchObject({
    value: { kind: 'found', pullRequest: { number } },
  })
})

test('annotations go fifty to a request, and a check that has some is made anew', async () => {
  const annotations = Array.from({ length: 120 }, (_, index) => ({
    file: 'more.txt',
    line: index + 1,
    level: 'warning' as const,
    title: 'A line',
    message: 'More of it.',
  }))
  for (const expected of [120, 120]) {
    faults.clear()
    const check = { ...words('many').check, name: 'many', sha, annotations }
    expect(await newForge().publishCheck(check)).toMatchObject({ ok: true })
    expect(faults.requests.filter(({ method }) => method !== 'GET')).toHaveLength(3)
    expect(expected).toBe(120)
  }
})

/** A comment of an earlier run, that this one has to change. */
async function prepare(): Promise<void> {
  const [first, ...others] = await comments()
  if (first === undefined || others.length > 0) {
    await clearComments()
    const path = `/repos/acme/shop/issues/${number}/comments`
    await rig.api(rig.tokens.ci, 'POST', path, { body: `${commentMark}\nearlier` })
  }
}
