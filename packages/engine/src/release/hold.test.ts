import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { holdReleases } from './hold.ts'
import { readLease } from './lease.ts'
import { memoryRefStore } from '../testing/memory-ref-store.ts'
import type { ReleasePorts } from './ports.ts'
import type { RefStore } from './ref-store.ts'

/** A lease of 60 seconds on a store of our own, with a clock and a heart that stand until they are told. */
async function hold(refs: RefStore) {
  let now = 0
  let beat = (): void => {}
  const clock = {
    monotonic: () => now,
    now: () => now,
    random: () => 0,
    sleep: async () => {},
    every: (_: number, action: () => void) => {
      beat = action
      return () => {}
    },
  }
  const holders = { claim: async () => 'here', isGone: async () => false }
  const ports = { refs, clock, holders, redact: (text: string) => text } as unknown as ReleasePorts
  const answer = await holdReleases(ports, { namespaces: ['refs/topsail'], leaseSeconds: 60, wait: 0 })
  if (answer.kind !== 'held') throw new Error('nobody else holds it')
  return { hold: answer.hold, beat: () => beat(), at: (time: number) => (now = time) }
}

test('a beat that cannot be written ends nothing by itself: the next check says so', async () => {
  const store = memoryRefStore()
  let isFull = false
  const held = await hold({
    ...store,
    write: async (content, parent) => {
      if (isFull) throw new Error('git cannot write objects: no space left on device')
      return store.write(content, parent)
    },
  })
  isFull = true
  held.at(40_000)
  held.beat()
  // A rejection that nobody handles would end the process, and fails this test.
  await turn()
  await turn()
  // Nobody can have taken over yet.
  expect(await held.hold.lease.check()).toEqual({ kind: 'held' })
  held.at(58_000)
  expect(await held.hold.lease.check()).toMatchObject({
    kind: 'unreachable',
    detail: expect.stringContaining('space'),
  })
})

test('a lease that could not be given back is given back by the next try, and once', async () => {
  const store = memoryRefStore()
  let isAway = false
  let swaps = 0
  const { hold: ours } = await hold({
    ...store,
    list: async (...prefixes) => (isAway ? { kind: 'unreachable', detail: 'away' } : store.list(...prefixes)),
    swap: async (...args) => {
      swaps += 1
      return isAway ? { kind: 'unreachable', detail: 'away' } : store.swap(...args)
    },
  })
  const holder = async () => readLease(store, ours.names.lease, await listed(store))
  isAway = true
  expect(await ours.end()).toMatchObject({ kind: 'unreachable' })
  isAway = false
  expect(await holder()).toMatchObject({ holder: 'here' })
  expect(await ours.end()).toEqual({ kind: 'held' })
  expect(await holder()).toBeUndefined()
  const before = swaps
  expect(await ours.end()).toEqual({ kind: 'held' })
  expect(swaps).toBe(before)
})

async function listed(store: RefStore): Promise<ReadonlyMap<string, string>> {
  const answer = await store.list('refs/topsail')
  return answer.kind === 'known' ? answer.refs : new Map()
}
