/**
 * Changelogs in the format of Changesets: what to ask a changelog generator for each release, how its lines become an
 * entry, and where the entry goes in the file. Lines stand in the order of the plan's changes; dependencies by name.
 */
import { compareBumps, type Bump } from '../bump.ts'
import type { Change, ChangeId } from '../change.ts'
import type { PackageName, Range, Version } from '../names.ts'
import { effectiveRange, parseRangeForm, targetOf, throughCatalog, type RangeForm } from '../plan/range.ts'
import { compareText } from '../record.ts'
import type { Release, ReleasePlan } from '../release-plan.ts'
import type { RulesName, Settings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import { satisfies } from '../versions.ts'
import type { Package } from '../workspace.ts'

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
    const dependencies = updatedDependencies(release, pkg, releases, snapshot)
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

/**
 * The markdown of one entry, from `## 1.2.0` to its last bullet, without a final newline. Of a release without a line
 * Changesets 2 writes the heading alone.
 */
export function renderChangelogEntry(version: Version, lines: ChangelogLines, rules: RulesName): string {
  const sections = [
    section('Major Changes', lines.major),
    section('Minor Changes', lines.minor),
    section('Patch Changes', lines.patch),
  ].filter((text) => text !== '')
  const said = sections.length > 0 || rules === 'changesets@2' ? sections : ['No changes in this release.']
  return [`## ${version}`, ...said].join('\n\n')
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

/**
 * As Changesets counts them: by the range in `dependencies`, else by that in `peerDependencies`. Of what Changesets does
 * not understand, aliases and catalogs, those that still name an older version after the release are not listed.
 */
function updatedDependencies(dependent: Release, pkg: Package, releases: Releases, snapshot: Snapshot): Release[] {
  const found = new Map<PackageName, Release>()
  const listed = new Set<PackageName>()
  const written = new Set(dependent.rangeEdits.map(({ field, dependency }) => `${field} ${dependency}`))
  for (const field of ['dependencies', 'peerDependencies'] as const) {
    for (const [key, range] of rangesIn(pkg.manifest[field])) {
      if (listed.has(key)) continue
      listed.add(key)
      const plain = parseRangeForm(range)
      const form = throughCatalog(plain, key, snapshot.workspace.catalogs)
      const release = releases.get(targetOf(form, key))
      if (release === undefined || release.name === pkg.name) continue
      const standing = { form, isPlain: plain.kind === 'range', field }
      if (written.has(`${field} ${key}`) || isBroughtAlong(release, standing, snapshot.settings)) {
        found.set(release.name, release)
      }
    }
  }
  return [...found.values()].sort((a, b) => compareText(a.name, b.name))
}

type Releases = ReadonlyMap<PackageName, Release>

type Standing = { readonly form: RangeForm; readonly isPlain: boolean; readonly field: string }

/** By a range that the release does not rewrite: because it follows the version by itself, or holds it anyway. */
function isBroughtAlong(release: Release, { form, isPlain, field }: Standing, settings: Settings): boolean {
  const { from, to, bump, dir } = release
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
