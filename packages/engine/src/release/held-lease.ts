/**
 * A lease that is ours: kept alive, asked before every effect, given back. Every beat is one compare-and-swap, chained
 * to the last one, so that whoever takes it over is seen by the next.
 */
import type { Sha } from '@topsail/core'
import { writeOrTell, type RefMove, type RefStore } from './ref-store.ts'

export type LeaseHolder = { readonly holder: string; readonly fence: number; readonly seconds: number }

export type LeaseClock = {
  /** Milliseconds that only grow, whatever the wall clock does. */
  monotonic(): number
  sleep(milliseconds: number): Promise<void>
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
  renewWith(more: readonly RefMove[], tags?: readonly string[]): Promise<LeaseState>
  /** Gives it back, moving other refs in the same atomic step; the fencing number stays. It beats no more. */
  release(more?: readonly RefMove[], tags?: readonly string[]): Promise<LeaseState>
}

export type LeaseState =
  | { readonly kind: 'held' }
  | { readonly kind: 'lost'; readonly to: LeaseHolder | undefined }
  | { readonly kind: 'unreachable'; readonly detail: string }

export type HeldOptions = {
  readonly refs: RefStore
  readonly holder: string
  readonly seconds: number
  readonly clock: LeaseClock
}

export type FirstBeat = {
  readonly ref: string
  readonly from: Sha | undefined
  readonly sha: Sha
  readonly began: number
}

const held = { kind: 'held' } as const

export function heldLease(options: HeldOptions, fence: number, first: FirstBeat): Lease {
  const { refs, clock } = options
  const { ref } = first
  let { sha, began } = first
  let beat = 0
  let lost: LeaseState | undefined
  let isGivenBack = false
  let last: Promise<unknown> = Promise.resolve()
  /** Since the last beat that is known to have arrived; with the time each was sent at. */
  const sent = new Map<Sha, number>()

  const renew = async (
    more: readonly RefMove[],
    tags: readonly string[] = [],
    holder = options.holder,
  ): Promise<LeaseState> => {
    if (lost !== undefined) return lost
    const start = clock.monotonic()
    beat += 1
    const message = messageOf({ ...options, holder }, fence, beat)
    const to = await writeOrTell(refs, { message, files: {} }, undefined)
    if (typeof to !== 'string') return to
    sent.set(to, start)
    const outcome = await refs.swap([{ ref, from: sha, to }, ...more], tags)
    const now = outcome.kind === 'done' ? undefined : await refs.list(prefixOf(ref))
    if (now?.kind === 'unreachable') return { kind: 'unreachable', detail: detailOf(outcome) }
    const landed = now === undefined ? to : now.refs.get(ref)
    if (landed === sha) return { kind: 'unreachable', detail: detailOf(outcome) }
    const sentAt = landed === undefined ? undefined : sent.get(landed)
    if (landed === undefined || sentAt === undefined) return (lost = await lostTo(landed))
    sha = landed
    began = sentAt
    sent.clear()
    if (landed === to) return held
    // One that nobody had heard of had arrived, and what it moved with it. The rest follows.
    const rest = more.filter((move) => now?.refs.get(move.ref) !== move.to)
    return renew(rest, tags, holder)
  }
  const lostTo = async (landed: Sha | undefined): Promise<LeaseState> => {
    const content = landed === undefined ? undefined : await refs.read(ref, landed)
    return { kind: 'lost', to: parseLease(content?.message) }
  }
  /** One swap at a time: the next one is chained to what the last one wrote. */
  const inTurn = <Answer>(action: () => Promise<Answer>): Promise<Answer> => {
    const turn = last.then(action, action)
    last = turn.catch(() => {})
    return turn
  }
  const age = (): number => clock.monotonic() - began
  const isFresh = (): boolean => age() < (options.seconds * 1000) / 2
  const checkInTurn = async (): Promise<LeaseState> => {
    if (lost !== undefined) return lost
    if (isFresh() || isGivenBack) return held
    const state = await renew([])
    // Unreachable is harmless for as long as nobody can have seen us silent for the whole lease time.
    return state.kind === 'unreachable' && age() < options.seconds * 900 ? held : state
  }
  /** Whoever asks while it is being found out is told the same: beats that are slower than they come would pile up. */
  let checking: Promise<LeaseState> | undefined
  const checkOnce = (): Promise<LeaseState> =>
    (checking ??= inTurn(checkInTurn).finally(() => {
      checking = undefined
    }))
  return {
    fence,
    from: first.from,
    // Nobody can have taken over what is fresh, whatever comes of a beat that is on its way.
    check: async () => lost ?? (isFresh() ? held : checkOnce()),
    renewWith: (more, tags) => inTurn(() => renew(more, tags)),
    release: (more = [], tags = []) =>
      inTurn(async () => {
        const state = await renew(more, tags, '')
        isGivenBack ||= state.kind === 'held'
        return state
      }),
  }
}

/** An empty holder: free. */
export function messageOf(
  { holder, seconds }: { holder: string; seconds: number },
  fence: number,
  beat: number,
): string {
  return JSON.stringify({ format: 'topsail/lease@1', holder, fence, seconds, beat })
}

/** The longest that settings allow: nothing that stands at a ref keeps others out for longer. */
const longestLease = 3600

/** Undefined for anything but a lease as this Topsail writes it; whose it is cannot be told then. */
export function parseLease(message: string | undefined): LeaseHolder | undefined {
  try {
    const { format, holder, fence, seconds } = JSON.parse(message ?? '') as Record<string, unknown>
    if (format !== 'topsail/lease@1' || typeof holder !== 'string') return undefined
    if (!isCount(fence) || typeof seconds !== 'number' || seconds < 0) return undefined
    return { holder, fence, seconds: Math.min(seconds, longestLease) }
  } catch {
    return undefined
  }
}

/** A whole number, and the one after it can still be told from it. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < Number.MAX_SAFE_INTEGER
}

export function prefixOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf('/') + 1)
}

function detailOf(outcome: { readonly kind: string; readonly detail?: string }): string {
  return outcome.detail ?? outcome.kind
}
