/**
 * Why a package is released, down to the changes that began it, or why it is not. Read off the plan; nothing is
 * decided again. Every package is told once, nearest to the question; where it comes up again a reference stands, so
 * cycles end and the whole is no larger than the plan.
 */
import type { Bump } from '../bump.ts'
import type { Change, ChangeId } from '../change.ts'
import { closestName } from '../closest-name.ts'
import { explainAbsence, type NotReleased } from './explain-absence.ts'
import type { PackageName, Version } from '../names.ts'
import type { Reason, Release, ReleasePlan } from '../release-plan.ts'
import type { Snapshot } from '../snapshot.ts'

export type Explanation = ReleaseExplanation | NotReleased | UnknownPackage

export type ReleaseExplanation = {
  readonly kind: 'released'
  readonly name: PackageName
  readonly from: Version
  readonly to: Version
  readonly bump: Bump
  /** The first one raised the package to its bump. */
  readonly causes: readonly [Cause, ...Cause[]]
}

export type Cause =
  | { readonly kind: 'change'; readonly change: Change; readonly bump: Bump }
  | { readonly kind: 'dependency'; readonly reason: EdgeReason; readonly because: ReleaseExplanation | Reference }
  | { readonly kind: 'group'; readonly reason: GroupReason; readonly because: ReleaseExplanation | Reference }
  | { readonly kind: 'other'; readonly reason: Exclude<Reason, EdgeReason | GroupReason | { kind: 'change' }> }

type EdgeReason = Extract<Reason, { kind: 'out-of-range' | 'always' }>
type GroupReason = Extract<Reason, { kind: 'fixed-group' | 'linked-group' }>

/** Told elsewhere in the same explanation, or a member of a group that is not released itself. */
export type Reference = {
  readonly kind: 'reference'
  readonly name: PackageName
  /** Told nowhere in it: its own explanation goes on from there. */
  readonly further?: true
}

export type UnknownPackage = {
  readonly kind: 'unknown'
  readonly name: string
  readonly closest: PackageName | undefined
}

export function explainRelease(plan: ReleasePlan, snapshot: Snapshot, name: string): Explanation {
  const release = plan.releases.find((candidate) => candidate.name === name)
  if (release !== undefined) return explainReleased(release, plan, snapshot)
  const pkg = snapshot.workspace.packages.find((candidate) => candidate.name === name)
  if (pkg !== undefined) return explainAbsence(pkg, plan, snapshot)
  const names = snapshot.workspace.packages.map((candidate) => candidate.name)
  return { kind: 'unknown', name, closest: closestName(name, names) }
}

/**
 * From a package down to the change that raised it, following first causes; each step is nearer to the change. Groups
 * can lead such a walk back to a package that first moved for less; from there the shortest way to a change is taken.
 */
export function chainOf(explanation: ReleaseExplanation): readonly Cause[] {
  const told = new Map<PackageName, ReleaseExplanation>()
  collect(explanation, told)
  const chain: Cause[] = []
  const seen = new Set<PackageName>()
  for (let at: ReleaseExplanation | undefined = explanation; at !== undefined;) {
    if (seen.has(at.name)) return [...chain, ...shortestChain(at, told)]
    seen.add(at.name)
    const [cause]: readonly [Cause, ...Cause[]] = at.causes
    chain.push(cause)
    at = nextOf(cause, told)
  }
  return chain
}

function shortestChain(from: ReleaseExplanation, told: ReadonlyMap<PackageName, ReleaseExplanation>): readonly Cause[] {
  const ways = new Map<ReleaseExplanation, readonly Cause[]>([[from, []]])
  for (const [explanation, way] of ways) {
    for (const cause of explanation.causes) {
      const next = nextOf(cause, told)
      if (isBeginning(cause)) return [...way, cause]
      if (next !== undefined && !ways.has(next)) ways.set(next, [...way, cause])
    }
  }
  return []
}

function isBeginning(cause: Cause): boolean {
  return cause.kind === 'change' || (cause.kind === 'other' && beginnings.has(cause.reason.kind))
}

/** The other reasons say what became of a bump, not where it comes from. */
const beginnings: ReadonlySet<Reason['kind']> = new Set(['change', 'pre-exit', 'first-release', 'override'])

function nextOf(cause: Cause, told: ReadonlyMap<PackageName, ReleaseExplanation>): ReleaseExplanation | undefined {
  return cause.kind === 'dependency' || cause.kind === 'group' ? told.get(cause.because.name) : undefined
}

function collect(root: ReleaseExplanation, told: Map<PackageName, ReleaseExplanation>): void {
  const queue = [root]
  for (const explanation of queue) {
    told.set(explanation.name, explanation)
    for (const cause of explanation.causes) {
      if ((cause.kind === 'dependency' || cause.kind === 'group') && cause.because.kind === 'released') {
        queue.push(cause.because)
      }
    }
  }
}

