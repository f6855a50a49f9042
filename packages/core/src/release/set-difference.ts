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
  const changed = names.flatMap((name) => changedUnit(before.get(name), after.get(name), between))
  return { direction, changed, same: names.length - changed.length }
}

/** Every version of a package that the sets know, newest first; a version that came back is listed where it came first. */
export function historyOf(chain: SetChain, name: PackageName): readonly (PlacedSet & { readonly unit: SetUnit })[] {
  const seen = new Set<string>()
  const found: (PlacedSet & { readonly unit: SetUnit })[] = []
  for (const placed of chain.toReversed()) {
    const unit = placed.set.units.find((each) => each.name === name)
    if (unit?.release !== placed.set.release || seen.has(unit.release)) continue
    seen.add(unit.release)
    found.unshift({ ...placed, unit })
  }
  return found
}

function changedUnit(
  before: SetUnit | undefined,
  after: SetUnit | undefined,
  between: readonly PlacedSet[],
): readonly ChangedUnit[] {
  const name = after?.name ?? before?.name
  if (name === undefined || (before?.version === after?.version && isSameBytes(before, after))) return []
  return [
    {
      name,
      from: before?.version ?? null,
      to: after?.version ?? null,
      sameSource: before?.tree != null && before.tree === after?.tree,
      contracts: changedContracts(before?.contracts ?? {}, after?.contracts ?? {}),
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
