/** The attempts of one kind of step that are under way, and how many there may be. */
import { crowd, growingLimit, type Crowd, type GrowingLimit, type LimitRange } from '@topsail/core'

export type Lane = { readonly limit: GrowingLimit; readonly crowd: Crowd }

export function laneOf(limit: number | LimitRange): Lane {
  return {
    limit: growingLimit(typeof limit === 'number' ? { from: limit, most: limit } : limit),
    crowd: crowd(),
  }
}
