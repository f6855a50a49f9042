/**
 * Burned versions: those that a release which was rolled back has left in a registry. No registry takes them a second
 * time, or they stand there deprecated, so no later plan may give them again.
 */
import { canonicalJson } from '../canonical.ts'
import type { Groups } from './groups.ts'
import type { Progress } from '../release/journal.ts'
import type { PackageName, Version } from '../names.ts'
import { compareText, recordOf } from '../record.ts'
import { packageOf } from '../release/targets.ts'
import { incrementPrerelease, incrementVersion, isPrerelease } from '../versions.ts'

/** Sorted versions by package. */
export type BurnedVersions = Readonly<Record<PackageName, readonly Version[]>>

export type BurnedVersion = { readonly name: PackageName; readonly version: Version }

/** Who burned a version, by version: for the members of a group, who share their versions, any of them. */
export type BurnedOf = ReadonlyMap<PackageName, ReadonlyMap<Version, PackageName>>

/** The first version from here on that is not burned. */
export function pastBurned(version: Version, burned: ReadonlyMap<Version, PackageName> | undefined): Version {
  return skippedVersions(version, burned).next
}

/** The burned versions on the way. The next one is a patch further, or a prerelease. */
export function skippedVersions(
  version: Version,
  burned: ReadonlyMap<Version, PackageName> | undefined,
): { readonly skipped: readonly Version[]; readonly next: Version } {
  const skipped: Version[] = []
  let next = version
  while (burned?.has(next) === true) {
    skipped.push(next)
    next = isPrerelease(next) ? incrementPrerelease(next) : incrementVersion(next, 'patch')
  }
  return { skipped, next }
}

/** Undefined where nothing is burned: then it costs nothing. */
export function burnedOf(burned: BurnedVersions | undefined, groups: Groups): BurnedOf | undefined {
  if (burned === undefined || Object.keys(burned).length === 0) return undefined
  const found = new Map<PackageName, Map<Version, PackageName>>()
  for (const [name, versions] of Object.entries(burned)) {
    const sharing = (groups.of.get(name) ?? []).flatMap(({ members }) => members.map((pkg) => pkg.name))
    for (const member of new Set([name, ...sharing])) {
      const known = found.get(member) ?? new Map<Version, PackageName>()
      found.set(member, known)
      for (const version of versions) if (!known.has(version) || member === name) known.set(version, name)
    }
  }
  return found
}

const format = 'topsail/burned@1'

export function withBurned(before: BurnedVersions, more: readonly BurnedVersion[]): BurnedVersions {
  const versions = new Map(Object.entries(before).map(([name, known]) => [name, new Set(known)]))
  for (const { name, version } of more) versions.set(name, (versions.get(name) ?? new Set()).add(version))
  const entries = [...versions].toSorted(([a], [b]) => compareText(a, b))
  return recordOf(entries.map(([name, known]) => [name, [...known].toSorted(compareText)]))
}

export function burnedText(versions: BurnedVersions): string {
  return `${canonicalJson({ format, versions })}\n`
}

/**
 * What a release that went back leaves behind for good: versions that stay in a registry, those that were taken away
 * again, which most registries never accept a second time, and those that may still appear. One that certainly was never
 * accepted is free.
 */
export function burnedBy({ opened, steps }: Progress): readonly BurnedVersion[] {
  return opened.steps.flatMap((step) => {
    const progress = step.kind === 'upload' ? steps.get(step.id) : undefined
    return step.kind === 'upload' && progress?.state === 'left'
      ? [{ name: packageOf(step.name), version: step.version }]
      : []
  })
}

/** Nothing where the text is none of ours. */
export function parseBurned(text: string): BurnedVersions {
  const read = readJson(text)
  if (read?.format !== format || typeof read.versions !== 'object' || read.versions === null) return {}
  return recordOf(
    Object.entries(read.versions).flatMap(([name, versions]): [string, readonly Version[]][] =>
      Array.isArray(versions) ? [[name, versions.filter((version) => typeof version === 'string')]] : [],
    ),
  )
}

function readJson(text: string): { readonly format?: unknown; readonly versions?: unknown } | null {
  try {
    return JSON.parse(text) as { readonly format?: unknown } | null
  } catch {
    return null
  }
}
