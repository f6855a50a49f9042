/**
 * What a release should leave in the world, and what of it is missing: every package that git says is released stands
 * in its registry and has its tag. Decided from facts alone, never from what an earlier run did, so that a run that
 * was killed anywhere is completed by the next one.
 */
import type { PackageName, Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import { compareText } from '../record.ts'
import type { Settings } from '../settings.ts'
import { distTagOf } from './dist-tag.ts'
import { internalNeeds, needsThatStayAway } from './needs.ts'
import { isBurned, type Releasable, type ReleasedWorld } from './released-world.ts'
import { wantedTag } from './release-tag.ts'
import { candidateTag, type PublishUnit, type UploadTarget } from './step.ts'
import { keysOf, retracts, targetKey, targetsOf, type TargetKey } from './targets.ts'
import type { Package, Workspace } from '../workspace.ts'

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

export function desiredRelease(world: ReleasedWorld, options: DesiredOptions = {}): DesiredRelease {
  const releasable = releasablePackages(world.workspace, world.settings)
  const asked = chosenOf(releasable, options.only)
  const chosen = asked.filter((pkg) => !isBurned(pkg, world))
  const problems: Problem[] = [...unknownNames(releasable, options.only), ...unreachableRegistries(chosen, world)]
  const burned = asked.filter((pkg) => isBurned(pkg, world)).map(({ name, version }) => ({ name, version }))
  if (burned.length > 0) problems.push({ code: 'PUBLISH_VERSIONS_BURNED', severity: 'warning', versions: burned })
  const members = new Map(world.workspace.packages.map((pkg) => [pkg.name, pkg]))
  const coming = new Set(chosen.map(({ name }) => name))

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
      problems.push(...needsThatStayAway(pkg, needs, members, coming, world))
    const wanted = wantedTag(pkg, own.length > 0, world)
    problems.push(...wanted.problems)
    const { name, version, dir } = pkg
    if (own.length === 0 && wanted.tag !== undefined)
      own.push({ name, version, dir, needs, upload: undefined, tag: undefined })
    // One of them carries the tag; it is made when all of them are there.
    units.push(...own.map((unit, index) => (index === 0 ? { ...unit, tag: wanted.tag } : unit)))
  }
  return { units, alreadyThere, problems }
}

export function releasablePackages(workspace: Workspace, settings: Settings): readonly Releasable[] {
  const ignored = new Set(settings.ignore)
  return workspace.packages
    .filter((pkg): pkg is Releasable => pkg.version !== undefined && !ignored.has(pkg.name))
    .filter((pkg) => !pkg.private || settings.privatePackages.tag || targetsOf(pkg, settings).length > 0)
    .toSorted((a, b) => compareText(a.name, b.name))
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
    const { distTag, problem } = distTagOf(pkg, facts, { asked: options.distTag, pre: world.pre })
    if (facts.versions.has(version)) return [{ unit, problems: candidateLeft(unit, registry, facts.distTags, distTag) }]
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

/**
 * Only a release promotes its candidates, since it knows by their bytes that they are its own. Where nothing is known of that
 * release any more - its journal was never pushed, or taken away - a person has to say that they are meant.
 */
function candidateLeft(
  { name, version }: PublishUnit,
  registry: string,
  distTags: ReadonlyMap<string, Version>,
  distTag: string,
): readonly Problem[] {
  if (distTags.get(candidateTag) !== version || distTags.get(distTag) === version) return []
  return [{ code: 'CANDIDATE_LEFT', severity: 'warning', name, version, distTag, registry }]
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
