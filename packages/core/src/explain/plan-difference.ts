/** Two plans side by side: what is released in one only, or otherwise, and which problems come or go. */
import type { Bump } from '../bump.ts'
import type { PackageName, Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import type { Release, ReleasePlan } from '../release-plan.ts'

export type ReleaseMove = {
  readonly name: PackageName
  /** Undefined: not released. */
  readonly before: { readonly to: Version; readonly bump: Bump } | undefined
  readonly after: { readonly to: Version; readonly bump: Bump } | undefined
}

export type PlanDifference = {
  /** Sorted by name; empty when both plans release the same. */
  readonly releases: readonly ReleaseMove[]
  readonly appeared: readonly Problem[]
  readonly gone: readonly Problem[]
}

export function comparePlans(before: ReleasePlan, after: ReleasePlan): PlanDifference {
  const [old, now] = [byName(before), byName(after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].sort()
  return {
    releases: names.flatMap((name) => moveOf(name, old.get(name), now.get(name)) ?? []),
    appeared: only(after.problems, before.problems),
    gone: only(before.problems, after.problems),
  }
}

function byName({ releases }: ReleasePlan): ReadonlyMap<PackageName, Release> {
  return new Map(releases.map((release) => [release.name, release]))
}

function moveOf(name: PackageName, before: Release | undefined, after: Release | undefined): ReleaseMove | undefined {
  if (before?.to === after?.to && before?.bump === after?.bump) return undefined
  return { name, before: shown(before), after: shown(after) }
}

function shown(release: Release | undefined): ReleaseMove['before'] {
  return release === undefined ? undefined : { to: release.to, bump: release.bump }
}

function only(problems: readonly Problem[], others: readonly Problem[]): readonly Problem[] {
  const known = new Set(others.map((problem) => JSON.stringify(problem)))
  return problems.filter((problem) => !known.has(JSON.stringify(problem)))
}
