import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { faultProxy, type FaultProxy } from './fault-proxy.ts'

let registry: Server
let proxy: FaultProxy
let asked = 0

/** Answers every request with its number and an integrity. */
beforeAll(async () => {
  registry = createServer((request, answer) => {
    asked += 1
    const body = JSON.stringify({ number: asked, integrity: 'sha512-abc+/==', method: request.method })
    request.resume().on('end', () => answer.writeHead(200, { 'content-type': 'application/json' }).end(body))
  })
  await new Promise<void>((done) => registry.listen(0, '127.0.0.1', () => done()))
  proxy = await faultProxy(`http://127.0.0.1:${(registry.address() as AddressInfo).port}/`)
})
afterAll(async () => {
  await proxy.close()
  registry.closeAllConnections()
  await new Promise((done) => registry.close(done))
})
beforeEach(() => {
  proxy.clear()
  asked = 0
})

async function numberAt(path: string, options: RequestInit = {}): Promise<unknown> {
  return ((await (await fetch(`${proxy.url}${path}`, options)).json()) as { number: unknown }).number
}

test('a request that hangs is never answered, and the registry sees nothing of it', async () => {
  proxy.add({ method: 'PUT', times: 1, fault: { kind: 'hang' } })
  const put = fetch(`${proxy.url}a`, { method: 'PUT', body: '{}', signal: AbortSignal.timeout(200) })
  await expect(put).rejects.toThrow(/timeout|abort/i)
  expect(asked).toBe(0)
  expect(await numberAt('a')).toBe(1)
})

test('an answer that breaks off was carried out all the same', async () => {
  proxy.add({ method: 'PUT', times: 1, fault: { kind: 'truncated' } })
  await expect(numberAt('a', { method: 'PUT', body: '{}' })).rejects.toThrow()
  expect(asked).toBe(1)
})

test('an old answer is shown for its time, to whoever asks for the same', async () => {
  proxy.add({ method: 'GET', name: 'a', fault: { kind: 'stale', milliseconds: 60_000 } })
  expect(await numberAt('a')).toBe(1)
  expect(await numberAt('b')).toBe(2)
  expect(await numberAt('a')).toBe(1)
})

test('other bytes are shown than were given', async () => {
  proxy.add({ method: 'GET', fault: { kind: 'wrong-integrity' } })
  const answer = (await (await fetch(`${proxy.url}a`)).json()) as { integrity: string }
  expect(answer.integrity).toMatch(/^sha512-(?!abc)/)
})

test('a rule for what follows an upload waits for it, and one for dist-tags meets nothing else', async () => {
  const status = { kind: 'status', status: 503 } as const
  proxy.add({ method: 'GET', name: '@x/a', after: 'upload', fault: status })
  proxy.add({ method: 'any', purpose: 'dist-tag', name: '@x/b', fault: status })
  const statusAt = async (path: string, method = 'GET'): Promise<number> =>
    (await fetch(`${proxy.url}${path}`, { method })).status
  expect(await statusAt('@x%2fa')).toBe(200)
  expect(await statusAt('@x%2fa', 'PUT')).toBe(200)
  expect(await statusAt('@x%2fa')).toBe(503)
  expect(await statusAt('@x%2fb', 'PUT')).toBe(200)
  expect(await statusAt('-/package/@x%2fb/dist-tags/latest', 'PUT')).toBe(503)
})
