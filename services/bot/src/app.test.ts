import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { botApp } from './app.ts'
import { botMetrics } from './metrics.ts'
import type { DeliveryStore } from './queue/delivery-store.ts'
import { openSqliteStore } from './queue/sqlite-store.ts'
import {
  githubDelivery,
  githubSecret,
  gitlabDelivery,
  gitlabSecret,
  mergeRequestPayload,
  pullRequestPayload,
  signedGitlabDelivery,
  signingToken,
  type Sent,
} from './testing/signed.ts'

const folder = mkdtempSync(join(tmpdir(), 'topsail-bot-app-'))
const bodyLimit = 100_000
let store: DeliveryStore
let app: Hono
let accepted = 0

beforeAll(() => {
  store = openSqliteStore({ file: join(folder, 'bot.db'), capacity: 20, rememberDays: 7, now: Date.now })
  app = botApp({
    github: { secrets: [githubSecret, 'the secret before it'] },
    gitlab: [
      { group: 'acme', secretToken: gitlabSecret, signingToken: undefined },
      { group: 'globex', secretToken: 'a token that is not enough', signingToken },
    ],
    store,
    metrics: botMetrics(store),
    log: pino({ level: 'silent' }),
    bodyLimit,
    onAccepted: () => (accepted += 1),
    readiness: async () => undefined,
  })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

async function send(forge: 'github' | 'gitlab', { headers, body }: Sent): Promise<{ status: number; answer: unknown }> {
  const response = await app.request(`/webhooks/${forge}`, { method: 'POST', headers, body })
  const text = await response.text()
  // Nothing of the inside is told, whatever was sent.
  expect(text.length).toBeLessThan(60)
  expect(text).not.toMatch(/secret|Error|node_modules|\bat /)
  return { status: response.status, answer: (JSON.parse(text) as { status: unknown }).status }
}

/** No delivery that is refused leaves anything behind. */
async function leavesNothing(work: () => Promise<void>): Promise<void> {
  const before = [await store.counts(), accepted]
  await work()
  expect([await store.counts(), accepted]).toEqual(before)
}

const good = githubDelivery(pullRequestPayload(1))
const signature = String(good.headers['x-hub-signature-256'])
const withSignature = (value: string): Sent => ({ ...good, headers: { ...good.headers, 'x-hub-signature-256': value } })
const without = (sent: Sent, name: string): Sent => {
  const { [name]: _, ...headers } = sent.headers
  return { ...sent, headers }
}
const named = (full_name: unknown): Sent => githubDelivery(pullRequestPayload(1, { repository: { id: 22, full_name } }))
const numbered = (number: unknown): Sent => githubDelivery(pullRequestPayload(1, { pull_request: { number } }))
const installed = (id: unknown): Sent => githubDelivery(pullRequestPayload(1, { installation: { id } }))
const proto = '{"__proto__":{"action":"opened","installation":{"id":1},"repository":{"id":2,"full_name":"a/b"}}}'

const refusedByGitHub: readonly (readonly [what: string, status: number, sent: Sent])[] = [
  ['no signature', 401, without(good, 'x-hub-signature-256')],
  ['an empty signature', 401, withSignature('')],
  [
    'a SHA-1 signature alone',
    401,
    {
      ...without(good, 'x-hub-signature-256'),
      headers: { ...without(good, 'x-hub-signature-256').headers, 'x-hub-signature': 'sha1=aa' },
    },
  ],
  ['a signature by another secret', 401, githubDelivery(pullRequestPayload(1), { secret: 'guessed' })],
  ['the signature of another body', 401, { ...githubDelivery(pullRequestPayload(2)), headers: good.headers }],
  ['the signature of the body with a space more', 401, { ...good, body: `${String(good.body)} ` }],
  ['half of a signature', 401, withSignature(signature.slice(0, 40))],
  ['a signature and more', 401, withSignature(`${signature}00`)],
  ['a signature without its algorithm', 401, withSignature(signature.slice(7))],
  ['a signature of another algorithm', 401, withSignature(signature.replace('sha256', 'sha512'))],
  ['two signatures', 401, withSignature(`${signature}, ${signature}`)],
  ['a signature of zeros', 401, withSignature(`sha256=${'0'.repeat(64)}`)],
  ['what is no JSON', 400, githubDelivery('hello')],
  ['half of a JSON', 400, githubDelivery('{"action":"opened"')],
  ['a form', 400, githubDelivery('payload=%7B%7D')],
  ['a list', 400, githubDelivery('[1]')],
  ['null', 400, githubDelivery('null')],
  ['nothing', 400, githubDelivery('')],
  ['what is no UTF-8', 400, githubDelivery(Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))],
  ['no delivery id', 400, without(good, 'x-github-delivery')],
  ['a delivery id that is a path', 400, githubDelivery(pullRequestPayload(1), { id: '../../etc/passwd' })],
  ['a delivery id without end', 400, githubDelivery(pullRequestPayload(1), { id: 'a'.repeat(5000) })],
  ['no event', 400, without(good, 'x-github-event')],
  ['more than the limit', 413, githubDelivery(pullRequestPayload(1, { body: 'x'.repeat(bodyLimit) }))],
  ['members by inheritance', 400, githubDelivery(proto.replace('"action"', '"x"').replace('{', '{"action":"opened",'))],
  ['an installation that is a text', 400, installed('11')],
  ['an installation below zero', 400, installed(-11)],
  ['an installation of a half', 400, installed(1.5)],
  [
    'an installation beyond numbers',
    400,
    githubDelivery(JSON.stringify(pullRequestPayload(1)).replace(':11}', ':1e999}')),
  ],
  ['no installation', 400, githubDelivery(pullRequestPayload(1, { installation: null }))],
  ['no repository', 400, githubDelivery(pullRequestPayload(1, { repository: {} }))],
  ['a repository above', 400, named('acme/..')],
  ['a repository far above', 400, named('../../../root')],
  ['a repository with a command', 400, named('acme/$(reboot)')],
  ['a repository with a line break', 400, named('acme/shop\nHost: evil')],
  ['a repository with an option', 400, named('--upload-pack=touch x')],
  ['a repository with markup', 400, named('acme/<script>')],
  ['a repository with terminal codes', 400, named('acme/\u001b[31mshop')],
  ['a repository that is an address', 400, named('https://evil.example/acme/shop')],
  ['a repository with a password', 400, named('acme:pw@evil.example/shop')],
  ['a repository of one part', 400, named('shop')],
  ['a repository that is a list', 400, named(['acme/shop'])],
  ['pull request zero', 400, numbered(0)],
  ['a pull request that is a path', 400, numbered('7/../../x')],
  ['a pull request beyond counting', 400, numbered(2 ** 53)],
]

test.each(refusedByGitHub)('GitHub: %s is answered with %i', async (_what, status, sent) => {
  await leavesNothing(async () => {
    expect((await send('github', sent)).status).toBe(status)
  })
})

const ignoredFromGitHub: readonly (readonly [what: string, sent: Sent])[] = [
  ['a ping', githubDelivery({ zen: 'x' }, { event: 'ping' })],
  ['an event of tomorrow', githubDelivery(pullRequestPayload(1), { event: 'constructor' })],
  ['an action that changes nothing', githubDelivery(pullRequestPayload(1, { action: 'labeled' }))],
  ['an action by inheritance', githubDelivery(pullRequestPayload(1, { action: '__proto__' }))],
  ['no action', githubDelivery(pullRequestPayload(1, { action: undefined }))],
  ['nesting without end', githubDelivery(`{"a":${'['.repeat(40_000)}${']'.repeat(40_000)}}`)],
  [
    'a check of no pull request',
    githubDelivery({ ...pullRequestPayload(1), action: 'rerequested', check_run: {} }, { event: 'check_run' }),
  ],
]

test.each(ignoredFromGitHub)('GitHub: %s is genuine, and nothing for us', async (_what, sent) => {
  await leavesNothing(async () => {
    expect(await send('github', sent)).toEqual({ status: 200, answer: 'ignored' })
  })
})

const wrongToken = (token: string): Sent => gitlabDelivery(mergeRequestPayload(), { 'x-gitlab-token': token })
const fromAcme = (payload: unknown): Sent => gitlabDelivery(payload, { 'x-gitlab-token': gitlabSecret })
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000)
const signed = signedGitlabDelivery(mergeRequestPayload('globex/tools'))

