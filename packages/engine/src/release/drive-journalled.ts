/**
 * The loop over the steps of a release that is open, forwards or back: what of them is over is left out, every effect has
 * the journal and the lease around it, and nobody goes on before all that came of them is written.
 */
import { stepsOver, type Evidence, type ForwardStep, type Step } from '@topsail/core'
import { drive, type DriveEvent, type DriveResult, type Effects } from '../publish/drive.ts'
import type { Hold } from './hold.ts'
import { journalled } from './journalled.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import type { ReleasePorts } from './ports.ts'
import { noEffects, type CarryOptions } from './release-end.ts'

export type Driving = {
  readonly steps: readonly Step[]
  /** Of the steps of this direction. */
  readonly effects: Partial<Effects>
  evidenceOf(step: ForwardStep): Promise<Evidence | undefined>
  onEvent(event: DriveEvent): void
}

export async function driveJournalled(
  ports: ReleasePorts,
  hold: Hold,
  keeper: JournalKeeper,
  { steps, effects, evidenceOf, onEvent, ...options }: Driving & Omit<CarryOptions, 'onEvent'>,
): Promise<DriveResult> {
  const progress = keeper.progress()
  const { journal } = keeper
  const written = journalled({ ...noEffects, ...effects }, { journal, lease: hold.lease, progress, evidenceOf })
  const driven = await drive({
    ...options,
    steps,
    done: stepsOver(progress),
    effects: written.effects,
    clock: ports.clock,
    onEvent: (event) => {
      onEvent(event)
      written.onEvent(event)
    },
  })
  await written.settled()
  return driven
}
