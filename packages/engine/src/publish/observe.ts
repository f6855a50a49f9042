/**
 * Looks at the world before a publish: what the registries have, which tags exist here and on the remote, what HEAD
 * says. One request per package, a handful of git processes in all, nothing written.
 */
import type { PackageFacts, PackageName, Problem, Releasable, ReleasedWorld, Snapshot } from '@topsail/core'
import { releasablePackages, tagNameOf } from '@topsail/core'
import type { Git } from '../ports.ts'
import { readTags } from '../read/tags.ts'
import { unchangedSince, versionsAtHead } from './head-state.ts'
import { findVersionCommits } from './version-commits.ts'
import type { NpmConfig } from './npmrc.ts'
import type { Registry } from './registry.ts'
import { readRemoteTags } from './tags.ts'

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
  registryAt(url: string): Registry
  readonly concurrency: number
  readonly tags: boolean
  readonly push: boolean
}

export async function observeWorld(options: ObserveOptions): Promise<Observation> {
  const { snapshot, git, config } = options
  const { workspace, settings } = snapshot
  const head = snapshot.head
  const members = releasablePackages(workspace, settings)
  const registries = new Map(
    members.filter((pkg) => !pkg.private).map((pkg) => [pkg.name, config.registryOf(pkg.name, pkg.manifest)]),
  )
  const hasTags = head !== undefined && options.tags
  const [facts, localTags, remoteTags, committed] = await Promise.all([
    readFacts(registries, options),
    hasTags ? readTags(git) : new Map<string, string>(),
    hasTags && options.push ? readRemoteTags(git) : ({ kind: 'none' } as const),
    head === undefined ? undefined : versionsAtHead(git, members),
  ])
  const problems = uncommittedVersions(members, committed)
  if (remoteTags.kind === 'unreachable') {
    const detail = config.redact(remoteTags.detail)
    problems.push({ code: 'GIT_REMOTE_UNREACHABLE', severity: 'error', remote: remoteTags.remote, detail })
  }
  const written = await findVersionCommits(git, hasTags ? untagged(members, facts, localTags, settings.tagPattern) : [])
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
      ? await unchangedSince(git, taggedAndMissing(members, facts, localTags, settings.tagPattern))
      : new Set(),
    versionCommits: written.commits,
  }
  return { world, remote: remoteTags.kind === 'known' ? remoteTags.remote : undefined, problems }
}

async function readFacts(
  registries: ReadonlyMap<PackageName, string>,
  options: ObserveOptions,
): Promise<ReadonlyMap<PackageName, PackageFacts>> {
  const facts = new Map<PackageName, PackageFacts>()
  const left = [...registries]
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [name, url] = next
      facts.set(name, await options.registryAt(url).facts(name))
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.concurrency, left.length) }, worker))
  return facts
}

function uncommittedVersions(
  members: readonly Releasable[],
  committed: ReadonlyMap<PackageName, string | undefined> | undefined,
): Problem[] {
  if (committed === undefined) return []
  const names = members.filter((pkg) => committed.get(pkg.name) !== pkg.version).map((pkg) => pkg.name)
  return names.length === 0 ? [] : [{ code: 'PUBLISH_VERSIONS_UNCOMMITTED', severity: 'error', names }]
}

/** Published some time ago and never tagged: history has to say where their tags belong. */
function untagged(
  members: readonly Releasable[],
  facts: ReadonlyMap<PackageName, PackageFacts>,
  tags: ReadonlyMap<string, string>,
  pattern: string,
): readonly Releasable[] {
  return members.filter((pkg) => {
    const known = facts.get(pkg.name)
    const isReleased = pkg.private || (known?.kind === 'known' && known.versions.has(pkg.version))
    return isReleased && !tags.has(tagNameOf(pattern, pkg.name, pkg.version))
  })
}

/** Tagged, and yet to be uploaded. */
function taggedAndMissing(
  members: readonly Releasable[],
  facts: ReadonlyMap<PackageName, PackageFacts>,
  tags: ReadonlyMap<string, string>,
  pattern: string,
): readonly { readonly pkg: Releasable; readonly commit: string }[] {
  return members.flatMap((pkg) => {
    const known = facts.get(pkg.name)
    const commit = tags.get(tagNameOf(pattern, pkg.name, pkg.version))
    return commit !== undefined && known?.kind === 'known' && !known.versions.has(pkg.version) ? [{ pkg, commit }] : []
  })
}
