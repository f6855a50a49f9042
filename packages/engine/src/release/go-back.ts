/**
 * A release from its open journal back to where the world was, as far as there is a way: the same loop over the undo
 * of every step, in reverse order.
 */
import { isOnItsWay, rollbackSteps, stepId, type Problem, type Progress } from '@topsail/core'
import { driveJournalled } from './drive-journalled.ts'
import type { Hold } from './hold.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import type { ReleasePorts } from './ports.ts'
import { ended, type CarryOptions, type ReleaseEnd } from './release-end.ts'
import { undoEffects, unforeseen } from './undo-effects.ts'

export async function goBack(
  ports: ReleasePorts,
  hold: Hold,
  keeper: JournalKeeper,
  options: CarryOptions & { readonly complete: boolean },
): Promise<ReleaseEnd> {
  const progress = keeper.progress()
  if (isOnItsWay(progress)) await ports.clock.sleep(longestOnItsWay)
  const steps = rollbackSteps(progress)
  const effects = undoEffects({ ports, progress, complete: options.complete, remote: options.remote })
  const evidenceOf = async () => ({})
  const driven = await driveJournalled(ports, hold, keeper, { ...options, steps, effects, evidenceOf })
  return ended(keeper, 'rolled-back', { steps, driven, warnings: leftBehind(keeper.progress()) })
}

/** What an earlier run had to leave as well: whoever ends the rollback tells of all of it. */
function leftBehind({ opened, steps }: Progress): readonly Problem[] {
  const firsts = opened.steps.flatMap((step) =>
    step.kind === 'upload' && step.first ? [step.id, stepId('promote', step)] : [],
  )
  const first = new Set(firsts)
  return [...steps].flatMap(([step, progress]): readonly Problem[] => {
    const { state } = progress
    const detail = state === 'left' && progress.detail !== null ? unforeseen(progress.detail, first.has(step)) : ''
    return detail === '' ? [] : [{ code: 'UNDO_LEFT', severity: 'warning', step, detail }]
  })
}

/** Milliseconds: a request whose sender has died, and a `git push` that outlives it. */
const longestOnItsWay = 10_000
