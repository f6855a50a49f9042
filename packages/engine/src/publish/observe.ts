/**
 * Looks at the world before a publish: what the registries have, which tags exist here and on the remote, what HEAD
 * says. One request per package, a handful of git processes in all, nothing written.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type {
  LimitRange,
  PackageFacts,
  PackageName,
  Problem,
  Releasable,
  ReleasedWorld,
  Settings,
  Snapshot,
  TargetKey,
} from '@topsail/core'
import { keysOf, releasablePackages, tagNameOf } from '@topsail/core'
import type { Git } from '../ports.ts'
import type { Tags } from '../read/tags.ts'
import { readHead, unchangedSince } from './head-state.ts'
import { findVersionCommits } from './version-commits.ts'
import type { Clock } from './clock.ts'
import type { NpmConfig } from './npmrc.ts'
import type { Registry } from './registry.ts'
import { readFacts, type FactsOptions } from './read-facts.ts'
import { readRemoteTags, type RemoteTags } from './tags.ts'

export type Observation = {
  readonly world: ReleasedWorld
  /** Where tags are pushed to. */
  readonly remote: string | undefined
  readonly problems: readonly Problem[]
}

export type ObserveOptions = {
  readonly snapshot: Snapshot
  readonly git: Git
  readonly config: NpmConfig
  /** Of targets that are no npm registries. */
  readonly addresses: ReadonlyMap<TargetKey, string>
  registryAt(url: string): Registry
  readonly concurrency: LimitRange
  readonly clock: Clock
  readonly watch?: FactsOptions['watch']
  readonly onLimit?: FactsOptions['onLimit']
  /** Where tags are pushed to. */
  readonly remote: string | undefined
  /** Where somebody has asked for them already. */
  readonly remoteTags?: Promise<RemoteTags> | undefined
  readonly tags: boolean
  readonly push: boolean
  /** A version that its registry lacks, as soon as that is known. */
  readonly onMissing?: ((name: PackageName) => void) | undefined
}

export async function observeWorld(options: ObserveOptions): Promise<Observation> {
  const { snapshot, git, config } = options
  const { workspace, settings } = snapshot
  const head = snapshot.head
  const members = releasablePackages(workspace, settings)
  const registries = new Map(
    members.flatMap((pkg) =>
      keysOf(pkg, settings).map((key) => [
        key,
        options.addresses.get(key) ?? config.registryOf(pkg.name, pkg.manifest),
      ]),
    ),
  )
  const hasTags = head !== undefined && options.tags
  const versions = new Map(members.map((pkg) => [pkg.name, pkg.version]))
  const onFacts = (key: TargetKey, facts: PackageFacts): void => {
    const version = versions.get(key)
    if (version !== undefined && facts.kind === 'known' && !facts.versions.has(version)) options.onMissing?.(key)
  }
  const asked = readFacts(registries, { ...options, onFacts })
  asked.catch(() => {})
  // Registries take the longest to answer: their questions are out before git is started.
  await turn()
  const tagNames = hasTags ? members.map((pkg) => tagNameOf(settings, pkg.name, pkg.version)) : []
  const [facts, remoteTags, atHead] = await Promise.all([
    asked,
    hasTags && options.push ? (options.remoteTags ?? readRemoteTags(git, options.remote)) : ({ kind: 'none' } as const),
    head === undefined ? undefined : readHead(git, members, tagNames),
  ])
  const localTags: Tags = atHead?.tags ?? new Map()
  const problems = atHead?.failure === undefined ? uncommittedVersions(members, atHead?.versions) : []
  if (atHead?.failure !== undefined) {
    problems.push({ code: 'GIT_UNUSABLE', severity: 'error', detail: config.redact(atHead.failure) })
  }
  if (remoteTags.kind === 'unreachable') {
    const detail = config.redact(remoteTags.detail)
    problems.push({ code: 'GIT_REMOTE_UNREACHABLE', severity: 'error', remote: remoteTags.remote, detail })
  }
  const written = await findVersionCommits(git, hasTags ? untagged(members, facts, localTags, settings) : [])
  if (written.unknown.length > 0) {
    problems.push({ code: 'TAG_COMMIT_UNKNOWN', severity: 'warning', names: written.unknown })
  }
  const world: ReleasedWorld = {
    workspace,
    settings,
    pre: snapshot.pre,
    head: hasTags ? head : undefined,
    registries,
    facts,
    localTags,
    remoteTags: remoteTags.kind === 'known' ? remoteTags.tags : undefined,
    unchangedSinceTag: hasTags
      ? await unchangedSince(git, taggedAndMissing(members, facts, localTags, settings))
      : new Set(),
    versionCommits: written.commits,
  }
  return { world, remote: remoteTags.kind === 'known' ? remoteTags.remote : undefined, problems }
}

function uncommittedVersions(
  members: readonly Releasable[],
  committed: ReadonlyMap<PackageName, string | undefined> | undefined,
): Problem[] {
  if (committed === undefined) return []
  const other = members.filter((pkg) => committed.get(pkg.name) !== pkg.version)
  // Of these git was not asked.
  const unusable = other.filter(({ dir }) => dir.includes('\n'))
  const names = other.filter((pkg) => !unusable.includes(pkg)).map((pkg) => pkg.name)
  return [
    ...unusable.map(({ name, dir }) => ({ code: 'FOLDER_NAME_UNUSABLE', severity: 'error', name, dir }) as const),
    ...(names.length === 0 ? [] : [{ code: 'PUBLISH_VERSIONS_UNCOMMITTED', severity: 'error', names } as const]),
  ]
}

/** Published some time ago and never tagged: history has to say where their tags belong. */
function untagged(
  members: readonly Releasable[],
  facts: ReadonlyMap<TargetKey, PackageFacts>,
  tags: ReadonlyMap<string, string>,
  settings: Settings,
): readonly Releasable[] {
  return members.filter((pkg) => {
    const isReleased = missingTargets(pkg, facts, settings)?.length === 0
    return isReleased && !tags.has(tagNameOf(settings, pkg.name, pkg.version))
  })
}

/** Tagged, and yet to be uploaded. */
function taggedAndMissing(
  members: readonly Releasable[],
  facts: ReadonlyMap<TargetKey, PackageFacts>,
  tags: ReadonlyMap<string, string>,
  settings: Settings,
): readonly { readonly pkg: Releasable; readonly commit: string }[] {
  return members.flatMap((pkg) => {
    const commit = tags.get(tagNameOf(settings, pkg.name, pkg.version))
    const isMissing = (missingTargets(pkg, facts, settings) ?? []).length > 0
    return commit !== undefined && isMissing ? [{ pkg, commit }] : []
  })
}

/** Undefined when one of its targets did not say. */
function missingTargets(
  pkg: Releasable,
  facts: ReadonlyMap<TargetKey, PackageFacts>,
  settings: Settings,
): readonly TargetKey[] | undefined {
  const missing: TargetKey[] = []
  for (const key of keysOf(pkg, settings)) {
    const known = facts.get(key)
    if (known?.kind !== 'known') return undefined
    if (!known.versions.has(pkg.version)) missing.push(key)
  }
  return missing
}
