/**
 * One release at a time, across machines: a lease on a ref, taken and kept by compare-and-swap. Whether another's lease
 * has expired is judged by the observer's own clock alone: the ref has not moved while we watched it for the lease
 * time. Where a remote refuses the ref, the next place serves; the first lease that is ever made decides for everybody.
 */
import type { Sha } from '@topsail/core'
import { hasRecords } from '../read/release-namespaces.ts'
import {
  heldLease,
  messageOf,
  parseLease,
  prefixOf,
  type HeldOptions,
  type Lease,
  type LeaseHolder,
} from './held-lease.ts'
import { writeOrTell, type RefMove, type RefsRead } from './ref-store.ts'

export type LeaseOptions = HeldOptions & {
  /** `refs/topsail/lease`, and where it is instead where the remote refuses that. */
  readonly places: readonly string[]
  /**
   * How long to wait for another's lease to end, in seconds. 0 gives up at once unless it is free; `while-silent` waits
   * until its holder shows itself, or until the lease has expired.
   */
  readonly wait: number | 'while-silent'
  readonly onWait?: ((other: LeaseHolder) => void) | undefined
  /** What was listed below the places a moment ago: should it have changed since, the lease cannot be taken from it. */
  readonly seen?: ReadonlyMap<string, Sha> | undefined
  /** Whether a holder is known to have ended; then nobody has to wait for its lease. */
  readonly isGone?: ((holder: string) => Promise<boolean>) | undefined
}

export type LeaseAnswer =
  /** `refs`: everything below the places at that moment; it moves only together with the lease, which is at `ref`. */
  | {
      readonly kind: 'acquired'
      readonly lease: Lease
      readonly ref: string
      readonly refs: ReadonlyMap<string, Sha>
      /** What the remote said to a place that comes before this one. */
      readonly refused: string | undefined
    }
  | { readonly kind: 'held-by-other'; readonly other: LeaseHolder }
  | Unreachable
  /** What stands there is no lease, or one of another format: nobody can tell whether somebody holds it. */
  | { readonly kind: 'unreadable'; readonly ref: string }
  /** The remote takes no such ref. */
  | { readonly kind: 'forbidden'; readonly ref: string; readonly detail: string }

type Unreachable = { readonly kind: 'unreachable'; readonly detail: string }

export async function acquireLease(options: LeaseOptions): Promise<LeaseAnswer> {
  const { clock, refs } = options
  const started = clock.monotonic()
  /** Places that the remote refuses, and what it says. */
  const refused = new Map<string, string>()
  const watch = watchLeases(options)
  let failures = 0
  let { seen } = options
  for (;;) {
    const listed: RefsRead =
      seen === undefined ? await refs.list(...options.places.map(prefixOf)) : { kind: 'known', refs: seen }
    if (listed.kind === 'unreachable') return listed
    seen = undefined
    const { ref, rivals } = placeIn(listed.refs, options.places, refused)
    if (ref === undefined) return forbiddenBy(refused)
    const looked = await watch.look(listed.refs, [ref, ...rivals])
    if (looked.kind === 'unreadable') return looked
    const held = looked.kind === 'seen' ? looked.leases.find(({ isFree }) => !isFree)?.lease : undefined
    if (held !== undefined) {
      if (givesUp(options.wait, clock.monotonic() - started, looked.moved))
        return { kind: 'held-by-other', other: held }
      options.onWait?.(held)
      await clock.sleep(Math.min(2_000, Math.max(50, (held.seconds * 1000) / 10)))
      continue
    }
    const outcome =
      looked.kind === 'seen' ? await take(options, listed.refs, { ref, rivals, fence: looked.fence }) : looked
    switch (outcome.kind) {
      case 'taken':
        return { kind: 'acquired', lease: outcome.lease, ref, refs: listed.refs, refused: [...refused.values()][0] }
      case 'forbidden':
        // Where a lease exists nobody may go elsewhere.
        if (listed.refs.has(ref)) return { kind: 'forbidden', ref, detail: outcome.detail }
        refused.set(ref, outcome.detail)
        break
      case 'unreachable':
        return outcome
      case 'again': {
        failures += 1
        if (failures >= mostFailures) return { kind: 'unreachable', detail: outcome.detail }
        await clock.sleep(200 * failures)
      }
    }
  }
}

/** Runs that get in each other's way part by waiting, each for another time. */
const mostFailures = 6

function givesUp(wait: LeaseOptions['wait'], waited: number, moved: boolean): boolean {
  return wait === 'while-silent' ? moved : waited >= wait * 1000
}

type PlaceFound = { readonly ref: string | undefined; readonly rivals: readonly string[] }

/**
 * The place in use, else the first that may be tried. Two leases without anything beside them: runs that have not yet
 * seen each other, or that died before they could withdraw. Then nobody goes on before all of them are free.
 */
function placeIn(
  listed: ReadonlyMap<string, Sha>,
  places: readonly string[],
  refused: ReadonlyMap<string, string>,
): PlaceFound {
  const leased = places.filter((place) => listed.has(place))
  const used = leased.find((place) => hasRecords(listed, prefixOf(place).slice(0, -1)))
  if (used !== undefined) return { ref: used, rivals: [] }
  const [first, ...rivals] = leased
  return { ref: first ?? places.find((place) => !refused.has(place)), rivals }
}

