/**
 * What the registries have of the packages of some releases: one question for each package, however many releases name
 * it, so many at a time. Nothing is changed.
 */
import { isNpmKey, type Problem, type PublishUnit, type SeenUnit, type Version } from '@topsail/core'
import type { Session } from '../publish/session.ts'
import { readsAtOnce } from '../publish/step-limits.ts'
import type { Registry } from '../publish/registry.ts'
import type { StoredRelease } from './stored-release.ts'

export type SeenUnits = {
  /** By target key and version, as `key@version`. */
  readonly seen: ReadonlyMap<string, SeenUnit>
  readonly problems: readonly Problem[]
}

type Asked = PublishUnit & { readonly upload: NonNullable<PublishUnit['upload']>; readonly isStaged: boolean }

export async function seenUnits(session: Session, releases: readonly StoredRelease[]): Promise<SeenUnits> {
  const places = new Map<string, Asked[]>()
  for (const { progress } of releases) {
    const isStaged = progress.opened.promotion === 'staged' && progress.closed === undefined
    for (const unit of progress.opened.units) {
      if (unit.upload === undefined) continue
      const place = JSON.stringify([unit.upload.registry, unit.name])
      const asked = { ...unit, upload: unit.upload, isStaged }
      places.set(place, [...(places.get(place) ?? []), asked])
    }
  }
  const seen = new Map<string, SeenUnit>()
  const silent = new Map<string, { names: string[]; detail: string }>()
  const left = [...places.values()]
  const worker = async (): Promise<void> => {
    for (let units = left.pop(); units !== undefined; units = left.pop()) {
      for (const [unit, answer] of await ask(session, units)) {
        seen.set(`${unit.name}@${unit.version}`, answer)
        if (answer.kind !== 'unreachable') continue
        const known = silent.get(unit.upload.registry)
        if (known === undefined) silent.set(unit.upload.registry, { names: [unit.name], detail: answer.detail })
        else if (!known.names.includes(unit.name)) known.names.push(unit.name)
      }
    }
  }
  const { from: atOnce } = readsAtOnce(session.concurrency)
  await Promise.all(Array.from({ length: Math.min(atOnce, left.length) }, worker))
  const problems = [...silent].map(([registry, { names, detail }]): Problem => ({
    code: 'REGISTRY_NOT_READ',
    severity: 'warning',
    registry,
    names: names.toSorted(),
    detail: session.config.redact(detail),
  }))
  return { seen, problems }
}

type Answers = readonly (readonly [Asked, SeenUnit])[]

/** All versions of one package at one place. */
async function ask(session: Session, units: readonly Asked[]): Promise<Answers> {
  const [first] = units
  if (first === undefined) return []
  const registry = registryOf(session, first)
  if (registry === undefined) {
    const detail = 'the configuration names this place no more'
    return units.map((unit) => [unit, { kind: 'unreachable', detail }])
  }
  const facts = await session.watch(first.upload.registry, registry.facts(first.name))
  if (facts.kind === 'unreachable') return units.map((unit) => [unit, { kind: 'unreachable', detail: facts.detail }])
  return Promise.all(
    units.map(async (unit): Promise<readonly [Asked, SeenUnit]> => {
      const leads = facts.distTags.get(unit.upload.distTag)
      if (facts.versions.has(unit.version)) {
        return [unit, { kind: 'present', integrity: facts.versions.get(unit.version), leads }]
      }
      return [unit, await lookFurther(registry, unit, leads)]
    }),
  )
}

/** An address of a target is known only as long as the configuration has it. */
function registryOf({ addresses, registryAt }: Session, { name, upload }: Asked): Registry | undefined {
  const isKnown = isNpmKey(name) || addresses.get(name) === upload.registry
  return isKnown ? registryAt(upload.registry) : undefined
}

/** What is not listed may be staged; and some places list only the version that they are asked about. */
async function lookFurther(registry: Registry, unit: Asked, leads: Version | undefined): Promise<SeenUnit> {
  const { name, version } = unit
  if (unit.isStaged && registry.staging !== undefined) {
    const staged = await registry.staging.lookupStaged(name, version)
    return staged.kind === 'present' ? { kind: 'staged' } : staged
  }
  if (isNpmKey(name)) return { kind: 'absent' }
  const found = await registry.lookup(name, version)
  return found.kind === 'present' ? { kind: 'present', integrity: found.integrity, leads } : found
}
