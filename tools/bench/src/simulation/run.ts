/**
 * Publishes a graph in time that only passes on paper: the schedule is the real one of @topsail/core, the registry is
 * a few figures. The same figures and the same seed give the same hours.
 */
import { rateBudget, releaseSteps, scheduleSteps, type GateStep, type PublishUnit, type Step } from '@topsail/core'

export type Scheduling = 'as soon as its own dependencies are served' | 'layer after layer'

export type RegistryModel = {
  /** Seconds that the upload of a package takes. */
  upload(name: string): number
  /** Seconds from the end of an upload until the version is served. */
  visibility(name: string): number
  /** Seconds between two looks at a version that is not served yet. */
  readonly poll: number
  /** Uploads under way at the same time. */
  readonly atOnce: number
  /** No more than so many uploads within so many seconds; others are refused, with the seconds until the next one. */
  readonly budget?: { readonly uploads: number; readonly within: number } | undefined
}

export type Simulated = {
  /** Seconds until the last version is confirmed. */
  readonly seconds: number
  /** Looks at versions that were not served yet, or are. */
  readonly looks: number
  /** Seconds without an upload under way: everybody waits for a dependency to be served, or for the budget. */
  readonly idle: number
  /** Uploads that the registry refused because it had had enough. */
  readonly refusals: number
}

export function simulate(units: readonly PublishUnit[], scheduling: Scheduling, registry: RegistryModel): Simulated {
  const weight = (step: Step): number => weightOf(step, registry)
  const steps = scheduling === 'layer after layer' ? withBarriers(units) : stepsOf(units)
  const schedule = scheduleSteps(steps, { weight })
  const agenda = openAgenda()
  const budget = rateBudget()
  const begun: number[] = []
  const refused: Step[] = []
  let busy = 0
  let refusals = 0
  let looks = 0
  let idle = 0
  let last = 0
  let before = 0

  const settle = (step: Step): void => {
    schedule.settle(step.id, 'done')
  }
  const startWhatMay = (now: number): void => {
    for (const kind of ['pack', 'check', 'gate', 'announce'] as const) {
      for (let taken = schedule.take(kind, Infinity); taken.length > 0; taken = schedule.take(kind, Infinity)) {
        taken.forEach(settle)
      }
    }
    for (const step of schedule.take('confirm', Infinity)) {
      const wait = step.kind === 'confirm' ? registry.visibility(step.name) : 0
      const polls = Math.ceil(wait / registry.poll)
      looks += 1 + polls
      agenda.add(now + polls * registry.poll, step)
    }
    while (busy < Math.min(registry.atOnce, budget.atOnce()) && budget.wait(now * 1000) < 1) {
      const step = refused.shift() ?? schedule.take('upload', 1)[0]
      if (step === undefined) return
      busy += 1
      const wait = takesMoreIn(begun, now, registry) - now
      if (wait > 0) agenda.add(now + refusal, step, Math.ceil(wait))
      else {
        begun.push(now)
        agenda.add(now + (step.kind === 'upload' ? registry.upload(step.name) : 0), step)
      }
    }
  }
  /** As the loop that publishes does: the whole registry is left alone, then asked by less at once. */
  const refuse = (step: Step, now: number, seconds: number): void => {
    const asked = { now: now * 1000, asked: seconds * 1000, underWay: busy, random: 0.5 }
    refused.push(step)
    refusals += 1
    agenda.add(now + budget.limited(asked) / 1000, undefined)
  }

  startWhatMay(0)
  for (let next = agenda.take(); next !== undefined; next = agenda.take()) {
    const { at, step, retryAfter } = next
    if (busy === 0) idle += at - before
    before = at
    if (step?.kind === 'upload') busy -= 1
    if (step !== undefined && retryAfter !== undefined) refuse(step, at, retryAfter)
    else if (step !== undefined) {
      if (step.kind === 'upload') budget.answered(at * 1000)
      last = at
      settle(step)
    }
    startWhatMay(at)
  }
  if (!schedule.isFinished()) throw new Error('the schedule stood still')
  return { seconds: last, looks, idle, refusals }
}

/** Seconds until a registry has said no. */
const refusal = 0.2

/** When the registry takes the next upload. */
function takesMoreIn(begun: readonly number[], now: number, { budget }: RegistryModel): number {
  if (budget === undefined || begun.length < budget.uploads) return now
  return Math.max(now, (begun[begun.length - budget.uploads] ?? 0) + budget.within)
}

/** What a release tool can know beforehand: not how long a version will take to be served. */
function weightOf(step: Step, registry: RegistryModel): number {
  return step.kind === 'upload' ? registry.upload(step.name) : 1
}

function stepsOf(units: readonly PublishUnit[]): readonly Step[] {
  return releaseSteps(units, 'direct')
}

/** The same steps, but nobody begins before everybody of the layers below is served. */
function withBarriers(units: readonly PublishUnit[]): readonly Step[] {
  const layers = layersOf(units)
  const count = Math.max(...layers.values()) + 1
  const steps = stepsOf(units)
  const barriers = Array.from({ length: count }, (_, layer): GateStep => {
    const needs = steps.filter((step) => step.kind === 'confirm' && layers.get(step.name) === layer)
    const ids = needs.map((step) => step.id)
    return { kind: 'gate', id: `layer ${layer}`, needs: ids, after: [], undo: { kind: 'exact', by: 'forget' } }
  })
  const held = steps.map((step): Step => {
    const layer = step.kind === 'upload' ? (layers.get(step.name) ?? 0) : 0
    return layer === 0 ? step : { ...step, needs: [`layer ${layer - 1}`] }
  })
  return [...held, ...barriers]
}

/** 0 for a package without dependencies, else one more than the highest of theirs. */
export function layersOf(units: readonly PublishUnit[]): ReadonlyMap<string, number> {
  const layers = new Map<string, number>()
  for (const { name, needs } of units) layers.set(name, 1 + Math.max(-1, ...needs.map((need) => layers.get(need) ?? 0)))
  return layers
}

type Entry = {
  readonly at: number
  readonly order: number
  readonly step: Step | undefined
  /** It was refused, and what was asked for. */
  readonly retryAfter: number | undefined
}

/** What happens next, in the order of time: a binary heap. */
function openAgenda(): {
  add(at: number, step: Step | undefined, retryAfter?: number): void
  take(): Entry | undefined
} {
  const heap: Entry[] = []
  let order = 0
  const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
  const swap = (a: number, b: number): void => {
    const [first, second] = [heap[a], heap[b]]
    if (first !== undefined && second !== undefined) [heap[a], heap[b]] = [second, first]
  }
  const precedes = (a: number, b: number): boolean => {
    const [first, second] = [heap[a], heap[b]]
    return first !== undefined && second !== undefined && isBefore(first, second)
  }
  return {
    add(at, step, retryAfter) {
      order += 1
      heap.push({ at, order, step, retryAfter })
      for (let child = heap.length - 1; child > 0 && precedes(child, (child - 1) >> 1); child = (child - 1) >> 1) {
        swap(child, (child - 1) >> 1)
      }
    },
    take() {
      swap(0, heap.length - 1)
      const first = heap.pop()
      for (let parent = 0; ;) {
        const children = [2 * parent + 1, 2 * parent + 2]
        const smallest = children.reduce((best, child) => (precedes(child, best) ? child : best), parent)
        if (smallest === parent) return first
        swap(parent, smallest)
        parent = smallest
      }
    },
  }
}
