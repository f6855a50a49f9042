/**
 * The registries as the loop sees them: what may be sent to each at this moment. Steps that concern no registry are
 * never held back.
 */
import { rateBudget, type RateBudget, type Step } from '@topsail/core'
import type { Clock } from './clock.ts'

export type Origins = {
  mayStart(step: Step): boolean
  /** Milliseconds until its registry takes anything again; 0: now. */
  waitOf(step: Step): number
  begun(step: Step): void
  ended(step: Step): void
  /** It was answered, whatever the answer. */
  answered(step: Step): void
  /** The registry asked to be left alone, for so many milliseconds if it said so. Undefined: the step has none. */
  limited(step: Step, asked: number): Limit | undefined
  /** Steps that wait for the same registry have the same name for it. */
  nameOf(step: Step): string
}

export type Limit = {
  readonly registry: string
  /** Milliseconds from now. */
  readonly wait: number
  /** How many requests may be under way after that. */
  readonly atOnce: number
  /** It was not waited for already. */
  readonly isNews: boolean
}

type Origin = { readonly budget: RateBudget; underWay: number }

export function registryOrigins(clock: Pick<Clock, 'now' | 'random'>): Origins {
  const known = new Map<string, Origin>()
  const originOf = (step: Step): Origin | undefined => {
    const name = nameOf(step)
    if (name === '') return undefined
    const origin = known.get(name) ?? { budget: rateBudget(), underWay: 0 }
    known.set(name, origin)
    return origin
  }
  const count = (step: Step, change: number): void => {
    const origin = originOf(step)
    if (origin !== undefined) origin.underWay += change
  }
  return {
    nameOf,
    waitOf: (step) => originOf(step)?.budget.wait(clock.now()) ?? 0,
    mayStart(step) {
      const origin = originOf(step)
      if (origin === undefined) return true
      return origin.budget.wait(clock.now()) === 0 && origin.underWay < origin.budget.atOnce()
    },
    begun: (step) => count(step, 1),
    ended: (step) => count(step, -1),
    answered: (step) => originOf(step)?.budget.answered(clock.now()),
    limited(step, asked) {
      const origin = originOf(step)
      if (origin === undefined) return undefined
      const { budget, underWay } = origin
      const now = clock.now()
      const isNews = budget.wait(now) === 0
      const wait = budget.limited({ now, asked, underWay, random: clock.random() })
      return { registry: nameOf(step), wait, atOnce: budget.atOnce(), isNews }
    },
  }
}

type Waiting = { readonly step: Step }

export type WaitingRoom<Entry extends Waiting> = {
  add(entry: Entry): void
  take(kind: Step['kind']): Entry | undefined
  /** Milliseconds until a registry takes anything of what waits again; undefined: nothing waits. */
  wait(): number | undefined
}

/** Steps that could begin if their registry let them, by kind and registry, first come first served. */
export function waitingRoom<Entry extends Waiting>(origins: Origins): WaitingRoom<Entry> {
  const queues = new Map<Step['kind'], Map<string, Entry[]>>()
  return {
    add(entry) {
      const { step } = entry
      const byOrigin = queues.get(step.kind) ?? new Map<string, Entry[]>()
      queues.set(step.kind, byOrigin)
      const name = origins.nameOf(step)
      const queue = byOrigin.get(name)
      if (queue === undefined) byOrigin.set(name, [entry])
      else queue.push(entry)
    },
    take(kind) {
      for (const queue of queues.get(kind)?.values() ?? []) {
        const [first] = queue
        if (first !== undefined && origins.mayStart(first.step)) return queue.shift()
      }
      return undefined
    },
    wait() {
      const firsts = [...queues.values()].flatMap((byOrigin) =>
        [...byOrigin.values()].flatMap(([first]) => first ?? []),
      )
      return firsts.length === 0 ? undefined : Math.min(...firsts.map(({ step }) => origins.waitOf(step)))
    },
  }
}

/** Scheme and host of an address, the host of an image; empty where a step concerns no registry. */
function nameOf(step: Step): string {
  const { registry } = (step.kind === 'undo' ? step.of : step) as { readonly registry?: string }
  if (registry === undefined) return ''
  return /^[a-z][a-z+.-]*:\/\/[^/]+/i.exec(registry)?.[0] ?? registry.split('/', 1)[0] ?? ''
}
