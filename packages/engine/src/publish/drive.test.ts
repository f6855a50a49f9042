import type { PublishUnit, Step } from '@topsail/core'
import { releaseSteps } from '@topsail/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drive, type Attempt, type DriveEvent, type DriveOptions, type DriveResult } from './drive.ts'
import { simulatedClock } from '../testing/simulated-clock.ts'

function unit(name: string, needs: readonly string[] = []): PublishUnit {
  const upload = { registry: 'r', distTag: 'latest', access: undefined, was: null, first: true } as const
  return { name, version: '1.0.0', dir: name, needs, upload, tag: { name, commit: 'c', make: true, push: true } }
}

type Answer = (step: Step, attempt: number) => Attempt

const done: Attempt = { kind: 'done' }
const problem = { code: 'PACK_FAILED', severity: 'error', name: 'x', detail: 'd' } as const
const lost: Attempt = { kind: 'failed', problem }
const again: Attempt = { kind: 'again', detail: 'busy', problem }

async function run(
  units: readonly PublishUnit[],
  answer: Answer,
  options: Partial<DriveOptions> = {},
): Promise<{ readonly result: DriveResult; readonly events: readonly DriveEvent[]; readonly most: number }> {
  const clock = simulatedClock()
  const events: DriveEvent[] = []
  let running = 0
  let most = 0
  const effect = async (step: Step, { attempt }: { readonly attempt: number }): Promise<Attempt> => {
    if (step.kind === 'upload') most = Math.max(most, (running += 1))
    await clock.sleep(step.id.length)
    if (step.kind === 'upload') running -= 1
    return answer(step, attempt)
  }
  const quick = async (step: Step, { attempt }: { readonly attempt: number }) => answer(step, attempt)
  const policy = { first: 10, longest: 100, attempts: 4, patience: 1000 }
  const result = await drive({
    steps: releaseSteps(units, 'direct'),
    effects: { ...everyKind(quick), upload: effect },
    limits: { ...everyKind(9), upload: 2 },
    retries: everyKind(policy),
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { result, events, most }
}

function everyKind<Value>(value: Value): Readonly<Record<Step['kind'], Value>> {
  const forward = { pack: value, check: value, upload: value, confirm: value, gate: value, promote: value }
  return { ...forward, unmark: value, tag: value, push: value, announce: value, undo: value, revert: value }
}

const idsOf = (steps: readonly Step[]): readonly string[] => steps.map((step) => step.id)

test('a step that may succeed later is tried until it does', async () => {
  const { result, events } = await run([unit('db')], (step, attempt) =>
    step.kind === 'upload' && attempt < 3 ? again : done,
  )
  expect(result.failed).toEqual([])
  expect(events.filter((event) => event.kind === 'step-waiting').map((event) => event.attempt)).toEqual([1, 2])
})

test('a step that never succeeds fails with its problem, and holds what needs it', async () => {
  const { result } = await run([unit('db'), unit('api', ['db']), unit('web')], (step) =>
    step.id === 'upload:db@1.0.0' ? again : done,
  )
  expect(result.failed).toEqual([{ step: expect.objectContaining({ id: 'upload:db@1.0.0' }), problem }])
  expect(idsOf(result.held.map(({ step }) => step))).toEqual([
    'announce',
    'confirm:api@1.0.0',
    'confirm:db@1.0.0',
    'push',
    'tag',
    'upload:api@1.0.0',
  ])
  expect(idsOf(result.done)).toContain('confirm:web@1.0.0')
})

test('no more than the limit run at once, also when some are tried again', async () => {
  const units = Array.from({ length: 12 }, (_, at) => unit(`p${at}`))
  const { most } = await run(units, (step, attempt) => (step.kind === 'upload' && attempt === 1 ? again : done))
  expect(most).toBe(2)
})

test('with a range more and more run at once, unless company makes them slow', async () => {
  const units = Array.from({ length: 60 }, (_, at) => unit(`p${at}`))
  const mostWith = async (took: (running: number) => number): Promise<number> => {
    const clock = simulatedClock()
    let running = 0
    let most = 0
    const upload = async (): Promise<Attempt> => {
      most = Math.max(most, (running += 1))
      await clock.sleep(took(running))
      running -= 1
      return done
    }
    const limits = { ...everyKind(60), upload: { from: 2, most: 12 } }
    await run(units, () => done, { clock, limits, effects: { ...everyKind(async () => done), upload } })
    return most
  }
  expect(await mostWith(() => 200)).toBe(12)
  expect(await mostWith((running) => 200 * running)).toBeLessThanOrEqual(4)
})

test('a package that waits does not keep an unrelated one back', async () => {
  const units = ['a', 'b', 'c', 'd', 'e'].map((name) => unit(name))
  const { result, events } = await run(units, (step, attempt) =>
    ['upload:a@1.0.0', 'upload:b@1.0.0'].includes(step.id) && attempt < 4 ? again : done,
  )
  expect(result.failed).toEqual([])
  const order = events.flatMap((event) =>
    event.kind === 'step-done' && event.step.kind === 'upload' ? event.step.id : [],
  )
  expect(order.slice(-2).toSorted()).toEqual(['upload:a@1.0.0', 'upload:b@1.0.0'])
})

test('a registry that asks for time is left alone by every package, and others are not kept waiting', async () => {
  const elsewhere = (one: PublishUnit): PublishUnit =>
    one.upload === undefined ? one : { ...one, upload: { ...one.upload, registry: 'https://other.example/npm/' } }
  const units = [
    ...['a', 'b', 'c', 'd'].map((name) => unit(name)),
    ...['x', 'y', 'z'].map((name) => elsewhere(unit(name))),
  ]
  const limited: Attempt = { ...again, after: 500 }
  const began: string[] = []
  const { result, events } = await run(units, (step, attempt) => {
    if (step.kind === 'upload') began.push(step.name)
    return step.id === 'upload:a@1.0.0' && attempt === 1 ? limited : done
  })
  expect(result.failed).toEqual([])
  const waits = events.filter((event) => event.kind === 'registry-waiting')
  expect(waits).toMatchObject([{ registry: 'r', wait: 500, atOnce: 1 }])
  // b was under way already; all of the other registry are over before anybody goes on with this one.
  expect(began.slice(0, 5).toSorted()).toEqual(['a', 'b', 'x', 'y', 'z'])
  expect(began.slice(5).toSorted()).toEqual(['a', 'c', 'd'])
})

test('a timer that rings a moment early leaves nobody waiting for ever', async () => {
  const clock = simulatedClock()
  const early = { ...clock, sleep: (milliseconds: number) => clock.sleep(Math.max(0, milliseconds - 1)) }
  const limited: Attempt = { ...again, after: 1_000 }
  const { result } = await run(
    [unit('db'), unit('api', ['db'])],
    (step, attempt) => (step.id === 'upload:db@1.0.0' && attempt === 1 ? limited : done),
    { clock: early },
  )
  expect(result).toMatchObject({ failed: [], held: [] })
}, 5_000)

test('a registry that has had enough again and again does not use up the attempts of a package', async () => {
  const limited: Attempt = { ...again, after: 20 }
  const answer: Answer = (step, attempt) => (step.kind === 'upload' && attempt < 9 ? limited : done)
  expect((await run([unit('db')], answer)).result.failed).toEqual([])
  const never = await run([unit('db'), unit('web')], (step) => (step.kind === 'upload' ? limited : done))
  expect(never.result.failed).toHaveLength(2)
})

test('every step is reported once as done, failed or held, whatever the world answers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat({ max: 7 }), { maxLength: 3 }), { minLength: 1, maxLength: 8 }),
      fc.func(fc.constantFrom(done, done, done, again, { ...again, after: 30 }, lost)),
      async (graph, answer) => {
        const units = graph.map((needs, at) =>
          unit(
            `p${at}`,
            needs.filter((other) => other < graph.length).map((other) => `p${other}`),
          ),
        )
        const { result, events } = await run(units, (step, attempt) => answer(step.id, attempt))
        const ended = events.flatMap((event) =>
          event.kind === 'step-done' || event.kind === 'step-failed' || event.kind === 'step-held' ? event.step.id : [],
        )
        expect(ended.toSorted()).toEqual(idsOf(releaseSteps(units, 'direct')).toSorted())
        expect(result.done.length + result.failed.length + result.held.length).toBe(ended.length)
      },
    ),
    { numRuns: Number(process.env['TOPSAIL_RUNS'] ?? 40) },
  )
})
