/**
 * The releases of a plan as a changelog may name them, in the order in which it names them. Under the presets named
 * after Changesets that is the order in which Changesets comes upon them (changesets as their files are listed, then
 * dependents and groups, round by round), and packages that only have ranges rewritten are among them.
 */
import type { Bump } from '../bump.ts'
import type { Change, ChangeId } from '../change.ts'
import { asRulesSeeIt } from '../changes/members-seen.ts'
import type { PackageName, Version } from '../names.ts'
import { askedBumps, askedByPackage } from '../plan/admit.ts'
import { lawsOf } from '../plan/plan.ts'
import { leavePreMode } from '../plan/pre.ts'
import { isMadeAnew, settleBumps } from '../plan/settle.ts'
import type { ReleasePlan } from '../release-plan.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Package } from '../workspace.ts'

export type ListedRelease = {
  readonly name: PackageName
  readonly package: Package
  /** `none`: it is in the plan only for its ranges. */
  readonly bump: Bump
  /** The version that was incremented: under the presets of Changesets the highest of a group. */
  readonly from: Version
  readonly to: Version
  readonly changes: readonly ChangeId[]
}

export function listedReleases(plan: ReleasePlan, snapshot: Snapshot): readonly ListedRelease[] {
  const packages = new Map(snapshot.workspace.packages.map((pkg) => [pkg.name, pkg]))
  const released = new Map<PackageName, ListedRelease>()
  for (const { name, bump, from, to, changes } of plan.releases) {
    const pkg = packages.get(name)
    if (pkg !== undefined) released.set(name, { name, package: pkg, bump, from, to, changes })
  }
  if (snapshot.settings.rules === 'topsail') return [...released.values()]
  return [...asChangesetsLists(plan, snapshot, released), ...released.values()]
}

/** In the order of the files: those that pre mode has set aside come last. */
export function changesAsListed(plan: ReleasePlan): readonly Change[] {
  const isSetAside = (change: Change): boolean =>
    change.kind === 'changeset' && change.file.startsWith('.changeset/pre/')
  const changesets = plan.changes.filter(({ kind }) => kind === 'changeset')
  return [
    ...changesets.filter((change) => !isSetAside(change)),
    ...changesets.filter(isSetAside),
    ...plan.changes.filter(({ kind }) => kind !== 'changeset'),
  ]
}

/** Takes out of `released` what it lists. */
function asChangesetsLists(
  plan: ReleasePlan,
  snapshot: Snapshot,
  released: Map<PackageName, ListedRelease>,
): readonly ListedRelease[] {
  const { snapshot: seen } = asRulesSeeIt(snapshot)
  const changes = changesAsListed(plan)
  const asked = askedByPackage(changes)
  const laws = lawsOf(seen, changes)
  const settled = leavePreMode(settleBumps(askedBumps(asked), laws), laws, seen.pre, seen.settings.rules)
  const listed: ListedRelease[] = []
  for (const entry of settled.values()) {
    const { pkg, base } = entry
    if (pkg.version === undefined) continue
    const now = released.get(pkg.name)
    released.delete(pkg.name)
    const named = isMadeAnew(entry.entered, seen.settings) ? [] : (asked.get(pkg.name) ?? [])
    const ids = named.map(({ change }) => change.id)
    const { bump, to } = now ?? { bump: 'none' as const, to: pkg.version }
    listed.push({ name: pkg.name, package: pkg, bump, from: base, to, changes: ids })
  }
  return listed
}
