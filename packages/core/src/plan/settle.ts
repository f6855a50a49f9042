/**
 * Settles every bump: from what the changes ask for, over dependents and groups, until nothing moves. A bump is only
 * ever raised, so each package is looked at again at most a few times, and the work is linear in packages and edges.
 * The stages are those of Changesets (dependents to the end, then groups, again), because what a range like
 * `1.0.1 || 2.0.0` sees on the way is part of its answer.
 */
import { compareBumps, type Bump } from '../bump.ts'
import { pastBurned, type BurnedOf } from './burned.ts'
import { relationOf, type Cascade } from './cascade.ts'
import { isMadeAnew, passOver } from './entry-order.ts'
import { isFolderFollowed, type DependencyUse, type Edge, type Graph } from './graph.ts'
import { nextByCommits } from '../changes/commit-presets.ts'
import type { Group, Groups } from './groups.ts'
import type { PackageName, Range, Version } from '../names.ts'
import { effectiveRange } from './range.ts'
import type { RangeRelation, Settings } from '../settings.ts'
import { incrementVersion, isPrerelease, parseVersion, satisfies, type PreCounter } from '../versions.ts'
import type { Package } from '../workspace.ts'

/** What raised a package to where it stands, as it was at that moment. */
export type Cause =
  | { readonly kind: 'change' }
  | {
      readonly kind: 'edge'
      readonly edge: Edge
      readonly use: DependencyUse
      readonly next: Version
      readonly bump: Bump
    }
  | { readonly kind: 'group'; readonly group: Group; readonly leader: PackageName }
  | { readonly kind: 'pre-exit' }

export type Settled = {
  readonly pkg: Package
  /** `none`: in the plan only for its ranges. */
  readonly bump: Bump
  /** The version that is incremented: the package's own, or the highest of its group. */
  readonly base: Version
  readonly cause: Cause
  /** What released it at first. What raised it afterwards may itself have come of that: here nothing leads around. */
  readonly entered: Cause
}

export type Laws = {
  readonly graph: Graph
  readonly groups: Groups
  readonly settings: Settings
  readonly cascade: Cascade
  readonly counters: ReadonlyMap<PackageName, PreCounter>
  /** `pre`: versions carry the counter. */
  readonly inPreMode: boolean
  /** `exit`: prereleases become final. */
  readonly leavesPre: boolean
  readonly isSkipped: (pkg: Package) => boolean
  /** Packages that lose their prerelease suffix at the end of pre mode, before anything spreads. */
  readonly leavingPre: ReadonlySet<Package>
  /** Versions that changes ask for by name; they stand whatever the bump. */
  readonly exact: ReadonlyMap<PackageName, Version>
  /** Versions that are skipped; undefined where there are none. */
  readonly burned: BurnedOf | undefined
  /** How releases relate to the ranges that were asked about: dependents write the same few again and again. */
  readonly relations: Map<Settled, Map<Range, RangeRelation | undefined>>
}

export function settleBumps(asked: ReadonlyMap<PackageName, Bump>, laws: Laws): ReadonlyMap<PackageName, Settled> {
  const settled = new Map<PackageName, Settled>()
  const queue: PackageName[] = []
  const touched = new Set<Group>()
  // Where in the queue a package was before its release was made anew: there it still is the old one.
  const madeAnew = new Map<PackageName, number>()
  const pass = passOver(queue)

  const set: Setter = ({ pkg, bump, base, cause }) => {
    const { name } = pkg
    const before = settled.get(name)
    const entered = before === undefined || before.bump === 'none' ? cause : before.entered
    settled.set(name, { pkg, bump, base, cause, entered })
    const isNew = isMadeAnew(cause, laws.settings)
    if (before?.bump === 'none' && isNew) madeAnew.set(name, queue.length)
    if (before === undefined) pass.entered(name)
    else if (cause.kind === 'edge' && !isNew) pass.raised(name)
    queue.push(name)
    if (laws.groups.of.size === 0) return
    for (const group of laws.groups.of.get(name) ?? []) touched.add(group)
  }

  for (const [name, bump] of asked) {
    const pkg = laws.graph.packages.get(name)
    if (pkg?.version === undefined || laws.isSkipped(pkg)) continue
    set({ pkg, bump: capped(bump, laws), base: pkg.version, cause: { kind: 'change' } })
  }
  for (const pkg of laws.leavingPre) {
    const now = settled.get(pkg.name)
    if (pkg.version === undefined || (now !== undefined && now.bump !== 'none')) continue
    set({ pkg, bump: 'patch', base: pkg.version, cause: { kind: 'pre-exit' } })
  }
  while (queue.length > 0) {
    for (let at = 0; at < queue.length; at += 1) {
      const name = queue[at] ?? ''
      const entry = settled.get(name)
      if (entry === undefined) continue
      pass.reached(at)
      const isOld = at < (madeAnew.get(name) ?? 0)
      spreadToDependents(isOld ? { ...entry, bump: 'none' } : entry, settled, laws, set)
    }
    queue.length = 0
    madeAnew.clear()
    const due = laws.groups.all.filter((group) => touched.has(group))
    touched.clear()
    for (const group of due) levelGroup(group, settled, laws, set)
    pass.begin()
  }
  return settled
}

