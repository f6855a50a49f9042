import { expect, test } from 'vitest'
import { redactor } from '../publish/secrets.ts'
import { callingForge, defaultPatience, type ForgeCall, type ForgeReply, type NoReply } from './forge-calls.ts'

/** A clock that only passes while somebody sleeps. */
function calling(replies: readonly (ForgeReply | NoReply)[], redacted: readonly string[] = []) {
  let now = 1_700_000_000_000
  let sent = 0
  const call = callingForge({
    send: () => Promise.resolve(replies[Math.min(sent++, replies.length - 1)] ?? reply(500)),
    clock: {
      now: () => now,
      sleep: (milliseconds) => {
        now += milliseconds
        return Promise.resolve()
      },
      random: () => 0.5,
    },
    patience: defaultPatience,
    redact: redactor(redacted),
  })
  return { call, sent: () => sent, passed: () => now - 1_700_000_000_000 }
}

const reply = (status: number, headers: ForgeReply['headers'] = {}, body: unknown = {}): ForgeReply => ({
  status,
  headers,
  body,
})
const read: ForgeCall = { method: 'GET', path: '/x' }
const once: ForgeCall = { method: 'POST', path: '/x', body: {}, repeatable: false }
const lost: NoReply = { status: undefined, detail: 'reset', arrived: true }
const unsent: NoReply = { status: undefined, detail: 'refused', arrived: false }

test('a limit is waited out as long as it asks, and all limits together share one budget', async () => {
  const soon = calling([reply(429, { 'retry-after': '30' }), reply(200)])
  expect(await soon.call(read)).toMatchObject({ ok: true })
  expect(soon.passed()).toBe(30_000)
  const often = calling([reply(403, { 'retry-after': '40' })])
  expect(await often.call(read)).toMatchObject({ ok: false, why: 'rate-limited', waitSeconds: 40 })
  expect(often.passed()).toBe(80_000)
  expect(await often.call(read)).toMatchObject({ why: 'rate-limited' })
  expect(often.passed()).toBe(80_000)
})

test.each<readonly [string, ForgeReply, number]>([
  ['until a moment', reply(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000020' }), 21],
  ['of GitLab', reply(429, { 'ratelimit-remaining': '0', 'ratelimit-reset': '1700000010' }), 11],
  ['in words alone', reply(403, {}, { message: 'You have exceeded a secondary rate limit' }), 60],
  ['of a moment that is over', reply(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1600000000' }), 1],
])('a limit %s', async (_, limit, seconds) => {
  const { call, passed } = calling([limit, reply(200)])
  expect(await call(read)).toMatchObject({ ok: true })
  expect(passed()).toBe(seconds * 1000)
})

test('what fails for a moment is tried again, and what must not happen twice only if it never arrived', async () => {
  for (const [call, first, sent] of [
    [read, reply(502), 2],
    [read, lost, 2],
    [once, reply(502), 1],
    [once, lost, 1],
    [once, unsent, 2],
    [once, reply(429, { 'retry-after': '1' }), 2],
  ] as const) {
    const forge = calling([first, reply(200)])
    expect((await forge.call(call)).ok).toBe(sent === 2)
    expect(forge.sent()).toBe(sent)
  }
})

test('it ends, whatever the forge does', async () => {
  const forge = calling([reply(503)])
  expect(await forge.call(read)).toMatchObject({ ok: false, why: 'unavailable', status: 503 })
  expect(forge.sent()).toBe(defaultPatience.retry.attempts)
})

test.each([
  [400, 'invalid'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'not-found'],
  [409, 'conflict'],
  [410, 'not-found'],
  [422, 'invalid'],
  [500, 'unavailable'],
])('the status %d is told as %s', async (status, why) => {
  expect(await calling([reply(status)]).call(read)).toMatchObject({ ok: false, why, status })
})

test('what the forge said is told on one line, with the permission it wants, and without a token', async () => {
  const said = { message: 'no\n  such thing for s3cretT0ken', errors: [{ resource: 'Pull' }] }
  const { call } = calling([reply(403, { 'x-accepted-github-permissions': 'checks=write' }, said)], ['s3cretT0ken'])
  expect(await call({ method: 'GET', path: '/x?token=s3cretT0ken' })).toMatchObject({
    detail: 'no such thing for ***; {"resource":"Pull"}',
    doing: 'GET /x?token=***',
    lacking: 'checks=write',
  })
})
