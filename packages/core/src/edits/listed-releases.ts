/**
 * The releases of a plan as a changelog or a commit may name them, in the order in which it names them. Under the presets named
 * after Changesets that is the order in which Changesets comes upon them (changesets as their files are listed, then
 * dependents and groups, round by round), and packages that only have ranges rewritten are among them.
 */
import type { Bump } from '../bump.ts'
import type { Version } from '../names.ts'
import type { ListedPackage, ReleasePlan } from '../release-plan.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Package } from '../workspace.ts'

export type ListedRelease = ListedPackage & {
  readonly package: Package
  /** `none`: it is in the plan only for its ranges. */
  readonly bump: Bump
  readonly to: Version
}

export function listedReleases(plan: ReleasePlan, { workspace, settings }: Snapshot): readonly ListedRelease[] {
  const packages = new Map(workspace.packages.map((pkg) => [pkg.name, pkg]))
  const releases = new Map(plan.releases.map((release) => [release.name, release]))
  const listed = settings.rules === 'topsail' ? undefined : plan.listed
  return (listed ?? plan.releases).flatMap(({ name, from, changes }: ListedPackage) => {
    const pkg = packages.get(name)
    if (pkg === undefined) return []
    const { bump, to } = releases.get(name) ?? { bump: 'none' as const, to: pkg.version ?? from }
    return [{ name, from, changes, package: pkg, bump, to }]
  })
}
