/** Against the two addresses of GitHub's interface that are about this, which the emulated one lacks. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { missedAmong, missedDeliveries } from './missed-deliveries.ts'

const attempt = (id: number, guid: string, status_code: number, minutes = 1): object => ({
  id,
  guid,
  status_code,
  status: status_code === 200 ? 'OK' : 'failed',
  delivered_at: new Date(Date.now() - minutes * 60_000).toISOString(),
})

let server: Server | undefined
afterEach(() => server?.close())

test('what has never arrived is asked for again, once each, and over all pages', async () => {
  const pages = [
    [attempt(9, 'a', 502), attempt(8, 'b', 202)],
    [attempt(7, 'b', 0), attempt(6, 'c', 0), attempt(5, 'd', 503, 500)],
    [attempt(4, 'e', 0, 600)],
  ]
  const asked: string[] = []
  server = createServer((request, response) => {
    const { pathname, searchParams, origin } = new URL(request.url ?? '', `http://${request.headers.host}`)
    if (request.method === 'POST') {
      asked.push(pathname)
      return void response.writeHead(202, { 'content-type': 'application/json' }).end('{}')
    }
    const page = Number(searchParams.get('cursor') ?? 0)
    const link = `<${origin}${pathname}?per_page=100&cursor=${page + 1}>; rel="next"`
    response.writeHead(200, { 'content-type': 'application/json', link }).end(JSON.stringify(pages[page] ?? []))
  })
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done))
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = missedDeliveries({ appId: '1', privateKey, apiUrl, serverUrl: apiUrl, webhookSecrets: ['x'] })
  expect(await ask(Date.now() - 3_600_000)).toBe(2)
  expect(asked).toEqual(['/app/hook/deliveries/9/attempts', '/app/hook/deliveries/6/attempts'])
})

test('what was refused as wrong, and what fails every time, is left alone', () => {
  expect(missedAmong([attempt(1, 'a', 401), attempt(2, 'b', 400), attempt(3, 'c', 413)])).toEqual([])
  expect(missedAmong([1, 2, 3, 4].map((id) => attempt(id, 'a', 500)))).toEqual([])
  expect(missedAmong([attempt(1, 'a', 429), { id: 'x', guid: 3 }, null, 7])).toEqual([1])
})
