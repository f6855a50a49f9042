/**
 * The attempts of one kind of step that are under way: how many there may be, and how soon the next one may begin.
 */
import { crowd, growingLimit, type Crowd, type GrowingLimit, type LimitRange } from '@topsail/core'

export type Lane = {
  readonly limit: GrowingLimit
  readonly crowd: Crowd
  begun(now: number): void
  /** Milliseconds until the next may begin. */
  pause(now: number): number
  isWaiting: boolean
}

export function laneOf(limit: number | LimitRange): Lane {
  const growing = growingLimit(typeof limit === 'number' ? { from: limit, most: limit } : limit)
  let next = -Infinity
  return {
    limit: growing,
    crowd: crowd(),
    // Timers are late; what they are late by is caught up with.
    begun: (now) => void (next = Math.max(next, now - lateness) + growing.interval()),
    pause: (now) => next - now,
    isWaiting: false,
  }
}

/** Milliseconds. */
const lateness = 3