/** The version a settled package gets, before a snapshot release replaces it. */
export function nextVersion(entry: Settled, laws: Laws): Version {
  const version = wantedVersion(entry, laws)
  return laws.burned === undefined || entry.bump === 'none'
    ? version
    : pastBurned(version, laws.burned.get(entry.pkg.name))
}

/** The same as if no version were burned. */
export function wantedVersion({ pkg, bump, base }: Settled, laws: Laws): Version {
  const pre = laws.inPreMode ? laws.counters.get(pkg.name) : undefined
  const given = effectiveBump(bump, base, laws.settings)
  const exact = given === 'none' ? undefined : laws.exact.get(pkg.name)
  if (exact !== undefined) return exact
  if (laws.inPreMode) return incrementVersion(base, given, pre)
  const { leavesPre, settings } = laws
  return nextByCommits({ name: pkg.name, version: base, bump: given, leavesPre }, settings)
}

/** What a 0.x package does with a bump. */
export function effectiveBump(bump: Bump, base: Version, settings: Settings): Bump {
  if (settings.zeroMajor === 'none' || parseVersion(base)?.major !== 0) return bump
  if (bump === 'major') return 'minor'
  return bump === 'minor' && settings.zeroMajor === 'shift' ? 'patch' : bump
}

/** What one use of a released dependency asks of its dependent; undefined when it asks for nothing. */
export function demandOf(
  use: DependencyUse,
  edge: Edge,
  release: Settled,
  next: Version,
  laws: Laws,
): { readonly bump: Bump; readonly relation: RangeRelation } | undefined {
  const relation = relationSeen(use, edge, release, next, laws)
  if (relation === undefined) return undefined
  const bump = laws.cascade(edge.dependent, use.field, relation)
  return bump === undefined ? undefined : { bump: capped(bump, laws), relation }
}

type Setter = (entry: Omit<Settled, 'entered'>) => void

function spreadToDependents(
  release: Settled,
  settled: ReadonlyMap<PackageName, Settled>,
  laws: Laws,
  set: Setter,
): void {
  const edges = laws.graph.dependents.get(release.pkg.name) ?? []
  if (edges.length === 0) return
  const next = nextVersion(release, laws)
  for (let at = 0; at < edges.length; at += 1) {
    const edge = edges[at]
    if (edge === undefined || edge.notFollowed !== undefined) continue
    const pkg = edge.dependent
    const now = settled.get(pkg.name)
    if (laws.isSkipped(pkg)) {
      const [use] = edge.uses
      if (now === undefined && use !== undefined) {
        set({ pkg, bump: 'none', base: pkg.version ?? '0.0.0', cause: { kind: 'edge', edge, use, next, bump: 'none' } })
      }
      continue
    }
    if (release.bump === 'none' || pkg.version === undefined) continue
    const demand = highestDemand(edge, release, next, laws)
    if (demand === undefined || (now !== undefined && compareBumps(demand.bump, now.bump) <= 0)) continue
    const cause = { kind: 'edge', edge, use: demand.use, next, bump: demand.bump } as const
    set({ pkg, bump: demand.bump, base: now?.base ?? pkg.version, cause })
  }
}

