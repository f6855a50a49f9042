/**
 * Takes looks from the store and answers them, a few at a time. An answer that failed for now is tried again, later and
 * later; one that cannot succeed is dropped. When the bot stops, nothing new is begun, and what does not end in time is
 * handed back to whoever comes next.
 */
import type { Logger } from 'pino'
import type { BotMetrics } from '../metrics.ts'
import type { Look } from '../deliveries/delivery.ts'
import type { Claim, DeliveryStore } from './delivery-store.ts'

/**
 * answered: the pull request shows the newest. needless: there is nothing to say, such as on a closed pull request.
 * again: not now. impossible: it will not succeed by waiting.
 */
export type Outcome =
  | { readonly kind: 'answered' }
  | { readonly kind: 'needless'; readonly why: string }
  | { readonly kind: 'again'; readonly why: string; readonly seconds?: number | undefined }
  | { readonly kind: 'impossible'; readonly why: string }

/** Stops, and leaves nothing running, when `signal` is aborted. */
export type AnswerLook = (look: Look, signal: AbortSignal) => Promise<Outcome>

export type WorkerOptions = {
  readonly store: DeliveryStore
  readonly answer: AnswerLook
  readonly metrics: BotMetrics
  readonly log: Logger
  /** Looks at once. */
  readonly concurrency: number
  /** How often an empty queue is asked again, in milliseconds: another instance may have filled it. */
  readonly pollEvery: number
}

export type Worker = {
  /** There may be something to take. */
  wake(): void
  /** Resolves when nothing runs any more, after `graceSeconds` at the latest. */
  stop(graceSeconds: number): Promise<void>
}

/** In seconds, after each failed attempt; then it is given up. */
const delays = [10, 30, 60, 300, 900, 1800, 3600]

const heartbeatEvery = 3000

export function startWorker(options: WorkerOptions): Worker {
  const { store, log, concurrency, pollEvery } = options
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  let isOpen = true
  let filling: Promise<void> | undefined
  let isWanted = false

  const fill = async (): Promise<void> => {
    while (isOpen && running.size < concurrency) {
      isWanted = false
      const claim = await store.take()
      if (claim === undefined) {
        if (isWanted) continue
        return
      }
      const work = carry(claim, options, stopping.signal).finally(() => {
        running.delete(work)
        wake()
      })
      running.add(work)
    }
  }
  const wake = (): void => {
    isWanted = true
    filling ??= fill()
      .catch((error: unknown) => {
        isWanted = false
        log.error({ err: error }, 'the queue cannot be read')
      })
      .finally(() => {
        filling = undefined
        if (isWanted && isOpen && running.size < concurrency) wake()
      })
  }
  const timer = setInterval(wake, pollEvery)
  wake()

  return {
    wake,
    async stop(graceSeconds) {
      isOpen = false
      clearInterval(timer)
      await filling
      const grace = setTimeout(() => stopping.abort(), graceSeconds * 1000)
      await Promise.all(running)
      clearTimeout(grace)
    },
  }
}

async function carry(claim: Claim, options: WorkerOptions, stopping: AbortSignal): Promise<void> {
  const { store, metrics, log: logger } = options
  const { forge, installation, repository, number } = claim.look
  const log = logger.child({ forge, installation, repository, number, attempt: claim.attempt })
  const lost = new AbortController()
  const heart = setInterval(() => {
    store.keep(claim).then(
      (kept) => kept || lost.abort(),
      (error: unknown) => log.warn({ err: error }, 'no heartbeat'),
    )
  }, heartbeatEvery)
  const stop = metrics.lookDuration.startTimer()
  try {
    const outcome = await attempted(claim, options, AbortSignal.any([stopping, lost.signal]), log)
    if (lost.signal.aborted) return void log.warn('another instance has taken this look')
    if (stopping.aborted && outcome.kind === 'again') await store.handBack(claim)
    else await settle(claim, outcome, store)
    metrics.looks.inc({ forge, outcome: outcome.kind })
    log.info({ outcome: outcome.kind, ...('why' in outcome ? { why: outcome.why } : {}) }, 'looked')
  } catch (error) {
    // The store could not be told. It keeps the claim until it is opened anew or misses the heartbeat.
    log.error({ err: error }, 'the end of a look could not be kept')
  } finally {
    clearInterval(heart)
    stop()
  }
}

async function attempted(claim: Claim, { answer }: WorkerOptions, signal: AbortSignal, log: Logger): Promise<Outcome> {
  // It has taken the process down with it each time.
  if (claim.attempt > delays.length + 1) return { kind: 'impossible', why: 'too many attempts' }
  try {
    return await answer(claim.look, signal)
  } catch (error) {
    if (!signal.aborted) log.error({ err: error }, 'a look failed')
    return { kind: 'again', why: signal.aborted ? 'stopped' : 'failed' }
  }
}

async function settle(claim: Claim, outcome: Outcome, store: DeliveryStore): Promise<void> {
  if (outcome.kind === 'answered' || outcome.kind === 'needless') return store.finish(claim)
  const delay = delays[claim.attempt - 1]
  if (outcome.kind === 'impossible' || delay === undefined) return store.fail(claim)
  return store.again(claim, Math.max(('seconds' in outcome ? outcome.seconds : undefined) ?? 0, delay))
}
