/**
 * A forge's interface as requests and answers: pages are followed to their end, and answers are read into the shape
 * that is needed of them, or refused. How a request is sent, and what says that there is another page, is the forge's.
 */
import { shape, type Reader } from '@topsail/core'
import type { ForgeAnswer } from './forge.ts'
import { unreadable, type CallForge, type ForgeCall, type ForgeReply } from './forge-calls.ts'

export type ForgeApi = {
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

export function forgeApi(call: CallForge, hasNextPage: (headers: ForgeReply['headers']) => boolean): ForgeApi {
  const read: ForgeApi['read'] = async (reader, asked) => {
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
        if (!hasNextPage(answer.value.headers) || found.length >= limit) break
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
