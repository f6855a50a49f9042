import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { readNpmConfig } from './npmrc.ts'
import { npmRegistry, type Registry } from './registry.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
})

type Handler = (asked: IncomingMessage, answer: ServerResponse) => void

async function listening(handler: Handler): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, answer) => {
    asked.push(request)
    request.resume()
    handler(request, answer)
  })
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked }
}

function registryAt(url: string, settings: Readonly<Record<string, string>> = {}): Registry {
  const env = Object.entries(settings).map(([key, value]) => [`npm_config_${key}`, value])
  const config = readNpmConfig('/nowhere', 'pnpm', { HOME: '/nowhere', ...Object.fromEntries(env) })
  return npmRegistry(url, { config, maxSockets: 4 })
}

const packument = JSON.stringify({
  'dist-tags': { latest: '1.0.0' },
  versions: { '1.0.0': { dist: { integrity: 'sha512-a', tarball: 'http://elsewhere/a.tgz' } } },
})
const known = { kind: 'known', versions: new Map([['1.0.0', 'sha512-a']]) }

test('requests carry the credentials of their registry, and share few connections', async () => {
  const server = await listening((_, answer) => answer.end(packument))
  const registry = registryAt(server.url, { [`${server.url.slice(5)}:_authToken`]: 'hush' })
  for (const name of ['a', '@b/c', 'd']) expect(await registry.facts(name)).toMatchObject(known)
  expect(server.asked.map(({ url }) => url)).toEqual(['/a', '/@b%2Fc', '/d'])
  expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer hush'))
  expect(new Set(server.asked.map(({ socket }) => socket.remotePort)).size).toBe(1)
})

test('a redirect is followed, and credentials stay where they belong', async () => {
  const other = await listening((_, answer) => answer.end(packument))
  const elsewhere = other.url.replace('127.0.0.1', 'localhost')
  const server = await listening(({ url }, answer) => answer.writeHead(302, { location: `${elsewhere}${url}` }).end())
  const registry = registryAt(server.url, { [`${server.url.slice(5)}:_authToken`]: 'hush' })
  expect(await registry.facts('a')).toMatchObject(known)
  expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined])
})

test('a configured proxy is used, unless for whom it is not meant', async () => {
  const proxy = await listening((_, answer) => answer.end(packument))
  const server = await listening((_, answer) => answer.end(packument))
  await registryAt(server.url, { proxy: proxy.url }).facts('a')
  expect(proxy.asked.map(({ url }) => url)).toEqual([`${server.url}a`])
  await registryAt(server.url, { proxy: proxy.url, noproxy: '127.0.0.1' }).facts('a')
  expect(server.asked.map(({ url }) => url)).toEqual(['/a'])
})

test('a compressed answer is read, and one that is cut off or none at all says nothing', async () => {
  const whole = gzipSync(packument)
  const server = await listening(({ url }, answer) => {
    if (url === '/none') return void answer.destroy()
    answer.writeHead(200, { 'content-encoding': 'gzip', 'content-length': whole.length })
    if (url === '/whole') return void answer.end(whole)
    answer.write(whole.subarray(0, 40), () => answer.destroy())
  })
  const registry = registryAt(server.url)
  expect(await registry.facts('whole')).toMatchObject(known)
  for (const name of ['part', 'none']) expect(await registry.facts(name)).toMatchObject({ kind: 'unreachable' })
  const text = await listening((_, answer) => answer.end('<html>'))
  expect(await registryAt(text.url).facts('a')).toMatchObject({ kind: 'unreachable', refused: false })
})

test('what a registry refuses is told apart by its answer', async () => {
  const answers: Readonly<Record<string, readonly [number, Readonly<Record<string, string>>, string]>> = {
    otp: [401, { 'www-authenticate': 'OTP' }, '{}'],
    token: [401, {}, '{"error":"who are you"}'],
    no: [403, {}, '{"error":"not you"}'],
    busy: [429, { 'retry-after': '7' }, ''],
    ill: [503, {}, 'oh'],
  }
  const server = await listening(({ url }, answer) => {
    const [status, headers, body] = answers[/package\/(\w+)/.exec(url ?? '')?.[1] ?? ''] ?? [200, {}, '']
    answer.writeHead(status, headers).end(body)
  })
  const registry = registryAt(server.url)
  const outcomes = await Promise.all(Object.keys(answers).map((name) => registry.setDistTag(name, 'next', '1.0.0')))
  expect(outcomes).toMatchObject([
    { kind: 'unauthorised', oneTimePassword: true },
    { kind: 'unauthorised', oneTimePassword: false, detail: expect.stringContaining('who are you') },
    { kind: 'refused', detail: expect.stringContaining('403 Forbidden') },
    { kind: 'unknown', retryAfter: 7000 },
    { kind: 'unknown', retryAfter: undefined },
  ])
})

