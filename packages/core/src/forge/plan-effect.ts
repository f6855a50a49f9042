/**
 * What a pull request does to the release plan: the plan of the base branch against the plan with the pull request
 * merged. A release that it asks for itself (a changeset or commit of its own names it) is told apart from one that
 * rides along, because a dependency or a group moved it. What was pending before and stays as it was is only counted.
 */
import type { Bump } from '../bump.ts'
import type { Change, ChangeId } from '../change.ts'
import type { PackageName, Path, Version } from '../names.ts'
import type { Reason, Release, ReleasePlan } from '../release-plan.ts'

export type ReleaseEffect = {
  readonly name: PackageName
  readonly dir: Path
  readonly private: boolean
  /**
   * new: not released before. raised, lowered: by another bump. moved: to another version by the same bump. joined: the
   * release stays as it was, and holds a change of the pull request. dropped: released no more.
   */
  readonly how: 'new' | 'raised' | 'lowered' | 'moved' | 'joined' | 'dropped'
  /** A change of the pull request names it. */
  readonly own: boolean
  readonly from: Version
  /** What base would release. */
  readonly before: { readonly to: Version; readonly bump: Bump } | undefined
  readonly after: { readonly to: Version; readonly bump: Bump } | undefined
  /** Of the release as it will be; of a dropped one, as it was. */
  readonly reasons: readonly Reason[]
}

export type PlanEffect = {
  /** What comes first is published first; what is dropped comes last. */
  readonly releases: readonly ReleaseEffect[]
  /** The releases of `releases` that will be, in waves of publishing. */
  readonly order: readonly (readonly PackageName[])[]
  /** Releases of base that the pull request does not touch. */
  readonly untouched: number
  /** Changes that only the pull request brings. */
  readonly changes: readonly Change[]
}

export function planEffect(before: ReleasePlan, after: ReleasePlan): PlanEffect {
  const known = new Set(before.changes.map((change) => identityOf(change)))
  const changes = after.changes.filter((change) => !known.has(identityOf(change)))
  const own = new Set(changes.map(({ id }) => id))
  const old = byName(before)
  const touched = new Map<PackageName, ReleaseEffect>()
  for (const release of after.releases) {
    const effect = effectOf(old.get(release.name), release, own)
    if (effect !== undefined) touched.set(release.name, effect)
  }
  const now = byName(after)
  const dropped = before.releases.filter(({ name }) => !now.has(name)).map(droppedEffect)
  const order = after.order.map((wave) => wave.filter((name) => touched.has(name))).filter((wave) => wave.length > 0)
  return {
    releases: [...order.flatMap((wave) => wave.flatMap((name) => touched.get(name) ?? [])), ...dropped],
    order,
    untouched: after.releases.length - touched.size,
    changes,
  }
}

/** An edited changeset is another change under the same id. */
function identityOf(change: Change): string {
  return change.kind === 'commit' ? change.id : `${change.id}\n${change.summary}\n${bumpsOf(change)}`
}

function bumpsOf({ bumps }: Change): string {
  return Object.entries(bumps)
    .map(([name, bump]) => `${name}=${bump}`)
    .sort()
    .join('\n')
}

function byName({ releases }: ReleasePlan): ReadonlyMap<PackageName, Release> {
  return new Map(releases.map((release) => [release.name, release]))
}

function effectOf(
  before: Release | undefined,
  after: Release,
  changes: ReadonlySet<ChangeId>,
): ReleaseEffect | undefined {
  const own = after.changes.some((id) => changes.has(id))
  const how = howOf(before, after) ?? (own ? 'joined' : undefined)
  if (how === undefined) return undefined
  const { name, dir, from, reasons } = after
  return {
    name,
    dir,
    private: after.private,
    how,
    own,
    from,
    before: before && { to: before.to, bump: before.bump },
    after: { to: after.to, bump: after.bump },
    reasons: reasons.toSorted((a, b) => Number(isNew(b, changes)) - Number(isNew(a, changes))),
  }
}

/** What the pull request brings is told first. */
function isNew(reason: Reason, changes: ReadonlySet<ChangeId>): boolean {
  return reason.kind === 'change' && changes.has(reason.change)
}

const ranks: Readonly<Record<Bump, number>> = { none: 0, patch: 1, minor: 2, major: 3 }

function howOf(before: Release | undefined, after: Release): ReleaseEffect['how'] | undefined {
  if (before === undefined) return 'new'
  const step = ranks[after.bump] - ranks[before.bump]
  if (step !== 0) return step > 0 ? 'raised' : 'lowered'
  return before.to === after.to ? undefined : 'moved'
}

function droppedEffect({ name, dir, from, to, bump, reasons, private: isPrivate }: Release): ReleaseEffect {
  const before = { to, bump }
  return { name, dir, private: isPrivate, how: 'dropped', own: false, from, before, after: undefined, reasons }
}
