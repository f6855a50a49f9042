/**
 * Why a package is not released: what leaves it out altogether, what declined, what does not count, and the released
 * dependencies that were near but ask nothing of it.
 */
import { skipReason, type SkipReason } from '../plan/admit.ts'
import type { Change } from '../change.ts'
import { buildGraph, type Edge, type NotFollowed } from '../plan/graph.ts'
import type { PackageName, Range, Version } from '../names.ts'
import { effectiveRange } from '../plan/range.ts'
import type { RangeEdit, Release, ReleasePlan } from '../release-plan.ts'
import { resolveChanges } from '../changes/resolve.ts'
import type { Snapshot } from '../snapshot.ts'
import { satisfies } from '../versions.ts'
import type { DependencyField, Package } from '../workspace.ts'

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

export function explainAbsence(pkg: Package, plan: ReleasePlan, snapshot: Snapshot): NotReleased {
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
