/**
 * A guard in front of a container registry: it asks for Basic credentials, or for a token of its own token service, and
 * notes every request that it lets pass.
 */
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'

export type ImageGuard = {
  readonly host: string
  /** `PUT /v2/acme/api/manifests/1.0.0`, without queries. */
  readonly requests: readonly string[]
  readonly scopes: readonly string[]
  close(): Promise<void>
}

export async function guardImages(
  host: string,
  wanted: { readonly kind: 'basic' | 'bearer'; readonly user: string; readonly password: string },
): Promise<ImageGuard> {
  const requests: string[] = []
  const scopes: string[] = []
  const basic = `Basic ${Buffer.from(`${wanted.user}:${wanted.password}`).toString('base64')}`
  const server = createServer((asked, answer) => {
    const { authorization } = asked.headers
    const { pathname, searchParams } = new URL(asked.url ?? '/', 'http://guard')
    const own = `127.0.0.1:${(server.address() as AddressInfo).port}`
    if (pathname === '/token') {
      scopes.push(...searchParams.getAll('scope'))
      if (authorization !== basic) return void answer.writeHead(401).end()
      return void answer.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"let-me-in"}')
    }
    if (authorization !== (wanted.kind === 'basic' ? basic : 'Bearer let-me-in')) {
      const bearer = `Bearer realm="http://${own}/token",service="guard",scope="whatever"`
      const challenge = wanted.kind === 'basic' ? 'Basic realm="guard"' : bearer
      asked.resume().on('end', () => answer.writeHead(401, { 'www-authenticate': challenge }).end())
      return undefined
    }
    requests.push(`${asked.method} ${pathname}`)
    const [hostname, port] = host.split(':')
    const headers = { ...asked.headers, host: own }
    const onward = forward({ hostname, port, method: asked.method, path: asked.url, headers })
    onward.on('response', (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
    return undefined
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    scopes,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
