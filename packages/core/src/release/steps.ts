/**
 * The steps of a release as data: what has to happen, what each step waits for, and how it is undone. Nothing is
 * uploaded before every tarball is packed and checked; a package is uploaded when its own dependencies are confirmed,
 * not when a layer is. Candidates become visible when the whole set is confirmed, dependencies first. The members of a
 * dependency cycle go together. Tags come when everything else has succeeded, and what stands then is announced.
 */
import { stronglyConnected } from '../plan/components.ts'
import type { PackageName, Path, Sha, Version } from '../names.ts'
import type { Promotion } from './promotion.ts'
import { isNpmKey, packageOf, type TargetKey } from './targets.ts'

/** `upload:@acme/db@1.2.0`; `check`, `gate`, `tag`, `push`, `announce` and `revert` occur once. */
export type StepId = string

/** exact: the world is as before. compensating: the effect stays, its harm is contained. none: there is no way back. */
export type Undo =
  | { readonly kind: 'exact'; readonly by: 'forget' | 'reject' | 'dist-tag' | 'delete-tags' | 'delete-remote-tags' }
  | { readonly kind: 'compensating'; readonly by: 'deprecate' | 'retract' | 'withdraw' }
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
  /** Where the dist-tag leads before the release; null: nowhere. */
  readonly was: Version | null
  /** The registry has never seen the package: most give it `latest` at once, whatever was asked. */
  readonly first: boolean
  /** The target has a way to take an upload back. */
  readonly retracts?: true
}

/** Nobody asks for it by chance; it is gone when the release is. */
export const candidateTag = 'topsail-candidate'

/** A tag at its commit. */
export type TagToMake = {
  readonly tag: string
  readonly name: PackageName
  readonly version: Version
  readonly commit: Sha
}

export type PackStep = StepOf<'pack', { name: PackageName; version: Version; dir: Path }>
export type CheckStep = StepOf<'check'>
export type UploadStep = StepOf<'upload', { name: PackageName; version: Version } & UploadTarget & Staged>
export type ConfirmStep = StepOf<'confirm', { name: PackageName; version: Version; registry: string } & Staged>
/** Every candidate is confirmed: the last moment at which nobody has seen any of it. */
export type GateStep = StepOf<'gate', Staged>
export type PromoteStep = StepOf<
  'promote',
  { name: PackageName; version: Version; registry: string } & DistTagMove & Staged
>
/** Takes the candidate tag away. */
export type UnmarkStep = StepOf<'unmark', { name: PackageName; version: Version; registry: string; distTag: string }>
export type TagStep = StepOf<'tag', { tags: readonly TagToMake[] }>
export type PushStep = StepOf<'push', { tags: readonly TagToMake[] }>
/** Everybody may know: the release set is written, and whoever is to be told is told. */
export type AnnounceStep = StepOf<'announce', { versions: readonly AnnouncedVersion[] }>
export type AnnouncedVersion = { readonly name: PackageName; readonly version: Version }
export type ForwardStep =
  | PackStep
  | CheckStep
  | UploadStep
  | ConfirmStep
  | GateStep
  | PromoteStep
  | UnmarkStep
  | TagStep
  | PushStep
  | AnnounceStep

/** Takes back what a step did; see `rollback-steps.ts`. */
export type UndoStep = StepOf<'undo', { of: ForwardStep; evidence: Readonly<Record<string, string | null>> }>
/** A version that stands in the manifest of a folder. */
export type WrittenVersion = { readonly name: PackageName; readonly version: Version; readonly dir: Path }

/** A commit on a branch of its own that takes manifests and changesets back. */
export type RevertStep = StepOf<'revert', { release: string; commit: Sha; versions: readonly WrittenVersion[] }>
export type Step = ForwardStep | UndoStep | RevertStep

/** In npm's staging area until a person approves it. */
type Staged = { staged?: true }

type DistTagMove = { distTag: string; was: Version | null }

/** A target of a package at the version it has in git, and what the world still lacks of it. */
export type PublishUnit = {
  /** The package alone for npm, `@acme/api:oci` for another target. */
  readonly name: TargetKey
  readonly version: Version
  readonly dir: Path
  /** What whoever installs this one gets too (dev edges excluded), and what the settings say comes first. */
  readonly needs: readonly TargetKey[]
  /** Undefined: the registry has it, or the package is private. */
  readonly upload: UploadTarget | undefined
  /** Undefined: nothing is missing, or this package gets no tag. */
  readonly tag:
    | { readonly name: string; readonly commit: Sha; readonly make: boolean; readonly push: boolean }
    | undefined
}

export function releaseSteps(units: readonly PublishUnit[], promotion: Promotion): readonly ForwardStep[] {
  const { uploads, needed } = inOrder(units.filter((unit) => unit.upload !== undefined))
  const needsOf = (unit: PublishUnit): readonly PublishUnit[] => needed.get(unit.name) ?? []
  const packs = uploads.map((unit) => packStep(unit, needsOf(unit)))
  return [
    ...packs,
    ...(packs.length > 0 ? [checkStep(packs)] : []),
    ...uploads.flatMap((unit) => uploadSteps(unit, needsOf(unit), promotion)),
    ...promotionSteps(uploads, needsOf, promotion),
    ...lastSteps(units, promotion),
  ]
}

type Ordered = {
  /** Dependencies first, so that a list of steps reads as it goes. */
  readonly uploads: readonly PublishUnit[]
  /** What each waits for: the dependencies of its whole cycle, outside of that cycle. */
  readonly needed: ReadonlyMap<TargetKey, readonly PublishUnit[]>
}

