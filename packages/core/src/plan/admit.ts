/**
 * Which changes count in this plan. A changeset that names an unknown package, or mixes packages that are released with
 * packages that are not, is quarantined; one that only names packages left out of releases stays on disk without
 * effect; one that pre mode has used waits for the exit.
 */
import { compareBumps, type Bump } from '../bump.ts'
import { bumpEntries } from '../bump-entries.ts'
import type { Change, ChangeId, ChangesetChange } from '../change.ts'
import { lineNaming } from '../changes/changesets.ts'
import { closestName } from '../closest-name.ts'
import type { PackageName, Version } from '../names.ts'
import { usedInPre } from './pre.ts'
import type { Place, Problem } from '../problem.ts'
import { compareText } from '../record.ts'
import type { Settings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import { targetsOf } from '../release/targets.ts'
import type { Package } from '../workspace.ts'

/** Asked for at the command line or by `what-if`, on top of what the snapshot holds. */
export type PlanOptions = {
  readonly extraChanges?: readonly Change[]
  readonly dropChanges?: readonly ChangeId[]
}

export type Admitted = {
  /** In the plan's order: changesets by path, then commits, then overrides. */
  readonly counted: readonly Change[]
  /** Sound changesets, whether they count now or were used in pre mode. */
  readonly changesets: readonly ChangesetChange[]
  readonly problems: readonly Problem[]
}

export type SkipReason = 'private' | 'no-version' | 'ignored'

/** Why a package takes no part in releases; undefined when it does. */
export function skipReason(
  pkg: Package,
  settings: Settings,
  ignored: ReadonlySet<PackageName>,
): SkipReason | undefined {
  if (ignored.has(pkg.name)) return 'ignored'
  if (pkg.private && !settings.privatePackages.version && targetsOf(pkg, settings).length === 0) return 'private'
  return pkg.version === undefined ? 'no-version' : undefined
}

export function admitChanges(
  changes: readonly Change[],
  snapshot: Snapshot,
  packages: ReadonlyMap<PackageName, Package>,
  skip: (pkg: Package) => SkipReason | undefined,
  options: PlanOptions,
): Admitted {
  const problems: Problem[] = []
  const changesets: ChangesetChange[] = []
  const others: Change[] = []
  const dropped = new Set(options.dropChanges)
  const placeOf = placesIn(snapshot)
  const extra = options.extraChanges ?? []
  for (const change of extra.length === 0 ? changes : [...changes, ...extra]) {
    // Hashing the ids of a long history is worth it only where something is dropped.
    if (dropped.size > 0 && dropped.has(change.id)) continue
    if (change.kind !== 'changeset') others.push(change)
    else if (isSound(change, placeOf, packages, skip, problems)) changesets.push(change)
  }
  changesets.sort((a, b) => compareText(a.file, b.file))
  const used = snapshot.pre?.mode === 'pre' ? usedInPre(changesets, snapshot.pre) : new Set()
  const counted = changesets.filter((change) => !used.has(change) && hasEffect(change, packages, skip))
  return { counted: [...counted, ...others], changesets, problems }
}

/** In the order in which Changesets reads their files: those that pre mode has set aside come last. */
export function changesAsListed(changes: readonly Change[]): readonly Change[] {
  const isSetAside = (change: Change): boolean =>
    change.kind === 'changeset' && change.file.startsWith('.changeset/pre/')
  if (!changes.some(isSetAside)) return changes
  const changesets = changes.filter(({ kind }) => kind === 'changeset')
  return [
    ...changesets.filter((change) => !isSetAside(change)),
    ...changesets.filter(isSetAside),
    ...changes.filter(({ kind }) => kind !== 'changeset'),
  ]
}

/** One change that names a package, and what it asks of it. */
export type Asked = { readonly change: Change; readonly bump: Bump }

/** What each package is asked for, in the order of the changes. */
export function askedByPackage(changes: readonly Change[]): ReadonlyMap<PackageName, readonly Asked[]> {
  const asked = new Map<PackageName, Asked[]>()
  for (const change of changes) {
    const entries = bumpEntries(change.bumps)
    for (let at = 0; at < entries.length; at += 1) {
      const name = entries[at]?.[0] ?? ''
      const bump = entries[at]?.[1] ?? 'none'
      const list = asked.get(name)
      if (list === undefined) asked.set(name, [{ change, bump }])
      else list.push({ change, bump })
    }
  }
  return asked
}

/** The highest bump asked of each package; an operator's override replaces what the changes say. */
export function askedBumps(asked: ReturnType<typeof askedByPackage>): ReadonlyMap<PackageName, Bump> {
  const highest = new Map<PackageName, Bump>()
  for (const [name, list] of asked) {
    let now: Bump = 'none'
    for (let at = 0; at < list.length; at += 1) {
      const bump = list[at]?.bump ?? 'none'
      if (list[at]?.change.kind === 'override' || compareBumps(bump, now) > 0) now = bump
    }
    highest.set(name, now)
  }
  return highest
}

/** What changes ask for by version; the newest stands, as changes come oldest first. */
export function exactVersions(changes: readonly Change[]): ReadonlyMap<PackageName, Version> {
  const exact = new Map<PackageName, Version>()
  for (const change of changes) {
    if (change.kind !== 'commit' || change.versions === undefined) continue
    for (const name in change.versions) exact.set(name, change.versions[name] ?? '')
  }
  return exact
}

function isSound(
  change: ChangesetChange,
  placeOf: PlaceOf,
  packages: ReadonlyMap<PackageName, Package>,
  skip: (pkg: Package) => SkipReason | undefined,
  problems: Problem[],
): boolean {
  const names = Object.keys(change.bumps)
  const known = names.flatMap((name) => packages.get(name) ?? [])
  if (known.length < names.length) {
    for (const name of names) {
      if (packages.has(name)) continue
      const closest = problems.length < mostClosest ? closestName(name, packages.keys()) : undefined
      const place = placeOf(change, name)
      problems.push({ code: 'CHANGESET_UNKNOWN_PACKAGE', severity: 'quarantined', place, name, closest })
    }
    return false
  }
  const ignored = known.filter((pkg) => skip(pkg) !== undefined).map(({ name }) => name)
  const released = known.filter((pkg) => skip(pkg) === undefined).map(({ name }) => name)
  if (ignored.length > 0 && released.length > 0) {
    const place = placeOf(change, ignored[0])
    problems.push({ code: 'CHANGESET_MIXES_IGNORED', severity: 'quarantined', place, ignored, released })
    return false
  }
  for (const pkg of known) {
    const why = skip(pkg)
    if (why === undefined) continue
    const place = placeOf(change, pkg.name)
    problems.push({ code: 'CHANGESET_WITHOUT_EFFECT', severity: 'warning', place, name: pkg.name, why })
  }
  return true
}

/** Looking for a close name reads every name; more unknown names than this are listed without one. */
const mostClosest = 50

/** An empty changeset counts: it declines a release, and is consumed. */
function hasEffect(
  change: ChangesetChange,
  packages: ReadonlyMap<PackageName, Package>,
  skip: (pkg: Package) => SkipReason | undefined,
): boolean {
  const names = Object.keys(change.bumps)
  return names.length === 0 || names.some((name) => isReleased(packages.get(name), skip))
}

function isReleased(pkg: Package | undefined, skip: (pkg: Package) => SkipReason | undefined): boolean {
  return pkg !== undefined && skip(pkg) === undefined
}

export type PlaceOf = (change: ChangesetChange, name: PackageName | undefined) => Place

/** Where a changeset names a package. */
export function placesIn(snapshot: Snapshot): PlaceOf {
  let texts: ReadonlyMap<string, string> | undefined
  return (change, name) => {
    texts ??= new Map(snapshot.changesets.map(({ path, text }) => [path, text]))
    const text = texts.get(change.file)
    const line = text === undefined || name === undefined ? undefined : lineNaming(text, name)
    return { file: change.file, line }
  }
}
