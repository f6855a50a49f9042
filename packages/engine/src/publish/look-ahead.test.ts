import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { lookingAhead } from './look-ahead.ts'
import { readNpmConfig } from './npmrc.ts'
import type { Tarball } from './pack/tarball.ts'
import { npmRegistry, type Registry } from './registry.ts'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

type Asked = {
  readonly method: string
  readonly name: string
  readonly at: number
  readonly answered: number
  readonly found: boolean
}
const integrity = `sha512-${Buffer.alloc(64, 1).toString('base64')}`

/** A registry 60 ms away that shows a version so long after it has stored it. */
async function farRegistry(lag: number): Promise<{ readonly registry: Registry; readonly asked: Asked[] }> {
  const shownAt = new Map<string, number>()
  const asked: Asked[] = []
  server = createServer((request, answer) => {
    const name = decodeURIComponent(request.url ?? '').split('/')[1] ?? ''
    const at = performance.now()
    request.resume()
    setTimeout(() => {
      const found = (shownAt.get(name) ?? Infinity) <= performance.now()
      asked.push({ method: request.method ?? '', name, at, answered: performance.now(), found })
      if (request.method === 'PUT') {
        shownAt.set(name, performance.now() + lag)
        answer.writeHead(201).end('{}')
      } else if (!found) answer.writeHead(404).end('{}')
      else answer.end(JSON.stringify({ versions: { '1.0.0': { dist: { integrity } } }, 'dist-tags': {} }))
    }, 60)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const config = readNpmConfig('/nonexistent', 'npm', {})
  return { registry: lookingAhead(npmRegistry(url, { config, maxSockets: 4 }), systemClock), asked }
}

async function release(registry: Registry, name: string): Promise<void> {
  const metadata = { name, version: '1.0.0' }
  const tarball: Tarball = { ...metadata, integrity, bytes: 1, file: '', files: [], metadata }
  const stored = await registry.upload({ tarball, bytes: Buffer.from('x'), distTag: 'latest', access: undefined })
  expect(stored.kind).toBe('stored')
  for (;;) {
    const found = await registry.confirm(name, '1.0.0')
    if (found.kind === 'present') return
    await systemClock.sleep(5)
  }
}

function sentAhead(asked: readonly Asked[]): readonly Asked[] {
  const uploads = new Map(asked.flatMap((one) => (one.method === 'PUT' ? [[one.name, one] as const] : [])))
  return asked.filter(({ method, name, at }) => method === 'GET' && at < (uploads.get(name)?.answered ?? 0))
}

test('where versions are shown at once they are looked for while the upload is under way', async () => {
  const { registry, asked } = await farRegistry(0)
  for (let at = 0; at < 20; at += 1) await release(registry, `p${at}`)
  expect(asked.filter(({ method, found }) => method === 'GET' && found)).toHaveLength(20)
  expect(sentAhead(asked).length).toBeGreaterThan(0)
})

test('where versions are shown late, looks ahead come to an end and everything is confirmed', async () => {
  const { registry, asked } = await farRegistry(400)
  await Promise.all(Array.from({ length: 4 }, (_, at) => release(registry, `first${at}`)))
  for (let at = 0; at < 3; at += 1) await release(registry, `p${at}`)
  expect(asked.filter(({ method }) => method === 'PUT')).toHaveLength(7)
  expect(asked.filter(({ method, found }) => method === 'GET' && found)).toHaveLength(7)
  expect(sentAhead(asked)).toEqual([])
})
