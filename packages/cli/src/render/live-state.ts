/**
 * What every package of a release is doing right now, folded from the events of the run: pure, so that what a terminal
 * shows can be tested without one.
 */
import type { Step, StepId } from '@topsail/core'
import type { PublishEvent } from '@topsail/engine'
import { stepUnitName, unitName } from './unit-name.ts'

export type RowState =
  | 'queued'
  | 'packing'
  | 'packed'
  | 'uploading'
  | 'waiting'
  | 'confirmed'
  | 'promoting'
  | 'live'
  | 'failed'
  | 'held'
  | 'taking back'
  | 'taken back'

export type Row = {
  /** `@acme/db@2.0.0`. */
  readonly subject: string
  state: RowState
  /** Milliseconds: when it came into this state. */
  since: number
  /** Of a failure its code, of what is held its cause, of a wait what the world said. */
  detail: string
  /** Steps its upload needs, not yet done. */
  readonly needs: Set<StepId>
}

export type LiveState = {
  readonly rows: ReadonlyMap<string, Row>
  /** Steps that take time. */
  readonly total: number
  readonly done: number
  /** When the first step began; undefined before. */
  readonly began: number | undefined
  readonly phase: string
  /** Registries that have had enough, and until when, in milliseconds. */
  readonly closed: ReadonlyMap<string, number>
}

export type LiveFold = { readonly state: () => LiveState; apply(event: PublishEvent, now: number): void }

export function liveFold(): LiveFold {
  const rows = new Map<string, Row>()
  const known = new Set<StepId>()
  const over = new Set<StepId>()
  /** Who waits for a step. */
  const waiting = new Map<StepId, Row[]>()
  const closed = new Map<string, number>()
  let began: number | undefined
  let phase = ''

  const rowOf = (step: Step, now: number): Row | undefined => {
    const subject = subjectOf(step)
    if (subject === undefined) return undefined
    const row = rows.get(subject) ?? { subject, state: 'queued', since: now, detail: '', needs: new Set() }
    rows.set(subject, row)
    if (step.kind === 'upload' && !known.has(step.id)) {
      for (const need of step.needs) {
        row.needs.add(need)
        waiting.set(need, [...(waiting.get(need) ?? []), row])
      }
    }
    return row
  }
  const meet = (step: Step, now: number): Row | undefined => {
    const row = rowOf(step, now)
    if (takesTime(step)) known.add(step.id)
    return row
  }
  return {
    state: () => ({ rows, total: known.size, done: over.size, began, phase, closed }),
    apply(event, now) {
      if (event.kind === 'planned') for (const step of event.steps) meet(step, now)
      if (event.kind === 'registry-waiting') closed.set(event.registry, now + event.wait)
      if (!('step' in event)) return
      const { step } = event
      began ??= now
      const row = meet(step, now)
      phase = phaseOf(step, event.kind) ?? phase
      if (event.kind === 'step-done' || event.kind === 'step-failed' || event.kind === 'step-held') {
        if (takesTime(step)) over.add(step.id)
        if (event.kind === 'step-done') for (const other of waiting.get(step.id) ?? []) other.needs.delete(step.id)
      }
      const next = row === undefined ? undefined : nextOf(row, event)
      if (row !== undefined && next !== undefined) Object.assign(row, { since: now, detail: '', ...next })
    },
  }
}

type Next = { readonly state: RowState; readonly detail?: string }

function nextOf(row: Row, event: Extract<PublishEvent, { step: Step }>): Next | undefined {
  const { step } = event
  switch (event.kind) {
    case 'step-started':
      return stateIn(started[step.kind])
    case 'step-waiting':
      return { state: started[step.kind] ?? row.state, detail: event.detail }
    case 'step-done':
      return row.state === 'failed' ? undefined : stateIn(ended[step.kind])
    case 'step-failed':
      return { state: 'failed', detail: event.problem.code }
    case 'step-held':
      return row.state === 'failed' || row.state === 'held'
        ? undefined
        : { state: 'held', detail: stepUnitName(event.by) }
  }
}

function stateIn(state: RowState | undefined): Next | undefined {
  return state === undefined ? undefined : { state }
}

const started: Readonly<Partial<Record<Step['kind'], RowState>>> = {
  pack: 'packing',
  upload: 'uploading',
  confirm: 'waiting',
  promote: 'promoting',
  undo: 'taking back',
}

const ended: Readonly<Partial<Record<Step['kind'], RowState>>> = {
  pack: 'packed',
  upload: 'waiting',
  confirm: 'confirmed',
  promote: 'live',
  undo: 'taken back',
}

function phaseOf(step: Step, kind: PublishEvent['kind']): string | undefined {
  if (kind !== 'step-started') return undefined
  if (step.kind === 'tag' || step.kind === 'push') return 'tags'
  return step.kind === 'revert' ? 'the way back' : ''
}

/** The others are over in no time, or happen once. */
function takesTime(step: Step): boolean {
  return step.kind === 'undo' ? takesTime(step.of) : ['pack', 'upload', 'confirm', 'promote'].includes(step.kind)
}

function subjectOf(step: Step): string | undefined {
  if (step.kind === 'undo') return subjectOf(step.of)
  return 'name' in step ? unitName(step.name, step.version) : undefined
}
