/**
 * What must be true at every moment and at the end, whatever happened: nobody who installs `latest` misses a dependency,
 * nothing is stored twice, fences only grow, every journal folds, and a release is either whole or taken back.
 */
import {
  decodeJournal,
  foldJournal,
  parseReleaseSet,
  type Integrity,
  type PackageName,
  type Version,
} from '@topsail/core'
import satisfies from 'semver/functions/satisfies.js'
import { sha256 } from '../release/journal-file.ts'
import { setFile, setsRef } from '../release/record-set.ts'
import type { MemoryRegistry } from './memory-registry.ts'
import type { MemoryClone, MemoryWorld } from './memory-world.ts'

/** Collects every moment at which a `latest` cannot be installed. */
export function watchLatest(failures: string[]): (world: MemoryWorld) => void {
  return ({ registry, clock }) => {
    const now = clock.now()
    for (const [name, { distTags }] of registry.packages) {
      const version = distTags.get('latest')
      const missing = version === undefined ? undefined : missingBelow(registry, { name, version, now }, new Set())
      if (missing !== undefined) failures.push(`latest of ${name} was ${version} while ${missing} was not served`)
    }
  }
}

type Wanted = { readonly name: PackageName; readonly version: Version; readonly now: number }

/** A dependency without any version in its range that can itself be installed. A cycle is content with itself. */
function missingBelow(registry: MemoryRegistry, wanted: Wanted, above: ReadonlySet<string>): string | undefined {
  const manifest = registry.packages.get(wanted.name)?.versions.get(wanted.version)?.manifest
  const path = new Set([...above, `${wanted.name}@${wanted.version}`])
  for (const [name, range] of Object.entries((manifest?.['dependencies'] ?? {}) as Record<string, string>)) {
    const fitting = [...(registry.packages.get(name)?.versions ?? [])].filter(
      ([version, { visibleAt }]) => visibleAt <= wanted.now && satisfies(version, range),
    )
    const installable = fitting.some(
      ([version]) =>
        path.has(`${name}@${version}`) || missingBelow(registry, { ...wanted, name, version }, path) === undefined,
    )
    if (!installable) return `${name}@${range}`
  }
  return undefined
}

/** What others can see of the world, in one order. */
export type WorldView = {
  readonly packages: Readonly<Record<PackageName, PackageView>>
  readonly tags: Readonly<Record<string, string>>
  /** What waits for approval. */
  readonly staged: readonly string[]
  /** What the forge shows. */
  readonly announced: readonly string[]
  /** What the newest release set says is live. */
  readonly set: readonly string[]
}

export type PackageView = {
  readonly versions: Readonly<Record<Version, Integrity | ''>>
  readonly deprecated: readonly Version[]
  readonly distTags: Readonly<Record<string, Version>>
}

/** `integrities`: whether the bytes count too. */
export async function viewOf(world: MemoryWorld, integrities: boolean): Promise<WorldView> {
  const packages = [...world.registry.packages].map(([name, { versions, distTags }]) => {
    const stored = [...versions].map(([version, { integrity }]) => [version, integrities ? integrity : ''] as const)
    const deprecated = [...versions].filter(([, version]) => version.deprecated !== '').map(([version]) => version)
    return [name, { versions: sorted(stored), deprecated, distTags: sorted(distTags) }] as const
  })
  return {
    packages: sorted(packages),
    tags: sorted(world.tags),
    staged: [...world.registry.staged.keys()].sort(),
    announced: [...world.announced.values()].flat().sort(),
    set: await newestSet(world),
  }
}

async function newestSet({ refs }: MemoryWorld): Promise<readonly string[]> {
  const ref = setsRef('refs/topsail')
  const listed = await refs.list('refs/topsail/')
  const sha = listed.kind === 'known' ? listed.refs.get(ref) : undefined
  const text = sha === undefined ? undefined : (await refs.read(ref, sha))?.files[setFile]
  return (parseReleaseSet(text ?? '')?.units ?? []).map(({ name, version }) => `${name}@${version}`)
}

function sorted<Value>(entries: Iterable<readonly [string, Value]>): Readonly<Record<string, Value>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Everything wrong with what the runners have written down. */
export async function brokenRecords(world: MemoryWorld, clones: readonly MemoryClone[]): Promise<readonly string[]> {
  const problems = clones.flatMap((clone) => [...clone.journals.values()].flatMap(({ text }) => brokenJournal(text)))
  for (const { name, version, integrity, shown } of world.registry.uploads) {
    if (shown !== undefined && shown !== integrity) problems.push(`${name}@${version} was sent again with other bytes`)
  }
  world.holders.forEach(({ holder, fence }, at) => {
    const before = world.holders[at - 1]
    if (before !== undefined && fence <= before.fence) {
      problems.push(`${holder} took the lease from ${before.holder} with fence ${fence} after ${before.fence}`)
    }
  })
  const listed = await world.refs.list('refs/topsail/')
  for (const [ref, sha] of listed.kind === 'known' ? listed.refs : []) {
    const text = (await world.refs.read(ref, sha))?.files['journal.ndjson']
    if (text !== undefined) problems.push(...brokenJournal(text).map((problem) => `${ref}: ${problem}`))
  }
  return problems
}

function brokenJournal(text: string): readonly string[] {
  const decoded = decodeJournal(text, sha256)
  if (decoded.kind === 'corrupt') return [`a journal is corrupt at line ${decoded.line}: ${decoded.detail}`]
  const problems: string[] = []
  let fence = 0
  decoded.records.forEach((record, at) => {
    if (record.fence < fence) problems.push(`record ${at} has fence ${record.fence} after ${fence}`)
    fence = record.fence
  })
  // Every prefix folds (journal.test.ts); here the one that a run has left.
  if (decoded.records.length > 0 && foldJournal(decoded.records) === undefined) problems.push('a journal does not fold')
  return problems
}