const refusedByGitLab: readonly (readonly [what: string, status: number, sent: Sent])[] = [
  ['no token', 401, gitlabDelivery(mergeRequestPayload())],
  ['an empty token', 401, wrongToken('')],
  ['another token', 401, wrongToken('a secret token of acme!')],
  ['the beginning of the token', 401, wrongToken(gitlabSecret.slice(0, -1))],
  ['the token in other letters', 401, wrongToken(gitlabSecret.toUpperCase())],
  ['a project of another group', 403, fromAcme(mergeRequestPayload('globex/tools'))],
  ['a group whose name begins alike', 403, fromAcme(mergeRequestPayload('acme-evil/shop'))],
  ['a way out of the group', 400, fromAcme(mergeRequestPayload('acme/../globex/tools'))],
  ['a group in letters that look alike', 400, fromAcme(mergeRequestPayload('аcme/shop'))],
  ['a merge request of another project', 400, fromAcme(mergeRequestPayload('acme/shop', { target_project_id: 23 }))],
  ['a merge request without a number', 400, fromAcme(mergeRequestPayload('acme/shop', { iid: null }))],
  ['what is no JSON', 400, fromAcme('hello')],
  [
    'the plain token where a signature is wanted',
    401,
    gitlabDelivery(mergeRequestPayload('globex/tools'), { 'x-gitlab-token': 'a token that is not enough' }),
  ],
  [
    'a signature by another token',
    401,
    signedGitlabDelivery(
      mergeRequestPayload('globex/tools'),
      new Date(),
      `whsec_${Buffer.from('guessed').toString('base64')}`,
    ),
  ],
  ['a signature of an hour ago', 401, signedGitlabDelivery(mergeRequestPayload('globex/tools'), minutesAgo(60))],
  ['a signature of tomorrow', 401, signedGitlabDelivery(mergeRequestPayload('globex/tools'), minutesAgo(-1440))],
  ['the signature of another body', 401, { ...signed, body: JSON.stringify(mergeRequestPayload('globex/tools')) }],
  ['the signature under another id', 401, { ...signed, headers: { ...signed.headers, 'webhook-id': 'other' } }],
  [
    'the signature at another time',
    401,
    { ...signed, headers: { ...signed.headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 60) } },
  ],
  [
    'a signature of another version',
    401,
    {
      ...signed,
      headers: {
        ...signed.headers,
        'webhook-signature': String(signed.headers['webhook-signature']).replace('v1,', 'v2,'),
      },
    },
  ],
  ['what is signed for one group, of another', 403, signedGitlabDelivery(mergeRequestPayload('acme/shop'))],
  ['what is signed and no JSON', 400, signedGitlabDelivery('hello')],
]

