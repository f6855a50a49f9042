/**
 * What a release should leave in the world, and what of it is missing: every package that git says is released stands
 * in its registry and has its tag. Decided from facts alone, never from what an earlier run did, so that a run that
 * was killed anywhere is completed by the next one.
 */
import { edgesOf } from './graph.ts'
import type { Integrity, PackageName, Sha, Version } from './names.ts'
import type { Problem } from './problem.ts'
import { compareText } from './record.ts'
import type { Settings } from './settings.ts'
import type { PreState } from './snapshot.ts'
import type { PublishUnit, UploadTarget } from './steps.ts'
import { distTagOf } from './dist-tag.ts'
import type { Package, Workspace } from './workspace.ts'

/** What a registry says about one package. Ignorance is not absence. */
export type PackageFacts =
  | {
      readonly kind: 'known'
      /** Empty when the registry has never seen the package. */
      readonly versions: ReadonlyMap<Version, Integrity | undefined>
      readonly distTags: ReadonlyMap<string, Version>
    }
  | { readonly kind: 'unreachable'; readonly detail: string }

export type ReleasedWorld = {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly pre: PreState | undefined
  /** Undefined when there is no commit; then nothing is tagged. */
  readonly head: Sha | undefined
  /** Where each package goes; absent for private ones. */
  readonly registries: ReadonlyMap<PackageName, string>
  readonly facts: ReadonlyMap<PackageName, PackageFacts>
  /** The commit each tag leads to. */
  readonly localTags: ReadonlyMap<string, Sha>
  /** Undefined when there is no remote to push to. */
  readonly remoteTags: ReadonlyMap<string, Sha> | undefined
  /** Packages whose folder at their tag is that of HEAD. */
  readonly unchangedSinceTag: ReadonlySet<PackageName>
  /** The commit that wrote a package's present version into its manifest; null where that cannot be told. */
  readonly versionCommits: ReadonlyMap<PackageName, Sha | null>
}

export type DesiredOptions = {
  /** Only these packages. */
  readonly only?: readonly PackageName[] | undefined
  /** A dist-tag for everything, over what the configuration says. */
  readonly distTag?: string | undefined
  readonly access?: 'public' | 'restricted' | undefined
}

export type PublishedVersion = { readonly name: PackageName; readonly version: Version }

export type DesiredRelease = {
  readonly units: readonly PublishUnit[]
  readonly alreadyThere: readonly PublishedVersion[]
  readonly problems: readonly Problem[]
}

/** A member that can be released: it has a version, and it is public or a tag is wanted for it. */
export type Releasable = Package & { readonly version: Version }

export function desiredRelease(world: ReleasedWorld, options: DesiredOptions = {}): DesiredRelease {
  const releasable = releasablePackages(world.workspace, world.settings)
  const chosen = chosenOf(releasable, options.only)
  const problems: Problem[] = [...unknownNames(releasable, options.only), ...unreachableRegistries(chosen, world)]
  const members = new Map(world.workspace.packages.map((pkg) => [pkg.name, pkg]))

  const units: PublishUnit[] = []
  const alreadyThere: PublishedVersion[] = []
  for (const pkg of chosen) {
    const target = targetOf(pkg, world, options)
    if (target?.missing === false) alreadyThere.push({ name: pkg.name, version: pkg.version })
    problems.push(...(target?.problems ?? []))
    const needs = internalNeeds(pkg, members, world)
    const upload = target?.missing === true ? target.upload : undefined
    if (upload !== undefined) problems.push(...needsThatStayAway(pkg, needs, members, chosen, world))
    const wanted = tagOf(pkg, upload !== undefined, world)
    problems.push(...wanted.problems)
    if (upload !== undefined || wanted.tag !== undefined) {
      units.push({ name: pkg.name, version: pkg.version, dir: pkg.dir, needs, upload, tag: wanted.tag })
    }
  }
  return { units, alreadyThere, problems }
}

export function releasablePackages(workspace: Workspace, settings: Settings): readonly Releasable[] {
  const ignored = new Set(settings.ignore)
  return workspace.packages
    .filter((pkg): pkg is Releasable => pkg.version !== undefined && !ignored.has(pkg.name))
    .filter((pkg) => !pkg.private || settings.privatePackages.tag)
    .toSorted((a, b) => compareText(a.name, b.name))
}

export function tagNameOf(pattern: string, name: PackageName, version: Version): string {
  return pattern.replaceAll(/\{(name|version)\}/g, (_, key: string) => (key === 'name' ? name : version))
}

function chosenOf(releasable: readonly Releasable[], only: readonly PackageName[] | undefined): readonly Releasable[] {
  if (only === undefined) return releasable
  const names = new Set(only)
  return releasable.filter((pkg) => names.has(pkg.name))
}

function unknownNames(releasable: readonly Releasable[], only: readonly PackageName[] = []): readonly Problem[] {
  const known = new Set(releasable.map((pkg) => pkg.name))
  const unknown = only.filter((name) => !known.has(name))
  return unknown.map((name) => ({ code: 'PUBLISH_ONLY_UNKNOWN', severity: 'error', name }))
}