function forbiddenBy(refused: ReadonlyMap<string, string>): LeaseAnswer {
  return { kind: 'forbidden', ref: [...refused.keys()].join(', '), detail: [...new Set(refused.values())].join('; ') }
}

type Looked =
  | {
      readonly kind: 'seen'
      readonly leases: readonly { readonly lease: LeaseHolder; readonly isFree: boolean }[]
      /** What a new lease begins with. */
      readonly fence: number
      /** Somebody has shown itself since we began to look. */
      readonly moved: boolean
    }
  | { readonly kind: 'again'; readonly detail: string; readonly moved: boolean }
  | { readonly kind: 'unreadable'; readonly ref: string }

/** Remembers since when each lease has been as it is. */
function watchLeases({ refs, clock, isGone }: LeaseOptions) {
  const since = new Map<string, { readonly sha: Sha; readonly at: number }>()
  return {
    async look(listed: ReadonlyMap<string, Sha>, places: readonly string[]): Promise<Looked> {
      const leases: { lease: LeaseHolder; isFree: boolean }[] = []
      let moved = false
      for (const ref of places) {
        const sha = listed.get(ref)
        if (sha === undefined) continue
        const now = clock.monotonic()
        const known = since.get(ref)
        moved ||= known !== undefined && known.sha !== sha
        const seen = known?.sha === sha ? known : { sha, at: now }
        since.set(ref, seen)
        const content = await refs.read(ref, sha)
        // It moved between the two questions, or nobody answers. What cannot be read is never taken for free.
        if (content === undefined) return { kind: 'again', detail: `${ref} cannot be read`, moved }
        const lease = parseLease(content.message)
        if (lease === undefined) return { kind: 'unreadable', ref }
        const hasExpired = now - seen.at >= lease.seconds * 1000
        const isFree = lease.holder === '' || hasExpired || (await isGone?.(lease.holder)) === true
        leases.push({ lease, isFree })
      }
      return { kind: 'seen', leases, fence: Math.max(0, ...leases.map(({ lease }) => lease.fence)) + 1, moved }
    },
  }
}

type Wanted = { readonly ref: string; readonly rivals: readonly string[]; readonly fence: number }

type Taken =
  | { readonly kind: 'taken'; readonly lease: Lease }
  | { readonly kind: 'forbidden' | 'again'; readonly detail: string }
  | Unreachable

async function take(
  options: LeaseOptions,
  listed: ReadonlyMap<string, Sha>,
  { ref, rivals, fence }: Wanted,
): Promise<Taken> {
  const { refs, clock } = options
  const began = clock.monotonic()
  const from = listed.get(ref)
  const sha = await writeOrTell(refs, { message: messageOf(options, fence, 0), files: {} }, undefined)
  if (typeof sha !== 'string') return sha
  const gone = rivals.map((rival): RefMove => ({ ref: rival, from: listed.get(rival), to: undefined }))
  const outcome = await refs.swap([{ ref, from, to: sha }, ...gone])
  const now = outcome.kind === 'done' ? undefined : await refs.list(prefixOf(ref))
  if (now?.kind === 'unreachable') return now
  // An answer may have been lost though the swap was ours.
  const isTaken = now === undefined || now.refs.get(ref) === sha
  if (isTaken) return judgePlace(options, { ref, from, sha }, heldLease(options, fence, { ref, from, sha, began }))
  if (outcome.kind === 'done' || now.refs.get(ref) !== from) return { kind: 'again', detail: `${ref} moved meanwhile` }
  return { kind: outcome.kind === 'refused' ? 'forbidden' : 'unreachable', detail: outcome.detail }
}

/**
 * Whoever makes the first lease of all looks again afterwards: another run may have been refused where this one was
 * not, and have gone elsewhere. Each of two writes before it looks, so at least one sees the other, and withdraws.
 */
async function judgePlace(
  { refs, places }: LeaseOptions,
  { ref, from, sha }: { readonly ref: string; readonly from: Sha | undefined; readonly sha: Sha },
  lease: Lease,
): Promise<Taken> {
  if (places.length === 1 || from !== undefined) return { kind: 'taken', lease }
  const listed = await refs.list(...places.map(prefixOf))
  if (listed.kind === 'unreachable') return listed
  const isShown = listed.refs.has(ref)
  const isAlone = places.every((place) => place === ref || !listed.refs.has(place))
  if (isShown && isAlone) return { kind: 'taken', lease }
  const withdrawn = await refs.swap([{ ref, from: sha, to: undefined }])
  if (withdrawn.kind !== 'done') return { kind: 'unreachable', detail: withdrawn.detail }
  return isShown
    ? { kind: 'again', detail: 'several runs are looking for a place' }
    : { kind: 'forbidden', detail: `the remote takes ${ref} and does not show it` }
}

/** Who holds the lease, as far as one look can tell: a holder that died is still shown until it is replaced. */
export async function readLease(
  { read }: Pick<LeaseOptions['refs'], 'read'>,
  ref: string,
  listed: ReadonlyMap<string, Sha>,
): Promise<LeaseHolder | undefined> {
  const sha = listed.get(ref)
  const found = sha === undefined ? undefined : parseLease((await read(ref, sha))?.message)
  return found?.holder === '' ? undefined : found
}
