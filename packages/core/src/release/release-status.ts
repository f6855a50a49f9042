/**
 * What became of each package of a release: what its journal says, and what the registries say where they were asked.
 * The world counts where the two differ, for a run that died may have done more than it could write down.
 */
import type { Integrity, PackageName, Version } from '../names.ts'
import { holdsIntegrity } from './holds-integrity.ts'
import type { Progress, StepProgress } from './journal.ts'
import { stepId, type ForwardStep, type PublishUnit, type StepId } from './step.ts'
import { isNpmKey, parseTargetKey, type TargetId, type TargetKey } from './targets.ts'

/**
 * live: what people install. candidate: there, and not public yet. staged: waits for approval. uploaded: sent, and not
 * yet seen. waiting: not sent. held: not sent, because what it needs failed. replaced: it was live, and another version
 * is by now. missing: it was live, and the registry does not have it. rolled-back: taken back as far as that can be.
 */
export type UnitState =
  | 'waiting'
  | 'held'
  | 'uploaded'
  | 'staged'
  | 'candidate'
  | 'live'
  | 'replaced'
  | 'missing'
  | 'failed'
  | 'rolled-back'

export type UnitStatus = {
  readonly name: PackageName
  readonly target: TargetId
  readonly version: Version
  readonly state: UnitState
  /** Why it failed, what of it could not be taken back, or what has taken its place. */
  readonly detail: string | undefined
  /** Whose failure holds it. */
  readonly heldBy: readonly TargetKey[]
  readonly registry: string
  readonly distTag: string
  /** Whether the registry was asked, and answered. */
  readonly seen: 'yes' | 'no' | 'unreachable'
}

/** What a registry says of a version. */
export type SeenUnit =
  /** `leads`: where its dist-tag leads. */
  | { readonly kind: 'present'; readonly integrity: Integrity | undefined; readonly leads: string | undefined }
  | { readonly kind: 'staged' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreachable'; readonly detail: string }

/** `seen` by target key and version, as `key@version`; nothing where nobody was asked. */
export function unitStatuses(
  progress: Progress,
  seen: ReadonlyMap<string, SeenUnit> = new Map(),
): readonly UnitStatus[] {
  const holders = heldUploads(progress)
  const promoted = new Set(progress.opened.steps.filter(({ kind }) => kind === 'promote').map(({ id }) => id))
  return progress.opened.units.flatMap((unit): readonly UnitStatus[] => {
    if (unit.upload === undefined) return []
    const { version } = unit
    const { registry, distTag } = unit.upload
    const heldBy = holders.get(stepId('upload', unit)) ?? []
    const world = seen.get(`${unit.name}@${version}`)
    const about = { isHeld: heldBy.length > 0, isPromoted: promoted.has(stepId('promote', unit)) }
    const written = writtenState(unit, progress, about)
    const { state, detail } = world === undefined ? written : stateInWorld(unit, written, world, progress)
    const answered = world === undefined ? 'no' : world.kind === 'unreachable' ? 'unreachable' : 'yes'
    const { name, target } = parseTargetKey(unit.name)
    return [{ name, target, version, state, detail, heldBy, registry, distTag, seen: answered }]
  })
}

type Found = { readonly state: UnitState; readonly detail: string | undefined }

type About = { readonly isHeld: boolean; readonly isPromoted: boolean }

function writtenState(unit: PublishUnit, { opened, direction, steps }: Progress, about: About): Found {
  const [upload, confirm, promote] = (['upload', 'confirm', 'promote'] as const).map((kind) =>
    steps.get(stepId(kind, unit)),
  )
  if (direction === 'back' && (upload === undefined || upload.state === 'undone' || upload.state === 'left')) {
    return { state: 'rolled-back', detail: detailOf(upload) }
  }
  const bad = [upload, confirm, promote].find((step) => step !== undefined && hasFailed(step))
  if (bad !== undefined) return { state: 'failed', detail: detailOf(bad) }
  if (upload === undefined) return { state: about.isHeld ? 'held' : 'waiting', detail: undefined }
  if (confirm?.state !== 'done') return { state: 'uploaded', detail: undefined }
  if (!about.isPromoted || promote?.state === 'done') return { state: 'live', detail: undefined }
  const isStaged = opened.promotion === 'staged' && isNpmKey(unit.name)
  return { state: isStaged ? 'staged' : 'candidate', detail: undefined }
}

function stateInWorld(unit: PublishUnit, written: Found, world: SeenUnit, progress: Progress): Found {
  const { state, detail } = written
  if (state === 'rolled-back' || world.kind === 'unreachable') return written
  if (world.kind === 'staged') return state === 'failed' ? written : { state: 'staged', detail }
  if (world.kind === 'absent') {
    const wasThere = state === 'live' || state === 'candidate'
    return wasThere ? { state: 'missing', detail: 'the registry does not have it' } : written
  }
  const ours = progress.integrities.get(stepId('upload', unit)) ?? []
  const { integrity: listed } = world
  const isOurs = listed === undefined || ours.some((one) => holdsIntegrity(listed, one))
  // Somebody else has taken the version: that it is there is no news of ours.
  if (!isOurs && state === 'failed') return written
  if (!isOurs) return { state: 'missing', detail: 'the registry has other bytes under this version' }
  if (world.leads === unit.version) return { state: 'live', detail }
  const tag = unit.upload?.distTag ?? ''
  if (state !== 'live') return { state: 'candidate', detail }
  return { state: 'replaced', detail: `${tag} leads to ${world.leads ?? 'nothing'}` }
}

function hasFailed({ state }: StepProgress): boolean {
  return state === 'failed' || state === 'refused' || state === 'undo-failed'
}

function detailOf(step: StepProgress | undefined): string | undefined {
  return step !== undefined && 'detail' in step ? (step.detail ?? undefined) : undefined
}

/** Uploads that need a failed step, however far away, and whose step that is. */
function heldUploads({ opened, steps }: Progress): ReadonlyMap<StepId, readonly TargetKey[]> {
  const needing = new Map<StepId, ForwardStep[]>()
  for (const step of opened.steps) {
    for (const need of step.needs) {
      const others = needing.get(need)
      if (others === undefined) needing.set(need, [step])
      else others.push(step)
    }
  }
  const held = new Map<StepId, Set<TargetKey>>()
  for (const failed of opened.steps) {
    const progress = steps.get(failed.id)
    if (progress === undefined || !hasFailed(progress) || !('name' in failed)) continue
    const seen = new Set<StepId>()
    const queue: ForwardStep[] = [failed]
    for (let step = queue.pop(); step !== undefined; step = queue.pop()) {
      for (const next of needing.get(step.id) ?? []) {
        if (seen.has(next.id)) continue
        seen.add(next.id)
        held.set(next.id, (held.get(next.id) ?? new Set()).add(failed.name))
        queue.push(next)
      }
    }
  }
  return new Map([...held].map(([id, names]) => [id, [...names].sort()]))
}