test.each(refusedByGitLab)('GitLab: %s is answered with %i', async (_what, status, sent) => {
  await leavesNothing(async () => {
    expect((await send('gitlab', sent)).status).toBe(status)
  })
})

test('a body without a length is read no further than the limit', async () => {
  let pulled = 0
  const body = new ReadableStream({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(10_000))
    },
  })
  const request = new Request('http://bot/webhooks/github', { method: 'POST', body, duplex: 'half' } as RequestInit)
  expect((await app.request(request)).status).toBe(413)
  expect(pulled).toBeLessThan(20)
})

test('a delivery is accepted once: neither its id nor its body counts again', async () => {
  const payload = pullRequestPayload(3)
  const first = githubDelivery(payload)
  expect(await send('github', first)).toEqual({ status: 202, answer: 'accepted' })
  expect(await send('github', first)).toEqual({ status: 200, answer: 'replayed' })
  expect(await send('github', githubDelivery(payload))).toEqual({ status: 200, answer: 'replayed' })
  const again = { ...githubDelivery(pullRequestPayload(3)), id: first.headers['x-github-delivery'] }
  expect(await send('github', again)).toEqual({ status: 202, answer: 'accepted' })
  expect(await store.counts()).toMatchObject({ waiting: 1 })
})

test('the secret before is good while secrets are being changed', async () => {
  const sent = githubDelivery(pullRequestPayload(3), { secret: 'the secret before it' })
  expect((await send('github', sent)).status).toBe(202)
})

