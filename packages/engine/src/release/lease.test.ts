import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Lease, LeaseClock } from './held-lease.ts'
import { acquireLease, type LeaseAnswer } from './lease.ts'
import { memoryRefStore } from '../testing/memory-ref-store.ts'
import type { RefStore } from './ref-store.ts'

const ref = 'refs/topsail/lease'

test('the second is told who holds it, and gets it when it is given back', async () => {
  const refs = memoryRefStore()
  const clock = handClock()
  const first = held(await acquire(refs, 'a', clock))
  expect(await acquire(refs, 'b', clock)).toMatchObject({ kind: 'held-by-other', other: { holder: 'a' } })
  await first.release()
  expect(held(await acquire(refs, 'b', clock)).fence).toBeGreaterThan(first.fence)
})

test('a silent holder is replaced after the lease time of the observer, and stops before its next effect', async () => {
  const refs = memoryRefStore()
  const [early, late] = [handClock(), handClock(1_000_000)]
  const first = held(await acquire(refs, 'a', early))
  const second = held(await acquire(refs, 'b', late, 60))
  expect(late.monotonic() - 1_000_000).toBeGreaterThanOrEqual(30_000)
  early.pass(31_000)
  expect(await first.check()).toMatchObject({ kind: 'lost', to: { holder: 'b' } })
  expect(second.fence).toBe(first.fence + 1)
})

test('a holder that shows itself keeps the lease however long it takes', async () => {
  const refs = memoryRefStore()
  const clock = handClock()
  const first = held(await acquire(refs, 'a', clock))
  const waiting = acquire(
    refs,
    'b',
    { ...clock, sleep: async () => clock.pass(10_000) && void (await first.check()) },
    300,
  )
  expect(await waiting).toMatchObject({ kind: 'held-by-other', other: { holder: 'a' } })
  expect(await first.check()).toEqual({ kind: 'held' })
})

test.each([
  ['of a newer Topsail', { format: 'topsail/lease@2' }],
  ['with a number that nothing comes after', { fence: Number.MAX_SAFE_INTEGER }],
  ['that is no lease', 'not ours'],
])('what is not understood is taken for free by nobody, and stays: %s', async (_, changed) => {
  const refs = memoryRefStore()
  const lease = { format: 'topsail/lease@1', holder: 'x', fence: 7, seconds: 60, beat: 1 }
  const message = typeof changed === 'string' ? changed : JSON.stringify({ ...lease, ...changed })
  const sha = await refs.write({ message, files: {} }, undefined)
  await refs.swap([{ ref, from: undefined, to: sha }])
  expect(await acquire(refs, 'b', handClock(), 300)).toEqual({ kind: 'unreadable', ref })
  expect(await refs.list('refs/topsail/')).toMatchObject({ refs: new Map([[ref, sha]]) })
})

test('other refs move with the heartbeat or not at all', async () => {
  const refs = memoryRefStore()
  const clock = handClock()
  const lease = held(await acquire(refs, 'a', clock))
  const to = await refs.write({ message: 'journal', files: {} }, undefined)
  const move = { ref: 'refs/topsail/releases/r1', from: undefined, to }
  expect(await lease.renewWith([move])).toEqual({ kind: 'held' })
  expect(await refs.list('refs/topsail/releases/')).toMatchObject({ refs: new Map([[move.ref, to]]) })
})

test('a lost answer is looked up, not taken for a loss', async () => {
  const refs = memoryRefStore()
  const deaf: RefStore = {
    ...refs,
    swap: async (moves) => {
      await refs.swap(moves)
      return { kind: 'unreachable', detail: 'hung up' }
    },
  }
  const clock = handClock()
  const lease = held(await acquire(deaf, 'a', clock))
  clock.pass(20_000)
  expect(await lease.check()).toEqual({ kind: 'held' })
})

test('beats that take longer than they are apart do not pile up before an effect', async () => {
  const refs = memoryRefStore()
  const clock = handClock()
  let swaps = 0
  const slow: RefStore = {
    ...refs,
    swap: async (moves) => {
      swaps += 1
      clock.pass(25_000)
      await turn()
      return refs.swap(moves)
    },
  }
  const lease = held(await acquire(slow, 'a', clock))
  const before = swaps
  const beats = Array.from({ length: 20 }, () => lease.check())
  expect(await lease.check()).toEqual({ kind: 'held' })
  await Promise.all(beats)
  expect(swaps - before).toBe(1)
})

