/**
 * What to ask a changelog generator for each release: which changes get a line, and which dependencies the release brings
 * with it. Under the presets named after Changesets both are what Changesets asks, in its order; under `topsail` only
 * what is released is named, by name, and ranges that Changesets does not understand count too.
 */
import { compareBumps, type Bump } from '../bump.ts'
import type { Change, ChangeId } from '../change.ts'
import { listedReleases, type ListedRelease } from './listed-releases.ts'
import type { PackageName, Range } from '../names.ts'
import { changesAsListed } from '../plan/admit.ts'
import { effectiveRange, parseRangeForm, targetOf, throughCatalog, type RangeForm } from '../plan/range.ts'
import { compareText } from '../record.ts'
import type { Release, ReleasePlan } from '../release-plan.ts'
import type { Settings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import { satisfies } from '../versions.ts'
import type { Package } from '../workspace.ts'

export type ReleasedBump = Exclude<Bump, 'none'>

/** What one entry is written from. */
export type ChangelogRequest = {
  readonly release: Release
  readonly package: Package
  readonly lines: readonly { readonly change: Change; readonly bump: ReleasedBump }[]
  /** Releases whose new version this release brings with it. */
  readonly dependencies: readonly ListedRelease[]
  /** The changes behind `dependencies`, each commit once. */
  readonly dependencyChanges: readonly Change[]
}

export function changelogRequests(plan: ReleasePlan, snapshot: Snapshot): ChangelogRequest[] {
  const releases = new Map(plan.releases.map((release) => [release.name, release]))
  const listed = new Map(
    listedReleases(plan, snapshot).map((release, position) => [release.name, { release, position }]),
  )
  const changes = new Map(changesAsListed(plan.changes).map((change, position) => [change.id, { change, position }]))
  return [...listed.values()].flatMap(({ release: { name, package: pkg } }) => {
    const release = releases.get(name)
    if (release === undefined) return []
    const dependencies =
      snapshot.settings.rules === 'topsail'
        ? updatedDependencies(release, pkg, listed, snapshot)
        : updatedAsChangesets(pkg, listed, snapshot.settings)
    return {
      release,
      package: pkg,
      lines: linesOf(release, changes),
      dependencies,
      dependencyChanges: changesBehind(dependencies, changes),
    }
  })
}

type Listed = ReadonlyMap<PackageName, { readonly release: ListedRelease; readonly position: number }>

/** By the range in `dependencies`, else by that in `peerDependencies`; one that Changesets does not understand lists nothing. */
function updatedAsChangesets(pkg: Package, listed: Listed, settings: Settings): ListedRelease[] {
  const plain = new Map(rangesIn(pkg.manifest.dependencies).filter(([, range]) => range !== ''))
  const ranges = new Map([...rangesIn(pkg.manifest.peerDependencies), ...plain])
  return [...ranges]
    .flatMap(([name, range]) => {
      const found = listed.get(name)
      const isPeer = !plain.has(name)
      return found !== undefined && isCarried(found.release, range, isPeer, settings) ? found : []
    })
    .sort((a, b) => a.position - b.position)
    .map(({ release }) => release)
}

function isCarried(release: ListedRelease, range: Range, isPeer: boolean, settings: Settings): boolean {
  if (settings.everyReleaseRewritesWorkspaceRanges === true && range.startsWith('workspace:')) return true
  const form = parseRangeForm(range)
  if (form.kind === 'workspace-exact') return true
  if (form.kind === 'workspace-path') return form.path === release.package.dir
  if (range === '' || !isUnderstood(form)) return false
  const seen = effectiveRange(form, release.from, release.package.dir)
  if (seen === undefined || !satisfies(release.to, seen)) return true
  if (isPeer) return !settings.onlyUpdatePeerDependentsWhenOutOfRange
  return compareBumps(release.bump, settings.updateInternalDependencies) >= 0
}

function isUnderstood({ kind }: RangeForm): boolean {
  return kind === 'range' || kind === 'workspace-range' || kind === 'workspace-operator'
}

/** By the range in `dependencies`, else by that in `peerDependencies`, catalogs and aliases seen through. */
function updatedDependencies(dependent: Release, pkg: Package, listed: Listed, snapshot: Snapshot): ListedRelease[] {
  const found = new Map<PackageName, ListedRelease>()
  const seen = new Set<PackageName>()
  const written = new Set(dependent.rangeEdits.map(({ field, dependency }) => `${field} ${dependency}`))
  for (const field of ['dependencies', 'peerDependencies'] as const) {
    for (const [key, range] of rangesIn(pkg.manifest[field])) {
      if (seen.has(key)) continue
      seen.add(key)
      const plain = parseRangeForm(range)
      const form = throughCatalog(plain, key, snapshot.workspace.catalogs)
      const release = listed.get(targetOf(form, key))?.release
      if (release === undefined || release.name === pkg.name) continue
      const standing = { form, isPlain: plain.kind === 'range', field }
      if (written.has(`${field} ${key}`) || isBroughtAlong(release, standing, snapshot.settings)) {
        found.set(release.name, release)
      }
    }
  }
  return [...found.values()].sort((a, b) => compareText(a.name, b.name))
}

type Standing = { readonly form: RangeForm; readonly isPlain: boolean; readonly field: string }

/** By a range that the release does not rewrite: because it follows the version by itself, or holds it anyway. */
function isBroughtAlong(release: ListedRelease, { form, isPlain, field }: Standing, settings: Settings): boolean {
  const { from, to, bump, package: pkg } = release
  const { dir } = pkg
  const before = effectiveRange(form, from, dir)
  const after = effectiveRange(form, to, dir)
  if (before === undefined || after === undefined) return false
  if (!satisfies(to, before)) return isPlain || satisfies(to, after)
  if (field === 'peerDependencies') return !settings.onlyUpdatePeerDependentsWhenOutOfRange
  return compareBumps(bump, settings.updateInternalDependencies) >= 0
}

function rangesIn(section: unknown): (readonly [PackageName, Range])[] {
  if (typeof section !== 'object' || section === null) return []
  return Object.entries(section).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}

type Placed = ReadonlyMap<ChangeId, { readonly change: Change; readonly position: number }>

function linesOf(release: Release, changes: Placed): ChangelogRequest['lines'] {
  return inOrder(release.changes, changes).flatMap((change) => {
    const bump = Object.hasOwn(change.bumps, release.name) ? change.bumps[release.name] : undefined
    return bump === undefined || bump === 'none' ? [] : { change, bump }
  })
}

function changesBehind(dependencies: readonly ListedRelease[], changes: Placed): Change[] {
  const commits = new Set<string>()
  const ids = new Set(dependencies.flatMap((release) => release.changes))
  return inOrder([...ids], changes).filter((change) => {
    if (change.kind !== 'commit') return true
    const first = !commits.has(change.commit)
    commits.add(change.commit)
    return first
  })
}

function inOrder(ids: readonly ChangeId[], changes: Placed): Change[] {
  return ids
    .flatMap((id) => changes.get(id) ?? [])
    .sort((a, b) => a.position - b.position)
    .map(({ change }) => change)
}
