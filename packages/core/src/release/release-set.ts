/**
 * The release set: one document for every finished release, that says what belongs together from then on: each unit
 * with its version, what its bytes are, what it was built from and what changed. It is named by the hash of its own
 * canonical text, `topsail/set@1`, so that the same state always has the same name and nobody can alter it unseen.
 */
import { canonicalJson } from '../canonical.ts'
import type { ReleasedChange } from './changelog-entry.ts'
import type { PackageName, Path, Sha, Version } from '../names.ts'
import type { Promotion } from './promotion.ts'
import { compareText } from '../record.ts'

export const setSchema = 'topsail/set@1'

/** `sha256-<hex>` of the canonical text. */
export type SetId = string

export type SetArtefact = {
  /** `npm`, `oci`, … */
  readonly target: string
  /** The registry, or whatever the target calls the place. */
  readonly where: string
  /** The integrity of a tarball, the digest of an image. */
  readonly digest: string
}

export type SetUnit = {
  readonly name: PackageName
  readonly version: Version
  readonly dir: Path
  /** The release that brought this version. */
  readonly release: string
  readonly artefacts: readonly SetArtefact[]
  /** The git tree of its folder at the commit of that release. */
  readonly tree: Sha | null
  /** Git blobs of the interface descriptions in its folder, by path below it. */
  readonly contracts: Readonly<Record<Path, Sha>>
  /** Only in the set of the release that brought this version. */
  readonly changes?: readonly ReleasedChange[]
}

export type ReleaseSet = {
  readonly schema: typeof setSchema
  readonly release: string
  readonly commit: Sha | null
  readonly promotion: Promotion
  /** Sorted by name. Everything that is live together, not only what this release brought. */
  readonly units: readonly SetUnit[]
}

export type FinishedRelease = Omit<ReleaseSet, 'schema' | 'units'> & {
  readonly units: readonly Omit<SetUnit, 'release'>[]
  /** Whether a package still exists. */
  readonly exists: (dir: Path) => boolean
}

/** What this release brought, and of the set before it whatever it left alone. */
export function nextReleaseSet(finished: FinishedRelease, before: ReleaseSet | undefined): ReleaseSet {
  const { release, commit, promotion, exists } = finished
  const brought = new Map<PackageName, SetUnit>(finished.units.map((unit) => [unit.name, { ...unit, release }]))
  const kept = (before?.units ?? []).filter((unit) => !brought.has(unit.name) && exists(unit.dir)).map(carried)
  return { schema: setSchema, release, commit, promotion, units: sorted([...brought.values(), ...kept]) }
}

/**
 * What is live when a release was taken back: the set before it. Where another release has come since, its own units
 * stay, and those of the one taken back are as `before` has them, or gone.
 */
export function setWithout(release: string, now: ReleaseSet, before: ReleaseSet | undefined): ReleaseSet {
  if (now.release === release) return before ?? { ...now, units: [] }
  const known = new Map(before?.units.map((unit) => [unit.name, unit]))
  const units = now.units.flatMap((unit) => {
    const unitBefore = unit.release === release ? known.get(unit.name) : unit
    return unitBefore === undefined ? [] : [unitBefore]
  })
  return { ...now, units: sorted(units) }
}

export function setText(set: ReleaseSet): string {
  return canonicalJson(set)
}

export function setIdOf(text: string, hash: (text: string) => string): SetId {
  return `sha256-${hash(text)}`
}

/** Undefined for what is not a set of this schema: it comes from a ref that anybody may have written. */
export function parseReleaseSet(text: string): ReleaseSet | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isSet(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isSet(value: unknown): value is ReleaseSet {
  if (!isObject(value) || value['schema'] !== setSchema || typeof value['release'] !== 'string') return false
  return Array.isArray(value['units']) && value['units'].every(isUnit)
}

function isUnit(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['contracts']) || !Array.isArray(value['artefacts'])) return false
  const { changes } = value
  const hasChanges = Array.isArray(changes) && changes.every((change) => isObject(change) && isText(change['summary']))
  return (
    ['name', 'version', 'dir', 'release'].every((key) => isText(value[key])) && (changes === undefined || hasChanges)
  )
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function carried({ changes: _changes, ...unit }: SetUnit): SetUnit {
  return unit
}

function sorted(units: readonly SetUnit[]): readonly SetUnit[] {
  return units.toSorted((a, b) => compareText(a.name, b.name))
}
