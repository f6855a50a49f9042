/**
 * One release at a time, across machines: a lease on a ref, taken and kept by compare-and-swap. Whether another's lease
 * has expired is judged by the observer's own clock alone: the ref has not moved while we watched it for the lease
 * time. The fencing number in it only grows, and a holder that lost the lease is told before its next effect.
 */
import type { Sha } from '@topsail/core'
import type { RefMove, RefStore } from './ref-store.ts'

export type LeaseHolder = { readonly holder: string; readonly fence: number; readonly seconds: number }

export type LeaseClock = {
  /** Milliseconds that only grow, whatever the wall clock does. */
  monotonic(): number
  sleep(milliseconds: number): Promise<void>
}

export type LeaseOptions = {
  readonly refs: RefStore
  /** `refs/topsail/lease`. */
  readonly ref: string
  /** Who we are, for the others' message. */
  readonly holder: string
  /** How long a lease lives without a heartbeat. */
  readonly seconds: number
  /** How long to wait for another's lease to end, in seconds. 0 gives up at once unless it is free. */
  readonly wait: number
  readonly clock: LeaseClock
  readonly onWait?: ((other: LeaseHolder) => void) | undefined
}

export type Lease = {
  readonly fence: number
  /**
   * Before every effect: `held` says that nobody else can have taken over yet. Renews by itself when half of the time
   * has gone, moving `more` refs in the same atomic step when given.
   */
  check(): Promise<LeaseState>
  /** A heartbeat that moves other refs with it, or moves nothing. */
  renewWith(more: readonly RefMove[]): Promise<LeaseState>
  /** Gives it back; the fencing number stays. */
  release(): Promise<void>
}

export type LeaseState =
  | { readonly kind: 'held' }
  | { readonly kind: 'lost'; readonly to: LeaseHolder | undefined }
  | { readonly kind: 'unreachable'; readonly detail: string }

export type LeaseAnswer =
  | { readonly kind: 'acquired'; readonly lease: Lease }
  | { readonly kind: 'held-by-other'; readonly other: LeaseHolder }
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** The remote takes no such ref: a forge that hides or forbids the namespace. */
  | { readonly kind: 'forbidden'; readonly detail: string }

export async function acquireLease(options: LeaseOptions): Promise<LeaseAnswer> {
  const { clock, refs, ref } = options
  const started = clock.monotonic()
  let seen: { readonly sha: Sha | undefined; readonly since: number } | undefined
  for (;;) {
    const listed = await refs.list(prefixOf(ref))
    if (listed.kind === 'unreachable') return listed
    const sha = listed.refs.get(ref)
    const now = clock.monotonic()
    if (seen === undefined || seen.sha !== sha) seen = { sha, since: now }
    const other = sha === undefined ? undefined : parseLease((await refs.read(ref, sha))?.message)
    const expired = other !== undefined && now - seen.since >= other.seconds * 1000
    if (sha === undefined || other === undefined || other.holder === '' || expired) {
      const taken = await take(options, sha, (other?.fence ?? 0) + 1)
      if (taken.kind !== 'raced') return taken
    } else if (now - started >= options.wait * 1000) return { kind: 'held-by-other', other }
    else {
      options.onWait?.(other)
      await clock.sleep(Math.min(2_000, Math.max(50, (other.seconds * 1000) / 10)))
    }
  }
}

type Taken = Exclude<LeaseAnswer, { kind: 'held-by-other' }> | { readonly kind: 'raced' }

async function take(options: LeaseOptions, from: Sha | undefined, fence: number): Promise<Taken> {
  const { refs, ref, clock } = options
  const began = clock.monotonic()
  const to = await refs.write({ message: messageOf(options, fence, 0), files: {} }, undefined)
  const outcome = await refs.swap([{ ref, from, to }])
  if (outcome.kind === 'done') return { kind: 'acquired', lease: heldLease(options, fence, { sha: to, began }) }
  const now = await refs.list(prefixOf(ref))
  if (now.kind === 'unreachable') return now
  const sha = now.refs.get(ref)
  // The answer was lost, but the swap was ours.
  if (sha === to) return { kind: 'acquired', lease: heldLease(options, fence, { sha: to, began }) }
  if (sha !== from) return { kind: 'raced' }
  return { kind: outcome.kind === 'refused' ? 'forbidden' : 'unreachable', detail: outcome.detail }
}

function heldLease(options: LeaseOptions, fence: number, first: { sha: Sha; began: number }): Lease {
  const { refs, ref, clock } = options
  let { sha, began } = first
  let beat = 0
  let lost: LeaseState | undefined
  let last: Promise<unknown> = Promise.resolve()

  const renew = async (more: readonly RefMove[], holder = options.holder): Promise<LeaseState> => {
    if (lost !== undefined) return lost
    const start = clock.monotonic()
    beat += 1
    const to = await refs.write({ message: messageOf({ ...options, holder }, fence, beat), files: {} }, undefined)
    const outcome = await refs.swap([{ ref, from: sha, to }, ...more])
    const landed = outcome.kind === 'done' ? to : await landedAt()
    if (landed === to) {
      sha = to
      began = start
      return { kind: 'held' }
    }
    if (landed === sha || landed === 'unknown') return { kind: 'unreachable', detail: detailOf(outcome) }
    lost = { kind: 'lost', to: landed === undefined ? undefined : parseLease((await refs.read(ref, landed))?.message) }
    return lost
  }
  const landedAt = async (): Promise<Sha | undefined | 'unknown'> => {
    const listed = await refs.list(prefixOf(ref))
    return listed.kind === 'unreachable' ? 'unknown' : listed.refs.get(ref)
  }
  /** One swap at a time: the next one is chained to what the last one wrote. */
  const inTurn = <Answer>(action: () => Promise<Answer>): Promise<Answer> => {
    const turn = last.then(action, action)
    last = turn.catch(() => {})
    return turn
  }
  const age = (): number => clock.monotonic() - began
  return {
    fence,
    check: () =>
      inTurn(async () => {
        if (lost !== undefined) return lost
        if (age() < (options.seconds * 1000) / 2) return { kind: 'held' }
        const state = await renew([])
        // Unreachable is harmless for as long as nobody can have seen us silent for the whole lease time.
        return state.kind === 'unreachable' && age() < options.seconds * 900 ? { kind: 'held' } : state
      }),
    renewWith: (more) => inTurn(() => renew(more)),
    release: () => inTurn(async () => void (await renew([], ''))),
  }
}

/** An empty holder: free. */
function messageOf({ holder, seconds }: { holder: string; seconds: number }, fence: number, beat: number): string {
  return JSON.stringify({ format: 'topsail/lease@1', holder, fence, seconds, beat })
}

/** Undefined for anything but a lease: a ref that somebody else wrote is nobody's lease. */
function parseLease(message: string | undefined): LeaseHolder | undefined {
  try {
    const { format, holder, fence, seconds } = JSON.parse(message ?? '') as Record<string, unknown>
    if (format !== 'topsail/lease@1' || typeof holder !== 'string') return undefined
    if (typeof fence !== 'number' || typeof seconds !== 'number') return undefined
    return { holder, fence, seconds }
  } catch {
    return undefined
  }
}

function prefixOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf('/') + 1)
}

function detailOf(outcome: { readonly kind: string; readonly detail?: string }): string {
  return outcome.detail ?? outcome.kind
}
