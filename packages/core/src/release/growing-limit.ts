/**
 * How many attempts of a kind may be under way at once, found out by trying: more and more as long as company makes
 * answers at most twice as slow, so that a registry that is far away does not make a release wait for the way there and
 * back of every few packages. Where it makes them slower somebody is busy - the registry, a narrow line, this processor -
 * and more at once would gain nothing.
 */
import { trend } from './trend.ts'

export type GrowingLimit = {
  atOnce(): number
  /** One was answered after so many milliseconds, of so many that were under way at once. */
  answered(milliseconds: number, underWay: number): void
  /** One was not, or was turned away. */
  pushedBack(): void
}

export type LimitRange = {
  /** To begin with, and never fewer. */
  readonly from: number
  readonly most: number
}

export function growingLimit({ from, most }: LimitRange): GrowingLimit {
  const durations = trend()
  const least = Math.min(from, most)
  /** The most that were answered. */
  let tried = 0
  /** What is left of the range after somebody was turned away; it comes back slowly. */
  let ceiling = most
  const atOnce = (): number => {
    const line = durations.line()
    const worthwhile = line === undefined || line.each === 0 ? Infinity : line.at(1) / line.each
    return Math.max(least, Math.floor(Math.min(ceiling, worthwhile, 2 * tried)))
  }
  return {
    atOnce,
    answered(milliseconds, underWay) {
      durations.add(milliseconds, underWay)
      tried = Math.max(tried, underWay)
      ceiling = Math.min(most, ceiling + 1 / ceiling)
    },
    pushedBack() {
      ceiling = Math.max(least, atOnce() / 2)
    },
  }
}
