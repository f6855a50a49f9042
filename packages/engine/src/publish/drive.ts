/**
 * The loop that has effects, and the only one: it starts what the schedule says may start, tries again what may
 * succeed later, and ends when every step is done, failed or held. A step that waits for its next attempt occupies
 * nothing, so that a slow registry never keeps an unrelated package back.
 */
import { nextDelay, scheduleSteps } from '@topsail/core'
import type { Clock } from './clock.ts'
import type { HeldStep, Problem, RetryPolicy, Schedule, Step, StepId } from '@topsail/core'

export type Attempt =
  /** `left`: what of it could not be done and never can be. */
  | { readonly kind: 'done'; readonly left?: string | undefined }
  | { readonly kind: 'failed'; readonly problem: Problem }
  /** May succeed later. `problem` is what becomes of it when patience ends, `after` what the world asks us to wait. */
  | { readonly kind: 'again'; readonly after?: number | undefined; readonly detail: string; readonly problem: Problem }

/** `attempt` counts from 1, `elapsed` is milliseconds since the first. */
export type Trial = { readonly attempt: number; readonly elapsed: number }

/** What each kind of step does: one attempt. An effect never throws for what the world does. */
export type Effects = {
  readonly [Kind in Step['kind']]: (step: Extract<Step, { kind: Kind }>, trial: Trial) => Promise<Attempt>
}

export type DriveEvent =
  | { readonly kind: 'step-started'; readonly step: Step }
  | {
      readonly kind: 'step-waiting'
      readonly step: Step
      readonly attempt: number
      /** Milliseconds until the next one. */
      readonly wait: number
      readonly detail: string
    }
  | { readonly kind: 'step-done'; readonly step: Step }
  | { readonly kind: 'step-failed'; readonly step: Step; readonly problem: Problem }
  | { readonly kind: 'step-held'; readonly step: Step; readonly by: StepId }

export type DriveOptions = {
  readonly steps: readonly Step[]
  /** Steps that an earlier run has finished. */
  readonly done?: ReadonlySet<StepId> | undefined
  readonly effects: Effects
  /** How many attempts of a kind may be under way at the same time. */
  readonly limits: Readonly<Record<Step['kind'], number>>
  readonly retries: Readonly<Record<Step['kind'], RetryPolicy>>
  readonly clock: Clock
  readonly onEvent: (event: DriveEvent) => void
}

export type FailedStep = { readonly step: Step; readonly problem: Problem }

export type DriveResult = {
  readonly done: readonly Step[]
  readonly failed: readonly FailedStep[]
  readonly held: readonly HeldStep[]
}

type Started = { readonly step: Step; readonly since: number; attempt: number }

export function drive(options: DriveOptions): Promise<DriveResult> {
  const schedule = scheduleSteps(options.steps, { done: options.done })
  const record = recorder(schedule, options)
  const kinds = [...new Set(options.steps.map((step) => step.kind))]
  const busy = new Map<Step['kind'], number>()
  const due = new Map<Step['kind'], Started[]>()
  let underWay = 0
  let thrown: { readonly error: unknown } | undefined

  return new Promise((resolve, reject) => {
    /** Nothing new begins, and what is under way comes to its end before anybody is told. */
    const stop = (error: unknown): void => {
      thrown ??= { error }
      if (underWay === 0) reject(thrown.error)
    }
    const attempt = (started: Started): void => {
      const { step } = started
      busy.set(step.kind, (busy.get(step.kind) ?? 0) + 1)
      underWay += 1
      const elapsed = options.clock.now() - started.since
      const over = (): void => {
        busy.set(step.kind, (busy.get(step.kind) ?? 0) - 1)
        underWay -= 1
      }
      runEffect(options.effects, step, { attempt: started.attempt, elapsed }).then(
        (outcome) => {
          over()
          if (outcome.kind === 'again') tryLater(started, outcome)
          else record.settle(step, outcome)
          startWhatMay()
        },
        (error) => {
          over()
          stop(error)
        },
      )
    }
    const tryLater = (started: Started, outcome: Extract<Attempt, { kind: 'again' }>): void => {
      const { step, attempt: tried } = started
      const { clock } = options
      const past = {
        attempt: tried,
        elapsed: clock.now() - started.since,
        asked: outcome.after,
        random: clock.random(),
      }
      const wait = nextDelay(options.retries[step.kind], past)
      if (wait === undefined) return record.settle(step, { kind: 'failed', problem: outcome.problem })
      options.onEvent({ kind: 'step-waiting', step, attempt: tried, wait, detail: outcome.detail })
      started.attempt += 1
      clock.sleep(wait).then(() => {
        due.set(step.kind, [...(due.get(step.kind) ?? []), started])
        startWhatMay()
      }, stop)
    }
    const startWhatMay = (): void => {
      if (thrown !== undefined) return stop(thrown.error)
      for (const kind of kinds) {
        const free = options.limits[kind] - (busy.get(kind) ?? 0)
        const again = due.get(kind)?.splice(0, Math.max(0, free)) ?? []
        const fresh = schedule.take(kind, free - again.length)
        for (const step of fresh) options.onEvent({ kind: 'step-started', step })
        const since = options.clock.now()
        for (const started of [...again, ...fresh.map((step) => ({ step, since, attempt: 1 }))]) attempt(started)
      }
      if (schedule.isFinished()) resolve(record.result)
    }
    record.hold(schedule.impossible)
    startWhatMay()
  })
}

type Recorder = {
  readonly result: DriveResult
  settle(step: Step, outcome: Exclude<Attempt, { kind: 'again' }>): void
  hold(steps: readonly HeldStep[]): void
}

function recorder(schedule: Schedule, { onEvent }: DriveOptions): Recorder {
  const done: Step[] = []
  const failed: FailedStep[] = []
  const held: HeldStep[] = []
  const hold = (steps: readonly HeldStep[]): void => {
    held.push(...steps)
    for (const { step, by } of steps) onEvent({ kind: 'step-held', step, by })
  }
  return {
    result: { done, failed, held },
    hold,
    settle(step, outcome) {
      if (outcome.kind === 'done') {
        done.push(step)
        onEvent({ kind: 'step-done', step })
        hold(schedule.settle(step.id, 'done'))
      } else {
        failed.push({ step, problem: outcome.problem })
        onEvent({ kind: 'step-failed', step, problem: outcome.problem })
        hold(schedule.settle(step.id, 'failed'))
      }
    },
  }
}

function runEffect(effects: Effects, step: Step, trial: Trial): Promise<Attempt> {
  const effect = effects[step.kind] as (step: Step, trial: Trial) => Promise<Attempt>
  return effect(step, trial)
}
