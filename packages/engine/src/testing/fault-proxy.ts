/**
 * Stands in front of a registry and misbehaves as told, once per rule or for ever. It records every request with the
 * moment it began and ended, so that a test can tell what happened before what.
 */
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export type Fault =
  /** Answers this instead of asking the registry. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** Cuts the connection before the registry sees anything. */
  | { readonly kind: 'reset' }
  /** The registry does it, and the answer never arrives. */
  | { readonly kind: 'lost-reply' }
  /** As a registry far away: every request takes this much longer. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** The registry does it; what it then has is not shown for this long. */
  | { readonly kind: 'delayed-visibility'; readonly milliseconds: number }

export type FaultRule = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'any'
  /** The package; every one when left out. */
  readonly name?: string
  /** How often; for ever when left out. */
  readonly times?: number
  readonly fault: Fault
}

export type ProxyRequest = {
  readonly method: string
  readonly name: string
  readonly headers: IncomingHttpHeaders
  readonly began: number
  /** Undefined until it is answered, or when its answer was swallowed. */
  readonly ended: number | undefined
  readonly status: number | undefined
}

export type FaultProxy = {
  readonly url: string
  readonly requests: readonly ProxyRequest[]
  add(rule: FaultRule): void
  clear(): void
  close(): Promise<void>
}

type Entry = { -readonly [Key in keyof ProxyRequest]: ProxyRequest[Key] }
type LiveRule = { readonly rule: FaultRule; left: number }

export async function faultProxy(registry: string): Promise<FaultProxy> {
  const requests: Entry[] = []
  const rules: LiveRule[] = []
  const hiddenUntil = new Map<string, number>()
  const context: Context = { target: new URL(registry), own: '', hiddenUntil }

  const server = createServer((asked, answer) => {
    const method = asked.method ?? 'GET'
    const name = nameIn(asked.url ?? '/')
    const entry: Entry = {
      method,
      name,
      headers: asked.headers,
      began: performance.now(),
      ended: undefined,
      status: undefined,
    }
    requests.push(entry)
    answer.on('finish', () => {
      entry.ended = performance.now()
      entry.status = answer.statusCode
    })
    const live = rules.find(({ rule, left }) => left > 0 && concerns(rule, method, name))
    if (live !== undefined) live.left -= 1
    serve(asked, answer, { name, fault: live?.rule.fault }, context)
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
      hiddenUntil.clear()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

type Context = { readonly target: URL; own: string; readonly hiddenUntil: Map<string, number> }

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
  if (fault?.kind === 'status') {
    // The body is read to its end, as a real registry does, so that the client sees the answer and not a reset.
    asked.resume().on('end', () => {
      answer.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      answer.end(fault.body ?? JSON.stringify({ error: `fault ${fault.status}` }))
    })
    return
  }
  const hidden = (context.hiddenUntil.get(name) ?? 0) > performance.now()
  if (hidden && asked.method !== 'PUT') {
    answer.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
    return
  }
  if (fault?.kind === 'delayed-visibility') context.hiddenUntil.set(name, performance.now() + fault.milliseconds)
  const distance = fault?.kind === 'slow' ? fault.milliseconds : 0
  setTimeout(() => pass(asked, answer, fault?.kind === 'lost-reply', context), distance)
}

function pass(asked: IncomingMessage, answer: ServerResponse, swallow: boolean, { target, own }: Context): void {
  const headers = { ...asked.headers, host: target.host, 'accept-encoding': 'identity' }
  const onward = forward({ host: target.hostname, port: target.port, method: asked.method, path: asked.url, headers })
  onward.on('error', () => answer.destroy())
  onward.on('response', (reply) => {
    const chunks: Buffer[] = []
    reply.on('data', (chunk: Buffer) => chunks.push(chunk))
    reply.on('end', () => {
      if (swallow) {
        asked.socket.destroy()
        return
      }
      const isText = /json/.test(reply.headers['content-type'] ?? '')
      const bytes = Buffer.concat(chunks)
      // Addresses of tarballs lead through the proxy too.
      const body = isText ? Buffer.from(bytes.toString('utf8').replaceAll(target.href, own)) : bytes
      const { 'content-length': _, 'transfer-encoding': __, ...kept } = reply.headers
      answer.writeHead(
        reply.statusCode ?? 502,
        asked.method === 'HEAD' ? reply.headers : { ...kept, 'content-length': body.length },
      )
      answer.end(asked.method === 'HEAD' ? undefined : body)
    })
  })
  asked.pipe(onward)
}

function concerns(rule: FaultRule, method: string, name: string): boolean {
  return (rule.method === 'any' || rule.method === method) && (rule.name === undefined || rule.name === name)
}

/** `@acme/db` of `/@acme%2fdb` and of `/@acme/db/-/db-1.0.0.tgz`; empty for an address of the registry itself. */
function nameIn(path: string): string {
  const [first = '', second = ''] = decodeURIComponent(path.split('?')[0] ?? '')
    .replace(/^\/+/, '')
    .split('/')
  if (first === '-') return ''
  return first.startsWith('@') ? `${first}/${second}` : first
}
