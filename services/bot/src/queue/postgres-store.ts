/**
 * The store for several instances that share the work: pg-boss keeps the queue, one table beside it the marks of
 * deliveries; both change in one transaction. The policy `stately` allows one waiting and one active job for each key,
 * which is what DeliveryStore promises. An instance that dies stops sending heartbeats, and its jobs wait anew.
 */
import { Pool, type PoolClient } from 'pg'
import { PgBoss, type Db, type JobAttempt } from 'pg-boss'
import { lookKey, ownerOf, type Look } from '../deliveries/delivery.ts'
import { shareOf, type Acceptance, type Claim, type DeliveryStore, type StoreLimits } from './delivery-store.ts'

export type PostgresStoreOptions = StoreLimits & {
  readonly url: string
  /** Errors of connections in the background; pg-boss tries again by itself. */
  readonly onError: (error: Error) => void
}

/** How long an instance may be silent before its looks are taken by another; at least what pg-boss allows. */
const heartbeatSeconds = 10

const schema = 'topsail_bot'
const queue = 'looks'

/** What a job carries. `failures` are those of jobs before it. */
type JobData = { readonly look: Look; readonly owner: string; readonly failures: number }

export async function openPostgresStore(options: PostgresStoreOptions): Promise<DeliveryStore> {
  const connection = { connectionString: options.url, application_name: 'topsail-bot' }
  const boss = new PgBoss({
    ...connection,
    schema,
    max: 4,
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  })
  boss.on('error', options.onError)
  await boss.start()
  await boss.createQueue(queue, {
    policy: 'stately',
    heartbeatSeconds,
    expireInSeconds: 3600,
    retryLimit: 20,
    retryDelay: 0,
    deleteAfterSeconds: 86_400,
  })
  const pool = new Pool({ ...connection, max: 4 })
  pool.on('error', options.onError)
  await pool.query(`CREATE TABLE IF NOT EXISTS ${schema}.delivery (
    mark text PRIMARY KEY, seen_at timestamptz NOT NULL DEFAULT now())`)
  return postgresStore(boss, pool, options)
}

function postgresStore(boss: PgBoss, pool: Pool, { capacity, rememberDays }: PostgresStoreOptions): DeliveryStore {
  return {
    accept: ({ marks, looks }) =>
      within(pool, async (client): Promise<Acceptance> => {
        // In one order for all, so that two instances with the same delivery cannot block one another for good.
        const news = await client.query(
          `INSERT INTO ${schema}.delivery (mark) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`,
          [marks.toSorted()],
        )
        if ((news.rowCount ?? 0) < marks.length) return 'replayed'
        const keys = looks.map(lookKey)
        const { rows } = await client.query<{ waiting: number; own: number; known: number }>(
          `SELECT count(*)::int AS waiting, count(*) FILTER (WHERE data->>'owner' = $3)::int AS own,
             count(*) FILTER (WHERE singleton_key = ANY($2))::int AS known
           FROM ${schema}.job WHERE name = $1 AND state IN ('created', 'retry')`,
          [queue, keys, looks[0] === undefined ? '' : ownerOf(looks[0])],
        )
        const { waiting = 0, own = 0, known = 0 } = rows[0] ?? {}
        const added = keys.length - known
        if (added > 0 && (waiting + added > capacity || own + added > shareOf(capacity))) return 'full'
        for (const look of looks) await want(boss, client, look)
        return 'accepted'
      }),
    async take() {
      const [job] = await boss.fetch<JobData>(queue, { includeMetadata: true })
      if (job === undefined) return undefined
      const attempt = job.data.failures + job.retryCount + 1
      return { id: JSON.stringify([job.id, job.retryCount]), look: job.data.look, attempt }
    },
    keep: async (claim) => affected(await boss.touch(queue, attemptOf(claim))) > 0,
    finish: async (claim) => void (await boss.complete(queue, attemptOf(claim))),
    again: (claim, seconds) => putBack(boss, pool, claim, { failures: claim.attempt, seconds }),
    handBack: (claim) => putBack(boss, pool, claim, { failures: claim.attempt - 1, seconds: 0 }),
    fail: async (claim) => void (await boss.cancel(queue, attemptOf(claim))),
    async counts() {
      const { rows } = await pool.query<{ state: string; count: number }>(
        `SELECT state::text, count(*)::int AS count FROM ${schema}.job WHERE name = $1 GROUP BY state`,
        [queue],
      )
      const of = (...states: readonly string[]): number =>
        rows.reduce((sum, { state, count }) => sum + (states.includes(state) ? count : 0), 0)
      return { waiting: of('created', 'retry'), running: of('active'), failed: of('cancelled', 'failed') }
    },
    async tidy() {
      await pool.query(`DELETE FROM ${schema}.delivery WHERE seen_at < now() - make_interval(days => $1)`, [
        rememberDays,
      ])
      await boss.supervise(queue)
    },
    async close() {
      await boss.stop({ graceful: false })
      await pool.end()
    },
  }
}

/**
 * Begins at once, also where an earlier failure had put it off. Not long ago, though: a job is kept for so many days
 * from the time that it may begin.
 */
async function want(boss: PgBoss, client: PoolClient, look: Look): Promise<void> {
  const data: JobData = { look, owner: ownerOf(look), failures: 0 }
  const startAfter = new Date(Date.now() - 60_000)
  await boss.upsert(queue, data, { singletonKey: lookKey(look), startAfter, db: asDb(client) })
}

/** A new job takes the place of the claimed one, unless a delivery has asked for a look meanwhile: that one then. */
async function putBack(
  boss: PgBoss,
  pool: Pool,
  claim: Claim,
  { failures, seconds }: { readonly failures: number; readonly seconds: number },
): Promise<void> {
  await within(pool, async (client) => {
    const db = asDb(client)
    if (affected(await boss.deleteJob(queue, attemptOf(claim), { db })) === 0) return 'full'
    const data: JobData = { look: claim.look, owner: ownerOf(claim.look), failures }
    await boss.send(queue, data, { singletonKey: lookKey(claim.look), startAfter: Math.ceil(seconds), db })
    return 'accepted'
  })
}

/** Commits, unless there was no room. */
async function within(pool: Pool, work: (client: PoolClient) => Promise<Acceptance>): Promise<Acceptance> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const answer = await work(client)
    await client.query(answer === 'full' ? 'ROLLBACK' : 'COMMIT')
    return answer
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // A connection whose transaction was left open is not used again.
    client.release(broken)
  }
}

function asDb(client: PoolClient): Db {
  return { executeSql: (text, values) => client.query(text, values === undefined ? [] : [...values]) }
}

function attemptOf(claim: Claim): JobAttempt {
  const [id, retryCount] = JSON.parse(claim.id) as [string, number]
  return { id, retryCount }
}

/** How many jobs it was true of; the types of pg-boss leave it out. */
function affected(answer: object): number {
  return 'affected' in answer ? Number(answer.affected) : 0
}
