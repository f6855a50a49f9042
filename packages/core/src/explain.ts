/**
 * Why a package is released, down to the changes that began it, or why it is not. Read off the plan; nothing is
 * decided again. Every package is told once, nearest to the question; where it comes up again a reference stands, so
 * cycles end and the whole is no larger than the plan.
 */
import { skipReason, type SkipReason } from './admit.ts'
import type { Bump } from './bump.ts'
import type { Change, ChangeId } from './change.ts'
import { closestName } from './closest-name.ts'
import { buildGraph, type Edge, type NotFollowed } from './graph.ts'
import type { PackageName, Range, Version } from './names.ts'
import { effectiveRange } from './range.ts'
import type { RangeEdit, Reason, Release, ReleasePlan } from './release-plan.ts'
import { resolveChanges } from './resolve.ts'
import type { Snapshot } from './snapshot.ts'
import { satisfies } from './versions.ts'
import type { DependencyField, Package } from './workspace.ts'

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
export type Reference = { readonly kind: 'reference'; readonly name: PackageName }

export type UnknownPackage = {
  readonly kind: 'unknown'
  readonly name: string
  readonly closest: PackageName | undefined
}

export type NotReleased = {
  readonly kind: 'not-released'
  readonly name: PackageName
  /** Why it takes no part in releases at all. */
  readonly skipped: SkipReason | undefined
  /** Changes that name it and ask for `none`. */
  readonly declined: readonly Change[]
  /** Changes that name it but do not count: quarantined, or used by an earlier prerelease. */
  readonly uncounted: readonly Change[]
  /** Released dependencies, and why they leave the package alone. */
  readonly dependencies: readonly QuietEdge[]
  /** Linked groups with released members: they only take along what is released anyway. */
  readonly linked: readonly (readonly PackageName[])[]
  /** Its version stays; these ranges are rewritten. */
  readonly rewritten: readonly RangeEdit[]
}

export type QuietEdge = {
  readonly dependency: PackageName
  readonly field: DependencyField
  readonly range: Range
  readonly next: Version
  /** `asks-nothing`: out of range, but the rules ask nothing for this kind of edge. */
  readonly why: 'in-range' | 'asks-nothing' | NotFollowed
}

export function explainRelease(plan: ReleasePlan, snapshot: Snapshot, name: string): Explanation {
  const release = plan.releases.find((candidate) => candidate.name === name)
  if (release !== undefined) return explainReleased(release, plan)
  const pkg = snapshot.workspace.packages.find((candidate) => candidate.name === name)
  if (pkg !== undefined) return explainAbsence(pkg, plan, snapshot)
  const names = snapshot.workspace.packages.map((candidate) => candidate.name)
  return { kind: 'unknown', name, closest: closestName(name, names) }
}

/** From a package down to the change that raised it, following first causes; each step is nearer to the change. */
export function chainOf(explanation: ReleaseExplanation): readonly Cause[] {
  const told = new Map<PackageName, ReleaseExplanation>()
  collect(explanation, told)
  const chain: Cause[] = []
  const seen = new Set<PackageName>()
  for (let at: ReleaseExplanation | undefined = explanation; at !== undefined && !seen.has(at.name);) {
    seen.add(at.name)
    const [cause]: readonly [Cause, ...Cause[]] = at.causes
    chain.push(cause)
    at = cause.kind === 'dependency' || cause.kind === 'group' ? told.get(cause.because.name) : undefined
  }
  return chain
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
function explainReleased(root: Release, plan: ReleasePlan): ReleaseExplanation {
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
  for (const entry of queue) {
    for (const reason of entry.release.reasons) entry.causes.push(causeOf(reason, changes, tell))
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

function explainAbsence(pkg: Package, plan: ReleasePlan, snapshot: Snapshot): NotReleased {
  const { settings } = snapshot
  const counted = new Set(plan.changes.map(({ id }) => id))
  const naming = (change: Change) => Object.hasOwn(change.bumps, pkg.name)
  const released = new Set(plan.releases.map(({ name }) => name))
  return {
    kind: 'not-released',
    name: pkg.name,
    skipped: skipReason(pkg, settings, new Set(settings.ignore)),
    declined: plan.changes.filter((change) => naming(change) && change.bumps[pkg.name] === 'none'),
    uncounted: resolveChanges(snapshot).changes.filter((change) => naming(change) && !counted.has(change.id)),
    dependencies: quietEdges(pkg, plan, snapshot),
    linked: settings.linked.filter((group) => group.includes(pkg.name) && group.some((name) => released.has(name))),
    rewritten: plan.rewrites.find(({ name }) => name === pkg.name)?.rangeEdits ?? [],
  }
}

function quietEdges(pkg: Package, plan: ReleasePlan, { workspace, settings }: Snapshot): readonly QuietEdge[] {
  const edges = buildGraph(workspace, settings, settings.rules).dependencies.get(pkg.name) ?? []
  return edges.flatMap((edge) => {
    const release = plan.releases.find(({ name }) => name === edge.dependency.name)
    return release === undefined ? [] : edge.uses.map((use) => quietEdge(edge, use, release))
  })
}

function quietEdge(edge: Edge, { field, range, resolved }: Edge['uses'][number], { to, from }: Release): QuietEdge {
  const seen = effectiveRange(resolved, from, edge.dependency.dir)
  const inRange = seen !== undefined && satisfies(to, seen)
  const why = edge.notFollowed ?? (inRange ? 'in-range' : 'asks-nothing')
  return { dependency: edge.dependency.name, field, range, next: to, why }
}
