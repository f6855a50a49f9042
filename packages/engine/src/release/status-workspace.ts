/**
 * `topsail status`: every release that is known here or at the remote, what of it the registries have, who is releasing
 * now, and what can be done next. Nothing is changed.
 */
import { unitStatuses } from '@topsail/core'
import type { Problem, Progress, Promotion, SeenUnit, Sha, UnitStatus } from '@topsail/core'
import { openSession, type SessionOptions } from '../publish/session.ts'
import { namespaceIn } from '../read/release-namespaces.ts'
import type { LeaseHolder } from './held-lease.ts'
import { readLease } from './lease.ts'
import { releaseRefs } from './ports.ts'
import { readRefs } from './release-workspace.ts'
import { seenUnits } from './seen-units.ts'
import { isOpen, newestReleases, type StoredRelease } from './stored-release.ts'

export type StatusOptions = SessionOptions & {
  /** Asks no registry and no remote: what this clone knows. */
  readonly offline?: boolean | undefined
}

export type ReleaseStatus = {
  readonly release: string
  /** ISO 8601. */
  readonly began: string
  readonly state: 'open' | 'rolling-back' | 'finished' | 'rolled-back'
  readonly promotion: Promotion
  readonly commit: string | null
  readonly units: readonly UnitStatus[]
  readonly tags: readonly string[]
  /** What can be done about it, as command lines. */
  readonly next: readonly string[]
}

export type StatusResult = {
  /** Who is releasing; undefined when nobody is. */
  readonly holder: LeaseHolder | undefined
  /** Newest first. */
  readonly releases: readonly ReleaseStatus[]
  /** False: nobody asked what the remote has, or it did not say. */
  readonly isWhole: boolean
  readonly problems: readonly Problem[]
  readonly exitCode: 0 | 1
}

const shown = 10

export async function statusWorkspace(options: StatusOptions): Promise<StatusResult> {
  const offline = options.offline === true
  const session = await openSession({ ...options, ...(offline ? { push: false } : {}) })
  const { ports, holding } = session
  const refs = await readRefs(session)
  if (refs.kind === 'unreachable' && session.obstacle !== undefined) {
    return { holder: undefined, releases: [], isWhole: false, problems: [refs.problem], exitCode: 1 }
  }
  // In the middle of an incident the remote may be away as well: what this clone began is known all the same.
  const listed = refs.kind === 'known' ? refs.refs : new Map<string, Sha>()
  const unread = refs.kind === 'known' ? [] : [refs.problem]
  const names = releaseRefs(namespaceIn(listed, holding.namespaces))
  const [holder, all] = await Promise.all([
    readLease(ports.refs, names.lease, listed),
    newestReleases(ports, names, listed, shown),
  ])
  const newest = all.releases.filter((stored) => isOpen(stored) || stored.progress.closed !== undefined).toReversed()
  const world = offline ? { seen: new Map<string, SeenUnit>(), problems: [] } : await seenUnits(session, newest)
  return {
    holder,
    releases: newest.map((stored) => statusOf(stored, newest, world.seen)),
    isWhole: !offline && unread.length === 0,
    problems: [...unread, ...all.problems, ...world.problems],
    exitCode: unread.length + all.problems.length > 0 ? 1 : 0,
  }
}

function statusOf(
  stored: StoredRelease,
  newest: readonly StoredRelease[],
  seen: ReadonlyMap<string, SeenUnit>,
): ReleaseStatus {
  const { release, progress } = stored
  const { opened, direction } = progress
  const state = isOpen(stored) ? (direction === 'back' ? 'rolling-back' : 'open') : (progress.closed ?? 'open')
  const next = {
    open: waitsForApproval(progress)
      ? ['topsail approve --otp CODE', 'topsail reject']
      : ['topsail resume', 'topsail rollback'],
    'rolling-back': ['topsail resume'],
    // To take an older one back from under a newer one is nobody's next step.
    finished: newest[0] === stored ? [`topsail rollback ${release}`] : [],
    'rolled-back': [],
  }[state]
  return {
    release,
    began: opened.at,
    state,
    promotion: opened.promotion,
    commit: opened.commit,
    units: unitStatuses(progress, seen),
    tags: opened.steps.flatMap((step) => (step.kind === 'tag' ? step.tags.map(({ tag }) => tag) : [])),
    next,
  }
}

/** Everything is staged, and nobody has decided. */
function waitsForApproval({ opened, steps }: Progress): boolean {
  const gate = opened.steps.find((step) => step.kind === 'gate')
  if (gate?.kind !== 'gate' || gate.staged !== true || steps.get(gate.id)?.state === 'done') return false
  return gate.needs.every((id) => steps.get(id)?.state === 'done')
}
