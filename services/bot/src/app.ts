/**
 * What is heard over HTTP: webhooks, and the questions of whoever operates the bot. A webhook is answered as soon as
 * its delivery is kept; the work comes later. Whoever sends something wrong learns that it is wrong, not why in detail,
 * and nothing a sender does leads to an answer that holds a stack trace.
 */
import { Hono, type Context } from 'hono'
import type { Logger } from 'pino'
import { readBody } from './deliveries/body.ts'
import type { Reading } from './deliveries/delivery.ts'
import { readGitHubDelivery, type GitHubHook } from './deliveries/github.ts'
import { readGitLabDelivery, type GitLabHook } from './deliveries/gitlab.ts'
import type { Acceptance, DeliveryStore } from './queue/delivery-store.ts'
import type { BotMetrics } from './metrics.ts'

export type AppOptions = {
  /** Undefined: this forge is not served. */
  readonly github: GitHubHook | undefined
  readonly gitlab: readonly GitLabHook[]
  readonly store: DeliveryStore
  readonly metrics: BotMetrics
  readonly log: Logger
  /** Bytes of a webhook's body. */
  readonly bodyLimit: number
  /** Told after a delivery was kept. */
  readonly onAccepted: () => void
  /** Undefined when all is well, else what is not. */
  readonly readiness: () => Promise<string | undefined>
}

type Read = (headers: Headers, body: Uint8Array) => Reading | Promise<Reading>

export function botApp(options: AppOptions): Hono {
  const { github, gitlab, log, metrics, readiness } = options
  const app = new Hono()
  if (github !== undefined) {
    const read: Read = (headers, body) => readGitHubDelivery(github, headers, body)
    app.post('/webhooks/github', (context) => receive(context, 'github', read, options))
  }
  if (gitlab.length > 0) {
    const read: Read = (headers, body) => readGitLabDelivery(gitlab, headers, body)
    app.post('/webhooks/gitlab', (context) => receive(context, 'gitlab', read, options))
  }
  app.get('/healthz', (context) => context.json({ status: 'alive' }))
  app.get('/readyz', async (context) => {
    const complaint = await readiness()
    return complaint === undefined
      ? context.json({ status: 'ready' })
      : context.json({ status: 'not ready', why: complaint }, 503)
  })
  app.get('/metrics', async (context) => context.body(await metrics.text(), 200, { 'content-type': metrics.type }))
  app.notFound((context) => context.json({ status: 'not found' }, 404))
  app.onError((error, context) => {
    log.error({ err: error }, 'a request failed')
    // The sender may try again: whether it was kept is not known.
    return context.json({ status: 'failed' }, 503, { 'retry-after': '30' })
  })
  return app
}

async function receive(context: Context, forge: string, read: Read, options: AppOptions): Promise<Response> {
  const { metrics, log, bodyLimit } = options
  const stop = metrics.acknowledgement.startTimer()
  const { status, answer, why } = await heard(context.req.raw, read, options, bodyLimit)
  metrics.deliveries.inc({ forge, answer })
  stop()
  const level = status >= 400 ? 'warn' : 'debug'
  log[level]({ forge, answer, status, why, delivery: deliveryOf(context) }, 'delivery')
  return context.json({ status: answer }, status, status === 503 ? { 'retry-after': '60' } : {})
}

type Answer = {
  readonly status: 200 | 202 | 400 | 401 | 403 | 413 | 503
  readonly answer: 'ignored' | 'refused' | 'too large' | Acceptance
  readonly why?: string
}

async function heard(
  request: Request,
  read: Read,
  { store, onAccepted }: AppOptions,
  bodyLimit: number,
): Promise<Answer> {
  const body = await readBody(request, bodyLimit)
  if (body === 'too large') return { status: 413, answer: 'too large' }
  if (body === 'broken off') return { status: 400, answer: 'refused', why: body }
  const reading = await read(request.headers, body)
  if (reading.kind === 'refused') return { status: reading.status, answer: 'refused', why: reading.why }
  if (reading.kind === 'ignored') return { status: 200, answer: 'ignored', why: reading.why }
  if (reading.delivery.looks.length === 0) return { status: 200, answer: 'ignored', why: 'no pull request' }
  const answer = await store.accept(reading.delivery)
  if (answer === 'accepted') onAccepted()
  return { status: answer === 'accepted' ? 202 : answer === 'full' ? 503 : 200, answer }
}

/** For the log: what the sender calls it, if that is a name at all. */
function deliveryOf(context: Context): string | undefined {
  const id = context.req.header('x-github-delivery') ?? context.req.header('idempotency-key')
  return id !== undefined && /^[\w-]{1,100}$/.test(id) ? id : undefined
}
