/**
 * GitHub's REST interface below the port: requests by `@octokit/request`, and what their answers are.
 */
import { wallClock, type Clock } from '../publish/clock.ts'
import { redactor } from '../publish/secrets.ts'
import { fetchWithin } from './answer-text.ts'
import { forgeApi, type ForgeApi } from './forge-api.ts'
import {
  callingForge,
  defaultPatience,
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

export type GithubApi = ForgeApi

export function githubApi({ apiUrl, token, patience, clock }: GithubAccess): GithubApi {
  const call = callingForge({
    send: sending(apiUrl.replace(/\/+$/, ''), token),
    clock: clock ?? wallClock,
    patience: patience ?? defaultPatience,
    redact: redactor([token]),
  })
  return forgeApi(call, ({ link }) => /rel="next"/.test(link ?? ''))
}

function sending(apiUrl: string, token: string): SendToForge {
  return async ({ method, path, query, body }, timeout) => {
    // Loaded with the first request: nothing else that imports the engine has to wait for it.
    const { request } = await import('@octokit/request')
    const signal = AbortSignal.timeout(timeout)
    try {
      const reply = await request({
        // A server of one's own has its GraphQL beside its REST, at /api/graphql.
        baseUrl: path === '/graphql' ? apiUrl.replace(/\/api\/v3$/, '/api') : apiUrl,
        method,
        url: withQuery(path, query),
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/vnd.github+json',
          'user-agent': 'topsail',
          'x-github-api-version': '2022-11-28',
        },
        ...(body === undefined ? {} : { data: body }),
        request: { signal, log: quiet, fetch: fetchWithin },
      })
      if (signal.aborted) return unanswered(timeout)
      const headers = headersOf(reply.headers)
      // Octokit gives what it cannot read of JSON as text.
      const isCut = typeof reply.data === 'string' && /\bjson\b/.test(headers['content-type'] ?? '')
      if (isCut) return { status: undefined, detail: 'the answer breaks off', arrived: true }
      return { status: reply.status, headers, body: reply.data }
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
