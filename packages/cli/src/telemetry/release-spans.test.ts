import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Step } from '@topsail/core'
import { afterEach, expect, test } from 'vitest'
import { releaseSpans, wantsSpans } from './release-spans.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
})

type OtlpSpan = {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly status: { readonly code?: number; readonly message?: string }
  readonly events: readonly { readonly name: string }[]
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}

/** A collector that keeps what it is sent. */
async function collector(): Promise<{ url: string; bodies: string[]; spans: () => OtlpSpan[] }> {
  const bodies: string[] = []
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  server = receiver
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', () => done()))
  const spans = (): OtlpSpan[] =>
    bodies.flatMap((body) => {
      const { resourceSpans } = JSON.parse(body) as {
        resourceSpans: readonly { scopeSpans: readonly { spans: readonly OtlpSpan[] }[] }[]
      }
      return resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans))
    })
  return { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, bodies, spans }
}

const upload: Step = {
  kind: 'upload',
  id: 'upload:@acme/db@2.0.0',
  needs: [],
  after: [],
  undo: { kind: 'none' },
  name: '@acme/db',
  version: '2.0.0',
  registry: 'https://ada:s3cret@r.example/',
  distTag: 'latest',
  access: undefined,
  was: null,
  first: false,
}
const confirm: Step = { ...upload, kind: 'confirm', id: 'confirm:@acme/db@2.0.0' } as Step
const promote: Step = { ...upload, kind: 'promote', id: 'promote:@acme/db@2.0.0' } as Step

test('a release is a trace: the run, and below it every step with its package, attempts and outcome', async () => {
  const { url, bodies, spans } = await collector()
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = url
  const traced = await releaseSpans('publish', process.env)
  traced?.onEvent({ kind: 'step-started', step: upload })
  const detail = 'PUT https://ada:s3cret@r.example/ answered 500'
  traced?.onEvent({ kind: 'step-waiting', step: upload, attempt: 1, wait: 300, detail })
  traced?.onEvent({ kind: 'step-done', step: upload })
  traced?.onEvent({ kind: 'step-started', step: confirm })
  const problem = { code: 'PACK_FAILED', severity: 'error', name: '@acme/db', detail: '' } as const
  traced?.onEvent({ kind: 'step-failed', step: confirm, problem })
  traced?.onEvent({ kind: 'step-held', step: promote, by: confirm.id })
  await traced?.end({ exitCode: 3 })

  const sent = spans()
  expect(sent.map(({ name }) => name).toSorted()).toEqual(['confirm', 'promote', 'topsail publish', 'upload'])
  const root = sent.find(({ name }) => name === 'topsail publish')
  for (const span of sent) if (span !== root) expect(span.parentSpanId).toBe(root?.spanId)
  const facts = (name: string) => {
    const span = sent.find((each) => each.name === name)
    return Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]))
  }
  expect(facts('upload')).toMatchObject({
    'topsail.package': '@acme/db',
    'topsail.version': '2.0.0',
    'topsail.attempts': 2,
    'topsail.outcome': 'done',
  })
  expect(sent.find(({ name }) => name === 'upload')?.events.map(({ name }) => name)).toEqual(['retry'])
  expect(facts('confirm')).toMatchObject({ 'topsail.outcome': 'failed' })
  expect(facts('promote')).toMatchObject({ 'topsail.outcome': 'held', 'topsail.held_by': confirm.id })
  expect(sent.find(({ name }) => name === 'confirm')?.status).toMatchObject({ code: 2, message: 'PACK_FAILED' })
  expect(bodies.join('')).not.toContain('s3cret')
})

test('a collector that is not there costs nothing but its spans', async () => {
  const { url } = await collector()
  await new Promise((done) => server?.close(done))
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = url
  const traced = await releaseSpans('publish', process.env)
  traced?.onEvent({ kind: 'step-started', step: upload })
  await expect(traced?.end({ exitCode: 0 })).resolves.toBeUndefined()
})

test.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
  [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, false],
  [{ OTEL_SDK_DISABLED: 'true', OTEL_TRACES_EXPORTER: 'otlp' }, false],
])('with %j spans are wanted: %s', (env, expected) => expect(wantsSpans(env)).toBe(expected))
