/**
 * The right to release: the lease is ours, it is kept alive, and we know which releases are open. The refs of releases
 * move only together with the lease, so what was listed when it was taken stays true until we change it.
 */
import type { Problem, Sha } from '@topsail/core'
import { diskRefused, problemOf } from '../publish/attempt.ts'
import type { Lease, LeaseHolder, LeaseState } from './held-lease.ts'
import { acquireLease, type LeaseOptions } from './lease.ts'
import { leaseRef } from '../read/release-namespaces.ts'
import { releaseRefs, type ReleasePorts, type ReleaseRefs } from './ports.ts'
import type { RefMove } from './ref-store.ts'

export type HoldSettings = {
  /** `refs/topsail`, and where else it may be. */
  readonly namespaces: readonly string[]
  readonly leaseSeconds: number
  /** Whether release sets are signed. */
  readonly sign?: boolean
  readonly wait: LeaseOptions['wait']
  readonly onWait?: ((other: LeaseHolder) => void) | undefined
}

export type Hold = {
  readonly lease: Lease
  readonly holder: string
  readonly names: ReleaseRefs
  /** What the remote said to hidden refs, when this run was the first to find out that it takes none. */
  readonly refused: string | undefined
  /** Below the namespace, when the lease was taken; `moved` tells what has become of them since. */
  readonly refs: ReadonlyMap<string, Sha>
  moved(moves: readonly RefMove[]): void
  readonly records: { readonly namespace: string; readonly sign: boolean }
  /** Gives the lease back, moving other refs in the same step; nothing once it is given back. */
  end(more?: readonly RefMove[], tags?: readonly string[]): Promise<LeaseState>
}

export type HoldAnswer =
  | { readonly kind: 'held'; readonly hold: Hold }
  | { readonly kind: 'stopped'; readonly problem: Problem }

/** `seen`: what was listed below the namespaces a moment ago. */
export async function holdReleases(
  ports: ReleasePorts,
  settings: HoldSettings,
  seen?: ReadonlyMap<string, Sha>,
): Promise<HoldAnswer> {
  const { clock, holders } = ports
  const holder = await holders.claim().catch(diskRefused)
  if (typeof holder !== 'string') return { kind: 'stopped', problem: holder }
  const seconds = settings.leaseSeconds
  const answer = await acquireLease({
    refs: ports.refs,
    places: settings.namespaces.map(leaseRef),
    holder,
    seconds,
    wait: settings.wait,
    clock,
    onWait: settings.onWait,
    seen,
    isGone: (other) => holders.isGone(other),
  })
  switch (answer.kind) {
    case 'held-by-other':
      return stopped({ code: 'LEASE_HELD', holder: answer.other.holder, seconds: answer.other.seconds })
    case 'unreachable':
      return stopped({ code: 'LEASE_UNREACHABLE', detail: ports.redact(answer.detail) })
    case 'unreadable':
      return stopped({ code: 'LEASE_UNREADABLE', ref: answer.ref })
    case 'forbidden':
      return stopped({ code: 'LEASE_FORBIDDEN', ref: answer.ref, detail: ports.redact(answer.detail) })
    case 'acquired': {
      const { lease } = answer
      const namespace = namespaceOf(answer.ref)
      const names = releaseRefs(namespace)
      const refused = answer.refused === undefined ? undefined : ports.redact(answer.refused)
      // Packing, and waiting for a registry, may take longer than the lease lives. What a beat meets the next check says.
      const stop = clock.every((seconds * 1000) / 3, () => void lease.check().catch(() => {}))
      let given = false
      const end = async (more: readonly RefMove[] = [], tags: readonly string[] = []): Promise<LeaseState> => {
        stop()
        if (given) return { kind: 'held' }
        const state = await lease.release(more, tags)
        given = state.kind !== 'unreachable'
        return state
      }
      const refs = new Map(answer.refs)
      const moved = (moves: readonly RefMove[]): void => {
        for (const { ref, to } of moves) {
          if (to === undefined) refs.delete(ref)
          else refs.set(ref, to)
        }
      }
      const records = { namespace, sign: settings.sign === true }
      return { kind: 'held', hold: { lease, holder, names, refused, refs, moved, records, end } }
    }
  }
}

function namespaceOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf('/'))
}

function stopped(facts: Parameters<typeof problemOf>[0]): HoldAnswer {
  return { kind: 'stopped', problem: problemOf(facts) }
}
