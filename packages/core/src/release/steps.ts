/**
 * The steps of a release: what has to happen, and what each waits for. Nothing is uploaded before every tarball is
 * packed and checked; a package is uploaded when its own dependencies are confirmed, not when a layer is. Candidates
 * become visible when the whole set is confirmed, dependencies first. The members of a dependency cycle go together.
 * Tags come when everything else has succeeded, and what stands then is announced.
 */
import { stronglyConnected } from '../plan/components.ts'
import type { PackageName } from '../names.ts'
import type { Promotion } from './promotion.ts'
import { candidateTag, stepId } from './step.ts'
import type {
  AnnounceStep,
  CheckStep,
  ConfirmStep,
  ForwardStep,
  GateStep,
  PackStep,
  PromoteStep,
  PublishUnit,
  StepId,
  TagToMake,
  Undo,
  UnmarkStep,
  UploadStep,
} from './step.ts'
import { isNpmKey, packageOf, type TargetKey } from './targets.ts'

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

/** Nothing left this machine, or nothing was changed. */
const forget: Undo = { kind: 'exact', by: 'forget' }
