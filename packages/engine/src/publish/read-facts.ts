/**
 * Asks the registries what they have, before anything is done: one request for each target, as many at once as are answered
 * as fast. Nothing was
 * sent that a lost answer could leave in doubt, so what cannot be read is asked for again; a registry that has had enough
 * is left alone by all.
 */
import { setImmediate as turn } from 'node:timers/promises'
import {
  crowd,
  growingLimit,
  nextDelay,
  rateBudget,
  type LimitRange,
  type PackageFacts,
  type RateBudget,
  type RetryPolicy,
  type TargetKey,
} from '@topsail/core'
import type { WatchSilence } from '../adapters/silence.ts'
import type { Clock } from './clock.ts'
import type { DriveEvent } from './drive.ts'
import type { Registry } from './registry.ts'

export type FactsOptions = {
  registryAt(url: string): Pick<Registry, 'facts'>
  readonly concurrency: LimitRange
  readonly clock: Clock
  /** Told about each as it comes. */
  readonly onFacts?: ((key: TargetKey, facts: PackageFacts) => void) | undefined
  /** Told of a registry that has had enough. */
  readonly onLimit?: ((event: Extract<DriveEvent, { kind: 'registry-waiting' }>) => void) | undefined
  /** Tells of one that says nothing. */
  readonly watch?: WatchSilence | undefined
}

export async function readFacts(
  registries: ReadonlyMap<TargetKey, string>,
  { registryAt, concurrency, clock, onFacts, onLimit, watch = (_, asked) => asked }: FactsOptions,
): Promise<ReadonlyMap<TargetKey, PackageFacts>> {
  const facts = new Map<TargetKey, PackageFacts>()
  const lines = new Map<string, Line>()
  const left = [...registries]
  const limit = growingLimit(concurrency)
  const reading = crowd()
  const readers: Promise<void>[] = []
  const reader = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [name, url] = next
      const line = lines.get(url) ?? { url, budget: rateBudget(), underWay: 0, refusal: undefined }
      lines.set(url, line)
      const company = reading.join()
      const began = clock.now()
      const ask = (): Promise<PackageFacts> => watch(url, registryAt(url).facts(name))
      const found = await factsOf(ask, line, { clock, onLimit })
      company.leave()
      limit.answered(clock.now() - began, company.most)
      facts.set(name, found)
      onFacts?.(name, found)
      void admitMore()
    }
  }
  let admitting = false
  const admitMore = async (): Promise<void> => {
    if (admitting) return
    admitting = true
    while (left.length > 0 && readers.length < limit.atOnce()) {
      readers.push(reader())
      // What is known of the first is of use while the last are still being asked.
      if (readers.length % atATime === 0) await turn()
    }
    admitting = false
  }
  await admitMore()
  for (let at = 0; at < readers.length; at += 1) await readers[at]
  return facts
}

const atATime = 8

type Line = {
  readonly url: string
  readonly budget: RateBudget
  underWay: number
  /** What it said when it had enough. */
  refusal: PackageFacts | undefined
}

/** In milliseconds; patience is for a registry that says how long. */
const looking: RetryPolicy = { first: 300, longest: 2_000, attempts: 4, patience: 5 * 60_000 }
/** Milliseconds between two looks at whether one may ask. */
const pause = 50

async function factsOf(
  ask: () => Promise<PackageFacts>,
  line: Line,
  { clock, onLimit }: Pick<FactsOptions, 'clock' | 'onLimit'>,
): Promise<PackageFacts> {
  const { budget } = line
  const began = clock.now()
  for (let attempt = 1; ;) {
    for (;;) {
      const closed = budget.wait(clock.now())
      if (closed === 0 && line.underWay < budget.atOnce()) break
      // Whoever comes later has no more patience than who was told to wait.
      if (line.refusal !== undefined && clock.now() - began + closed > looking.patience) return line.refusal
      await clock.sleep(Math.max(pause, closed))
    }
    line.underWay += 1
    const facts = await ask().finally(() => (line.underWay -= 1))
    const now = clock.now()
    if (facts.kind === 'known') budget.answered(now)
    if (facts.kind === 'known' || facts.refused === true) return facts
    const { retryAfter } = facts
    const random = clock.random()
    const isNews = budget.wait(now) === 0
    const asked =
      retryAfter === undefined ? undefined : budget.limited({ now, asked: retryAfter, underWay: line.underWay, random })
    if (asked !== undefined) line.refusal = facts
    const wait = nextDelay(looking, { attempt, elapsed: now - began, asked, random })
    if (wait === undefined) return facts
    if (asked !== undefined && isNews) {
      const { url: registry } = line
      onLimit?.({ kind: 'registry-waiting', registry, wait: asked, atOnce: budget.atOnce(), detail: facts.detail })
    }
    // To be asked to wait is no failure.
    if (asked === undefined) attempt += 1
    await clock.sleep(wait)
  }
}
