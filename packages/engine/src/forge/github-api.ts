/**
 * GitHub's REST interface below the port: requests by `@octokit/request`, pages followed to their end, and answers
 * read into the shape that is needed of them, or refused.
 */
import { shape, type Reader } from '@topsail/core'
import { request } from '@octokit/request'
import { systemClock, type Clock } from '../publish/clock.ts'
import { redactor } from '../publish/secrets.ts'
import type { ForgeAnswer } from './forge.ts'
import {
  callingForge,
  defaultPatience,
  unreadable,
  type ForgeCall,
  type ForgePatience,
  type ForgeReply,
  type NoReply,
  type SendToForge,
} from './forge-calls.ts'

export type GithubAccess = {
  /** `https://api.github.com`, or `https://HOST/api/v3`. */
  readonly apiUrl: string
  readonly token: string
  readonly patience?: ForgePatience | undefined
  readonly clock?: Clock | undefined
}

export type GithubApi = {
  call(call: ForgeCall): Promise<ForgeAnswer<ForgeReply>>
  read<T>(reader: Reader<T>, call: ForgeCall): Promise<ForgeAnswer<T>>
  /** Undefined for what is not there. */
  find<T>(reader: Reader<T>, call: ForgeCall): Promise<ForgeAnswer<T | undefined>>
  /** All pages, or as many as hold `limit` entries. `member` names the list where the answer is an object. */
  list<T>(
    reader: Reader<T>,
    call: ForgeCall,
    options?: { readonly limit?: number | undefined; readonly member?: string | undefined },
  ): Promise<ForgeAnswer<readonly T[]>>
}

export function githubApi({ apiUrl, token, patience, clock }: GithubAccess): GithubApi {
  const call = callingForge({
    send: sending(apiUrl.replace(/\/+$/, ''), token),
    clock: clock ?? systemClock,
    patience: patience ?? defaultPatience,
    redact: redactor([token]),
  })
  const read: GithubApi['read'] = async (reader, asked) => {
    const answer = await call(asked)
    return answer.ok ? readAs(reader, answer.value.body, asked) : answer
  }
  return {
    call,
    read,
    async find(reader, asked) {
      const answer = await read(reader, asked)
      return !answer.ok && answer.why === 'not-found' ? { ok: true, value: undefined } : answer
    },
    async list(reader, asked, { limit = Infinity, member } = {}) {
      const items = shape.listOf(reader)
      const found: unknown[] = []
      for (let page = 1; page <= mostPages; page += 1) {
        const query = { ...asked.query, per_page: Math.min(100, limit), page }
        const answer = await call({ ...asked, query })
        if (!answer.ok) return answer
        const listed = readAs(items, inMember(answer.value.body, member), asked)
        if (!listed.ok) return listed
        found.push(...listed.value)
        const isLast = !/rel="next"/.test(answer.value.headers['link'] ?? '')
        if (isLast || found.length >= limit) break
      }
      return readAs(items, found.slice(0, limit), asked)
    },
  }
}

/** No pull request has more comments; an endless list ends. */
const mostPages = 100

function inMember(body: unknown, member: string | undefined): unknown {
  if (member === undefined || typeof body !== 'object' || body === null) return body
  return Object.hasOwn(body, member) ? (body as Readonly<Record<string, unknown>>)[member] : undefined
}

function readAs<T>(reader: Reader<T>, body: unknown, { method, path }: ForgeCall): ForgeAnswer<T> {
  const { value, misfits } = shape.readShape(reader, body)
  const [first] = misfits
  if (first === undefined) return { ok: true, value }
  return unreadable(`${method} ${path}`, `${first.at === '' ? 'the answer' : first.at} should be ${first.wanted}`)
}

function sending(apiUrl: string, token: string): SendToForge {
  return async ({ method, path, query, body }, timeout) => {
    const signal = AbortSignal.timeout(timeout)
    try {
      const reply = await request({
        baseUrl: apiUrl,
        method,
        url: withQuery(path, query),
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/vnd.github+json',
          'user-agent': 'topsail',
          'x-github-api-version': '2022-11-28',
        },
        ...(body === undefined ? {} : { data: body }),
        request: { signal, log: quiet },
      })
      // A body that breaks off is read as an empty one.
      if (signal.aborted) return unanswered(timeout)
      return { status: reply.status, headers: headersOf(reply.headers), body: reply.data }
    } catch (error) {
      return signal.aborted ? unanswered(timeout) : replyOf(error)
    }
  }
}

/** What is put into a path or a query here was encoded by us; a template's braces would be filled in. */
function withQuery(path: string, query: ForgeCall['query']): string {
  const entries = Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, String(value)])
  const text = new URLSearchParams(entries).toString()
  return `${path}${text === '' ? '' : `?${text}`}`.replaceAll('{', '%7B').replaceAll('}', '%7D')
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

function unanswered(timeout: number): NoReply {
  return { status: undefined, detail: `no answer within ${timeout / 1000} seconds`, arrived: true }
}

/** Octokit throws for every status from 400 on, and gives a broken connection the status 500 but no response. */
function replyOf(error: unknown): ForgeReply | NoReply {
  const { response, message, cause } = error as { response?: unknown; message?: unknown; cause?: unknown }
  if (typeof response === 'object' && response !== null) {
    const { status, headers, data } = response as { status: number; headers: Record<string, unknown>; data: unknown }
    return { status, headers: headersOf(headers), body: data }
  }
  return { status: undefined, detail: String(message ?? error), arrived: !wasNeverSent(cause) }
}

function wasNeverSent(cause: unknown): boolean {
  const inner = (cause as { cause?: { code?: unknown } } | undefined)?.cause?.code
  return inner === 'ECONNREFUSED' || inner === 'ENOTFOUND' || inner === 'EAI_AGAIN'
}

function headersOf(headers: Readonly<Record<string, unknown>>): ForgeReply['headers'] {
  const kept: [string, string][] = []
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) kept.push([name, String(value)])
  return Object.fromEntries(kept)
}
