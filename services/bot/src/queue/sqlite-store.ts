/**
 * The embedded store: one SQLite file that one process holds. Every answer is on the disk before it is given. Since no
 * other process can have the file open, what was running when it is opened belongs to one that is dead, and waits anew.
 */
import { DatabaseSync } from 'node:sqlite'
import { lookKey, ownerOf, type Delivery, type Look } from '../deliveries/delivery.ts'
import { shareOf, type Acceptance, type Claim, type DeliveryStore, type StoreLimits } from './delivery-store.ts'

export type SqliteStoreOptions = StoreLimits & {
  readonly file: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * `asked` counts the deliveries for a look; a claim remembers the count it was taken at, so that a later delivery shows
 * when it ends. `run_at` is when it may begin, `since` orders those that may.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS delivery (mark TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS delivery_by_age ON delivery (seen_at);
  CREATE TABLE IF NOT EXISTS look (
    key TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    look TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'failed')),
    asked INTEGER NOT NULL,
    taken_at INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    run_at INTEGER NOT NULL,
    since INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS look_by_turn ON look (state, since);
  PRAGMA user_version = 1;
`

export function openSqliteStore(options: SqliteStoreOptions): DeliveryStore {
  const database = new DatabaseSync(options.file, { timeout: 10_000 })
  // Exclusive: nobody else reads or writes while we live. Full: an answer is on the disk, not in the machine's memory.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
  database.exec(schema)
  database.exec(`UPDATE look SET state = 'waiting' WHERE state = 'running'`)
  return sqliteStore(database, options)
}

function sqliteStore(database: DatabaseSync, { capacity, rememberDays, now }: SqliteStoreOptions): DeliveryStore {
  const isSeen = database.prepare('SELECT 1 FROM delivery WHERE mark = ?')
  const remember = database.prepare('INSERT INTO delivery (mark, seen_at) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const want = database.prepare(`
    INSERT INTO look (key, owner, look, state, asked, run_at, since)
    VALUES (:key, :owner, :look, 'waiting', 1, :now, :now)
    ON CONFLICT (key) DO UPDATE SET
      look = :look, asked = asked + 1, run_at = :now,
      since = iif(state = 'failed', :now, since),
      attempt = iif(state = 'running', attempt, 0),
      state = iif(state = 'failed', 'waiting', state)`)
  const isWaiting = database.prepare(`SELECT 1 FROM look WHERE key = ? AND state = 'waiting'`)
  const countWaiting = database.prepare(`
    SELECT count(*) AS count, count(*) FILTER (WHERE owner = ?) AS own FROM look WHERE state = 'waiting'`)
  const next = database.prepare(`
    UPDATE look SET state = 'running', taken_at = asked, attempt = attempt + 1
    WHERE key = (SELECT key FROM look WHERE state = 'waiting' AND run_at <= ? ORDER BY since LIMIT 1)
    RETURNING key, look, attempt`)
  const isOurs = database.prepare(`SELECT 1 FROM look WHERE key = ? AND state = 'running'`)
  const drop = database.prepare(`DELETE FROM look WHERE key = ? AND state = 'running'`)
  const renew = database.prepare(`
    UPDATE look SET state = 'waiting', attempt = 0, run_at = :now, since = :now
    WHERE key = :key AND state = 'running' AND asked > taken_at`)
  const wait = database.prepare(
    `UPDATE look SET state = 'waiting', run_at = :at WHERE key = :key AND state = 'running'`,
  )
  const giveBack = database.prepare(
    `UPDATE look SET state = 'waiting', attempt = max(0, attempt - 1) WHERE key = ? AND state = 'running'`,
  )
  const giveUp = database.prepare(`UPDATE look SET state = 'failed' WHERE key = ? AND state = 'running'`)
  const count = database.prepare('SELECT state, count(*) AS count FROM look GROUP BY state')
  const forget = database.prepare('DELETE FROM delivery WHERE seen_at < ?')
  const forgetFailed = database.prepare(`DELETE FROM look WHERE state = 'failed' AND since < ?`)

  /** All of it or nothing. */
  const within = <T>(work: () => T): T => {
    let end = 'ROLLBACK'
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      end = 'COMMIT'
      return result
    } finally {
      database.exec(end)
    }
  }
  const acceptOne = ({ marks, looks }: Delivery): Acceptance => {
    const isReplay = marks.some((mark) => isSeen.get(mark) !== undefined)
    const added = looks.filter((look) => isWaiting.get(lookKey(look)) === undefined)
    const [first] = added
    if (!isReplay && first !== undefined) {
      const { count: all, own } = countWaiting.get(ownerOf(first)) ?? {}
      if (Number(all) + added.length > capacity || Number(own) + added.length > shareOf(capacity)) return 'full'
    }
    for (const mark of marks) remember.run(mark, now())
    if (isReplay) return 'replayed'
    for (const look of looks)
      want.run({ key: lookKey(look), owner: ownerOf(look), look: JSON.stringify(look), now: now() })
    return 'accepted'
  }
  // Deliveries that come in together wait for the disk once.
  const accept = together((deliveries: readonly Delivery[]) => within(() => deliveries.map(acceptOne)))
  const ended = (claim: Claim, end: () => void): void =>
    within(() => {
      if (renew.run({ key: claim.id, now: now() }).changes === 0) end()
    })

  return {
    accept,
    async take() {
      const row = next.get(now())
      if (row === undefined) return undefined
      const look = JSON.parse(String(row['look'])) as Look
      return { id: String(row['key']), look, attempt: Number(row['attempt']) }
    },
    keep: async (claim) => isOurs.get(claim.id) !== undefined,
    finish: async (claim) => ended(claim, () => void drop.run(claim.id)),
    again: async (claim, seconds) =>
      ended(claim, () => void wait.run({ key: claim.id, at: now() + Math.round(seconds * 1000) })),
    handBack: async (claim) => ended(claim, () => void giveBack.run(claim.id)),
    fail: async (claim) => ended(claim, () => void giveUp.run(claim.id)),
    async counts() {
      const found = new Map(count.all().map((row) => [String(row['state']), Number(row['count'])]))
      const of = (state: string): number => found.get(state) ?? 0
      return { waiting: of('waiting'), running: of('running'), failed: of('failed') }
    },
    async tidy() {
      const before = now() - rememberDays * 86_400_000
      within(() => {
        forget.run(before)
        forgetFailed.run(before)
      })
    },
    async close() {
      database.close()
    },
  }
}

/** Asks for everything that has come up until now at once, and gives each its own answer. */
function together<Asked, Answer>(
  answerAll: (all: readonly Asked[]) => readonly Answer[],
): (asked: Asked) => Promise<Answer> {
  type Waiting = { readonly asked: Asked; answer(value: Answer): void; fail(error: unknown): void }
  let waiting: Waiting[] = []
  const flush = (): void => {
    const all = waiting
    waiting = []
    try {
      const answers = answerAll(all.map(({ asked }) => asked))
      answers.forEach((value, at) => all[at]?.answer(value))
    } catch (error) {
      for (const { fail } of all) fail(error)
    }
  }
  return (asked) =>
    new Promise((answer, fail) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ asked, answer, fail })
    })
}
