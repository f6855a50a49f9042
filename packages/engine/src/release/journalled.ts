/**
 * Puts the journal and the lease around every effect: nothing is done unless the lease is still ours and the intent,
 * with the evidence that recognises or undoes it, is on the disk. What came of it is written behind; should that be
 * lost, the world is asked.
 */
import type { Evidence, ForwardStep, JournalEvent, Problem, Progress, Step, StepId, UndoStep } from '@topsail/core'
import { problemOf } from '../publish/attempt.ts'
import type { Attempt, Effects, Trial } from '../publish/drive.ts'
import type { Journal } from './journal-file.ts'
import type { Lease, LeaseState } from './lease.ts'

export type JournalledOptions = {
  readonly journal: Journal
  readonly lease: Lease
  /** What earlier runs have written. */
  readonly progress: Progress
  /** Undefined: the world did not say, and will be asked again. */
  evidenceOf(step: ForwardStep): Promise<Evidence | undefined>
}

export function journalled(effects: Effects, options: JournalledOptions): Effects {
  const intended = new Set<StepId>()
  const wrapped = Object.entries(effects).map(([kind, effect]) => {
    const attempt = effect as (step: Step, trial: Trial) => Promise<Attempt>
    return [kind, (step: Step, trial: Trial) => attemptStep(step, () => attempt(step, trial), { ...options, intended })]
  })
  return Object.fromEntries(wrapped) as Effects
}

async function attemptStep(
  step: Step,
  attempt: () => Promise<Attempt>,
  options: JournalledOptions & { readonly intended: Set<StepId> },
): Promise<Attempt> {
  const { journal, lease, intended } = options
  if (changesTheWorld(step)) {
    const stopped = stoppedBy(await lease.check())
    if (stopped !== undefined) return stopped
    if (!intended.has(step.id)) {
      const intent = await intentOf(step, options)
      if (intent === 'unknown') return unknownEvidence(step)
      await journal.append(intent)
      intended.add(step.id)
      // The disk may have taken its time.
      const lostMeanwhile = stoppedBy(await lease.check())
      if (lostMeanwhile !== undefined) return lostMeanwhile
    }
  }
  const outcome = await attempt()
  if (outcome.kind === 'again') return outcome
  const lost = stoppedBy(await lease.check())
  if (lost !== undefined) return lost
  // Not awaited: the next intent waits for the disk, and takes this record with it.
  journal.append(outcomeOf(step, outcome)).catch(() => {})
  return outcome
}

/** These ask, or end in themselves; doing them twice changes nothing. */
function changesTheWorld(step: Step): boolean {
  if (step.kind === 'undo') return !isForgotten(step)
  return !['pack', 'check', 'confirm', 'gate'].includes(step.kind)
}

function isForgotten({ of }: UndoStep): boolean {
  return of.undo.kind === 'exact' && of.undo.by === 'forget'
}

async function intentOf(step: Step, { progress, evidenceOf }: JournalledOptions): Promise<JournalEvent | 'unknown'> {
  if (step.kind === 'undo') return { kind: 'undo-intent', step: step.of.id }
  if (step.kind === 'revert') return { kind: 'undo-intent', step: step.id }
  const known = progress.steps.get(step.id)?.evidence
  const evidence = known ?? (await evidenceOf(step))
  return evidence === undefined ? 'unknown' : { kind: 'intent', step: step.id, evidence }
}

function outcomeOf(step: Step, outcome: Exclude<Attempt, { kind: 'again' }>): JournalEvent {
  const failure = outcome.kind === 'failed' ? failureText(outcome.problem) : null
  if (step.kind !== 'undo' && step.kind !== 'revert') {
    return { kind: 'outcome', step: step.id, outcome: outcome.kind, detail: failure }
  }
  const id = step.kind === 'undo' ? step.of.id : step.id
  if (outcome.kind === 'failed') return { kind: 'undo-outcome', step: id, outcome: 'failed', detail: failure }
  const { left } = outcome
  return { kind: 'undo-outcome', step: id, outcome: left === undefined ? 'undone' : 'left', detail: left ?? null }
}

function failureText(problem: Problem): string {
  return 'detail' in problem ? `${problem.code}: ${problem.detail}` : problem.code
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
