/**
 * How much one registry takes from us. Whoever is asked to wait is asked for the whole registry: until then nothing is
 * sent to it, whichever package it is about, and after that only half as much at once, which grows again with every
 * answer. A registry that never complained is not held back at all.
 */
export type RateBudget = {
  /** Milliseconds until something may be sent; 0: now. */
  wait(now: number): number
  /** How many requests may be under way at once. */
  atOnce(): number
  /** It asked us to wait, for so long if it said so; answers how long that is from now. */
  limited(asked: RateLimited): number
  /** It answered as one wishes. */
  answered(now: number): void
}

export type RateLimited = {
  readonly now: number
  /** Milliseconds; 0 when it did not say. */
  readonly asked: number
  /** Other requests that are under way. */
  readonly underWay: number
  /** In [0, 1). */
  readonly random: number
}

/** Milliseconds, where the registry does not say; doubled each time that it complains again. */
const first = 1_000
const longest = 60_000
/** From here on nothing is held back any more. */
const plenty = 64

export function rateBudget(): RateBudget {
  let until = -Infinity
  let complaints = 0
  let atOnce = Infinity
  return {
    wait: (now) => Math.max(0, until - now),
    atOnce: () => Math.max(1, Math.floor(atOnce)),
    limited({ now, asked, underWay, random }) {
      // What was under way when it complained first says nothing new.
      if (now >= until) {
        complaints += 1
        atOnce = Math.max(1, Math.min(atOnce, underWay + 1) / 2)
      }
      const own = Math.min(longest, first * 2 ** (complaints - 1))
      const delay = asked > 0 ? asked : own / 2 + (own / 2) * random
      until = Math.max(until, now + delay)
      return until - now
    },
    answered(now) {
      if (now < until) return
      complaints = 0
      atOnce = atOnce + 1 / atOnce >= plenty ? Infinity : atOnce + 1 / atOnce
    },
  }
}
