import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { holdReleases } from './hold.ts'
import { memoryRefStore } from './memory-ref-store.ts'
import type { ReleasePorts } from './ports.ts'

test('a beat that cannot be written ends nothing by itself: the next check says so', async () => {
  const store = memoryRefStore()
  let isFull = false
  let now = 0
  let beat = (): void => {}
  const refs: typeof store = {
    ...store,
    write: async (content, parent) => {
      if (isFull) throw new Error('git cannot write objects: no space left on device')
      return store.write(content, parent)
    },
  }
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
  isFull = true
  now = 40_000
  beat()
  // A rejection that nobody handles would end the process, and fails this test.
  await turn()
  await turn()
  // Nobody can have taken over yet.
  expect(await answer.hold.lease.check()).toEqual({ kind: 'held' })
  now = 58_000
  expect(await answer.hold.lease.check()).toMatchObject({
    kind: 'unreachable',
    detail: expect.stringContaining('space'),
  })
})
