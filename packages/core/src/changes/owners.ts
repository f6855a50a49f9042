/**
 * Packages as the owners of what commits touched: nearly all commits touch the files of one, which the numbers of their
 * folders tell without looking up a name.
 */
import type { Bump } from '../bump.ts'
import { bumpsOf } from '../bump-entries.ts'
import type { CommitChange } from '../change.ts'
import type { Attribution } from './commit-presets.ts'
import type { DirColumns } from './commit-columns.ts'
import type { CommitIndex, Unreleased } from './history.ts'
import type { PackageName } from '../names.ts'

export type Owner = {
  readonly name: PackageName
  /** Of its last release, as `Unreleased` has it. */
  readonly rank: number
  /** What a change asks of it alone; the same for all that ask the same. */
  readonly asked: (bump: Bump) => CommitChange['bumps']
}

export type Owners = {
  readonly named: (name: PackageName) => Owner
  /** Undefined where a commit touched several packages or none, and where the preset wants more than files to be known. */
  readonly sole: (index: CommitIndex) => Owner | undefined
}

export function ownersOf(
  dirs: DirColumns,
  owners: readonly (readonly PackageName[])[],
  attribution: Attribution,
  { rankOf }: Unreleased,
): Owners {
  const byName = new Map<PackageName, Owner>()
  const named = (name: PackageName): Owner => {
    const known = byName.get(name)
    if (known !== undefined) return known
    const owner = { name, rank: rankOf(name), asked: askedOf(name) }
    byName.set(name, owner)
    return owner
  }
  const isMore =
    attribution.dependents ||
    attribution.root === 'everything' ||
    attribution.scope === 'demote' ||
    attribution.shared !== 'nothing'
  return { named, sole: isMore ? () => undefined : soleOwners(dirs, owners, named) }
}

function soleOwners(
  { starts, numbers }: DirColumns,
  owners: readonly (readonly PackageName[])[],
  ownerOf: Owners['named'],
): Owners['sole'] {
  // Null: it belongs to several.
  const byDir = owners.map(([name, ...more]) =>
    name === undefined ? undefined : more.length > 0 ? null : ownerOf(name),
  )
  return (index) => {
    const end = starts[index + 1] ?? 0
    let sole: Owner | undefined
    for (let at = starts[index] ?? 0; at < end; at += 1) {
      const owner = byDir[numbers[at] ?? -1]
      if (owner === undefined || owner === sole) continue
      if (owner === null || sole !== undefined) return undefined
      sole = owner
    }
    return sole
  }
}

function askedOf(name: PackageName): Owner['asked'] {
  const known: { [asked in Bump]?: CommitChange['bumps'] } = {}
  return (bump) => (known[bump] ??= bumpsOf([[name, bump]]))
}
