/**
 * Changelogs in the format of Changesets: what to ask a changelog generator for each release, how its lines become an
 * entry, and where the entry goes in the file. Lines stand in the order of the plan's changes; dependencies by name.
 */
import { compareBumps, type Bump } from './bump.ts'
import type { Change, ChangeId } from './change.ts'
import type { PackageName, Version } from './names.ts'
import { effectiveRange, parseRangeForm, targetOf, throughCatalog, type RangeForm } from './range.ts'
import { compareText } from './record.ts'
import type { Release, ReleasePlan } from './release-plan.ts'
import type { Settings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'
import { satisfies } from './versions.ts'
import type { Package } from './workspace.ts'

export type ReleasedBump = Exclude<Bump, 'none'>

/** What one entry is written from. */
export type ChangelogRequest = {
  readonly release: Release
  readonly package: Package
  readonly lines: readonly { readonly change: Change; readonly bump: ReleasedBump }[]
  /** Released dependencies whose new version this release brings with it. */
  readonly dependencies: readonly Release[]
  /** The changes behind `dependencies`, each commit once. */
  readonly dependencyChanges: readonly Change[]
}

export function changelogRequests(plan: ReleasePlan, snapshot: Snapshot): ChangelogRequest[] {
  const releases = new Map(plan.releases.map((release) => [release.name, release]))
  const packages = new Map(snapshot.workspace.packages.map((pkg) => [pkg.name, pkg]))
  const changes = new Map(plan.changes.map((change, position) => [change.id, { change, position }]))
  return plan.releases.flatMap((release) => {
    const pkg = packages.get(release.name)
    if (pkg === undefined) return []
    const dependencies = updatedDependencies(pkg, releases, snapshot)
    return {
      release,
      package: pkg,
      lines: linesOf(release, changes),
      dependencies,
      dependencyChanges: changesBehind(dependencies, changes),
    }
  })
}

export type ChangelogLines = { readonly [bump in ReleasedBump]: readonly string[] }

/** The markdown of one entry, from `## 1.2.0` to its last bullet, without a final newline. */
export function renderChangelogEntry(version: Version, lines: ChangelogLines): string {
  const sections = [
    section('Major Changes', lines.major),
    section('Minor Changes', lines.minor),
    section('Patch Changes', lines.patch),
  ].filter((text) => text !== '')
  return [`## ${version}`, ...(sections.length === 0 ? ['No changes in this release.'] : sections)].join('\n\n')
}

/** Puts an entry above the newest one, or below the title when there is none; the file's line ends are kept. */
export function prependChangelog(before: string | undefined, entry: string, name: PackageName): string {
  const title = `# ${name}`
  const body = `${entry.trim()}\n`
  if (before === undefined || before.trim() === '') return `${title}\n\n${body}`

  const eol = before.includes('\r\n') ? '\r\n' : '\n'
  const written = eol === '\n' ? body : body.replaceAll(/\r?\n/g, eol)
  const newest = before.search(/^#{1,6}\s+\d+\.\d+/m)
  if (newest >= 0) return before.slice(0, newest) + written + eol + before.slice(newest)

  const end = before.indexOf('\n')
  if (end < 0) return before + eol + eol + written
  return before.slice(0, end + 1) + eol + written + before.slice(end + 1)
}

/** As Changesets counts them: by the range in `dependencies`, else by that in `peerDependencies`. */
function updatedDependencies(pkg: Package, releases: ReadonlyMap<PackageName, Release>, snapshot: Snapshot): Release[] {
  const found = new Map<PackageName, Release>()
  const { dependencies = {}, peerDependencies = {} } = pkg.manifest
  for (const [field, ranges] of [
    ['dependencies', dependencies],
    ['peerDependencies', peerDependencies],
  ] as const) {
    for (const [key, range] of Object.entries(ranges)) {
      if (field === 'peerDependencies' && Object.hasOwn(dependencies, key)) continue
      const form = throughCatalog(parseRangeForm(range), key, snapshot.workspace.catalogs)
      const release = releases.get(targetOf(form, key))
      if (release === undefined || release.name === pkg.name) continue
      const stood = effectiveRange(form, release.from, release.dir)
      if (stood !== undefined && isBroughtAlong(release, { form, stood, field }, snapshot.settings)) {
        found.set(release.name, release)
      }
    }
  }
  return [...found.values()].sort((a, b) => compareText(a.name, b.name))
}

type Standing = { readonly form: RangeForm; readonly stood: string; readonly field: string }

function isBroughtAlong(release: Release, { form, stood, field }: Standing, settings: Settings): boolean {
  if (stood === release.from) return true
  // An alias that is left behind goes on naming the older version.
  if (!satisfies(release.to, stood)) return form.kind !== 'alias'
  if (field === 'peerDependencies') return !settings.onlyUpdatePeerDependentsWhenOutOfRange
  return compareBumps(release.bump, settings.updateInternalDependencies) >= 0
}

type Placed = ReadonlyMap<ChangeId, { readonly change: Change; readonly position: number }>

function linesOf(release: Release, changes: Placed): ChangelogRequest['lines'] {
  return inOrder(release.changes, changes).flatMap((change) => {
    const bump = Object.hasOwn(change.bumps, release.name) ? change.bumps[release.name] : undefined
    return bump === undefined || bump === 'none' ? [] : { change, bump }
  })
}

function changesBehind(dependencies: readonly Release[], changes: Placed): Change[] {
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

/**
 * Lines are joined by one newline, or by two where a generator's line begins or ends with an empty one: so a
 * generator decides between a tight and a loose list.
 */
function section(title: string, lines: readonly string[]): string {
  const written = lines.filter((line) => line !== '')
  if (written.length === 0) return ''
  let text = `### ${title}`
  let gap = 2
  for (const line of written) {
    const newlines = gap + newlinesFrom(line, 0, 1)
    text += '\n'.repeat(Math.min(Math.max(newlines, 1), 2)) + line.trim()
    gap = newlinesFrom(line, line.length - 1, -1)
  }
  return text
}

function newlinesFrom(line: string, start: number, step: 1 | -1): number {
  let count = 0
  while (line[start + count * step] === '\n') count += 1
  return count
}
