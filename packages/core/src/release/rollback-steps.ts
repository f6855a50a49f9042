/**
 * The way back of a release as steps: every step is undone in reverse order, so that a package goes before what it
 * depends on. Also those of which the journal knows nothing: a run that died has taken with it what it wrote since its
 * last push, and undoing asks the world first. Nothing here fails the rest: what cannot be undone is left and named.
 */
import type { Progress } from './journal.ts'
import type { PackageName, Version } from '../names.ts'
import { packageOf } from './targets.ts'
import { stepId, type ForwardStep, type RevertStep, type StepId, type UndoStep } from './step.ts'

export function rollbackSteps(progress: Progress): readonly (UndoStep | RevertStep)[] {
  const { steps } = progress.opened
  const followers = followersOf(steps)
  const undos = steps.toReversed().map((step) => undoStep(step, followers.get(step.id) ?? [], progress))
  return [...undos, ...revertSteps(progress)]
}

/** What a run has sent may still arrive: undone before that, it would stay. A question that failed sends nothing. */
export function isOnItsWay({ opened, steps }: Progress): boolean {
  return opened.steps.some(({ id, kind }) => {
    const state = steps.get(id)?.state
    return state === 'intended' || (state === 'failed' && kind !== 'confirm')
  })
}

/** What stays in the world after a rollback, known before it starts. */
export type Leftover =
  | { readonly kind: 'version'; readonly name: PackageName; readonly version: Version; readonly registry: string }
  | { readonly kind: 'first-dist-tag'; readonly name: PackageName; readonly distTag: string }

export function leftoversOf(progress: Progress): readonly Leftover[] {
  return progress.opened.steps.flatMap((step): readonly Leftover[] => {
    if (!progress.steps.has(step.id)) return []
    const { unpublish } = progress
    if (step.kind === 'upload') {
      // What was only staged is dropped without a trace.
      if (step.staged === true && !progress.steps.has(stepId('promote', step))) return []
      const { name, version, registry, first } = step
      if (unpublish) return []
      const tag = { kind: 'first-dist-tag', name, distTag: 'latest' } as const
      return [{ kind: 'version', name, version, registry }, ...(first ? [tag] : [])]
    }
    return []
  })
}

function undoId(id: StepId): StepId {
  return `undo:${id}`
}

function followersOf(steps: readonly ForwardStep[]): ReadonlyMap<StepId, readonly StepId[]> {
  const followers = new Map<StepId, StepId[]>()
  for (const step of steps) {
    for (const need of [...step.needs, ...step.after]) {
      const list = followers.get(need)
      if (list === undefined) followers.set(need, [step.id])
      else list.push(step.id)
    }
  }
  return followers
}

function undoStep(step: ForwardStep, followers: readonly StepId[], progress: Progress): UndoStep {
  return {
    kind: 'undo',
    id: undoId(step.id),
    needs: [],
    after: followers.map(undoId),
    undo: { kind: 'none' },
    of: step,
    evidence: progress.steps.get(step.id)?.evidence ?? {},
  }
}

/** Only what was released has something to take back. */
function revertSteps(progress: Progress): readonly RevertStep[] {
  const { commit, release, units, steps } = progress.opened
  const touched = steps.some((step) => step.kind === 'upload' && progress.steps.has(step.id))
  if (commit === null || !touched) return []
  const written = new Map(
    units.map(({ name, version, dir }) => [packageOf(name), { name: packageOf(name), version, dir }]),
  )
  const versions = [...written.values()]
  return [{ kind: 'revert', id: 'revert', needs: [], after: [], undo: { kind: 'none' }, release, commit, versions }]
}
