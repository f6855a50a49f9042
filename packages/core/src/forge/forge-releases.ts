/**
 * Which releases a forge should have for what was released: one at each package's tag, and one for the whole when it is
 * wanted. Decided from finished releases and the tags that everybody sees, so that what an interrupted run did not get
 * to is made by the next one, and no release ever stands without its tag.
 */
import type { PackageName, Path, Sha, Version } from '../names.ts'
import { isPrerelease } from '../versions.ts'
import { packageOf } from '../release/targets.ts'
import type { PublishUnit } from '../release/step.ts'
import type { ForgeReleaseSettings } from '../settings.ts'

export type TaggedPackage = {
  readonly name: PackageName
  readonly version: Version
  readonly dir: Path
  readonly tag: string
  readonly commit: Sha
  /** It is what people get who ask for no version. */
  readonly isDefault: boolean
}

export type TaggedRelease = {
  /** Of the journal. */
  readonly id: string
  readonly commit: Sha | null
  /** Dependencies first. */
  readonly packages: readonly TaggedPackage[]
}

export type WantedForgeRelease = {
  readonly tag: string
  readonly commit: Sha
  readonly release: string
  /** One, or for an aggregated release all of them. */
  readonly packages: readonly TaggedPackage[]
  readonly aggregated: boolean
  readonly prerelease: boolean
  readonly latest: boolean
}

/** What a finished release tagged. */
export function taggedRelease(id: string, commit: Sha | null, units: readonly PublishUnit[]): TaggedRelease {
  const packages = units.flatMap(({ name, version, dir, tag, upload }) => {
    if (tag === undefined) return []
    const isDefault = upload === undefined || upload.distTag === 'latest'
    return { name: packageOf(name), version, dir, tag: tag.name, commit: tag.commit, isDefault }
  })
  return { id, commit, packages: inOrder(packages, units) }
}

export function aggregatedTag(release: string): string {
  return `release-${release}`
}

/** `released`: oldest first. `tags`: as the remote has them, each with the commit it leads to. */
export function wantedForgeReleases(
  released: readonly TaggedRelease[],
  settings: ForgeReleaseSettings,
  tags: ReadonlyMap<string, Sha>,
): readonly WantedForgeRelease[] {
  const standing = released
    .map((release) => ({
      ...release,
      packages: release.packages.filter(({ tag, commit }) => tags.get(tag) === commit),
    }))
    .filter(({ packages }) => packages.length > 0)
  const wanted = standing.flatMap(({ id, commit, packages }) => {
    const single = settings.perPackage ? packages.map((pkg) => wantedFor(id, [pkg], pkg.tag, pkg.commit)) : []
    const whole = settings.aggregated && commit !== null ? [wantedFor(id, packages, aggregatedTag(id), commit)] : []
    return [...single, ...whole.map((each) => ({ ...each, aggregated: true }))]
  })
  const latest = latestOf(wanted)
  return wanted.map((each) => (each === latest ? { ...each, latest: true } : each))
}

function wantedFor(release: string, packages: readonly TaggedPackage[], tag: string, commit: Sha): WantedForgeRelease {
  const prerelease = packages.every(({ version }) => isPrerelease(version))
  return { tag, commit, release, packages, aggregated: false, prerelease, latest: false }
}

/**
 * A repository has one: the newest that is neither a prerelease nor of an older line. The whole before its parts; of the
 * parts the last, which contains the others.
 */
function latestOf(wanted: readonly WantedForgeRelease[]): WantedForgeRelease | undefined {
  const eligible = wanted.filter(
    ({ prerelease, packages }) =>
      !prerelease && packages.some(({ isDefault, version }) => isDefault && !isPrerelease(version)),
  )
  const newest = eligible.at(-1)?.release
  const candidates = eligible.filter(({ release }) => release === newest)
  return (
    candidates.find(({ aggregated }) => aggregated) ??
    candidates.find(({ packages }) => packages[0]?.dir === '.') ??
    candidates.at(-1)
  )
}

function inOrder(packages: readonly TaggedPackage[], units: readonly PublishUnit[]): readonly TaggedPackage[] {
  const needs = new Map(units.map((unit) => [packageOf(unit.name), unit.needs.map(packageOf)]))
  const byName = new Map(packages.map((pkg) => [pkg.name, pkg]))
  const ordered = new Map<PackageName, TaggedPackage>()
  const seen = new Set<PackageName>()
  for (const { name } of packages) {
    const stack: { readonly name: PackageName; readonly done: boolean }[] = [{ name, done: false }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const pkg = byName.get(next.name)
      if (next.done && pkg !== undefined) ordered.set(next.name, pkg)
      if (next.done || seen.has(next.name)) continue
      seen.add(next.name)
      stack.push(
        { name: next.name, done: true },
        ...(needs.get(next.name) ?? []).map((each) => ({ name: each, done: false })),
      )
    }
  }
  return [...ordered.values()]
}
