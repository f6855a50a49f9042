/**
 * The loop that has effects, and the only one: it starts what the schedule says may start, tries again what may
 * succeed later, and ends when every step is done, failed or held. A step that waits for its next attempt occupies
 * nothing, so that a slow registry never keeps an unrelated package back; a registry that has had enough is left alone by
 * all of them.
 */
import { nextDelay, scheduleSteps } from '@topsail/core'
import type { Clock } from './clock.ts'
import { laneOf, type Lane } from './lane.ts'
import { registryOrigins, waitingRoom } from './origins.ts'
import type { HeldStep, LimitRange, Problem, RetryPolicy, Schedule, Step, StepId } from '@topsail/core'

export type Attempt =
  /** `left`: what of it could not be done and never can be. */
  | { readonly kind: 'done'; readonly left?: string | undefined }
  | { readonly kind: 'failed'; readonly problem: Problem }
  /**
   * May succeed later. `problem` is what becomes of it when patience ends, `after` what the registry asks us to wait, with
   * everything that concerns it; 0 when it did not say for how long.
   */
  | {
      readonly kind: 'again'
      readonly after?: number | undefined
      readonly detail: string
      readonly problem: Problem
      /** This attempt has sent nothing that could change the world. */
      readonly unsent?: boolean | undefined
    }

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
  /** A registry has had enough: nothing is sent to it for so many milliseconds, and then no more than so much at once. */
  | {
      readonly kind: 'registry-waiting'
      readonly registry: string
      readonly wait: number
      readonly atOnce: number
      readonly detail: string
    }
  | { readonly kind: 'step-done'; readonly step: Step }
  | { readonly kind: 'step-failed'; readonly step: Step; readonly problem: Problem }
  | { readonly kind: 'step-held'; readonly step: Step; readonly by: StepId }

/** How many attempts of a kind may be under way at the same time; with a range, as many as are answered fast. */
export type StepLimits = Readonly<Record<Step['kind'], number | LimitRange>>

export type DriveOptions = {
  readonly steps: readonly Step[]
  /** Steps that an earlier run has finished. */
  readonly done?: ReadonlySet<StepId> | undefined
  readonly effects: Effects
  readonly limits: StepLimits
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

/** `limited`: attempts that ended because the registry had enough; they are nobody's failure. */
type Started = { readonly step: Step; readonly since: number; attempt: number; limited: number }

export function drive(options: DriveOptions): Promise<DriveResult> {
  const { clock } = options
  const schedule = scheduleSteps(options.steps, { done: options.done })
  const record = recorder(schedule, options)
  const origins = registryOrigins(clock)
  const kinds = new Set(options.steps.map((step) => step.kind))
  const lanes = new Map([...kinds].map((kind) => [kind, laneOf(options.limits[kind])]))
  const waiting = waitingRoom<Started>(origins)
  let underWay = 0
  let asleep = 0
  let thrown: { readonly error: unknown } | undefined

  return new Promise((resolve, reject) => {
    /** Nothing new begins, and what is under way comes to its end before anybody is told. */
    const stop = (error: unknown): void => {
      thrown ??= { error }
      if (underWay === 0) reject(thrown.error)
    }
    const attempt = (started: Started, lane: Lane): void => {
      const { step } = started
      underWay += 1
      origins.begun(step)
      const company = lane.crowd.join()
      const began = clock.now()
      const end = (): void => {
        underWay -= 1
        origins.ended(step)
        company.leave()
      }
      const elapsed = began - started.since
      runEffect(options.effects, step, { attempt: started.attempt, elapsed }).then(
        (outcome) => {
          end()
          if (outcome.kind === 'again') lane.limit.pushedBack()
          if (outcome.kind === 'done') lane.limit.answered(clock.now() - began, company.most)
          if (outcome.kind === 'again') tryLater(started, outcome)
          else {
            origins.answered(step)
            record.settle(step, outcome)
          }
          startWhatMay()
        },
        (error) => {
          end()
          stop(error)
        },
      )
    }
    const tryLater = (started: Started, outcome: Extract<Attempt, { kind: 'again' }>): void => {
      const { step, attempt: tried } = started
      const asked = outcome.after === undefined ? undefined : askedToWait(started, outcome, outcome.after)
      const past = { attempt: tried - started.limited, elapsed: clock.now() - started.since, random: clock.random() }
      const wait = nextDelay(options.retries[step.kind], { ...past, attempt: Math.max(1, past.attempt), asked })
      if (wait === undefined) return record.settle(step, { kind: 'failed', problem: outcome.problem })
      options.onEvent({ kind: 'step-waiting', step, attempt: tried, wait, detail: outcome.detail })
      started.attempt += 1
      wake(wait, () => waiting.add(started))
    }
    /** Milliseconds, for the whole registry. */
    const askedToWait = (started: Started, { detail }: { detail: string }, after: number): number => {
      const limit = origins.limited(started.step, after)
      if (limit === undefined) return after
      started.limited += 1
      const { registry, wait, atOnce } = limit
      if (limit.isNews) options.onEvent({ kind: 'registry-waiting', registry, wait, atOnce, detail })
      wake(wait, () => {})
      return wait
    }
    const wake = (wait: number, then: () => void): void => {
      asleep += 1
      clock.sleep(wait).then(() => {
        asleep -= 1
        then()
        startWhatMay()
      }, stop)
    }
    /** The next step of a kind that its registry lets begin; one that it does not occupies nothing. */
    const nextOf = (kind: Step['kind']): Started | undefined => {
      const again = waiting.take(kind)
      if (again !== undefined) return again
      for (;;) {
        const [step] = schedule.take(kind, 1)
        if (step === undefined) return undefined
        const started: Started = { step, since: clock.now(), attempt: 1, limited: 0 }
        if (origins.mayStart(step)) return started
        waiting.add(started)
      }
    }
    const startWhatMay = (): void => {
      if (thrown !== undefined) return stop(thrown.error)
      for (const [kind, lane] of lanes) {
        while (lane.crowd.size < lane.limit.atOnce()) {
          const started = nextOf(kind)
          if (started === undefined) break
          if (started.attempt === 1) options.onEvent({ kind: 'step-started', step: started.step })
          attempt(started, lane)
        }
      }
      if (schedule.isFinished()) return resolve(record.result)
      // A timer may ring a moment before the clock agrees; where nothing else will, somebody has to look again.
      const wait = underWay === 0 && asleep === 0 ? waiting.wait() : undefined
      if (wait !== undefined) wake(wait + 1, () => {})
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
