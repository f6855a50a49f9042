/**
 * Stands in front of a registry and misbehaves as told, once per rule or for ever. It records every request with the
 * moment it began and ended, so that a test can tell what happened before what.
 */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { askedIn, concerns, type Fault, type FaultRule, type ProxyRequest } from './faults.ts'

export type FaultProxy = {
  readonly url: string
  readonly requests: readonly ProxyRequest[]
  add(rule: FaultRule): void
  clear(): void
  close(): Promise<void>
}

type Entry = { -readonly [Key in keyof ProxyRequest]: ProxyRequest[Key] }
type LiveRule = { readonly rule: FaultRule; left: number }
type Context = {
  readonly target: URL
  own: string
  readonly hiddenUntil: Map<string, number>
  /** By address, what a stale answer shows. */
  readonly shown: Map<string, Shown>
}
type Shown = { readonly until: number; readonly reply: Reply }
type Reply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer }

export async function faultProxy(registry: string): Promise<FaultProxy> {
  const requests: Entry[] = []
  const rules: LiveRule[] = []
  const context: Context = { target: new URL(registry), own: '', hiddenUntil: new Map(), shown: new Map() }

  const server = createServer((asked, answer) => {
    const about = askedIn(asked.method ?? 'GET', asked.url ?? '/')
    const { headers } = asked
    const entry: Entry = { ...about, headers, began: performance.now(), ended: undefined, status: undefined }
    answer.on('finish', () => {
      entry.ended = performance.now()
      entry.status = answer.statusCode
    })
    const live = rules.find(({ rule, left }) => left > 0 && concerns(rule, about, requests))
    requests.push(entry)
    if (live !== undefined) live.left -= 1
    serve(asked, answer, { name: about.name, fault: live?.rule.fault }, context)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  context.own = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url: context.own,
    requests,
    add: (rule) => void rules.push({ rule, left: rule.times ?? Infinity }),
    clear() {
      rules.length = 0
      requests.length = 0
      context.hiddenUntil.clear()
      context.shown.clear()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function serve(
  asked: IncomingMessage,
  answer: ServerResponse,
  { name, fault }: { readonly name: string; readonly fault: Fault | undefined },
  context: Context,
): void {
  if (fault?.kind === 'reset') {
    asked.socket.destroy()
    return
  }
  if (fault?.kind === 'hang') {
    asked.resume()
    return
  }
  if (fault?.kind === 'status') {
    // The body is read to its end, as a real registry does, so that the client sees the answer and not a reset.
    asked.resume().on('end', () => {
      answer.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      answer.end(fault.body ?? JSON.stringify({ error: `fault ${fault.status}` }))
    })
    return
  }
  const hidden = (context.hiddenUntil.get(name) ?? 0) > performance.now()
  if (hidden && (asked.method === 'GET' || asked.method === 'HEAD')) {
    answer.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
    return
  }
  const shown = context.shown.get(asked.url ?? '')
  if (fault?.kind === 'stale' && shown !== undefined && shown.until > performance.now()) {
    send(answer, shown.reply, asked.method === 'HEAD')
    return
  }
  if (fault?.kind === 'delayed-visibility') context.hiddenUntil.set(name, performance.now() + fault.milliseconds)
  const distance = fault?.kind === 'slow' ? fault.milliseconds : 0
  setTimeout(() => pass(asked, answer, fault, context), distance)
}

function pass(asked: IncomingMessage, answer: ServerResponse, fault: Fault | undefined, context: Context): void {
  const { target, own, shown } = context
  const headers = { ...asked.headers, host: target.host, 'accept-encoding': 'identity' }
  const onward = forward({ host: target.hostname, port: target.port, method: asked.method, path: asked.url, headers })
  onward.on('error', () => answer.destroy())
  onward.on('response', (reply) => {
    const chunks: Buffer[] = []
    reply.on('data', (chunk: Buffer) => chunks.push(chunk))
    reply.on('end', () => {
      if (fault?.kind === 'lost-reply') {
        asked.socket.destroy()
        return
      }
      const status = reply.statusCode ?? 502
      const seen = { status, headers: reply.headers, body: rewritten(reply, Buffer.concat(chunks), target, own) }
      if (fault?.kind === 'stale') {
        shown.set(asked.url ?? '', { until: performance.now() + fault.milliseconds, reply: seen })
      }
      if (fault?.kind === 'truncated') breakOff(asked, answer, seen)
      else send(answer, fault?.kind === 'wrong-integrity' ? withOtherBytes(seen) : seen, asked.method === 'HEAD')
    })
  })
  asked.pipe(onward)
}

/** Addresses of tarballs lead through the proxy too. */
function rewritten(reply: IncomingMessage, bytes: Buffer, target: URL, own: string): Buffer {
  const isText = /json/.test(reply.headers['content-type'] ?? '')
  return isText ? Buffer.from(bytes.toString('utf8').replaceAll(target.href, own)) : bytes
}

function send(answer: ServerResponse, { status, headers, body }: Reply, isHead: boolean): void {
  const { 'content-length': _, 'transfer-encoding': __, ...kept } = headers
  answer.writeHead(status, isHead ? headers : { ...kept, 'content-length': body.length })
  answer.end(isHead ? undefined : body)
}

function breakOff(asked: IncomingMessage, answer: ServerResponse, { status, headers, body }: Reply): void {
  const { 'transfer-encoding': _, ...kept } = headers
  answer.writeHead(status, { ...kept, 'content-length': body.length + 1 })
  answer.write(body.subarray(0, body.length >> 1), () => asked.socket.destroy())
}

function withOtherBytes(reply: Reply): Reply {
  const other = `sha512-${Buffer.alloc(64, 7).toString('base64')}`
  const text = reply.body.toString('utf8').replaceAll(/sha512-[\w+/]+=*/g, other)
  return { ...reply, body: Buffer.from(text) }
}
