/**
 * What changed between two release sets, with the changelog of everything released on the way, across all units. Going
 * back to an older set is the same difference read the other way.
 */
import type { ReleasedChange } from './changelog-entry.ts'
import type { PackageName, Path, Version } from '../names.ts'
import type { ReleaseSet, SetId, SetUnit } from './release-set.ts'
import { compareText } from '../record.ts'

/** A set where it stands in the chain of sets. */
export type PlacedSet = { readonly id: SetId; readonly at: string; readonly set: ReleaseSet }

export type VersionChanges = {
  readonly version: Version
  readonly release: string
  readonly changes: readonly ReleasedChange[]
}

export type ChangedUnit = {
  readonly name: PackageName
  /** Null: it is new. */
  readonly from: Version | null
  /** Null: it is gone. */
  readonly to: Version | null
  /** The folder it was made from is the same. */
  readonly sameSource: boolean
  readonly contracts: readonly { readonly file: Path; readonly change: 'added' | 'removed' | 'changed' }[]
  readonly direction: 'forward' | 'back'
  /** Newest first; going back, what is taken away. */
  readonly versions: readonly VersionChanges[]
}

export type SetDifference = {
  readonly direction: 'forward' | 'back'
  /** Sorted by name. */
  readonly changed: readonly ChangedUnit[]
  /** How many units are the same in both. */
  readonly same: number
}

/** Newest first. Both must be in it. */
export type SetChain = readonly PlacedSet[]

export function diffSets(chain: SetChain, from: PlacedSet, to: PlacedSet): SetDifference {
  const [older, newer] = [chain.indexOf(from), chain.indexOf(to)]
  const direction = newer > older ? 'back' : 'forward'
  const between = chain.slice(Math.min(older, newer), Math.max(older, newer))
  const before = byName(from.set)
  const after = byName(to.set)
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted(compareText)
  const changed = names.flatMap((name) => changedUnit(before.get(name), after.get(name), { chain, direction, between }))
  return { direction, changed, same: names.length - changed.length }
}

/** `takenBack`: what came after it was older than it. */
export type HistoryEntry = PlacedSet & { readonly unit: SetUnit; readonly takenBack: boolean }

/** Every version of a package that the sets know, newest first; a version that came back is listed where it came first. */
export function historyOf(chain: SetChain, name: PackageName): readonly HistoryEntry[] {
  const units = chain.map(({ set }) => set.units.find((each) => each.name === name))
  const seen = new Set<string>()
  const found: HistoryEntry[] = []
  for (let at = chain.length - 1; at >= 0; at -= 1) {
    const [placed, unit] = [chain[at], units[at]]
    if (placed === undefined || unit?.release !== placed.set.release || seen.has(unit.release)) continue
    seen.add(unit.release)
    found.unshift({ ...placed, unit, takenBack: isTakenBack(units, unit.release) })
  }
  return found
}

/** By the first set, newer than all that have it, that has something else. */
function isTakenBack(units: readonly (SetUnit | undefined)[], release: string): boolean {
  const newest = units.findIndex((unit) => unit?.release === release)
  if (newest <= 0) return false
  const next = units[newest - 1]
  return next === undefined || broughtAt(units, next.release) > broughtAt(units, release)
}

/** The place of the first set that had it; the larger, the older. */
function broughtAt(units: readonly (SetUnit | undefined)[], release: string): number {
  return units.findLastIndex((unit) => unit?.release === release)
}

type Between = Pick<SetDifference, 'direction'> & { readonly chain: SetChain; readonly between: readonly PlacedSet[] }

/** A rollback is a newer set with older packages: each of them has a direction of its own. */
function wayOf(
  before: SetUnit | undefined,
  after: SetUnit | undefined,
  { chain, direction, between }: Between,
): Omit<Between, 'chain'> {
  if (before === undefined || after === undefined) return { direction, between }
  const units = chain.map(({ set }) => set.units.find((each) => each.name === before.name))
  const [from, to] = [broughtAt(units, before.release), broughtAt(units, after.release)]
  const onTheWay = chain.slice(Math.min(from, to), Math.max(from, to))
  if (to > from) return { direction: 'back', between: onTheWay }
  // What was taken back on the way, and what it was taken back to, is no news.
  const isNews = (release: string): boolean => release !== before.release && !isTakenBack(units, release)
  return { direction: 'forward', between: onTheWay.filter((_, at) => isNews(units[to + at]?.release ?? '')) }
}

function changedUnit(before: SetUnit | undefined, after: SetUnit | undefined, given: Between): readonly ChangedUnit[] {
  const name = after?.name ?? before?.name
  if (name === undefined || (before?.version === after?.version && isSameBytes(before, after))) return []
  const { direction, between } = wayOf(before, after, given)
  return [
    {
      name,
      from: before?.version ?? null,
      to: after?.version ?? null,
      sameSource: before?.tree != null && before.tree === after?.tree,
      contracts: changedContracts(before?.contracts ?? {}, after?.contracts ?? {}),
      direction,
      versions: versionsIn(name, between),
    },
  ]
}

function isSameBytes(before: SetUnit | undefined, after: SetUnit | undefined): boolean {
  const digests = (unit: SetUnit | undefined): string =>
    (unit?.artefacts ?? [])
      .map(({ target, where, digest }) => `${target} ${where} ${digest}`)
      .toSorted()
      .join('\n')
  return digests(before) === digests(after)
}

function versionsIn(name: PackageName, between: readonly PlacedSet[]): readonly VersionChanges[] {
  const seen = new Set<string>()
  return between.flatMap(({ set }) => {
    const unit = set.units.find((each) => each.name === name)
    if (unit?.changes === undefined || seen.has(unit.release)) return []
    seen.add(unit.release)
    return [{ version: unit.version, release: unit.release, changes: unit.changes }]
  })
}

function changedContracts(before: SetUnit['contracts'], after: SetUnit['contracts']): ChangedUnit['contracts'] {
  const files = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted(compareText)
  return files.flatMap((file) => {
    const [was, is] = [before[file], after[file]]
    if (was === is) return []
    return [{ file, change: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed' } as const]
  })
}

function byName({ units }: ReleaseSet): ReadonlyMap<PackageName, SetUnit> {
  return new Map(units.map((unit) => [unit.name, unit]))
}
