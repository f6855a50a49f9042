/**
 * Stands between a child process and the servers it talks to, counts every request over all of them, and at one of them
 * ends the child: before the server has seen it, or when the server has done it and nobody has heard of it. Or keeps the
 * request until something else has happened.
 */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Toll = {
  /** True for the request at which it happens. */
  readonly at: (request: { readonly count: number; readonly method: string; readonly path: string }) => boolean
  /** held: the server sees it once `act` is done. */
  readonly when: 'before' | 'after' | 'held'
  readonly act: () => void | Promise<void>
}

export type Tollgate = {
  /** By target, in order. */
  readonly urls: readonly string[]
  /** How many came since the toll was set. */
  count(): number
  set(toll: Toll | undefined): void
  close(): Promise<void>
}

export async function tollgate(...targets: readonly string[]): Promise<Tollgate> {
  let toll: Toll | undefined
  let count = 0
  const gates = await Promise.all(
    targets.map(async (target) => {
      const server = createServer((asked, answer) => {
        count += 1
        const { method = 'GET', url: path = '/' } = asked
        const due = toll?.at({ count, method, path }) === true ? toll : undefined
        if (due !== undefined) toll = undefined
        if (due?.when === 'before') {
          void due.act()
          asked.socket.destroy()
        } else if (due?.when === 'held') {
          void Promise.resolve(due.act()).then(() => pass(asked, answer, new URL(target), undefined))
        } else pass(asked, answer, new URL(target), due)
      })
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
      return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    }),
  )
  return {
    urls: gates.map(({ url }) => url),
    count: () => count,
    set(next) {
      toll = next
      count = 0
    },
    async close() {
      for (const { server } of gates) {
        server.closeAllConnections()
        await new Promise((done) => server.close(done))
      }
    },
  }
}

function pass(asked: IncomingMessage, answer: ServerResponse, target: URL, toll: Toll | undefined): void {
  const headers = { ...asked.headers, host: target.host }
  const { hostname: host, port } = target
  const onward = forward({ host, port, method: asked.method, path: asked.url, headers })
  onward.on('error', () => answer.destroy())
  onward.on('response', (reply) => {
    if (toll === undefined) {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
      return
    }
    reply.resume().on('end', () => {
      void toll.act()
      asked.socket.destroy()
    })
  })
  asked.pipe(onward)
}
