/**
 * What of a release is left to do, in the direction it has: what a dry run shows of an open release is what the run
 * after it sets out to do. And the world as it will be then, from which that run plans whatever comes next.
 */
import type { ReleasedWorld } from './released-world.ts'
import type { Progress } from './journal.ts'
import { rollbackSteps } from './rollback-steps.ts'
import { stepId, type ForwardStep, type Step, type StepId } from './step.ts'

export function remainingSteps(progress: Progress): readonly Step[] {
  if (progress.closed !== undefined) return []
  const steps: readonly Step[] = progress.direction === 'back' ? rollbackSteps(progress) : progress.opened.steps
  const over = stepsOver(progress)
  return steps.filter(({ id }) => !over.has(id))
}

/** Steps that need not be driven any more, of the way that the release has taken. */
export function stepsOver(progress: Progress): ReadonlySet<StepId> {
  const { opened, direction } = progress
  const stateOf = (id: StepId): string => progress.steps.get(id)?.state ?? ''
  if (direction === 'back') {
    // What leaves nothing in the world is gone through again: it takes no time, and it is what keeps the rest in order
    // when a rollback is taken up again.
    const over = rollbackSteps(progress).filter((step) =>
      step.kind === 'undo' ? !isForgotten(step.of) && isBack(stateOf(step.of.id)) : isBack(stateOf(step.id)),
    )
    return new Set(over.map(({ id }) => id))
  }
  // Packing belongs to the time before the journal; what of it is missing is done again before anything else.
  const isOver = ({ kind, id }: Step): boolean => kind === 'pack' || kind === 'check' || stateOf(id) === 'done'
  return new Set(opened.steps.filter(isOver).map(({ id }) => id))
}

function isBack(state: string): boolean {
  return state === 'undone' || state === 'left'
}

function isForgotten({ undo }: ForwardStep): boolean {
  return undo.kind === 'exact' && undo.by === 'forget'
}

/** The world when this release is finished. */
export function worldAfter(world: ReleasedWorld, { opened, integrities }: Progress): ReleasedWorld {
  const facts = new Map(world.facts)
  const localTags = new Map(world.localTags)
  const remoteTags = world.remoteTags === undefined ? undefined : new Map(world.remoteTags)
  for (const unit of opened.units) {
    const { name, version, upload, tag } = unit
    const known = facts.get(name)
    if (upload !== undefined && known?.kind === 'known') {
      const integrity = integrities.get(stepId('upload', unit))?.at(-1)
      const versions = new Map(known.versions).set(version, integrity)
      const distTags = new Map(known.distTags).set(upload.distTag, version)
      facts.set(name, { kind: 'known', versions, distTags })
    }
    if (tag !== undefined) {
      localTags.set(tag.name, tag.commit)
      remoteTags?.set(tag.name, tag.commit)
    }
  }
  return { ...world, facts, localTags, remoteTags }
}
