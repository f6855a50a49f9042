import type { PackageFacts } from '@topsail/core'
import { expect, test } from 'vitest'
import { simulatedClock } from '../testing/simulated-clock.ts'
import { systemClock } from './clock.ts'
import { readFacts, type FactsOptions } from './read-facts.ts'

type Limit = Parameters<NonNullable<FactsOptions['onLimit']>>[0]

/** A registry that has had enough for `seconds`, of as many packages as are asked in several rounds. */
async function askOf(seconds: number): Promise<{
  readonly facts: readonly PackageFacts[]
  readonly told: readonly Limit[]
  readonly took: number
}> {
  const clock = simulatedClock()
  const told: Limit[] = []
  const limited = { kind: 'unreachable', detail: '429', retryAfter: seconds * 1000 } as const
  const known = { kind: 'known', versions: new Map(), distTags: new Map() } as const
  const facts = async (): Promise<PackageFacts> => {
    await clock.sleep(1)
    return clock.now() < seconds * 1000 ? limited : known
  }
  const names = Array.from({ length: 20 }, (_, index) => `p${index}`)
  const found = await readFacts(new Map(names.map((name) => [name, 'http://registry/'])), {
    registryAt: () => ({ facts }),
    concurrency: { from: 3, most: 3 },
    clock,
    onLimit: (event) => told.push(event),
  })
  return { facts: [...found.values()], told, took: clock.now() }
}

test('a registry that asks to be left alone for a moment is left alone, and that is told once', async () => {
  const { facts, told } = await askOf(20)
  expect(facts.map(({ kind }) => kind)).toEqual(Array.from({ length: 20 }, () => 'known'))
  expect(told).toEqual([
    { kind: 'registry-waiting', registry: 'http://registry/', wait: 20_000, atOnce: 1, detail: '429' },
  ])
})

test('one that asks for an hour is waited for by nobody, however many packages there are', async () => {
  const { facts, told, took } = await askOf(3600)
  expect(new Set(facts.map(({ kind }) => kind))).toEqual(new Set(['unreachable']))
  expect(told).toEqual([])
  expect(took).toBeLessThan(300_000)
})

test('a clock on the wall that is set back makes nobody wait for it', () => {
  const { now } = Date
  const before = systemClock.now()
  Date.now = () => now() - 86_400_000
  try {
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  } finally {
    Date.now = now
  }
})
