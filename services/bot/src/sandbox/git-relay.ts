/**
 * Git speaks to the forge through us: its remote is a loopback address that nobody can guess and that lasts as long as
 * one look, and the token is added on the way. So no git process and nothing below it ever holds a token, nothing can be
 * pushed, no other repository can be reached, and what comes is counted.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type GitRelayOptions = {
  /** `https://forge.example/acme/shop.git`. */
  readonly upstream: string
  /** The value of the header. */
  readonly authorization: string
  /** More than this does not come through. */
  readonly bytes: number
  readonly signal: AbortSignal
}

export type GitRelay = {
  /** For git alone. */
  readonly url: string
  /** The status of the first answer of the forge that was none of success. */
  refusal(): number | undefined
  isOver(): boolean
  close(): Promise<void>
}

/** Reading, and nothing else. */
const routes = new Map([
  ['GET /info/refs?service=git-upload-pack', '/info/refs?service=git-upload-pack'],
  ['POST /git-upload-pack', '/git-upload-pack'],
])

export async function startGitRelay(options: GitRelayOptions): Promise<GitRelay> {
  const secret = `/${randomBytes(24).toString('base64url')}/repository.git`
  const state = { left: options.bytes, refusal: undefined as number | undefined }
  const server = createServer((request, response) => {
    const asked = request.url?.startsWith(secret) === true ? request.url.slice(secret.length) : ''
    const path = routes.get(`${request.method} ${asked}`)
    if (path === undefined) return void response.writeHead(404).end()
    pass(request, response, path, options, state).catch(() => response.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${secret}`,
    refusal: () => state.refusal,
    isOver: () => state.left < 0,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

type RelayState = { left: number; refusal: number | undefined }

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { upstream, authorization, signal }: GitRelayOptions,
  state: RelayState,
): Promise<void> {
  const headers = new Headers({ authorization, 'user-agent': 'git/2 topsail-bot' })
  for (const name of ['accept', 'content-type', 'content-encoding', 'git-protocol']) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  // A git that was killed waits for nothing more.
  const left = new AbortController()
  response.on('close', () => left.abort())
  const answer = await fetch(`${upstream}${path}`, {
    method: request.method ?? 'GET',
    headers,
    // A redirect could lead anywhere, with the token.
    redirect: 'manual',
    signal: AbortSignal.any([signal, left.signal]),
    ...(request.method === 'POST' ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' } : {}),
  } as RequestInit)
  if (!answer.ok) {
    state.refusal ??= answer.status
    await answer.body?.cancel()
    return void response.writeHead(answer.status >= 400 ? answer.status : 502).end()
  }
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
  await pipeline(counted(answer.body, state), response)
}

async function* counted(body: ReadableStream<Uint8Array> | null, state: RelayState): AsyncGenerator<Uint8Array> {
  for await (const chunk of body ?? []) {
    state.left -= chunk.byteLength
    if (state.left < 0) throw new Error('over the limit')
    yield chunk
  }
}