function highestDemand(
  edge: Edge,
  release: Settled,
  next: Version,
  laws: Laws,
): { readonly bump: Bump; readonly use: DependencyUse } | undefined {
  let highest: { readonly bump: Bump; readonly use: DependencyUse } | undefined
  for (let at = 0; at < edge.uses.length; at += 1) {
    const use = edge.uses[at]
    const demand = use === undefined ? undefined : demandOf(use, edge, release, next, laws)
    if (use === undefined || demand === undefined) continue
    if (highest === undefined || compareBumps(demand.bump, highest.bump) > 0) highest = { bump: demand.bump, use }
  }
  return highest
}

/** What a release has to do with a range, which is the same wherever it is written for that package. */
function relationSeen(
  use: DependencyUse,
  edge: Edge,
  release: Settled,
  next: Version,
  laws: Laws,
): RangeRelation | undefined {
  const { settings, relations } = laws
  if (isFolderFollowed(use, settings)) return relationOf(release.bump, true)
  const relation = (): RangeRelation | undefined => {
    const range = rangeSeen(use, edge, release, settings)
    return range === undefined ? undefined : relate(range, release, next, settings)
  }
  if (use.key !== edge.dependency.name || !use.linked) return relation()
  let known = relations.get(release)
  if (known === undefined) relations.set(release, (known = new Map()))
  if (known.has(use.range)) return known.get(use.range)
  const found = relation()
  known.set(use.range, found)
  return found
}

/** The range as the rules read it: Changesets takes a text it does not understand for one that nothing satisfies. */
function rangeSeen(use: DependencyUse, edge: Edge, release: Settled, settings: Settings): string | undefined {
  const { dependency } = edge
  if (settings.rules === 'topsail') {
    return use.linked ? effectiveRange(use.resolved, dependency.version ?? release.base, dependency.dir) : undefined
  }
  if (use.key !== dependency.name || use.range === '') return undefined
  if (settings.everyReleaseLeavesWorkspaceOperators === true && settings.rules === 'changesets@2') {
    if (use.form.kind === 'workspace-operator') return use.form.operator
  }
  return use.range.startsWith('workspace:')
    ? effectiveRange(use.form.kind === 'alias' ? { kind: 'tag' } : use.form, release.base, dependency.dir)
    : use.range
}

function relate(range: string, release: Settled, next: Version, settings: Settings): RangeRelation {
  const inRange = satisfies(next, range)
  if (!inRange && settings.rules === 'topsail' && isPrerelease(next)) {
    const parsed = parseVersion(next)
    const final = parsed === undefined ? next : `${parsed.major}.${parsed.minor}.${parsed.patch}`
    if (satisfies(final, range)) return 'out-by-prerelease'
  }
  return relationOf(release.bump, inRange)
}

function levelGroup(group: Group, settled: ReadonlyMap<PackageName, Settled>, laws: Laws, set: Setter): void {
  const leader = leaderOf(group, settled)
  if (leader === undefined) return
  for (const pkg of group.members) {
    if (laws.isSkipped(pkg)) continue
    const now = settled.get(pkg.name)
    if (group.kind === 'linked' && (now === undefined || now.bump === 'none')) continue
    const base = group.highestVersion
    if (now !== undefined && now.bump === leader.bump && now.base === base) continue
    // What only moves to the group's version keeps the cause it was released for.
    const cause =
      now !== undefined && now.bump === leader.bump
        ? now.cause
        : ({ kind: 'group', group, leader: leader.pkg.name } as const)
    set({ pkg, bump: leader.bump, base, cause })
  }
}

/** The member with the highest bump, the first by the group's order; undefined when none is released. */
function leaderOf(group: Group, settled: ReadonlyMap<PackageName, Settled>): Settled | undefined {
  let leader: Settled | undefined
  for (const { name } of group.members) {
    const entry = settled.get(name)
    if (entry === undefined || entry.bump === 'none') continue
    if (leader === undefined || compareBumps(entry.bump, leader.bump) > 0) leader = entry
  }
  return leader
}

function capped(bump: Bump, { settings }: Laws): Bump {
  return compareBumps(bump, settings.maxBump) > 0 ? settings.maxBump : bump
}
