/**
 * What the ways into a release have in common: how they are told to act, what they end with, and how an open journal
 * is left behind, whole or for whoever comes next.
 */
import type { Problem, Progress, RetryPolicy, SetId, Step } from '@topsail/core'
import { problemOf } from '../publish/attempt.ts'
import type { DriveEvent, DriveResult, Effects, StepLimits } from '../publish/drive.ts'
import { stopOf, type JournalKeeper } from './journal-keeper.ts'

export type CarryOptions = {
  readonly limits: StepLimits
  readonly retries: Readonly<Record<Step['kind'], RetryPolicy>>
  readonly onEvent: (event: DriveEvent) => void
  /** Where tags are pushed to. */
  readonly remote: string | undefined
  /** A person has approved what is staged. */
  readonly approved?: boolean | undefined
  /** Nothing comes after it: the lease is given back in the same step in which the release ends. */
  readonly last?: boolean | undefined
}

export type ReleaseEnd = {
  /** Undefined: it was never opened, and nothing was done. */
  readonly release: string | undefined
  readonly state: 'unopened' | 'open' | 'finished' | 'rolled-back'
  readonly progress: Progress | undefined
  readonly steps: readonly Step[]
  /** Of them, what this run set out to do, where an earlier one had begun; and what it had to pack again. */
  readonly left?: readonly Step[] | undefined
  readonly driven: DriveResult
  /** The release set that is live from now on. */
  readonly set?: SetId | undefined
  readonly problems: readonly Problem[]
}

export const nothingDriven: DriveResult = { done: [], failed: [], held: [] }

/** Everything was tried: ended when it is whole, else left open. */
export async function ended(
  keeper: JournalKeeper,
  as: 'finished' | 'rolled-back',
  { steps, driven, warnings }: { steps: readonly Step[]; driven: DriveResult; warnings: readonly Problem[] },
): Promise<ReleaseEnd> {
  const { release } = keeper.progress().opened
  const isComplete = driven.failed.length === 0 && driven.held.length === 0
  if (!isComplete) {
    const isLost = driven.failed.some(({ problem }) => problem.code === 'LEASE_LOST')
    await keeper.leave(isLost ? 'lost' : 'ours')
    return { release, state: 'open', progress: keeper.progress(), steps, driven, problems: warnings }
  }
  const closed = await keeper.close(as)
  const stop = stopOf(closed.state)
  const problems = [...warnings, ...closed.problems, ...(stop === undefined ? [] : [unpushed(release, stop)])]
  return { release, state: as, progress: keeper.progress(), steps, driven, set: closed.set, problems }
}

/** The lease is gone: nothing more is written. */
export async function abandoned(keeper: JournalKeeper, steps: readonly Step[], problem: Problem): Promise<ReleaseEnd> {
  await keeper.leave('lost')
  return left(keeper, steps, [problem])
}

/** Before the steps of the journal were driven. */
export async function stoppedBy(
  keeper: JournalKeeper,
  steps: readonly Step[],
  { driven, problems }: { readonly driven: DriveResult; readonly problems: readonly Problem[] },
): Promise<ReleaseEnd> {
  await keeper.leave('ours')
  return { ...left(keeper, steps, problems), driven }
}

function left(keeper: JournalKeeper, steps: readonly Step[], problems: readonly Problem[]): ReleaseEnd {
  const progress = keeper.progress()
  return { release: progress.opened.release, state: 'open', progress, steps, driven: nothingDriven, problems }
}

export function cannotPack(detail: string): Problem {
  return problemOf({ code: 'PACK_FAILED', name: '', detail })
}

function unpushed(release: string, stop: Problem): Problem {
  const detail = 'detail' in stop ? stop.detail : stop.code
  return { code: 'JOURNAL_NOT_PUSHED', severity: 'warning', release, detail }
}

/** No step of the other direction ever comes here. */
async function never(step: Step): Promise<never> {
  throw new Error(`${step.id} does not belong to this direction`)
}

export const noEffects: Effects = {
  pack: never,
  check: never,
  upload: never,
  confirm: never,
  gate: never,
  promote: never,
  unmark: never,
  tag: never,
  push: never,
  announce: never,
  undo: never,
  revert: never,
}
