/**
 * One suite for both stores: what DeliveryStore promises, in a file of SQLite and in a real PostgreSQL.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Delivery, Look } from '../deliveries/delivery.ts'
import { postgresPrograms, startPostgres, type PostgresServer } from '../testing/postgres-server.ts'
import type { Claim, DeliveryStore } from './delivery-store.ts'
import { openPostgresStore } from './postgres-store.ts'
import { openSqliteStore } from './sqlite-store.ts'

const limits = { capacity: 5, rememberDays: 7 }

type Place = { open(): Promise<DeliveryStore>; close(): Promise<void> }

const sqlitePlace = async (): Promise<Place> => {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-bot-'))
  return {
    open: async () => openSqliteStore({ ...limits, file: join(folder, 'bot.db'), now: Date.now }),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

let server: PostgresServer | undefined
const postgresPlace = async (): Promise<Place> => {
  const url = (await server?.database()) ?? ''
  return { open: () => openPostgresStore({ ...limits, url, onError: () => {} }), close: async () => {} }
}

describe('in a file of SQLite', () => suite(sqlitePlace))

describe.skipIf(postgresPrograms === undefined)('in PostgreSQL', () => {
  let dead: DeliveryStore
  let alive: DeliveryStore
  let lost: Claim | undefined
  beforeAll(async () => {
    server = await startPostgres()
    const place = await postgresPlace()
    dead = await place.open()
    alive = await place.open()
    await dead.accept(delivery('a', 1))
    // From here on it says nothing more of it.
    lost = await dead.take()
  })
  afterAll(async () => {
    await Promise.all([dead.close(), alive.close()])
    await server?.close()
  })
  suite(postgresPlace)

  test('what an instance was at when it went silent is taken by another', { timeout: 60_000 }, async () => {
    if (lost === undefined) throw new Error('nothing waited')
    let found = await alive.take()
    while (found === undefined) {
      await new Promise((done) => setTimeout(done, 200))
      found = await alive.take()
    }
    expect(found).toMatchObject({ look: look(1), attempt: 2 })
    expect(await dead.keep(lost)).toBe(false)
    await dead.finish(lost)
    expect(await alive.keep(found)).toBe(true)
  })
})

const look = (number: number): Look => ({
  forge: 'github',
  installation: '11',
  repositoryId: '22',
  repository: 'acme/shop',
  number,
})
const delivery = (id: string, ...numbers: number[]): Delivery => ({ marks: [id], looks: numbers.map(look) })

function suite(makePlace: () => Promise<Place>): void {
  let place: Place
  let store: DeliveryStore
  beforeEach(async () => {
    place = await makePlace()
    store = await place.open()
    return async () => {
      await store.close()
      await place.close()
    }
  })
  const taken = async (): Promise<Claim> => {
    const claim = await store.take()
    if (claim === undefined) throw new Error('nothing waits')
    return claim
  }

  test('a delivery is worked on once', async () => {
    expect(await store.accept(delivery('a', 1))).toBe('accepted')
    const claim = await taken()
    expect(claim).toMatchObject({ look: look(1), attempt: 1 })
    expect(await store.take()).toBeUndefined()
    expect(await store.keep(claim)).toBe(true)
    await store.finish(claim)
    expect(await store.take()).toBeUndefined()
    expect(await store.counts()).toEqual({ waiting: 0, running: 0, failed: 0 })
  })

  test('a delivery that was seen is a replay, also when one of several marks tells', async () => {
    await store.accept({ marks: ['a', 'body'], looks: [look(1)] })
    await store.finish(await taken())
    expect(await store.accept({ marks: ['a', 'body'], looks: [look(1)] })).toBe('replayed')
    expect(await store.accept({ marks: ['b', 'body'], looks: [look(1)] })).toBe('replayed')
    expect(await store.take()).toBeUndefined()
  })

  test('the same delivery at the same time is accepted once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => store.accept(delivery('a', 1))))
    expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(1)
  })

  test('deliveries for one pull request are one look', async () => {
    for (const id of ['a', 'b', 'c']) expect(await store.accept(delivery(id, 1))).toBe('accepted')
    expect(await store.counts()).toMatchObject({ waiting: 1 })
    await store.finish(await taken())
    expect(await store.take()).toBeUndefined()
  })

  test('looks are taken in the order in which they were asked for', async () => {
    for (const number of [3, 1, 2, 3]) await store.accept(delivery(`d${Math.random()}`, number))
    const order = [await taken(), await taken(), await taken()]
    expect(order.map((claim) => claim.look.number)).toEqual([3, 1, 2])
  })

  test('what arrives during a look leads to one more look after it, never beside it', async () => {
    await store.accept(delivery('a', 1))
    const first = await taken()
    await store.accept(delivery('b', 1))
    await store.accept(delivery('c', 1))
    expect(await store.take()).toBeUndefined()
    await store.finish(first)
    const second = await taken()
    expect(second.attempt).toBe(1)
    await store.finish(second)
    expect(await store.take()).toBeUndefined()
  })

  test('there is room for so many and no more, and what found none may come again', async () => {
    const elsewhere = (id: string, number: number): Delivery => ({
      marks: [id],
      looks: [{ ...look(number), installation: '12' }],
    })
    await store.accept(delivery('a', 1, 2, 3))
    await store.accept(elsewhere('b', 1))
    await store.accept(elsewhere('c', 2))
    expect(await store.accept(elsewhere('d', 3))).toBe('full')
    expect(await store.accept(elsewhere('e', 2))).toBe('accepted')
    await store.finish(await taken())
    expect(await store.accept(elsewhere('d', 3))).toBe('accepted')
  })

  test('one installation cannot take all the room', async () => {
    expect(await store.accept(delivery('a', 1, 2, 3))).toBe('accepted')
    expect(await store.accept(delivery('b', 4))).toBe('full')
    expect(await store.accept({ marks: ['c'], looks: [{ ...look(4), installation: '12' }] })).toBe('accepted')
  })

  test('a look that failed for now is taken again, later', async () => {
    await store.accept(delivery('a', 1))
    await store.again(await taken(), 60)
    expect(await store.take()).toBeUndefined()
    expect(await store.counts()).toMatchObject({ waiting: 1, running: 0 })
    await store.accept(delivery('b', 1))
    const second = await taken()
    expect(second.attempt).toBe(1)
    await store.again(second, 0)
    expect((await taken()).attempt).toBe(2)
  })

  test('a look that is handed back counts no attempt', async () => {
    await store.accept(delivery('a', 1))
    await store.handBack(await taken())
    expect((await taken()).attempt).toBe(1)
  })

  test('a look that is given up is gone, until the next delivery', async () => {
    await store.accept(delivery('a', 1))
    await store.fail(await taken())
    expect(await store.take()).toBeUndefined()
    expect(await store.counts()).toEqual({ waiting: 0, running: 0, failed: 1 })
    await store.accept(delivery('b', 1))
    expect((await taken()).attempt).toBe(1)
  })

  test('what was accepted is there after it was opened anew', async () => {
    await store.accept(delivery('a', 1))
    await store.close()
    store = await place.open()
    expect(await store.accept(delivery('a', 1))).toBe('replayed')
    expect((await taken()).look).toEqual(look(1))
  })

  test('looks of another installation are their own', async () => {
    await store.accept(delivery('a', 1))
    await store.accept({ marks: ['b'], looks: [{ ...look(1), installation: '12' }] })
    const claims = [await taken(), await taken()]
    expect(claims.map((claim) => claim.look.installation)).toEqual(['11', '12'])
  })

  test('tidying keeps what is young', async () => {
    await store.accept(delivery('a', 1))
    await store.tidy()
    expect(await store.accept(delivery('a', 1))).toBe('replayed')
    expect(await store.counts()).toMatchObject({ waiting: 1 })
  })
}

test('SQLite: what ran when the process died is taken again, and counts as an attempt', async () => {
  const place = await sqlitePlace()
  const store = await place.open()
  await store.accept(delivery('a', 1))
  await store.take()
  // A process that is killed closes nothing more in order than this.
  await store.close()
  const next = await place.open()
  expect(await next.take()).toMatchObject({ look: look(1), attempt: 2 })
  await next.close()
  await place.close()
})
