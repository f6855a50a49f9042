/**
 * What a release should leave in the world, and what of it is missing: every package that git says is released stands
 * in its registry and has its tag. Decided from facts alone, never from what an earlier run did, so that a run that
 * was killed anywhere is completed by the next one.
 */
import type { BurnedVersions } from '../plan/burned.ts'
import { edgeReader } from '../plan/graph.ts'
import type { Integrity, PackageName, Sha, Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import { compareText } from '../record.ts'
import type { Settings } from '../settings.ts'
import type { PreState } from '../snapshot.ts'
import type { PublishUnit, UploadTarget } from './step.ts'
import { distTagOf } from './dist-tag.ts'
import { retracts, targetKey, targetsOf, type TargetKey } from './targets.ts'
import type { Package, Workspace } from '../workspace.ts'

/** What a registry says about one package. Ignorance is not absence. */
export type PackageFacts =
  | {
      readonly kind: 'known'
      /** Empty when the registry has never seen the package. */
      readonly versions: ReadonlyMap<Version, Integrity | undefined>
      readonly distTags: ReadonlyMap<string, Version>
    }
  | {
      readonly kind: 'unreachable'
      readonly detail: string
      /** Milliseconds that it asks to be left alone. */
      readonly retryAfter?: number | undefined
      /** It answers, and does not let us look. */
      readonly refused?: boolean | undefined
    }

export type ReleasedWorld = {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly pre: PreState | undefined
  /** Undefined when there is no commit; then nothing is tagged. */
  readonly head: Sha | undefined
  /** Where each package goes, by target: an npm registry, an image, what an own command stands for. */
  readonly registries: ReadonlyMap<TargetKey, string>
  readonly facts: ReadonlyMap<TargetKey, PackageFacts>
  /** The commit each tag leads to. */
  readonly localTags: ReadonlyMap<string, Sha>
  /** Undefined when there is no remote to push to. */
  readonly remoteTags: ReadonlyMap<string, Sha> | undefined
  /** Packages whose folder at their tag is that of HEAD. */
  readonly unchangedSinceTag: ReadonlySet<PackageName>
  /** Versions that were rolled back; they are neither published nor tagged again. */
  readonly burned?: BurnedVersions | undefined
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
  const asked = chosenOf(releasable, options.only)
  const chosen = asked.filter((pkg) => !isBurned(pkg, world))
  const problems: Problem[] = [...unknownNames(releasable, options.only), ...unreachableRegistries(chosen, world)]
  const burned = asked.filter((pkg) => isBurned(pkg, world)).map(({ name, version }) => ({ name, version }))
  if (burned.length > 0) problems.push({ code: 'PUBLISH_VERSIONS_BURNED', severity: 'warning', versions: burned })
  const members = new Map(world.workspace.packages.map((pkg) => [pkg.name, pkg]))

  const units: PublishUnit[] = []
  const alreadyThere: PublishedVersion[] = []
  for (const pkg of chosen) {
    const needs = internalNeeds(pkg, members, world)
    const own: PublishUnit[] = []
    for (const wanted of wantedUnits(pkg, needs, members, world, options)) {
      problems.push(...wanted.problems)
      if (wanted.unit.upload === undefined) alreadyThere.push({ name: wanted.unit.name, version: pkg.version })
      else own.push(wanted.unit)
    }
    if (own.some((unit) => unit.name === pkg.name))
      problems.push(...needsThatStayAway(pkg, needs, members, chosen, world))
    const wanted = tagOf(pkg, own.length > 0, world)
    problems.push(...wanted.problems)
    const { name, version, dir } = pkg
    if (own.length === 0 && wanted.tag !== undefined)
      own.push({ name, version, dir, needs, upload: undefined, tag: undefined })
    // One of them carries the tag; it is made when all of them are there.
    units.push(...own.map((unit, index) => (index === 0 ? { ...unit, tag: wanted.tag } : unit)))
  }
  return { units, alreadyThere, problems }
}

function isBurned({ name, version }: Package, { burned }: ReleasedWorld): boolean {
  if (burned === undefined || version === undefined || !Object.hasOwn(burned, name)) return false
  return burned[name]?.includes(version) === true
}

export function releasablePackages(workspace: Workspace, settings: Settings): readonly Releasable[] {
  const ignored = new Set(settings.ignore)
  return workspace.packages
    .filter((pkg): pkg is Releasable => pkg.version !== undefined && !ignored.has(pkg.name))
    .filter((pkg) => !pkg.private || settings.privatePackages.tag || targetsOf(pkg, settings).length > 0)
    .toSorted((a, b) => compareText(a.name, b.name))
}

export function tagNameOf(pattern: string, name: PackageName, version: Version): string {
  if (pattern === '{name}@{version}') return `${name}@${version}`
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
  for (const key of chosen.flatMap((pkg) => keysOf(pkg, world.settings))) {
    const facts = world.facts.get(key)
    const registry = world.registries.get(key)
    if (facts?.kind !== 'unreachable' || registry === undefined) continue
    const known = silent.get(registry)
    if (known === undefined) silent.set(registry, { names: [key], detail: facts.detail })
    else known.names.push(key)
  }
  return [...silent].map(([registry, { names, detail }]) => ({
    code: 'REGISTRY_UNREACHABLE',
    severity: 'error',
    registry,
    names,
    detail,
  }))
}

export function keysOf(pkg: Package, settings: Settings): readonly TargetKey[] {
  return targetsOf(pkg, settings).map((target) => targetKey(pkg.name, target.id))
}

type WantedUnit = { readonly unit: PublishUnit; readonly problems: readonly Problem[] }

/** A unit for each target that says what it has; one without an upload is there already. */
function wantedUnits(
  pkg: Releasable,
  dependencies: readonly PackageName[],
  members: ReadonlyMap<PackageName, Package>,
  world: ReleasedWorld,
  options: DesiredOptions,
): readonly WantedUnit[] {
  return targetsOf(pkg, world.settings).flatMap((target): readonly WantedUnit[] => {
    const key = targetKey(pkg.name, target.id)
    const facts = world.facts.get(key)
    const registry = world.registries.get(key)
    if (registry === undefined || facts?.kind !== 'known') return []
    const explicit = [...target.after.map((id) => targetKey(pkg.name, id)), ...target.needs.map(withoutNpm)]
    const inherited = target.kind === 'npm' ? dependencies : keysOfAll(dependencies, members, world.settings)
    const needs = [...new Set([...inherited, ...explicit])]
    const { version, dir } = pkg
    const unit: PublishUnit = { name: key, version, dir, needs, upload: undefined, tag: undefined }
    if (facts.versions.has(version)) return [{ unit, problems: [] }]
    const { distTag, problem } = distTagOf(pkg, facts, { asked: options.distTag, pre: world.pre })
    const isScoped = target.kind === 'npm' && pkg.name.startsWith('@')
    const upload: UploadTarget = {
      registry,
      distTag,
      access: isScoped ? (options.access ?? pkg.manifest.publishConfig?.access ?? world.settings.access) : undefined,
      was: facts.distTags.get(distTag) ?? null,
      first: target.kind === 'npm' && facts.versions.size === 0,
      ...(retracts(target) ? { retracts: true } : {}),
    }
    return [{ unit: { ...unit, upload }, problems: problem === undefined ? [] : [problem] }]
  })
}

function withoutNpm(key: TargetKey): TargetKey {
  return key.replace(/:npm$/, '')
}

/** An image or whatever else may hold any part of what it depends on. */
function keysOfAll(
  names: readonly PackageName[],
  members: ReadonlyMap<PackageName, Package>,
  settings: Settings,
): readonly TargetKey[] {
  return names.flatMap((name) => {
    const pkg = members.get(name)
    return pkg === undefined ? [] : keysOf(pkg, settings)
  })
}

/** What an installer of this package pulls in from the same workspace: not dev, and not a version of long ago. */
function internalNeeds(
  pkg: Package,
  members: ReadonlyMap<PackageName, Package>,
  world: ReleasedWorld,
): readonly PackageName[] {
  return edgeReader(
    members,
    world.workspace,
    world.settings,
    'topsail',
  )(pkg)
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
    if (dependency.private || !keysOf(dependency, world.settings).includes(name)) {
      problems.push({ code: 'PUBLISH_NEEDS_PRIVATE', severity: 'warning', name: pkg.name, dependency: name })
    } else if (isBurned(dependency, world)) {
      problems.push({ code: 'PUBLISH_NEEDS_BURNED', severity: 'error', name: pkg.name, dependency: name })
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
  const isKnown = keysOf(pkg, world.settings).every((key) => world.facts.get(key)?.kind === 'known')
  if (world.head === undefined || !isKnown) return { tag: undefined, problems: [] }
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