test.each(['at once', 'after somebody asked'])(
  'a beat that nobody heard of and that arrived %s is known',
  async (when) => {
    const refs = memoryRefStore()
    let away = false
    let arrive: () => Promise<unknown> = async () => {}
    const flaky: RefStore = {
      ...refs,
      list: async (...prefixes) =>
        away && when === 'at once' ? { kind: 'unreachable', detail: 'away' } : refs.list(...prefixes),
      swap: async (moves) => {
        if (!away) return refs.swap(moves)
        arrive = () => refs.swap(moves)
        if (when === 'at once') await arrive()
        return { kind: 'unreachable', detail: 'away' }
      },
    }
    const clock = handClock()
    const lease = held(await acquire(flaky, 'a', clock))
    const to = await refs.write({ message: 'journal', files: {} }, undefined)
    const move = { ref: 'refs/topsail/releases/r1', from: undefined, to }
    away = true
    expect(await lease.renewWith([move])).toMatchObject({ kind: 'unreachable' })
    if (when !== 'at once') await arrive()
    away = false
    expect(await lease.renewWith([move])).toEqual({ kind: 'held' })
    clock.pass(20_000)
    expect(await lease.check()).toEqual({ kind: 'held' })
    expect(await refs.list('refs/topsail/releases/')).toMatchObject({ refs: new Map([[move.ref, to]]) })
    expect(await lease.release()).toEqual({ kind: 'held' })
  },
)

test('a lease that cannot be read is never taken for free', async () => {
  const refs = memoryRefStore()
  const clock = handClock()
  const first = held(await acquire(refs, 'a', clock))
  const unread: RefStore = { ...refs, read: async () => undefined }
  expect(await acquire(unread, 'b', clock)).toMatchObject({ kind: 'unreachable' })
  expect(await first.check()).toEqual({ kind: 'held' })
})

test('an unreachable remote stops the holder before anybody could have taken over', async () => {
  const refs = memoryRefStore()
  let away = false
  const flaky: RefStore = {
    ...refs,
    list: async (...prefixes) => (away ? { kind: 'unreachable', detail: 'away' } : refs.list(...prefixes)),
    swap: async (moves) => (away ? { kind: 'unreachable', detail: 'away' } : refs.swap(moves)),
  }
  const clock = handClock()
  const lease = held(await acquire(flaky, 'a', clock))
  away = true
  clock.pass(20_000)
  expect(await lease.check()).toEqual({ kind: 'held' })
  clock.pass(9_000)
  expect(await lease.check()).toMatchObject({ kind: 'unreachable' })
})

test('a check waits for no beat while nobody can have taken over', async () => {
  const refs = memoryRefStore()
  let answer = (): void => {}
  const slow: RefStore = {
    ...refs,
    swap: (moves) => new Promise((resolve) => (answer = () => resolve(refs.swap(moves)))),
  }
  const clock = handClock()
  const taking = acquire(slow, 'a', clock)
  // Nothing is there to be answered before it was asked.
  await turn()
  answer()
  const lease = held(await taking)
  answer = () => {}
  const beat = lease.renewWith([])
  expect(await lease.check()).toEqual({ kind: 'held' })
  await turn()
  answer()
  expect(await beat).toEqual({ kind: 'held' })
})

test('a lease that was given back is never taken again by a beat', async () => {
  const refs = memoryRefStore()
  const clock = handClock()
  const lease = held(await acquire(refs, 'a', clock))
  await lease.release()
  const before = await refs.list('refs/topsail/')
  clock.pass(60_000)
  await lease.check()
  expect(await refs.list('refs/topsail/')).toEqual(before)
  expect(held(await acquire(refs, 'b', clock)).fence).toBe(lease.fence + 1)
})

test('what was listed a moment ago is believed only where it still holds', async () => {
  const refs = memoryRefStore()
  const clock = handClock()
  const nothing = new Map<string, string>()
  const acquireAs = (holder: string): Promise<LeaseAnswer> =>
    acquireLease({ refs, places: [ref], holder, seconds: 30, wait: 0, clock, seen: nothing })
  const first = held(await acquireAs('a'))
  expect(await acquireAs('b')).toMatchObject({ kind: 'held-by-other', other: { holder: 'a' } })
  await first.release()
  expect(held(await acquireAs('b')).fence).toBe(first.fence + 1)
})

test('of any number who race, one at a time holds it and fences only grow', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), fc.nat(40_000)), { maxLength: 40 }), async (moves) => {
      const refs = memoryRefStore()
      const clock = handClock()
      const leases: Lease[] = []
      for (const [who, pause] of moves) {
        clock.pass(pause)
        const answer = await acquire(refs, `runner-${who}`, clock, pause % 2 === 0 ? 0 : 60)
        if (answer.kind === 'acquired') leases.push(answer.lease)
        const states = await Promise.all(leases.map((lease) => lease.check()))
        expect(states.filter((state) => state.kind === 'held').length).toBeLessThanOrEqual(1)
      }
      const fences = leases.map((lease) => lease.fence)
      expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b))
    }),
    { numRuns: 50 },
  )
})

const places = ['refs/topsail/lease', 'refs/heads/topsail/lease']

/** A view of the refs that a forge grants to somebody: whatever begins like this is refused. */
function refusing(refs: RefStore, ...beginnings: readonly string[]): RefStore {
  const isRefused = (name: string): boolean => beginnings.some((beginning) => name.startsWith(beginning))
  return {
    ...refs,
    swap: async (moves) =>
      moves.some(({ ref: name }) => isRefused(name))
        ? { kind: 'refused', detail: 'deny updating a hidden ref' }
        : refs.swap(moves),
  }
}

const inPlaces = (refs: RefStore, holder: string, clock: LeaseClock) =>
  acquireLease({ refs, places, holder, seconds: 30, wait: 0, clock })