test('a check that is asked for again is a look at its pull requests, each time', async () => {
  const payload = {
    ...pullRequestPayload(4),
    action: 'rerequested',
    check_suite: { pull_requests: [{ number: 4 }, { number: 5 }] },
  }
  for (const _ of [1, 2]) {
    expect((await send('github', githubDelivery(payload, { event: 'check_suite' }))).status).toBe(202)
  }
})

test('GitLab: a signed delivery and one with a token are accepted, once', async () => {
  const plain = fromAcme(mergeRequestPayload('acme/below/shop'))
  const withSignature = signedGitlabDelivery(mergeRequestPayload('Globex/tools'))
  for (const sent of [plain, withSignature]) {
    expect(await send('gitlab', sent)).toEqual({ status: 202, answer: 'accepted' })
    expect(await send('gitlab', sent)).toEqual({ status: 200, answer: 'replayed' })
  }
})

test('a full queue asks the sender to come back', async () => {
  for (let number = 100; (await store.counts()).waiting < 20; number += 1) {
    await send('github', githubDelivery(pullRequestPayload(number, { installation: { id: number } })))
  }
  const { headers, body } = githubDelivery(pullRequestPayload(999))
  const response = await app.request('/webhooks/github', { method: 'POST', headers, body })
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60'])
})

test('whoever operates it can ask how it is', async () => {
  expect((await app.request('/healthz')).status).toBe(200)
  expect((await app.request('/readyz')).status).toBe(200)
  const metrics = await (await app.request('/metrics')).text()
  expect(metrics).toContain('topsail_bot_deliveries_total{forge="github",answer="replayed"} 2')
  expect(metrics).toContain('topsail_bot_looks{state="waiting"} 20')
  expect(metrics).not.toContain('acme')
})

test.each(['/', '/webhooks', '/webhooks/github', '/webhooks/bitbucket', '/..%2f..%2fetc/passwd'])(
  'there is nothing at GET %s',
  async (path) => {
    expect((await app.request(path)).status).toBe(404)
  },
)

test('a store that fails leads to an answer that says to come back, and no more', async () => {
  const broken = { ...store, accept: () => Promise.reject(new Error('disk full at /var/secret')) }
  const log = pino({ level: 'silent' })
  const failing = botApp({
    github: { secrets: [githubSecret] },
    gitlab: [],
    store: broken,
    metrics: botMetrics(store),
    log,
    bodyLimit,
    onAccepted: () => {},
    readiness: async () => 'the store does not answer',
  })
  const { headers, body } = githubDelivery(pullRequestPayload(1))
  const response = await failing.request('/webhooks/github', { method: 'POST', headers, body })
  expect([response.status, await response.json()]).toEqual([503, { status: 'failed' }])
  expect((await failing.request('/readyz')).status).toBe(503)
  expect((await failing.request('/webhooks/gitlab', { method: 'POST' })).status).toBe(404)
})