/** Linear in the edges. */
function inOrder(uploads: readonly PublishUnit[]): Ordered {
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
  return { uploads: components.flat().flatMap((name) => byName.get(name) ?? []), needed }
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

function uploadSteps(unit: PublishUnit, needs: readonly PublishUnit[], promotion: Promotion): readonly ForwardStep[] {
  if (unit.upload === undefined) return []
  const { name, version } = unit
  const staged = stagedBy(unit, promotion)
  const asCandidate = isPromoted(unit, promotion) && !staged.staged ? { distTag: candidateTag, was: null } : {}
  const upload: UploadStep = {
    kind: 'upload',
    id: stepId('upload', unit),
    needs: ['check', ...needs.map((need) => stepId('confirm', need))],
    after: [],
    undo: uploadUndo(unit, promotion),
    name,
    version,
    ...unit.upload,
    ...asCandidate,
    ...staged,
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
    ...staged,
  }
  return [upload, confirm]
}

function promotionSteps(
  uploads: readonly PublishUnit[],
  needsOf: (unit: PublishUnit) => readonly PublishUnit[],
  promotion: Promotion,
): readonly ForwardStep[] {
  const promoted = uploads.filter((unit) => isPromoted(unit, promotion))
  if (promoted.length === 0) return []
  const before = (unit: PublishUnit): readonly PublishUnit[] =>
    needsOf(unit).filter((need) => isPromoted(need, promotion))
  const confirmed = uploads.map((unit) => stepId('confirm', unit))
  const staged = promoted.some((unit) => stagedBy(unit, promotion).staged) ? ({ staged: true } as const) : {}
  const gate: GateStep = { kind: 'gate', id: 'gate', needs: confirmed, after: [], undo: forget, ...staged }
  return [gate, ...promoted.flatMap((unit) => promoteSteps(unit, before(unit), promotion))]
}

/**
 * Only npm leads a channel to a version by the upload itself; elsewhere that is always a step of its own. The first
 * version of a package is `latest` at once, so that to hide it would be a promise nobody keeps.
 */
function isPromoted(unit: PublishUnit, promotion: Promotion): boolean {
  if (!isNpmKey(unit.name)) return true
  return promotion === 'staged' || (promotion === 'candidate' && unit.upload?.first !== true)
}

function uploadUndo(unit: PublishUnit, promotion: Promotion): Undo {
  if (unit.upload?.retracts === true) return { kind: 'compensating', by: 'retract' }
  if (!isNpmKey(unit.name)) return { kind: 'none' }
  return stagedBy(unit, promotion).staged ? { kind: 'exact', by: 'reject' } : { kind: 'compensating', by: 'deprecate' }
}

function stagedBy(unit: PublishUnit, promotion: Promotion): { readonly staged?: true } {
  return promotion === 'staged' && isNpmKey(unit.name) ? { staged: true } : {}
}

function promoteSteps(unit: PublishUnit, needs: readonly PublishUnit[], promotion: Promotion): readonly ForwardStep[] {
  if (unit.upload === undefined) return []
  const { name, version } = unit
  const { registry, distTag, was } = unit.upload
  const staged = stagedBy(unit, promotion)
  const about = { name, version, registry }
  const promote: PromoteStep = {
    kind: 'promote',
    id: stepId('promote', unit),
    needs: ['gate', ...needs.map((need) => stepId('promote', need))],
    after: [],
    undo: { kind: 'exact', by: 'dist-tag' },
    ...about,
    distTag,
    was,
    ...staged,
  }
  const unmark: UnmarkStep = {
    kind: 'unmark',
    id: stepId('unmark', unit),
    needs: [promote.id],
    after: [],
    undo: forget,
    ...about,
    distTag: candidateTag,
  }
  return isNpmKey(name) && !staged.staged ? [promote, unmark] : [promote]
}

/** Tags all together, and only for a whole release: a tag is what later plans believe. */
function lastSteps(units: readonly PublishUnit[], promotion: Promotion): readonly ForwardStep[] {
  const make = units.filter((unit) => unit.tag?.make).flatMap(tagOf)
  const push = units.filter((unit) => unit.tag?.push).flatMap(tagOf)
  const released = units
    .filter((unit) => unit.upload !== undefined)
    .map((unit) => stepId(isPromoted(unit, promotion) ? 'promote' : 'confirm', unit))
  const steps: ForwardStep[] = []
  let needs: readonly StepId[] = released
  if (make.length > 0) {
    const undo = { kind: 'exact', by: 'delete-tags' } as const
    steps.push({ kind: 'tag', id: 'tag', needs, after: [], undo, tags: make })
    needs = ['tag']
  }
  if (push.length > 0) {
    const undo = { kind: 'exact', by: 'delete-remote-tags' } as const
    steps.push({ kind: 'push', id: 'push', needs, after: [], undo, tags: push })
    needs = ['push']
  }
  return units.length === 0 ? steps : [...steps, announceStep(units, needs)]
}

function announceStep(units: readonly PublishUnit[], needs: readonly StepId[]): AnnounceStep {
  const versions = new Map(units.map(({ name, version }) => [packageOf(name), version]))
  return {
    kind: 'announce',
    id: 'announce',
    needs,
    after: [],
    undo: { kind: 'compensating', by: 'withdraw' },
    versions: [...versions].map(([name, version]) => ({ name, version })),
  }
}

function tagOf({ name, version, tag }: PublishUnit): readonly TagToMake[] {
  return tag === undefined ? [] : [{ tag: tag.name, name: packageOf(name), version, commit: tag.commit }]
}

export function stepId(
  kind: 'pack' | 'upload' | 'confirm' | 'promote' | 'unmark',
  unit: { name: PackageName; version: Version },
): StepId {
  return `${kind}:${unit.name}@${unit.version}`
}
