/**
 * The steps of a release as data: what has to happen, what each step waits for, and how it is undone. Nothing is
 * uploaded before every tarball is packed and checked; a package is uploaded when its own dependencies are confirmed,
 * not when a layer is. The members of a dependency cycle go up together. Tags come last, for what is confirmed.
 */
import { stronglyConnected } from './components.ts'
import type { PackageName, Path, Sha, Version } from './names.ts'

/** `upload:@acme/db@1.2.0`; `check`, `tag` and `push` occur once. */
export type StepId = string

/** exact: the world is as before. compensating: the effect stays, its harm is contained. none: there is no way back. */
export type Undo =
  | { readonly kind: 'exact'; readonly by: 'forget' | 'delete-tags' | 'delete-remote-tags' }
  | { readonly kind: 'compensating'; readonly by: 'deprecate' }
  | { readonly kind: 'none' }

type StepOf<Kind extends string, Facts = unknown> = {
  readonly kind: Kind
  readonly id: StepId
  /** Steps that must have succeeded. */
  readonly needs: readonly StepId[]
  /** Steps that must have come to an end, whichever. */
  readonly after: readonly StepId[]
  readonly undo: Undo
} & Readonly<Facts>

/** Nothing left this machine, or nothing was changed. */
const forget: Undo = { kind: 'exact', by: 'forget' }

export type Access = 'public' | 'restricted'

export type UploadTarget = {
  readonly registry: string
  readonly distTag: string
  /** Undefined leaves it to the registry, as for a package without a scope. */
  readonly access: Access | undefined
}

/** A tag at its commit. `needs`: made only when that step succeeded. */
export type TagToMake = {
  readonly tag: string
  readonly name: PackageName
  readonly version: Version
  readonly commit: Sha
  readonly needs: StepId | undefined
}

export type PackStep = StepOf<'pack', { name: PackageName; version: Version; dir: Path }>
export type CheckStep = StepOf<'check'>
export type UploadStep = StepOf<'upload', { name: PackageName; version: Version } & UploadTarget>
export type ConfirmStep = StepOf<'confirm', { name: PackageName; version: Version; registry: string }>
export type TagStep = StepOf<'tag', { tags: readonly TagToMake[] }>
export type PushStep = StepOf<'push', { tags: readonly TagToMake[] }>
export type Step = PackStep | CheckStep | UploadStep | ConfirmStep | TagStep | PushStep

/** A package at the version it has in git, and what the world still lacks of it. */
export type PublishUnit = {
  readonly name: PackageName
  readonly version: Version
  readonly dir: Path
  /** Internal packages that whoever installs this one gets too (dev edges excluded). */
  readonly needs: readonly PackageName[]
  /** Undefined: the registry has it, or the package is private. */
  readonly upload: UploadTarget | undefined
  /** Undefined: nothing is missing, or this package gets no tag. */
  readonly tag:
    | { readonly name: string; readonly commit: Sha; readonly make: boolean; readonly push: boolean }
    | undefined
}

export function releaseSteps(units: readonly PublishUnit[]): readonly Step[] {
  const uploads = units.filter((unit) => unit.upload !== undefined)
  const needed = outsideNeeds(uploads)
  const needsOf = (unit: PublishUnit): readonly PublishUnit[] => needed.get(unit.name) ?? []
  const packs = uploads.map((unit) => packStep(unit, needsOf(unit)))
  return [
    ...packs,
    ...(packs.length > 0 ? [checkStep(packs)] : []),
    ...uploads.flatMap((unit) => uploadSteps(unit, needsOf(unit))),
    ...tagSteps(units),
  ]
}

/** What each upload waits for: the dependencies of its whole cycle, outside of that cycle. Linear in the edges. */
function outsideNeeds(uploads: readonly PublishUnit[]): ReadonlyMap<PackageName, readonly PublishUnit[]> {
  const byName = new Map(uploads.map((unit) => [unit.name, unit]))
  const components = stronglyConnected([...byName.keys()], (name) =>
    (byName.get(name)?.needs ?? []).filter((need) => byName.has(need)),
  )
  const componentOf = new Map(components.flatMap((members, index) => members.map((name) => [name, index] as const)))

  const needed = new Map<PackageName, readonly PublishUnit[]>()
  components.forEach((members, index) => {
    const outside = new Set<number>()
    for (const need of members.flatMap((name) => byName.get(name)?.needs ?? [])) {
      const component = componentOf.get(need)
      if (component !== undefined && component !== index) outside.add(component)
    }
    const units = [...outside]
      .flatMap((component) => components[component] ?? [])
      .sort()
      .flatMap((name) => byName.get(name) ?? [])
    for (const name of members) needed.set(name, units)
  })
  return needed
}

/** A script that builds while packing may read what a dependency's has built, so it comes later, whatever became of that. */
function packStep(unit: PublishUnit, needs: readonly PublishUnit[]): PackStep {
  const { name, version, dir } = unit
  const after = needs.map((need) => stepId('pack', need))
  return { kind: 'pack', id: stepId('pack', unit), needs: [], after, undo: forget, name, version, dir }
}

function checkStep(packs: readonly PackStep[]): CheckStep {
  const needs = packs.map((step) => step.id)
  return { kind: 'check', id: 'check', needs, after: [], undo: forget }
}

function uploadSteps(unit: PublishUnit, needs: readonly PublishUnit[]): readonly Step[] {
  if (unit.upload === undefined) return []
  const { name, version } = unit
  const upload: UploadStep = {
    kind: 'upload',
    id: stepId('upload', unit),
    needs: ['check', ...needs.map((need) => stepId('confirm', need))],
    after: [],
    undo: { kind: 'compensating', by: 'deprecate' },
    name,
    version,
    ...unit.upload,
  }
  const confirm: ConfirmStep = {
    kind: 'confirm',
    id: stepId('confirm', unit),
    needs: [upload.id],
    after: [],
    undo: forget,
    name,
    version,
    registry: unit.upload.registry,
  }
  return [upload, confirm]
}

function tagSteps(units: readonly PublishUnit[]): readonly Step[] {
  const make = units.filter((unit) => unit.tag?.make).flatMap(tagOf)
  const push = units.filter((unit) => unit.tag?.push).flatMap(tagOf)
  const steps: Step[] = []
  if (make.length > 0) {
    const after = make.flatMap((tag) => tag.needs ?? [])
    steps.push({ kind: 'tag', id: 'tag', needs: [], after, undo: { kind: 'exact', by: 'delete-tags' }, tags: make })
  }
  if (push.length > 0) {
    const needs = make.length > 0 ? ['tag'] : []
    const undo = { kind: 'exact', by: 'delete-remote-tags' } as const
    steps.push({ kind: 'push', id: 'push', needs, after: [], undo, tags: push })
  }
  return steps
}

function tagOf(unit: PublishUnit): readonly TagToMake[] {
  if (unit.tag === undefined) return []
  const needs = unit.upload === undefined ? undefined : stepId('confirm', unit)
  return [{ tag: unit.tag.name, name: unit.name, version: unit.version, commit: unit.tag.commit, needs }]
}

export function stepId(kind: 'pack' | 'upload' | 'confirm', unit: { name: PackageName; version: Version }): StepId {
  return `${kind}:${unit.name}@${unit.version}`
}