function unreachableRegistries(chosen: readonly Releasable[], world: ReleasedWorld): readonly Problem[] {
  const silent = new Map<string, { names: PackageName[]; detail: string }>()
  for (const pkg of chosen) {
    const facts = world.facts.get(pkg.name)
    const registry = world.registries.get(pkg.name)
    if (facts?.kind !== 'unreachable' || registry === undefined) continue
    const known = silent.get(registry)
    if (known === undefined) silent.set(registry, { names: [pkg.name], detail: facts.detail })
    else known.names.push(pkg.name)
  }
  return [...silent].map(([registry, { names, detail }]) => ({
    code: 'REGISTRY_UNREACHABLE',
    severity: 'error',
    registry,
    names,
    detail,
  }))
}

type Target = { readonly missing: boolean; readonly upload: UploadTarget; readonly problems: readonly Problem[] }

function targetOf(pkg: Releasable, world: ReleasedWorld, options: DesiredOptions): Target | undefined {
  const facts = world.facts.get(pkg.name)
  const registry = world.registries.get(pkg.name)
  if (pkg.private || registry === undefined || facts?.kind !== 'known') return undefined
  const missing = !facts.versions.has(pkg.version)
  const { distTag, problem } = distTagOf(pkg, facts, { asked: options.distTag, pre: world.pre })
  const access = options.access ?? pkg.manifest.publishConfig?.access ?? world.settings.access
  return {
    missing,
    upload: { registry, distTag, access: pkg.name.startsWith('@') ? access : undefined },
    problems: missing && problem !== undefined ? [problem] : [],
  }
}

/** What an installer of this package pulls in from the same workspace: not dev, and not a version of long ago. */
function internalNeeds(
  pkg: Package,
  members: ReadonlyMap<PackageName, Package>,
  world: ReleasedWorld,
): readonly PackageName[] {
  return edgesOf(pkg, members, world.workspace, world.settings, 'topsail')
    .filter((edge) => edge.dependency.name !== pkg.name)
    .filter((edge) => edge.uses.some((use) => use.field !== 'devDependencies' && use.linked))
    .map((edge) => edge.dependency.name)
}

/** A dependency that will not be in the registry when this package is installed: private, or left out by `only`. */
function needsThatStayAway(
  pkg: Releasable,
  needs: readonly PackageName[],
  members: ReadonlyMap<PackageName, Package>,
  chosen: readonly Releasable[],
  world: ReleasedWorld,
): readonly Problem[] {
  const coming = new Set(chosen.map((other) => other.name))
  const bundled = bundledNames(pkg)
  const problems: Problem[] = []
  for (const name of needs) {
    const dependency = members.get(name)
    if (dependency === undefined || bundled.has(name)) continue
    const facts = world.facts.get(name)
    const missing = facts?.kind === 'known' && !facts.versions.has(dependency.version ?? '')
    if (dependency.private) {
      problems.push({ code: 'PUBLISH_NEEDS_PRIVATE', severity: 'warning', name: pkg.name, dependency: name })
    } else if (!coming.has(name) && missing) {
      problems.push({ code: 'PUBLISH_NEEDS_LEFT_OUT', severity: 'error', name: pkg.name, dependency: name })
    }
  }
  return problems
}

function bundledNames(pkg: Package): ReadonlySet<string> {
  const listed = pkg.manifest['bundleDependencies'] ?? pkg.manifest['bundledDependencies']
  if (listed === true) return new Set(Object.keys(pkg.manifest.dependencies ?? {}))
  return new Set(Array.isArray(listed) ? listed : [])
}

function tagOf(
  pkg: Releasable,
  uploads: boolean,
  world: ReleasedWorld,
): { readonly tag: PublishUnit['tag']; readonly problems: readonly Problem[] } {
  const facts = world.facts.get(pkg.name)
  if (world.head === undefined || (!pkg.private && facts?.kind !== 'known')) return { tag: undefined, problems: [] }
  const name = tagNameOf(world.settings.tagPattern, pkg.name, pkg.version)
  const local = world.localTags.get(name)
  const remote = world.remoteTags?.get(name)
  if (local !== undefined && remote !== undefined && local !== remote) {
    const problem = { code: 'TAG_DIFFERS_ON_REMOTE', severity: 'warning', tag: name, local, remote } as const
    return { tag: undefined, problems: [problem] }
  }
  const at = local ?? remote
  const problems: Problem[] = []
  if (uploads && at !== undefined && at !== world.head && !world.unchangedSinceTag.has(pkg.name)) {
    problems.push({ code: 'TAG_AT_OTHER_COMMIT', severity: 'warning', name: pkg.name, tag: name, at, head: world.head })
  }
  const make = at === undefined
  const push = world.remoteTags !== undefined && remote === undefined
  if (!make && !push) return { tag: undefined, problems }
  const written = world.versionCommits.get(pkg.name)
  if (make && !uploads && written === null) return { tag: undefined, problems }
  const released = uploads ? world.head : (written ?? world.head)
  return { tag: { name, commit: at ?? released, make, push }, problems }
}
