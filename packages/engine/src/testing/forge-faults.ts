/**
 * Stands in front of a forge's API and misbehaves as told, so many times or for ever; everything else passes. Every
 * request is recorded.
 */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault } from './faults.ts'

/** What a registry can do wrong as well, done by a forge. */
export type ForgeFault = Extract<Fault, { kind: 'status' | 'reset' | 'hang' | 'lost-reply' | 'truncated' }>

export type ForgeFaultRule = {
  readonly method?: string
  /** Of the whole address with its query. */
  readonly path?: RegExp
  /** For ever when left out. */
  readonly times?: number
  readonly fault: ForgeFault
}

export type ForgeRequest = {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  /** What was done to it, if anything. */
  readonly fault: ForgeFault['kind'] | undefined
}

export type ForgeFaults = {
  /** Takes the place of the address given to `forgeFaults`, path and all. */
  readonly url: string
  readonly requests: readonly ForgeRequest[]
  add(rule: ForgeFaultRule): void
  clear(): void
  close(): Promise<void>
}

export const rateLimited = (seconds: number): ForgeFault => ({
  kind: 'status',
  status: 403,
  headers: { 'retry-after': String(seconds) },
  body: '{"message":"You have exceeded a secondary rate limit."}',
})

export async function forgeFaults(api: string): Promise<ForgeFaults> {
  const target = new URL(api)
  const requests: ForgeRequest[] = []
  const rules: { readonly rule: ForgeFaultRule; left: number }[] = []
  const server = createServer((asked, answer) => {
    const { method = 'GET', url: path = '/' } = asked
    const live = rules.find(
      ({ rule, left }) =>
        left > 0 && (rule.method ?? method) === method && (rule.path === undefined || rule.path.test(path)),
    )
    if (live !== undefined) live.left -= 1
    const fault = live?.rule.fault
    requests.push({ method, path, authorization: asked.headers.authorization, fault: fault?.kind })
    serve(asked, answer, fault, target)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname.replace(/\/$/, '')}`,
    requests,
    add: (rule) => void rules.push({ rule, left: rule.times ?? Infinity }),
    clear() {
      rules.length = 0
      requests.length = 0
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function serve(asked: IncomingMessage, answer: ServerResponse, fault: ForgeFault | undefined, target: URL): void {
  if (fault?.kind === 'reset') asked.socket.destroy()
  else if (fault?.kind === 'hang') asked.resume()
  else if (fault?.kind === 'status') {
    asked.resume().on('end', () => {
      answer.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      answer.end(fault.body ?? '{"message":"a fault"}')
    })
  } else pass(asked, answer, fault, target)
}

function pass(asked: IncomingMessage, answer: ServerResponse, fault: ForgeFault | undefined, target: URL): void {
  const headers = { ...asked.headers, host: target.host }
  const { hostname: host, port } = target
  const onward = forward({ host, port, method: asked.method, path: asked.url, headers })
  onward.on('error', () => answer.destroy())
  onward.on('response', (reply) => {
    const chunks: Buffer[] = []
    reply.on('data', (chunk: Buffer) => chunks.push(chunk))
    reply.on('end', () => {
      const body = Buffer.concat(chunks)
      if (fault?.kind === 'lost-reply') asked.socket.destroy()
      else {
        const length = { 'content-length': String(body.length) }
        const { 'transfer-encoding': _encoding, ...kept } = reply.headers
        answer.writeHead(reply.statusCode ?? 502, { ...kept, ...length })
        if (fault?.kind !== 'truncated') answer.end(body)
        else answer.write(body.subarray(0, body.length / 2), () => asked.socket.destroy())
      }
    })
  })
  asked.pipe(onward)
}
