/**
 * An npm registry in memory, with npm's semantics: a version is stored once and for ever, a first publish gets
 * `latest` whatever tag was asked, `latest` is never nowhere, a dist-tag leads only to a version that exists, and what
 * was stored may be shown only later. Held to the same contract as a real registry by `port-contracts.ts`.
 */
import type { Integrity, PackageName, Version } from '@topsail/core'
import rcompare from 'semver/functions/rcompare.js'
import { integrityOf } from '../publish/pack/tarball.ts'
import type { Availability, Registry, UploadOutcome, UploadRequest } from '../publish/registry.ts'
import type { RegistryStage } from '../publish/registry-stage.ts'
import type { ChangeOutcome } from '../publish/registry-changes.ts'

export type StoredVersion = {
  readonly integrity: Integrity
  readonly manifest: Readonly<Record<string, unknown>>
  readonly visibleAt: number
  deprecated: string
}

export type StoredPackage = {
  readonly versions: Map<Version, StoredVersion>
  readonly distTags: Map<string, Version>
}

/** Every upload that reached the registry. */
export type UploadAttempt = {
  readonly name: PackageName
  readonly version: Version
  readonly integrity: Integrity
  /** What everybody could see of that version when it arrived. */
  readonly shown: Integrity | undefined
}

export type MemoryRegistry = {
  readonly packages: ReadonlyMap<PackageName, StoredPackage>
  readonly uploads: readonly UploadAttempt[]
  /** What waits for approval, as `name@version`. */
  readonly staged: ReadonlyMap<string, UploadRequest>
  readonly port: Registry
}

export type MemoryRegistryOptions = {
  readonly url: string
  readonly now: () => number
  /** Milliseconds from storing to showing. */
  readonly lag?: (name: PackageName, version: Version) => number
  /** After everything that changed something. */
  readonly onChange?: () => void
}

export function memoryRegistry(options: MemoryRegistryOptions): MemoryRegistry {
  const packages = new Map<PackageName, StoredPackage>()
  const uploads: UploadAttempt[] = []
  const staged = new Map<string, UploadRequest>()
  const { url, now } = options
  const changed = (): ChangeOutcome => {
    options.onChange?.()
    return { kind: 'done' }
  }
  const look = (name: PackageName, version: Version): Availability => {
    const stored = packages.get(name)?.versions.get(version)
    if (stored === undefined || stored.visibleAt > now()) return { kind: 'absent' }
    return { kind: 'present', integrity: stored.integrity, distTags: shownTags(name) }
  }
  const shownTags = (name: PackageName): ReadonlyMap<string, Version> => {
    const { versions, distTags } = packages.get(name) ?? { versions: new Map<Version, StoredVersion>(), distTags: [] }
    return new Map([...distTags].filter(([, to]) => (versions.get(to)?.visibleAt ?? Infinity) <= now()))
  }
  const port: Registry = {
    url,
    async facts(name) {
      const shown = [...(packages.get(name)?.versions ?? [])].filter(([, stored]) => stored.visibleAt <= now())
      const versions = new Map(shown.map(([version, { integrity }]) => [version, integrity]))
      return { kind: 'known', versions, distTags: shownTags(name) }
    },
    lookup: async (name, version) => look(name, version) as Exclude<Availability, { kind: 'listed' }>,
    confirm: async (name, version) => look(name, version),
    async upload({ tarball, bytes, distTag }): Promise<UploadOutcome> {
      const { name, version } = tarball
      const integrity = integrityOf(bytes)
      const known = packages.get(name)
      const isTaken = known?.versions.has(version) === true
      const before = look(name, version)
      uploads.push({ name, version, integrity, shown: before.kind === 'present' ? before.integrity : undefined })
      if (isTaken) {
        return { kind: 'taken', certain: true, detail: 'You cannot publish over the previously published versions' }
      }
      const pkg = known ?? { versions: new Map(), distTags: new Map() }
      packages.set(name, pkg)
      if (pkg.versions.size === 0) pkg.distTags.set('latest', version)
      pkg.distTags.set(distTag, version)
      const visibleAt = now() + (options.lag?.(name, version) ?? 0)
      pkg.versions.set(version, { integrity, manifest: tarball.metadata, visibleAt, deprecated: '' })
      changed()
      return { kind: 'stored' }
    },
    async setDistTag(name, distTag, version) {
      const pkg = packages.get(name)
      if (version === undefined) {
        if (pkg?.distTags.delete(distTag) !== true) return { kind: 'done' }
        keepLatest(pkg)
        return changed()
      }
      if (pkg?.versions.has(version) !== true) return { kind: 'refused', detail: `${name}@${version} is not here` }
      pkg.distTags.set(distTag, version)
      return changed()
    },
    async deprecate(name, version, message) {
      const stored = packages.get(name)?.versions.get(version)
      if (stored === undefined) return { kind: 'done' }
      stored.deprecated = message
      return changed()
    },
    async unpublish(name, version) {
      const pkg = packages.get(name)
      if (pkg?.versions.delete(version) !== true) return { kind: 'done' }
      if (pkg.versions.size === 0) packages.delete(name)
      for (const [tag, to] of pkg.distTags) if (to === version) pkg.distTags.delete(tag)
      keepLatest(pkg)
      return changed()
    },
  }
  return { packages, uploads, staged, port: { ...port, staging: stagingOf(port, packages, staged) } }
}

function stagingOf(
  port: Registry,
  packages: ReadonlyMap<PackageName, StoredPackage>,
  staged: Map<string, UploadRequest>,
): RegistryStage {
  return {
    canStage: async () => true,
    async stage(request) {
      const { name, version } = request.tarball
      const isTaken = packages.get(name)?.versions.has(version) === true || staged.has(`${name}@${version}`)
      if (isTaken) return { kind: 'taken', certain: true, detail: `${name}@${version} is staged already` }
      staged.set(`${name}@${version}`, request)
      return { kind: 'stored' }
    },
    async lookupStaged(name, version) {
      const request = staged.get(`${name}@${version}`)
      return request === undefined ? { kind: 'absent' } : { kind: 'present', integrity: integrityOf(request.bytes) }
    },
    async approve(name, version) {
      const request = staged.get(`${name}@${version}`)
      if (request === undefined) return { kind: 'refused', detail: 'it is not staged' }
      staged.delete(`${name}@${version}`)
      const outcome = await port.upload(request)
      return outcome.kind === 'stored' ? { kind: 'done' } : outcome
    },
    async reject(name, version) {
      staged.delete(`${name}@${version}`)
      return { kind: 'done' }
    },
  }
}

/** Without one, the highest version is what a registry shows as `latest`. */
function keepLatest({ versions, distTags }: StoredPackage): void {
  const [highest] = [...versions.keys()].sort(rcompare)
  if (!distTags.has('latest') && highest !== undefined) distTags.set('latest', highest)
}
