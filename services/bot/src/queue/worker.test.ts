import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Look } from '../deliveries/delivery.ts'
import { botMetrics } from '../metrics.ts'
import type { DeliveryStore } from './delivery-store.ts'
import { openSqliteStore } from './sqlite-store.ts'
import { startWorker, type AnswerLook, type Worker } from './worker.ts'

let folder: string
let store: DeliveryStore
let time = Date.now()
let worker: Worker | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-bot-worker-'))
  store = openSqliteStore({ file: join(folder, 'bot.db'), capacity: 100, rememberDays: 7, now: () => time })
})
afterEach(async () => {
  await worker?.stop(0)
  worker = undefined
  await store.close()
  await rm(folder, { recursive: true })
})

function work(answer: AnswerLook, concurrency = 2): Worker {
  const log = pino({ level: 'silent' })
  worker = startWorker({ store, answer, metrics: botMetrics(store), log, concurrency, pollEvery: 20 })
  return worker
}

let ids = 0
async function ask(number: number): Promise<void> {
  const look: Look = { forge: 'github', installation: '1', repositoryId: '2', repository: 'acme/shop', number }
  await store.accept({ marks: [`d${(ids += 1)}`], looks: [look] })
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 5))
}

const isEmpty = async (): Promise<boolean> => {
  const { waiting, running } = await store.counts()
  return waiting + running === 0
}

test('every look is answered, so many at once and never two for one pull request', async () => {
  const now = new Set<number>()
  let most = 0
  const answered: number[] = []
  for (let number = 1; number <= 12; number += 1) await ask(number)
  const { wake } = work(async ({ number }) => {
    expect(now.has(number)).toBe(false)
    now.add(number)
    most = Math.max(most, now.size)
    if (answered.length < 5) await ask(number)
    await new Promise((done) => setTimeout(done, 2))
    now.delete(number)
    answered.push(number)
    return { kind: 'answered' }
  }, 3)
  wake()
  await until(isEmpty)
  expect(most).toBe(3)
  expect(new Set(answered).size).toBe(12)
  expect(answered.length).toBeGreaterThanOrEqual(17)
})

test('what fails for now is tried again later, and given up in the end', async () => {
  const attempts: number[] = []
  await ask(1)
  work(async () => {
    attempts.push(time)
    throw new Error('no')
  })
  await until(async () => {
    time += 60_000
    return (await store.counts()).failed === 1
  })
  expect(attempts).toHaveLength(8)
})

test('a forge that names a time is left alone until then', async () => {
  const attempts: number[] = []
  await ask(1)
  const began = time
  work(async () => {
    attempts.push(time)
    return attempts.length === 1 ? { kind: 'again', why: 'limited', seconds: 120 } : { kind: 'answered' }
  })
  await until(async () => {
    time += 10_000
    return isEmpty()
  })
  expect((attempts[1] ?? 0) - began).toBeGreaterThanOrEqual(120_000)
})

test('what cannot succeed is not tried again', async () => {
  let attempts = 0
  await ask(1)
  work(async () => {
    attempts += 1
    return { kind: 'impossible', why: 'gone' }
  })
  await until(async () => (await store.counts()).failed === 1)
  expect(attempts).toBe(1)
})

test('stopping waits for what runs, and hands back what takes too long', async () => {
  const begun: number[] = []
  await ask(1)
  await ask(2)
  await ask(3)
  const { stop } = work(async ({ number }, signal) => {
    begun.push(number)
    if (number === 1) await new Promise((done) => setTimeout(done, 60))
    else await new Promise((done) => signal.addEventListener('abort', done))
    return signal.aborted ? { kind: 'again', why: 'stopped' } : { kind: 'answered' }
  })
  await until(() => begun.length === 2)
  await stop(0.2)
  expect(begun).toEqual([1, 2])
  expect(await store.counts()).toEqual({ waiting: 2, running: 0, failed: 0 })
  expect((await store.take())?.attempt).toBe(1)
})

test('a store that fails is asked again', async () => {
  await ask(1)
  let failures = 0
  const take = store.take
  store = {
    ...store,
    async take() {
      failures += 1
      if (failures < 3) throw new Error('locked')
      return take()
    },
  }
  work(async () => ({ kind: 'answered' }))
  await until(isEmpty)
})
