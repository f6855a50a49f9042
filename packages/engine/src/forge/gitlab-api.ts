/**
 * GitLab's REST interface (version 4) below the port: requests by `fetch`, which needs no library beside it, and what
 * their answers are.
 */
import { wallClock, type Clock } from '../publish/clock.ts'
import { redactor } from '../publish/secrets.ts'
import { textOf } from './answer-text.ts'
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

export type GitlabAccess = {
  /** `https://gitlab.com/api/v4`. */
  readonly apiUrl: string
  readonly token: string
  /** `job`: the token that GitLab gives to a CI job, which may do little. */
  readonly tokenKind?: 'access' | 'job' | undefined
  readonly patience?: ForgePatience | undefined
  readonly clock?: Clock | undefined
}

export function gitlabApi(access: GitlabAccess): ForgeApi {
  const call = callingForge({
    send: sending(access),
    clock: access.clock ?? wallClock,
    patience: access.patience ?? defaultPatience,
    redact: redactor([access.token]),
  })
  return forgeApi(call, (headers) => (headers['x-next-page'] ?? '') !== '' || /rel="next"/.test(headers['link'] ?? ''))
}

function sending({ apiUrl, token, tokenKind }: GitlabAccess): SendToForge {
  const base = apiUrl.replace(/\/+$/, '')
  const credential: readonly [string, string] =
    tokenKind === 'job' ? ['job-token', token] : ['authorization', `Bearer ${token}`]
  return async (call, timeout) => {
    const signal = AbortSignal.timeout(timeout)
    try {
      const answer = await fetch(`${base}${call.path}${queryText(call.query)}`, {
        method: call.method,
        headers: [
          credential,
          ['accept', 'application/json'],
          ['user-agent', 'topsail'],
          ...(call.body === undefined ? [] : [['content-type', 'application/json'] as const]),
        ].map(([name, value]): [string, string] => [name, value]),
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        // A redirect would carry the credential to wherever it leads.
        redirect: 'error',
        signal,
      })
      return await replyOf(answer)
    } catch (error) {
      return signal.aborted
        ? { status: undefined, detail: `no answer within ${timeout / 1000} seconds`, arrived: true }
        : unsent(error)
    }
  }
}

function queryText(query: ForgeCall['query']): string {
  const entries = Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, String(value)])
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`
}

async function replyOf(answer: Response): Promise<ForgeReply> {
  const text = await textOf(answer)
  const isJson = (answer.headers.get('content-type') ?? '').includes('json')
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: isJson ? jsonIn(text) : text }
}

/** What is no JSON fits no shape. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unsent(error: unknown): NoReply {
  const { message, cause } = error as { message?: unknown; cause?: { code?: unknown; message?: unknown } }
  const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(cause?.code))
  return { status: undefined, detail: String(cause?.message ?? message ?? error), arrived: !neverSent }
}
