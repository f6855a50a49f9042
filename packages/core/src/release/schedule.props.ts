import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scheduleSteps, type Schedule } from './schedule.ts'
import type { PublishUnit, Step, StepId } from './step.ts'
import { releaseSteps } from './steps.ts'

const runs = { numRuns: Number(process.env['TOPSAIL_RUNS'] ?? 150) }

/** Any graph, cycles included; some packages are in the registry already, some need no tag. */
const unitsArbitrary = fc.integer({ min: 1, max: 14 }).chain((size) =>
  fc.tuple(
    ...Array.from({ length: size }, (_, at) =>
      fc
        .record({
          needs: fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }), { maxLength: 4 }),
          uploads: fc.boolean(),
          tags: fc.boolean(),
        })
        .map(({ needs, uploads, tags }): PublishUnit => ({
          name: `p${at}`,
          version: '1.0.0',
          dir: `packages/p${at}`,
          needs: needs.map((other) => `p${other}`),
          upload: uploads ? { registry: 'r', distTag: 'latest', access: undefined, was: null, first: true } : undefined,
          tag: tags ? { name: `p${at}@1.0.0`, commit: 'c', make: true, push: true } : undefined,
        })),
    ),
  ),
)

type Run = { readonly started: Map<StepId, number>; readonly ended: Map<StepId, number>; readonly schedule: Schedule }

/** Plays a schedule: which running step ends next, and how, comes from the two streams. */
function play(steps: readonly Step[], choices: Iterator<number>, failing: (step: Step) => boolean, limit: number): Run {
  const schedule = scheduleSteps(steps)
  const kinds = [...new Set(steps.map((step) => step.kind))]
  const run: Run = { started: new Map(), ended: new Map(), schedule }
  const running: Step[] = []
  for (let time = 0; !schedule.isFinished(); time += 1) {
    for (const kind of kinds) {
      const busy = running.filter((step) => step.kind === kind).length
      for (const step of schedule.take(kind, limit - busy)) {
        run.started.set(step.id, time)
        running.push(step)
      }
    }
    const [step] = running.splice((choices.next().value ?? 0) % Math.max(1, running.length), 1)
    if (step === undefined) break
    schedule.settle(step.id, failing(step) ? 'failed' : 'done')
    run.ended.set(step.id, time)
  }
  return run
}

const choicesArbitrary = fc.infiniteStream(fc.nat({ max: 1000 }))
const failingArbitrary = fc.func(fc.integer({ min: 0, max: 9 })).map((draw) => (step: Step) => draw(step.id) === 0)

test('a step never starts before everything it needs has succeeded', () => {
  fc.assert(
    fc.property(unitsArbitrary, choicesArbitrary, failingArbitrary, (units, choices, failing) => {
      const steps = releaseSteps(units, 'direct')
      const { started, ended, schedule } = play(steps, choices, failing, 3)
      for (const step of steps) {
        const start = started.get(step.id)
        if (start === undefined) continue
        for (const need of step.needs) {
          expect(schedule.state(need)).toBe('done')
          expect(ended.get(need)).toBeLessThan(start)
        }
        for (const before of step.after) expect(['done', 'failed', 'held']).toContain(schedule.state(before))
      }
    }),
    runs,
  )
})

test('every step ends done, failed or held, and is held exactly when something it needs did not succeed', () => {
  fc.assert(
    fc.property(unitsArbitrary, choicesArbitrary, failingArbitrary, (units, choices, failing) => {
      const steps = releaseSteps(units, 'direct')
      const { schedule } = play(steps, choices, failing, 2)
      expect(schedule.isFinished()).toBe(true)
      for (const step of steps) {
        const lost = step.needs.some((need) => schedule.state(need) !== 'done')
        expect(schedule.state(step.id)).toBe(lost ? 'held' : failing(step) ? 'failed' : 'done')
      }
    }),
    runs,
  )
})

test('there is no barrier: with room for all, what may start has started', () => {
  fc.assert(
    fc.property(unitsArbitrary, choicesArbitrary, failingArbitrary, (units, choices, failing) => {
      const steps = releaseSteps(units, 'direct')
      const { started, ended } = play(steps, choices, failing, Infinity)
      for (const step of steps) {
        const start = started.get(step.id)
        if (start === undefined) continue
        const last = Math.max(-1, ...[...step.needs, ...step.after].map((id) => ended.get(id) ?? -1))
        // Held steps have no moment of their own; a step that waits for one starts no later than the next turn.
        if (step.after.length === 0) expect(start).toBe(last + 1)
      }
    }),
    runs,
  )
})

test('a package waits for the whole cycle it depends on, and for nothing within its own', () => {
  fc.assert(
    fc.property(unitsArbitrary, (units) => {
      const steps = releaseSteps(units, 'direct')
      expect(scheduleSteps(steps).impossible).toEqual([])
      const uploads = units.filter((unit) => unit.upload !== undefined)
      const reach = new Map(uploads.map((unit) => [unit.name, reachable(unit.name, uploads)]))
      for (const unit of uploads) {
        const step = steps.find((one) => one.id === `upload:${unit.name}@1.0.0`)
        for (const need of unit.needs) {
          if (!reach.has(need) || need === unit.name) continue
          const inCycle = reach.get(need)?.has(unit.name) ?? false
          expect(step?.needs.includes(`confirm:${need}@1.0.0`)).toBe(!inCycle)
        }
      }
    }),
    runs,
  )
})

function reachable(from: string, units: readonly PublishUnit[]): ReadonlySet<string> {
  const byName = new Map(units.map((unit) => [unit.name, unit]))
  const seen = new Set<string>()
  const queue = [from]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const need of byName.get(name)?.needs ?? []) {
      if (seen.has(need) || !byName.has(need)) continue
      seen.add(need)
      queue.push(need)
    }
  }
  return seen
}
