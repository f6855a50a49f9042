/**
 * The bot as one running thing: the store, the worker that empties it, and the server that fills it. Stopping goes the
 * other way round: nothing more is heard, looks end or are handed back, and then the store is closed.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdir } from 'node:fs/promises'
import { serve } from '@hono/node-server'
import type { Logger } from 'pino'
import { answering } from './answer.ts'
import { botApp } from './app.ts'
import type { Configuration } from './configuration.ts'
import { forgeAccess } from './forges/forge-access.ts'
import { missedDeliveries, type AskForMissed } from './forges/missed-deliveries.ts'
import { botMetrics } from './metrics.ts'
import type { DeliveryStore } from './queue/delivery-store.ts'
import { startWorker } from './queue/worker.ts'
import { keepClones } from './sandbox/clones.ts'
import { ownTopsail } from './sandbox/topsail.ts'

export type Bot = {
  readonly url: string
  stop(): Promise<void>
}

/** `program` is the topsail command that looks. */
export async function startBot(configuration: Configuration, log: Logger, program = ownTopsail): Promise<Bot> {
  const { github, gitlab, folder, limits, concurrency, bodyLimit, graceSeconds } = configuration
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const store = await openStore(configuration, log)
  const metrics = botMetrics(store)
  const clones = keepClones(folder, limits)
  await clones.begin()
  const answer = answering({ open: forgeAccess(configuration), clones, program, limits })
  const pollEvery = configuration.store.kind === 'sqlite' ? 5000 : 1000
  const worker = startWorker({ store, answer, metrics, log, concurrency, pollEvery })
  let isStopping = false

  const app = botApp({
    github: github === undefined ? undefined : { secrets: github.webhookSecrets },
    gitlab: gitlab?.groups ?? [],
    store,
    metrics,
    log,
    bodyLimit,
    onAccepted: worker.wake,
    async readiness() {
      if (isStopping) return 'it stops'
      return store.counts().then(
        () => undefined,
        () => 'the store does not answer',
      )
    },
  })
  const recovering = github === undefined ? undefined : askAgain(missedDeliveries(github), log)
  const tidying = setInterval(() => {
    Promise.all([store.tidy(), clones.tidy(Date.now())]).catch((error: unknown) =>
      log.error({ err: error }, 'tidying failed'),
    )
  }, 3_600_000)
  const server = await listening(app.fetch, configuration)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${configuration.host}:${port}`,
    async stop() {
      isStopping = true
      clearInterval(tidying)
      clearInterval(recovering)
      const closed = new Promise((done) => server.close(done))
      server.closeIdleConnections()
      await worker.stop(graceSeconds)
      server.closeAllConnections()
      await closed
      await store.close()
    },
  }
}

const day = 86_400_000
const askEvery = 300_000

/** What was missed while nobody listened, as far back as GitHub remembers; and then what is missed now and then. */
function askAgain(ask: AskForMissed, log: Logger): NodeJS.Timeout {
  const since = (time: number): void => {
    ask(time).then(
      (count) => count > 0 && log.info({ count }, 'asked for missed deliveries'),
      (error: unknown) => log.warn({ err: error }, 'missed deliveries cannot be asked for'),
    )
  }
  since(Date.now() - 3 * day)
  return setInterval(() => since(Date.now() - 3 * askEvery), askEvery)
}

async function openStore({ store, capacity }: Configuration, log: Logger): Promise<DeliveryStore> {
  const limits = { capacity, rememberDays: 14 }
  if (store.kind === 'sqlite') {
    const { openSqliteStore } = await import('./queue/sqlite-store.ts')
    return openSqliteStore({ ...limits, file: store.file, now: Date.now })
  }
  const { openPostgresStore } = await import('./queue/postgres-store.ts')
  const onError = (error: Error): void => log.error({ err: error }, 'PostgreSQL')
  return openPostgresStore({ ...limits, url: store.url, onError })
}

function listening(fetch: (request: Request) => Response | Promise<Response>, { host, port }: Configuration) {
  return new Promise<Server>((ready, failed) => {
    const server = serve({ fetch, hostname: host, port, overrideGlobalObjects: false }, () => ready(server)) as Server
    server.once('error', failed)
    // Whoever sends a byte now and then holds nothing for long.
    server.headersTimeout = 10_000
    server.requestTimeout = 30_000
    server.maxConnections = 2000
  })
}
