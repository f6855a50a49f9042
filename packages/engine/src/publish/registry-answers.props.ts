/** Registries that answer anything at all, well: each reader says what it can tell, and takes nothing for a yes. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readNpmConfig } from './npmrc.ts'
import { npmRegistry, type Registry, type UploadRequest } from './registry.ts'
import { distribution } from './targets/distribution.ts'
import { parseImageName } from './targets/image-reference.ts'
import { trustedPublishing } from './trusted-publishing.ts'

let server: Server
let url: string
let registry: Registry
let answer = { body: '', type: 'application/json' }
const asked: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.writeHead(200, { 'content-type': answer.type }).end(answer.body))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const config = readNpmConfig('/nowhere', 'pnpm', { HOME: '/nowhere' })
  registry = npmRegistry(url, { config, maxSockets: 4 })
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

const released: UploadRequest = {
  tarball: {
    name: 'a',
    version: '1.0.0',
    integrity: 'sha512-a',
    bytes: 1,
    file: '',
    files: [],
    metadata: { name: 'a', version: '1.0.0' },
  },
  bytes: Buffer.from('a'),
  distTag: 'latest',
  access: undefined,
}

const manifest = fc.oneof(
  fc.record({ dist: fc.record({ integrity: fc.constant('sha512-a'), tarball: fc.constant('http://b/a.tgz') }) }),
  fc.record({ dist: fc.oneof(fc.jsonValue(), fc.record({ integrity: fc.jsonValue(), tarball: fc.jsonValue() })) }),
  fc.jsonValue(),
)
/** Shaped like what is wanted, with anything in its places, or anything. */
const body = fc.oneof(
  fc.record(
    {
      name: fc.constant('a'),
      versions: fc.oneof(fc.record({ '1.0.0': manifest, '0.9.0': manifest }, { requiredKeys: [] }), fc.jsonValue()),
      'dist-tags': fc.oneof(fc.record({ latest: fc.jsonValue() }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      items: fc.oneof(
        fc.array(fc.record({ id: fc.jsonValue(), packageName: fc.constant('a'), version: fc.constant('1.0.0') })),
        fc.jsonValue(),
      ),
      tags: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
      token: fc.jsonValue(),
      value: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.constantFrom(null, [], {}, '', 'abc', 1, true),
  fc.jsonValue(),
)

type Packument = { readonly versions?: Readonly<Record<string, { dist?: { integrity?: unknown; tarball?: unknown } }>> }

/** Said with an eye on the library that reads it, whose errors tell of its own variables. */
const nobodysWords = /undefined|destructure|is not a function|is not iterable|Cannot read/

test('a version counts as there only when it is told where or what it is', async () => {
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      answer = { body: JSON.stringify(value), type: 'application/json' }
      const found = await registry.lookup('a', '1.0.0')
      const dist = (value as Packument | null)?.versions?.['1.0.0']?.dist
      const isTold = [dist?.integrity, dist?.tarball].some((text) => typeof text === 'string' && text !== '')
      expect(found.kind === 'present').toBe(isTold)
      const facts = await registry.facts('a')
      if (facts.kind === 'known') {
        expect(facts.versions.has('1.0.0')).toBe(isTold)
        for (const version of facts.distTags.values()) expect(typeof version).toBe('string')
      }
      expect(facts.kind === 'unreachable').toBe(found.kind === 'unreachable')
    }),
    { numRuns: 150 },
  )
})

test('whatever it answers, everything that is asked of a registry ends in an answer of ours, in our words', async () => {
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      answer = { body: JSON.stringify(value), type: 'application/json' }
      const staging = registry.staging
      const outcomes = await Promise.all([
        registry.lookup('a', '1.0.0'),
        registry.confirm('a', '1.0.0'),
        registry.deprecate('a', '1.0.0', 'no more'),
        registry.unpublish('a', '1.0.0'),
        staging?.lookupStaged('a', '1.0.0'),
        staging?.approve('a', '1.0.0'),
        staging?.reject('a', '1.0.0'),
        staging?.stage(released),
      ])
      for (const outcome of outcomes) {
        if (outcome !== undefined && 'detail' in outcome) expect(outcome.detail).not.toMatch(nobodysWords)
      }
      const items = (value as { items?: unknown } | null)?.items
      if (!Array.isArray(items))
        expect(await staging?.lookupStaged('a', '1.0.0')).toMatchObject({ kind: 'unreachable' })
    }),
    { numRuns: 40 },
  )
})

test.each(['null', '[]', '{}', '"abc"', '{"versions":[]}', '{"versions":{"1.0.0":null}}', '{"versions":null}'])(
  'nothing is taken away where the registry does not say that it has it: %s',
  async (text) => {
    answer = { body: text, type: 'application/json' }
    asked.length = 0
    await registry.unpublish('a', '1.0.0')
    expect(asked).toEqual(['GET /a?write=true'])
  },
)

test('a page in place of an answer is no yes to anything, and is told with who gave it', async () => {
  answer = { body: '<html>Log in</html>', type: 'text/html; charset=utf-8' }
  const staging = registry.staging
  const outcomes = await Promise.all([
    registry.upload(released),
    registry.setDistTag('a', 'latest', '1.0.0'),
    registry.deprecate('a', '1.0.0', 'no more'),
    registry.unpublish('a', '1.0.0'),
    staging?.approve('a', '1.0.0'),
    staging?.reject('a', '1.0.0'),
  ])
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ kind: 'unknown', page: true, detail: expect.stringContaining('web page') })
    expect(outcome).toMatchObject({ detail: expect.stringContaining(new URL(url).host) })
  }
  expect(await staging?.stage(released)).toMatchObject({ kind: 'unknown' })
  expect(await staging?.lookupStaged('a', '1.0.0')).toMatchObject({ kind: 'unreachable' })
})

test('a job gets no token from an exchange that gives none', async () => {
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      answer = { body: JSON.stringify(value), type: 'application/json' }
      const env = { GITLAB_CI: 'true', NPM_ID_TOKEN: 'identity' }
      const token = await trustedPublishing(env)?.tokenFor(url, 'a')
      const given = (value as { token?: unknown } | null)?.token
      expect(token).toBe(typeof given === 'string' && given !== '' ? given : undefined)
    }),
    { numRuns: 60 },
  )
})

test('tags of an image are texts of a list, or nothing was said', async () => {
  const image = parseImageName(`${new URL(url).host}/acme/api`)
  if (image === undefined) throw new Error('no image name')
  const images = distribution({ image, credentials: async () => undefined })
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      answer = { body: JSON.stringify(value), type: 'application/json' }
      const found = await images.tags()
      const tags = (value as { tags?: unknown } | null)?.tags
      if (found.kind === 'done') expect(found.value).toEqual(tags ?? [])
      else expect(found.detail).not.toMatch(nobodysWords)
      expect(found.kind === 'done').toBe(
        tags === null || (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')),
      )
    }),
    { numRuns: 60 },
  )
})
