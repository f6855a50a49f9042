/**
 * Where deliveries and the looks they ask for are kept. What `accept` has answered with `accepted` outlives a crash;
 * of each pull request at most one look waits and at most one runs; and whatever arrives while one runs leads to
 * another look after it. All implementations pass one suite (delivery-store.test.ts).
 */
import type { Delivery, Look } from '../deliveries/delivery.ts'

/** What one installation may have of the room. */
export function shareOf(capacity: number): number {
  return Math.ceil(capacity / 2)
}

/**
 * replayed: one of its marks was seen before, and nothing is to be done. full: more would wait than is allowed; it is
 * forgotten, so that it may be sent again. `accepted` counts as well when all its looks waited already.
 */
export type Acceptance = 'accepted' | 'replayed' | 'full'

/** A look that a worker has taken. Until it ends, nobody else takes a look at the same pull request. */
export type Claim = {
  readonly id: string
  readonly look: Look
  /** From 1. */
  readonly attempt: number
}

export type QueueCounts = { readonly waiting: number; readonly running: number; readonly failed: number }

export type DeliveryStore = {
  accept(delivery: Delivery): Promise<Acceptance>
  /** The look that has waited longest and may begin. */
  take(): Promise<Claim | undefined>
  /** Still at it. False: the claim was lost meanwhile, and its result must not count. */
  keep(claim: Claim): Promise<boolean>
  /** Answered. */
  finish(claim: Claim): Promise<void>
  /** Once more, after some seconds; at once when a delivery has asked for it meanwhile. */
  again(claim: Claim, seconds: number): Promise<void>
  /** Not begun, or not finished, because this instance stops: somebody else may take it at once. */
  handBack(claim: Claim): Promise<void>
  /** Given up. The next delivery for the pull request begins anew. */
  fail(claim: Claim): Promise<void>
  counts(): Promise<QueueCounts>
  /** Forgets what is older than it has to be remembered. */
  tidy(): Promise<void>
  close(): Promise<void>
}

export type StoreLimits = {
  /** Looks that may wait at once; of one installation half as many, so that none shuts the others out. */
  readonly capacity: number
  /** How long a delivery is remembered, so that its replay is known. GitHub sends again for three days at most. */
  readonly rememberDays: number
}
