/**
 * Puts the journal and the lease around every effect: nothing is done unless the lease is still ours and the intent,
 * with the evidence that recognises or undoes it, is on the disk. What came of it is written behind; should that be
 * lost, the world is asked.
 */
import type { Evidence, ForwardStep, JournalEvent, Problem, Progress, Step, StepId, UndoStep } from '@topsail/core'
import { diskRefused, problemOf } from '../publish/attempt.ts'
import type { Attempt, DriveEvent, Effects, Trial } from '../publish/drive.ts'
import type { Journal } from './journal-file.ts'
import type { Lease, LeaseState } from './held-lease.ts'

export type JournalledOptions = {
  readonly journal: Journal
  readonly lease: Lease
  /** What earlier runs have written. */
  readonly progress: Progress
  /** Undefined: the world did not say, and will be asked again. */
  evidenceOf(step: ForwardStep): Promise<Evidence | undefined>
}

export type JournalledEffects = {
  readonly effects: Effects
  /** Told of every event of the loop: a step whose patience ended has failed, though no attempt of it has. */
  onEvent(event: DriveEvent): void
  /** When all of that is written. */
  settled(): Promise<void>
}

export function journalled(effects: Effects, options: JournalledOptions): JournalledEffects {
  const run: Run = { ...options, intended: new Set(), undecided: new Set(), written: new Set(), pending: [] }
  const wrapped = Object.entries(effects).map(([kind, effect]) => {
    const attempt = effect as (step: Step, trial: Trial) => Promise<Attempt>
    return [kind, (step: Step, trial: Trial) => attemptStep(step, () => attempt(step, trial), run)]
  })
  return {
    effects: Object.fromEntries(wrapped) as Effects,
    onEvent(event) {
      if (event.kind !== 'step-failed' || run.written.has(event.step.id) || stops(event.problem)) return
      run.pending.push(giveUp(event.step, event.problem, run))
    },
    settled: async () => void (await Promise.all(run.pending)),
  }
}

type Run = JournalledOptions & {
  readonly intended: Set<StepId>
  /** Steps of which some attempt has ended without a word: what it sent may have landed, or may yet. */
  readonly undecided: Set<StepId>
  /** Steps whose outcome stands in the journal. */
  readonly written: Set<StepId>
  readonly pending: Promise<void>[]
}

async function attemptStep(step: Step, attempt: () => Promise<Attempt>, run: Run): Promise<Attempt> {
  const { journal, lease, intended, undecided, written } = run
  if (changesTheWorld(step)) {
    const stopped = stoppedBy(await lease.check())
    if (stopped !== undefined) return stopped
    if (!intended.has(step.id)) {
      const intent = await intentOf(step, run)
      if (intent === 'unknown') return unknownEvidence(step)
      const refused = await journal.append(intent).then(() => undefined, diskRefused)
      if (refused !== undefined) return { kind: 'failed', problem: refused }
      intended.add(step.id)
      // The disk may have taken its time.
      const lostMeanwhile = stoppedBy(await lease.check())
      if (lostMeanwhile !== undefined) return lostMeanwhile
    }
  }
  const outcome = await attempt()
  if (outcome.kind === 'again') {
    if (outcome.unsent !== true) undecided.add(step.id)
    return outcome
  }
  const lost = stoppedBy(await lease.check())
  if (lost !== undefined) return lost
  written.add(step.id)
  // Not awaited: the next intent waits for the disk, and takes this record with it.
  journal.append(outcomeOf(step, outcome, isDecided(step, run))).catch(() => {})
  return outcome
}

async function giveUp(step: Step, problem: Problem, run: Run): Promise<void> {
  if (stoppedBy(await run.lease.check()) !== undefined) return
  await run.journal.append(outcomeOf(step, { kind: 'failed', problem }, isDecided(step, run))).catch(() => {})
}

/** No attempt of it, by this run or by one before, can still be on its way. */
function isDecided(step: Step, { undecided, progress }: Run): boolean {
  const before = progress.steps.get(step.id)?.state
  return !undecided.has(step.id) && (before === undefined || before === 'refused')
}

/** These ask, or end in themselves; doing them twice changes nothing. */
function changesTheWorld(step: Step): boolean {
  if (step.kind === 'undo') return !isForgotten(step)
  return !['pack', 'check', 'confirm', 'gate'].includes(step.kind)
}

function isForgotten({ of }: UndoStep): boolean {
  return of.undo.kind === 'exact' && of.undo.by === 'forget'
}

async function intentOf(step: Step, { progress, evidenceOf }: Run): Promise<JournalEvent | 'unknown'> {
  if (step.kind === 'undo') return { kind: 'undo-intent', step: step.of.id }
  if (step.kind === 'revert') return { kind: 'undo-intent', step: step.id }
  const known = progress.steps.get(step.id)?.evidence
  const evidence = known ?? (await evidenceOf(step))
  return evidence === undefined ? 'unknown' : { kind: 'intent', step: step.id, evidence }
}

type Ended = Exclude<Attempt, { kind: 'again' }>

/** `decided`: a failure is the world's last word. */
function outcomeOf(step: Step, outcome: Ended, decided: boolean): JournalEvent {
  const failure = outcome.kind === 'failed' ? failureText(outcome.problem) : null
  if (step.kind !== 'undo' && step.kind !== 'revert') {
    const kind = outcome.kind === 'failed' && decided ? 'refused' : outcome.kind
    return { kind: 'outcome', step: step.id, outcome: kind, detail: failure }
  }
  const id = step.kind === 'undo' ? step.of.id : step.id
  if (outcome.kind === 'failed') return { kind: 'undo-outcome', step: id, outcome: 'failed', detail: failure }
  const { left } = outcome
  return { kind: 'undo-outcome', step: id, outcome: left === undefined ? 'undone' : 'left', detail: left ?? null }
}

function failureText(problem: Problem): string {
  return 'detail' in problem ? `${problem.code}: ${problem.detail}` : problem.code
}

/** Such a run writes nothing any more. */
function stops({ code }: Problem): boolean {
  return code === 'LEASE_LOST' || code === 'LEASE_UNREACHABLE' || code === 'DISK_REFUSED'
}

function stoppedBy(state: LeaseState): Attempt | undefined {
  switch (state.kind) {
    case 'held':
      return undefined
    case 'lost':
      return { kind: 'failed', problem: problemOf({ code: 'LEASE_LOST', holder: state.to?.holder }) }
    case 'unreachable':
      return { kind: 'failed', problem: problemOf({ code: 'LEASE_UNREACHABLE', detail: state.detail }) }
  }
}

function unknownEvidence(step: Step): Attempt {
  const detail = 'the registry does not say where the dist-tag leads'
  const name = 'name' in step ? step.name : ''
  const registry = 'registry' in step ? step.registry : ''
  return {
    kind: 'again',
    detail,
    problem: problemOf({ code: 'REGISTRY_UNREACHABLE', registry, names: [name], detail }),
  }
}