test('a page in place of an answer does not mean that anything was done', async () => {
  const page = { 'content-type': 'text/html; charset=utf-8' }
  const server = await listening((_, answer) => answer.writeHead(200, page).end('<html>Log in</html>'))
  const registry = registryAt(server.url)
  for (const version of ['1.0.0', undefined]) {
    expect(await registry.setDistTag('a', 'latest', version)).toMatchObject({ kind: 'unknown' })
  }
})

test.each(['null', '[]', '{}', '"@a/b"', '{"name":"a","versions":["1.0.0"]}', '{"error":"gone"}'])(
  'an answer that tells of no package says nothing: %s',
  async (text) => {
    const server = await listening((_, answer) => answer.end(text))
    expect(await registryAt(server.url).facts('a')).toMatchObject({ kind: 'unreachable', refused: false })
  },
)

test('of a package that was unpublished whole, its name is an answer', async () => {
  const server = await listening((_, answer) => answer.end('{"name":"a","time":{"unpublished":{}}}'))
  expect(await registryAt(server.url).facts('a')).toEqual({ kind: 'known', versions: new Map(), distTags: new Map() })
})

test('a host that never stops talking is not listened to for ever', async () => {
  const server = await listening((_, answer) => {
    const talking = setInterval(() => answer.write(' '), 20)
    answer.on('close', () => clearInterval(talking))
  })
  const registry = registryAt(server.url, { 'fetch-timeout': '300' })
  const detail = expect.stringContaining('no whole answer')
  expect(await registry.facts('a')).toMatchObject({ kind: 'unreachable', detail, refused: false })
})

test('an answer that unpacks without end is refused, and is not asked for again', async () => {
  const bomb = Buffer.concat(Array(20).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024))))
  const server = await listening((_, answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  expect(await registryAt(server.url).facts('a')).toMatchObject({ kind: 'unreachable', refused: true })
})

test('however many large answers come at once, one is taken in at a time, and a broken one holds up no other', async () => {
  const text = JSON.stringify({ name: 'a', versions: {}, readme: 'x'.repeat(40 * 1024 * 1024) })
  // What the connection itself holds is taken in by nobody.
  const mostOfOthers = 30 * 1024 * 1024
  const begun: { readonly answer: ServerResponse; taken: number; send(): void }[] = []
  const server = await listening((_, answer) => {
    const one = {
      answer,
      taken: 0,
      send() {
        for (let goes = true; goes && one.taken < text.length - 1;) {
          const piece = text.slice(one.taken, Math.min(one.taken + 65_536, text.length - 1))
          one.taken += piece.length
          goes = answer.write(piece)
        }
      },
    }
    begun.push(one)
    answer.on('drain', one.send)
    one.send()
  })
  const registry = registryAt(server.url)
  const asked = ['a', 'b', 'c'].map((name) => registry.facts(name))
  const full = () => begun.filter(({ taken }) => taken === text.length - 1)
  const waiting = () => begun.filter(({ taken }) => taken < mostOfOthers)
  for (const left of [2, 1, 0]) {
    await expect.poll(() => full().length, { timeout: 20_000 }).toBe(3 - left)
    expect(waiting()).toHaveLength(left)
    const { answer } = full().find((one) => !one.answer.writableEnded && !one.answer.destroyed) ?? {}
    if (left === 1) answer?.destroy()
    else answer?.end('}')
  }
  const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
  expect(kinds.toSorted()).toEqual(['known', 'known', 'unreachable'])
})

test('an answer that is large only when unpacked waits for its turn as well', async () => {
  const whole = gzipSync(JSON.stringify({ ...JSON.parse(packument), readme: 'x'.repeat(9 * 1024 * 1024) }))
  const { url } = await listening((_, answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end(whole))
  const registry = registryAt(url)
  const found = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => registry.facts(name)))
  expect(found).toMatchObject(Array(5).fill(known))
})
