/**
 * One call to a forge, tried until it is answered or not worth trying: what fails for a moment is repeated after a
 * growing, jittered delay, a limit is waited out while the budget of waiting lasts, and every other failure is sorted
 * by what can be done about it. A call that must not happen twice is not repeated once it may have arrived.
 */
import { nextDelay, type RetryPolicy } from '@topsail/core'
import type { Clock } from '../publish/clock.ts'
import type { Redact } from '../publish/secrets.ts'
import type { ForgeAnswer, ForgeFailure, ForgeFailureReason } from './forge.ts'

export type ForgeCall = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below the address of the API; every part of it is encoded already. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>> | undefined
  readonly body?: Readonly<Record<string, unknown>> | undefined
  /** False: doing it twice would be seen. */
  readonly repeatable?: boolean | undefined
}

export type ForgeReply = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
}

/** `arrived`: whether the forge may have got the request. */
export type NoReply = { readonly status: undefined; readonly detail: string; readonly arrived: boolean }

/** One request, answered whatever its status, or not answered; never a throw. */
export type SendToForge = (call: ForgeCall, timeout: number) => Promise<ForgeReply | NoReply>

export type ForgePatience = {
  readonly retry: RetryPolicy
  /** Milliseconds that one request may take. */
  readonly timeout: number
  /** Milliseconds that limits may be waited out, all calls together. */
  readonly forLimits: number
}

export const defaultPatience: ForgePatience = {
  retry: { first: 500, longest: 8_000, attempts: 5, patience: 60_000 },
  timeout: 20_000,
  forLimits: 90_000,
}

export type CallForge = (call: ForgeCall) => Promise<ForgeAnswer<ForgeReply>>

type Tools = {
  readonly send: SendToForge
  readonly clock: Clock
  readonly patience: ForgePatience
  readonly redact: Redact
}

export function callingForge(tools: Tools): CallForge {
  let waited = 0
  return async (call) => {
    const began = tools.clock.now()
    for (let attempt = 1; ; attempt += 1) {
      const reply = await tools.send(call, tools.patience.timeout)
      if (reply.status !== undefined && reply.status < 400) return { ok: true, value: reply }
      const limit = reply.status === undefined ? undefined : limitOf(reply, tools.clock.now())
      if (limit !== undefined) {
        if (waited + limit > tools.patience.forLimits) return limited(call, reply, limit, tools)
        waited += limit
        await tools.clock.sleep(limit)
        continue
      }
      const elapsed = tools.clock.now() - began
      const random = tools.clock.random()
      const delay = isWorthRepeating(call, reply)
        ? nextDelay(tools.patience.retry, { attempt, elapsed, asked: undefined, random })
        : undefined
      if (delay === undefined) return failureOf(call, reply, tools)
      await tools.clock.sleep(delay)
    }
  }
}

/** A failure that no request made: what was answered is of no use. */
export function unreadable(doing: string, detail: string): ForgeFailure {
  return { ok: false, why: 'unreadable', doing, detail }
}

function isWorthRepeating(call: ForgeCall, reply: ForgeReply | NoReply): boolean {
  if (reply.status === undefined) return call.repeatable !== false || !reply.arrived
  return (reply.status >= 500 || reply.status === 408) && call.repeatable !== false
}

/** What GitHub asks for when it says no more than that a limit was reached. */
const unnamedLimit = 60_000
/** Added to a moment given in whole seconds. */
const roundedUp = 1_000

/** Milliseconds to wait when this is the answer of a limit. */
function limitOf({ status, headers, body }: ForgeReply, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const asked = secondsIn(headers['retry-after'])
  if (asked !== undefined) return asked * 1000
  const remaining = headers['x-ratelimit-remaining'] ?? headers['ratelimit-remaining']
  const reset = secondsIn(headers['x-ratelimit-reset'] ?? headers['ratelimit-reset'])
  if (remaining === '0' && reset !== undefined) return Math.max(0, reset * 1000 - now) + roundedUp
  if (status === 429 || /rate limit|abuse detection/i.test(saidIn(body))) return unnamedLimit
  return undefined
}

function secondsIn(header: string | undefined): number | undefined {
  const seconds = header === undefined || header === '' ? NaN : Number(header)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined
}

function limited(call: ForgeCall, reply: ForgeReply | NoReply, limit: number, tools: Tools): ForgeFailure {
  return { ...failureOf(call, reply, tools), why: 'rate-limited', waitSeconds: Math.ceil(limit / 1000) }
}

function failureOf(call: ForgeCall, reply: ForgeReply | NoReply, { redact }: Tools): ForgeFailure {
  const doing = redact(`${call.method} ${call.path}`)
  if (reply.status === undefined) return { ok: false, why: 'unavailable', doing, detail: oneLine(redact(reply.detail)) }
  const why = reasonOf(reply.status)
  return {
    ok: false,
    why,
    doing,
    status: reply.status,
    detail: oneLine(redact(saidIn(reply.body))),
    ...(why === 'refused' ? { lacking: reply.headers['x-accepted-github-permissions'] ?? scopeIn(reply.body) } : {}),
  }
}

/** GitLab names the scope in the answer. */
function scopeIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('scope' in body)) return undefined
  return typeof body.scope === 'string' && /^[\w: ]{1,60}$/.test(body.scope) ? body.scope : undefined
}

function reasonOf(status: number): ForgeFailureReason {
  if (status === 404 || status === 410) return 'not-found'
  if (status === 401 || status === 403) return 'refused'
  if (status === 409) return 'conflict'
  return status >= 500 || status === 408 || status === 429 ? 'unavailable' : 'invalid'
}

/** The words of a forge's refusal: GitHub's `message` and `errors`, GitLab's `message` or `error`. */
function saidIn(body: unknown): string {
  if (typeof body === 'string') return body
  if (typeof body !== 'object' || body === null) return ''
  const { message, error, errors } = body as { message?: unknown; error?: unknown; errors?: unknown }
  const parts = [message ?? error, ...(Array.isArray(errors) ? errors.slice(0, 3) : [])]
  return parts
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join('; ')
}

const longestDetail = 300

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > longestDetail ? `${line.slice(0, longestDetail)}…` : line
}
