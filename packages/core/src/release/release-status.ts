/**
 * What a journal says about each package of its release: whether people get it, whether it waits, whether it failed.
 */
import type { Progress, StepProgress } from './journal.ts'
import type { PackageName, Version } from '../names.ts'
import { stepId, type ForwardStep, type StepId } from './steps.ts'

/**
 * live: what people install. candidate: confirmed, and not public yet. uploaded: sent, and not yet seen. waiting: not
 * sent. held: not sent, because what it needs failed. rolled-back: taken back as far as that can be.
 */
export type UnitState = 'waiting' | 'held' | 'uploaded' | 'candidate' | 'live' | 'failed' | 'rolled-back'

export type UnitStatus = {
  readonly name: PackageName
  readonly version: Version
  readonly state: UnitState
  /** Why it failed, or what of it could not be taken back. */
  readonly detail: string | undefined
  readonly registry: string
  readonly distTag: string
}

export function unitStatuses(progress: Progress): readonly UnitStatus[] {
  const failed = failedSteps(progress)
  const promoted = new Set(progress.opened.steps.flatMap(({ kind, id }) => (kind === 'promote' ? [id] : [])))
  return progress.opened.units.flatMap((unit): readonly UnitStatus[] => {
    if (unit.upload === undefined) return []
    const { name, version } = unit
    const { registry, distTag } = unit.upload
    const chain = (['upload', 'confirm', 'promote'] as const).map((kind) => progress.steps.get(stepId(kind, unit)))
    const held = failed.heldUploads.has(stepId('upload', unit))
    const { state, detail } = stateOf(chain, progress, { held, promoted: promoted.has(stepId('promote', unit)) })
    return [{ name, version, state, detail, registry, distTag }]
  })
}

type Found = { readonly state: UnitState; readonly detail: string | undefined }

function stateOf(
  [upload, confirm, promote]: readonly (StepProgress | undefined)[],
  { direction }: Progress,
  { held, promoted }: { readonly held: boolean; readonly promoted: boolean },
): Found {
  if (direction === 'back' && (upload === undefined || upload.state === 'undone' || upload.state === 'left')) {
    return { state: 'rolled-back', detail: detailOf(upload) }
  }
  const bad = [upload, confirm, promote].find((step) => step !== undefined && hasFailed(step))
  if (bad !== undefined) return { state: 'failed', detail: detailOf(bad) }
  if (upload === undefined) return { state: held ? 'held' : 'waiting', detail: undefined }
  if (confirm?.state !== 'done') return { state: 'uploaded', detail: undefined }
  const isLive = !promoted || promote?.state === 'done'
  return { state: isLive ? 'live' : 'candidate', detail: undefined }
}

function hasFailed({ state }: StepProgress): boolean {
  return state === 'failed' || state === 'refused' || state === 'undo-failed'
}

function detailOf(step: StepProgress | undefined): string | undefined {
  return step !== undefined && 'detail' in step ? (step.detail ?? undefined) : undefined
}

/** Uploads that need a failed step, however far away. */
function failedSteps({ opened, steps }: Progress): { readonly heldUploads: ReadonlySet<StepId> } {
  const blocked = new Set<StepId>()
  const needing = new Map<StepId, ForwardStep[]>()
  for (const step of opened.steps) {
    for (const need of step.needs) needing.set(need, [...(needing.get(need) ?? []), step])
  }
  const isFailed = (id: StepId): boolean => {
    const step = steps.get(id)
    return step !== undefined && hasFailed(step)
  }
  const queue = opened.steps.filter((step) => isFailed(step.id))
  for (let step = queue.pop(); step !== undefined; step = queue.pop()) {
    for (const next of needing.get(step.id) ?? []) {
      if (blocked.has(next.id)) continue
      blocked.add(next.id)
      queue.push(next)
    }
  }
  return { heldUploads: blocked }
}