/** Breadth first, so that each package is told at its shortest distance. Causes are filled in behind. */
function explainReleased(root: Release, plan: ReleasePlan, snapshot: Snapshot): ReleaseExplanation {
  const releases = new Map(plan.releases.map((release) => [release.name, release]))
  const changes = new Map(plan.changes.map((change) => [change.id, change]))
  const told = new Set<PackageName>()
  const queue: { readonly release: Release; readonly causes: Cause[] }[] = []

  const tell = (name: PackageName): ReleaseExplanation | Reference => {
    const release = releases.get(name)
    if (release === undefined || told.has(name)) return { kind: 'reference', name }
    told.add(name)
    const causes: Cause[] = []
    queue.push({ release, causes })
    return explanationOf(release, causes)
  }
  const causes: Cause[] = []
  told.add(root.name)
  queue.push({ release: root, causes })
  const begun = groupBeginnings(plan, groupReasons(snapshot))
  for (const { release, causes: found } of queue) {
    const began = begun.get(release.name)
    for (const reason of began === undefined ? release.reasons : [...release.reasons, began]) {
      found.push(causeOf(reason, changes, tell))
    }
  }
  return explanationOf(root, causes)
}

/** A release has a reason, and so a cause, by type; the list is filled before anybody sees it. */
function explanationOf({ name, from, to, bump }: Release, causes: Cause[]): ReleaseExplanation {
  return { kind: 'released', name, from, to, bump, causes: causes as unknown as [Cause, ...Cause[]] }
}

function causeOf(
  reason: Reason,
  changes: ReadonlyMap<ChangeId, Change>,
  tell: (name: PackageName) => ReleaseExplanation | Reference,
): Cause {
  switch (reason.kind) {
    case 'change': {
      const change = changes.get(reason.change)
      if (change !== undefined) return { kind: 'change', change, bump: reason.bump }
      return { kind: 'other', reason: { kind: 'override', by: reason.change } }
    }
    case 'out-of-range':
    case 'always':
      return { kind: 'dependency', reason, because: tell(reason.dependency) }
    case 'fixed-group':
    case 'linked-group':
      return { kind: 'group', reason, because: tell(reason.leader) }
    default:
      return { kind: 'other', reason }
  }
}

function groupReasons({ settings }: Snapshot): readonly Omit<GroupReason, 'leader'>[] {
  return [
    ...settings.fixed.map((group) => ({ kind: 'fixed-group', group }) as const),
    ...settings.linked.map((group) => ({ kind: 'linked-group', group }) as const),
  ]
}

/**
 * The reasons of a plan name who raised a package last. With a group in a circle of dependencies that may be somebody
 * whom it raised itself, while the change that began it all stands at a third member. For a package whose reasons lead
 * to no change, the member of its group to follow instead.
 */
function groupBeginnings(
  { releases }: ReleasePlan,
  groups: readonly Omit<GroupReason, 'leader'>[],
): ReadonlyMap<PackageName, GroupReason> {
  const followers = new Map<PackageName, PackageName[]>(releases.map(({ name }) => [name, []]))
  const grounded = new Set<PackageName>()
  const queue: PackageName[] = []
  const ground = (name: PackageName): void => {
    if (!grounded.has(name)) queue.push(name)
    grounded.add(name)
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const follower of followers.get(next) ?? []) {
        if (!grounded.has(follower)) queue.push(follower)
        grounded.add(follower)
      }
    }
  }
  for (const { name, reasons } of releases) {
    for (const reason of reasons) followers.get(sourceOf(reason) ?? '')?.push(name)
  }
  for (const { name, reasons } of releases) if (reasons.some(({ kind }) => beginnings.has(kind))) ground(name)
  const begun = new Map<PackageName, GroupReason>()
  const released = new Set(followers.keys())
  // A group may stand on the beginning that another one gives.
  for (let found = -1; found < begun.size;) {
    found = begun.size
    for (const reason of groups) {
      const leader = reason.group.find((member) => grounded.has(member))
      for (const name of leader === undefined ? [] : reason.group) {
        if (leader === undefined || grounded.has(name) || !released.has(name)) continue
        begun.set(name, { ...reason, leader })
        ground(name)
      }
    }
  }
  return begun
}

function sourceOf(reason: Reason): PackageName | undefined {
  switch (reason.kind) {
    case 'out-of-range':
    case 'always':
      return reason.dependency
    case 'fixed-group':
    case 'linked-group':
      return reason.leader
    default:
      return undefined
  }
}
