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
  /**
   * How long to wait for another's lease to end, in seconds. 0 gives up at once unless it is free; `while-silent` waits
   * until its holder shows itself, or until the lease has expired.
   */
  readonly wait: number | 'while-silent'
  readonly clock: LeaseClock
  readonly onWait?: ((other: LeaseHolder) => void) | undefined
  /** Whether a holder is known to have ended; then nobody has to wait for its lease. */
  readonly isGone?: ((holder: string) => Promise<boolean>) | undefined
}

export type Lease = {
  readonly fence: number
  /** What the ref held before it was taken: unchanged since somebody looked, if it is what they saw. */
  readonly from: Sha | undefined
  /**
   * Before every effect: `held` says that nobody else can have taken over yet. Renews by itself when half of the time
   * has gone, moving `more` refs in the same atomic step when given.
   */
  check(): Promise<LeaseState>
  /** A heartbeat that moves other refs with it, or moves nothing. */
  renewWith(more: readonly RefMove[]): Promise<LeaseState>
  /** Gives it back, moving other refs in the same atomic step; the fencing number stays. */
  release(more?: readonly RefMove[]): Promise<LeaseState>
}

export type LeaseState =
  | { readonly kind: 'held' }
  | { readonly kind: 'lost'; readonly to: LeaseHolder | undefined }
  | { readonly kind: 'unreachable'; readonly detail: string }

export type LeaseAnswer =
  /** `refs`: everything below the namespace at that moment; it moves only together with the lease. */
  | { readonly kind: 'acquired'; readonly lease: Lease; readonly refs: ReadonlyMap<string, Sha> }
  | { readonly kind: 'held-by-other'; readonly other: LeaseHolder }
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** The remote takes no such ref: a forge that hides or forbids the namespace. */
  | { readonly kind: 'forbidden'; readonly detail: string }

export async function acquireLease(options: LeaseOptions): Promise<LeaseAnswer> {
  const { clock, refs, ref } = options
  const started = clock.monotonic()
  let unread = 0
  let seen: { readonly sha: Sha | undefined; readonly since: number } | undefined
  for (;;) {
    const listed = await refs.list(prefixOf(ref))
    if (listed.kind === 'unreachable') return listed
    const sha = listed.refs.get(ref)
    const now = clock.monotonic()
    const moved = seen !== undefined && seen.sha !== sha
    if (seen === undefined || moved) seen = { sha, since: now }
    const content = sha === undefined ? undefined : await refs.read(ref, sha)
    if (sha !== undefined && content === undefined) {
      // It moved between the two questions, or nobody answers. What cannot be read is never taken for free.
      unread += 1
      if (unread >= mostUnread) return { kind: 'unreachable', detail: `${ref} cannot be read` }
      await clock.sleep(200 * unread)
      continue
    }
    const other = parseLease(content?.message)
    const expired = other !== undefined && now - seen.since >= other.seconds * 1000
    const isFree = other === undefined || other.holder === '' || expired || (await isGone(options, other))
    if (isFree) {
      const taken = await take(options, sha, (other?.fence ?? 0) + 1)
      if (taken.kind === 'taken') return { kind: 'acquired', lease: taken.lease, refs: listed.refs }
      if (taken.kind !== 'raced') return taken
    } else if (givesUp(options.wait, now - started, moved)) return { kind: 'held-by-other', other }
    else {
      options.onWait?.(other)
      await clock.sleep(Math.min(2_000, Math.max(50, (other.seconds * 1000) / 10)))
    }
  }
}

function givesUp(wait: LeaseOptions['wait'], waited: number, moved: boolean): boolean {
  return wait === 'while-silent' ? moved : waited >= wait * 1000
}

/** Answers in a row that did not come before giving up. */
const mostUnread = 5

/** Who holds the lease, as far as one look can tell: a holder that died is still shown until it is replaced. */
export async function readLease(
  refs: RefStore,
  ref: string,
  listed: ReadonlyMap<string, Sha>,
): Promise<LeaseHolder | undefined> {
  const sha = listed.get(ref)
  const found = sha === undefined ? undefined : parseLease((await refs.read(ref, sha))?.message)
  return found?.holder === '' ? undefined : found
}

async function isGone({ isGone: ask }: LeaseOptions, other: LeaseHolder): Promise<boolean> {
  return ask !== undefined && (await ask(other.holder))
}

type Taken =
  | Exclude<LeaseAnswer, { kind: 'held-by-other' | 'acquired' }>
  | { readonly kind: 'taken'; readonly lease: Lease }
  | { readonly kind: 'raced' }

async function take(options: LeaseOptions, from: Sha | undefined, fence: number): Promise<Taken> {
  const { refs, ref, clock } = options
  const began = clock.monotonic()
  const to = await refs.write({ message: messageOf(options, fence, 0), files: {} }, undefined)
  const outcome = await refs.swap([{ ref, from, to }])
  if (outcome.kind === 'done') return { kind: 'taken', lease: heldLease(options, fence, { from, sha: to, began }) }
  const now = await refs.list(prefixOf(ref))
  if (now.kind === 'unreachable') return now
  const sha = now.refs.get(ref)
  // The answer was lost, but the swap was ours.
  if (sha === to) return { kind: 'taken', lease: heldLease(options, fence, { from, sha: to, began }) }
  if (sha !== from) return { kind: 'raced' }
  return { kind: outcome.kind === 'refused' ? 'forbidden' : 'unreachable', detail: outcome.detail }
}

function heldLease(
  options: LeaseOptions,
  fence: number,
  first: { from: Sha | undefined; sha: Sha; began: number },
): Lease {
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
    from: first.from,
    check: () =>
      inTurn(async () => {
        if (lost !== undefined) return lost
        if (age() < (options.seconds * 1000) / 2) return { kind: 'held' }
        const state = await renew([])
        // Unreachable is harmless for as long as nobody can have seen us silent for the whole lease time.
        return state.kind === 'unreachable' && age() < options.seconds * 900 ? { kind: 'held' } : state
      }),
    renewWith: (more) => inTurn(() => renew(more)),
    release: (more = []) => inTurn(() => renew(more, '')),
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
