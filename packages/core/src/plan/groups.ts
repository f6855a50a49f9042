/**
 * Fixed and linked groups. Both move their members to the highest bump among them, counted from the highest version
 * among them; a fixed group takes every member along, a linked one only those that are released anyway.
 */
import type { PackageName, Version } from '../names.ts'
import { isGreater, parseVersion, type PreCounter } from '../versions.ts'
import type { PreState } from '../snapshot.ts'
import type { Settings } from '../settings.ts'
import type { Package } from '../workspace.ts'

export type Group = {
  readonly kind: 'fixed' | 'linked'
  /** In the order of the settings; names that no package has are left out. */
  readonly members: readonly Package[]
  readonly highestVersion: Version
}

export type Groups = {
  /** Fixed ones first: the order in which they are settled. */
  readonly all: readonly Group[]
  readonly of: ReadonlyMap<PackageName, readonly Group[]>
}

export function groupsOf(settings: Settings, packages: ReadonlyMap<PackageName, Package>): Groups {
  const all = [
    ...settings.fixed.flatMap((names) => toGroup('fixed', names, packages)),
    ...settings.linked.flatMap((names) => toGroup('linked', names, packages)),
  ]
  const of = new Map<PackageName, Group[]>()
  for (const group of all) {
    for (const { name } of group.members) of.set(name, [...(of.get(name) ?? []), group])
  }
  return { all, of }
}

function toGroup(
  kind: Group['kind'],
  names: readonly PackageName[],
  packages: ReadonlyMap<PackageName, Package>,
): Group[] {
  const members = names.flatMap((name) => packages.get(name) ?? [])
  let highest: Version | undefined
  for (const { version } of members) {
    if (version !== undefined && (highest === undefined || isGreater(version, highest))) highest = version
  }
  return highest === undefined ? [] : [{ kind, members, highestVersion: highest }]
}

/**
 * The next prerelease number of every package, while pre mode is on or ending: one above the present version's, and in
 * a group the highest of its members'. It never starts again when the base version or the tag changes.
 */
export function preCounters(
  pre: PreState | undefined,
  packages: ReadonlyMap<PackageName, Package>,
  groups: Groups,
): ReadonlyMap<PackageName, PreCounter> {
  const counters = new Map<PackageName, PreCounter>()
  if (pre === undefined) return counters
  const { tag } = pre
  for (const [name, { version }] of packages) counters.set(name, { tag, counter: nextCounter(version) })
  for (const { members } of groups.all) {
    const counter = members.reduce((highest, { version }) => Math.max(highest, nextCounter(version)), 0)
    for (const { name } of members) counters.set(name, { tag, counter })
  }
  return counters
}

function nextCounter(version: Version | undefined): number {
  const part = version === undefined ? undefined : parseVersion(version)?.prerelease[1]
  return typeof part === 'number' ? part + 1 : 0
}