test('where hidden refs are refused a branch serves, for everybody and from then on', async () => {
  const refs = memoryRefStore()
  const first = await inPlaces(refusing(refs, 'refs/topsail/'), 'a', handClock())
  expect(first).toMatchObject({ ref: places[1], refused: 'deny updating a hidden ref' })
  // Though this one would be allowed to.
  expect(await inPlaces(refs, 'b', handClock())).toMatchObject({ kind: 'held-by-other', other: { holder: 'a' } })
  await held(first).release()
  expect(await inPlaces(refs, 'b', handClock())).toMatchObject({ kind: 'acquired', ref: places[1], refused: undefined })
})

test('where a lease exists nobody goes elsewhere, and where every place is refused that is said', async () => {
  const refs = memoryRefStore()
  await held(await inPlaces(refs, 'a', handClock())).release()
  const answer = await inPlaces(refusing(refs, 'refs/topsail/'), 'b', handClock())
  expect(answer).toMatchObject({ kind: 'forbidden', ref: places[0] })
  const none = await inPlaces(refusing(memoryRefStore(), 'refs/'), 'b', handClock())
  expect(none).toMatchObject({ kind: 'forbidden', ref: places.join(', ') })
})

test('a place that takes a ref and does not show it is none', async () => {
  const refs = memoryRefStore()
  const shy: RefStore = { ...refs, list: async () => refs.list('refs/heads/') }
  expect(await inPlaces(shy, 'a', handClock())).toMatchObject({ kind: 'acquired', ref: places[1] })
  expect(await refs.list('refs/topsail/')).toMatchObject({ refs: new Map() })
})

test('a run that died before it withdrew keeps nobody in or out for longer than its lease', async () => {
  const refs = memoryRefStore()
  const clock = handClock()
  const first = held(await inPlaces(refusing(refs, 'refs/topsail/'), 'a', clock))
  const to = await refs.write(
    { message: '{"format":"topsail/lease@1","holder":"dead","fence":1,"seconds":30}', files: {} },
    undefined,
  )
  await refs.swap([{ ref: 'refs/topsail/lease', from: undefined, to }])
  await first.release()
  expect(await inPlaces(refs, 'b', clock)).toMatchObject({ kind: 'held-by-other', other: { holder: 'dead' } })
  const next = await acquireLease({ refs, places, holder: 'b', seconds: 30, wait: 60, clock })
  expect(next).toMatchObject({ kind: 'acquired', ref: places[0] })
  expect(await refs.list('refs/heads/')).toMatchObject({ refs: new Map() })
})

test('whoever is refused where, and in whatever order they ask, one at a time holds it', async () => {
  const rights = fc.subarray(['refs/topsail/', 'refs/heads/'], { maxLength: 1 })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(rights, { minLength: 2, maxLength: 4 }), async (scheduler, runners) => {
      const refs = memoryRefStore()
      const turn = (): Promise<void> => scheduler.schedule(Promise.resolve())
      let holders = 0
      const run = async (refused: readonly string[], who: number): Promise<void> => {
        const granted = refusing(refs, ...refused)
        const travelling: RefStore = {
          write: granted.write,
          list: async (...prefixes) => turn().then(() => granted.list(...prefixes)),
          read: async (name, sha) => turn().then(() => granted.read(name, sha)),
          swap: async (moves) => turn().then(() => granted.swap(moves)),
        }
        const answer = await inPlaces(travelling, `runner-${who}`, { monotonic: () => 0, sleep: turn })
        if (answer.kind !== 'acquired') return
        holders += 1
        expect(holders).toBe(1)
        await turn()
        expect(await answer.lease.renewWith([])).toEqual({ kind: 'held' })
        holders -= 1
        await answer.lease.release()
      }
      await scheduler.waitFor(Promise.all(runners.map(run)))
    }),
    { numRuns: runs },
  )
})

const runs = Number(process.env['TOPSAIL_RUNS'] ?? 200)

type HandClock = LeaseClock & { pass(milliseconds: number): true }

function handClock(start = 0): HandClock {
  let now = start
  const pass = (milliseconds: number): true => {
    now += milliseconds
    return true
  }
  return { monotonic: () => now, sleep: async (milliseconds) => void pass(milliseconds), pass }
}

function acquire(refs: RefStore, holder: string, clock: LeaseClock, wait = 0): Promise<LeaseAnswer> {
  return acquireLease({ refs, places: [ref], holder, seconds: 30, wait, clock })
}

function held(answer: LeaseAnswer): Lease {
  if (answer.kind !== 'acquired') throw new Error(JSON.stringify(answer))
  return answer.lease
}

test('a lease that says it holds for years keeps nobody out for longer than settings allow', async () => {
  const refs = memoryRefStore()
  const message = JSON.stringify({ format: 'topsail/lease@1', holder: 'x', fence: 7, seconds: 1e9, beat: 0 })
  await refs.swap([{ ref, from: undefined, to: await refs.write({ message, files: {} }, undefined) }])
  expect(held(await acquire(refs, 'a', handClock(), 4000)).fence).toBe(8)
})
