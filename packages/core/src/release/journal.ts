/**
 * The journal of a release: what was frozen, what was about to be done, what came of it. One record a line; each line
 * carries a sum over itself and the line before it, so that a torn tail is told from damage in the middle. Every prefix
 * of a journal folds into a valid `Progress`: that is what makes a kill at any moment harmless.
 */
import type { Integrity, Sha } from '../names.ts'
import { misfitOf } from './journal-shape.ts'
import type { Promotion } from './promotion.ts'
import type { ForwardStep, PublishUnit, StepId } from './step.ts'

/** A number that only grows: whoever holds the lease with a higher one has taken over. */
export type Fence = number

/** What has to be known to recognise or undo an effect, recorded before it happens. */
export type Evidence = Readonly<Record<string, string | null>>

export type JournalEvent =
  /** Always the first: freezes the plan. `integrities` by upload step. */
  | {
      readonly kind: 'opened'
      readonly release: string
      readonly commit: Sha | null
      readonly promotion: Promotion
      readonly units: readonly PublishUnit[]
      readonly steps: readonly ForwardStep[]
      readonly integrities: Readonly<Record<StepId, Integrity>>
    }
  /** Another run continues. */
  | { readonly kind: 'continued'; readonly holder: string }
  /** A tarball that had not been uploaded was packed again; its bytes differ. */
  | { readonly kind: 'repacked'; readonly step: StepId; readonly integrity: Integrity }
  | { readonly kind: 'intent'; readonly step: StepId; readonly evidence: Evidence }
  /**
   * `refused`: the world said no, and nothing of it can be there. `failed`: given up, and what was sent may still land.
   */
  | {
      readonly kind: 'outcome'
      readonly step: StepId
      readonly outcome: 'done' | 'failed' | 'refused'
      readonly detail: string | null
    }
  /** From here on the release goes back: steps are undone in reverse order. */
  | { readonly kind: 'turned-back'; readonly unpublish: boolean }
  | { readonly kind: 'undo-intent'; readonly step: StepId }
  /** `left`: what remains, and why. */
  | {
      readonly kind: 'undo-outcome'
      readonly step: StepId
      readonly outcome: 'undone' | 'left' | 'failed'
      readonly detail: string | null
    }
  | { readonly kind: 'closed'; readonly as: 'finished' | 'rolled-back' }

export type JournalRecord = JournalEvent & {
  readonly v: 1
  /** From 0, without gaps. */
  readonly n: number
  /** ISO 8601. */
  readonly at: string
  readonly fence: Fence
}

export type Hash = (text: string) => string

/** One line with its newline, and its sum for the next one. `previous` is `''` for the first. */
export function encodeRecord(record: JournalRecord, previous: string, hash: Hash): { line: string; sum: string } {
  const body = JSON.stringify(record)
  const sum = sumOf(body, previous, hash)
  return { line: `{"sum":"${sum}","record":${body}}\n`, sum }
}

export type DecodedJournal =
  | {
      readonly kind: 'intact'
      readonly records: readonly JournalRecord[]
      /** The sum the next record is chained to. */
      readonly sum: string
      /** Characters of whole lines; what follows them is a torn tail, to be cut off before the next append. */
      readonly length: number
    }
  /** A line before the last is not what was written. `line` from 1. */
  | { readonly kind: 'corrupt'; readonly line: number; readonly detail: string }

export function decodeJournal(text: string, hash: Hash): DecodedJournal {
  const records: JournalRecord[] = []
  let sum = ''
  let at = 0
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    const line = decodeLine(end < 0 ? text.slice(at) : text.slice(at, end), sum, hash)
    const isLast = end < 0 || end === text.length - 1
    if (isLast && (end < 0 || line.kind === 'damaged')) break
    if (line.kind !== 'whole') return { kind: 'corrupt', line: records.length + 1, detail: line.detail }
    if (line.record.n !== records.length) {
      return {
        kind: 'corrupt',
        line: records.length + 1,
        detail: `record ${line.record.n} stands at place ${records.length}`,
      }
    }
    records.push(line.record)
    sum = line.sum
    at = end + 1
  }
  if (records[0] !== undefined && records[0].kind !== 'opened') {
    return { kind: 'corrupt', line: 1, detail: 'the first record does not open a release' }
  }
  return { kind: 'intact', records, sum, length: at }
}

export type StepProgress =
  | { readonly state: 'intended' | 'done'; readonly evidence: Evidence }
  /** `refused`: so was the step, before it was taken back: nothing of it can be there. */
  | { readonly state: 'undoing'; readonly evidence: Evidence; readonly refused?: true }
  | {
      readonly state: 'failed' | 'refused' | 'undo-failed' | 'undone' | 'left'
      readonly evidence: Evidence
      readonly refused?: true
      readonly detail: string | null
    }

export type Progress = {
  readonly opened: Extract<JournalRecord, { kind: 'opened' }>
  readonly direction: 'forward' | 'back'
  /** Going back, versions are taken away where the registry allows it. */
  readonly unpublish: boolean
  readonly closed: 'finished' | 'rolled-back' | undefined
  /** Steps without an entry were never begun. */
  readonly steps: ReadonlyMap<StepId, StepProgress>
  /** Per upload step every integrity the journal ever recorded, newest last: each counts as ours. */
  readonly integrities: ReadonlyMap<StepId, readonly Integrity[]>
  /** The highest one that wrote. */
  readonly fence: Fence
}

/** Undefined for a journal without a whole record: nothing was ever begun. */
export function foldJournal(records: readonly JournalRecord[]): Progress | undefined {
  const [opened] = records
  if (opened?.kind !== 'opened') return undefined
  const steps = new Map<StepId, StepProgress>()
  const integrities = new Map<StepId, Integrity[]>(
    Object.entries(opened.integrities).map(([step, integrity]) => [step, [integrity]]),
  )
  let direction: Progress['direction'] = 'forward'
  let unpublish = false
  let closed: Progress['closed']
  let fence = opened.fence
  for (const record of records) {
    fence = Math.max(fence, record.fence)
    if (record.kind === 'turned-back') {
      direction = 'back'
      unpublish = record.unpublish
      // A release that turned back after it was finished is open again until it is closed as rolled back.
      closed = undefined
    } else if (record.kind === 'closed') closed = record.as
    else if (record.kind === 'repacked') {
      integrities.set(record.step, [...(integrities.get(record.step) ?? []), record.integrity])
    } else if ('step' in record) steps.set(record.step, advance(steps.get(record.step), record))
  }
  return { opened, direction, unpublish, closed, steps, integrities, fence }
}

type StepRecord = Extract<JournalRecord, { step: StepId }>

/** An intent written twice keeps the first evidence: the second may already have seen our own effect. */
function advance(before: StepProgress | undefined, record: Exclude<StepRecord, { kind: 'repacked' }>): StepProgress {
  const evidence = before?.evidence ?? {}
  switch (record.kind) {
    case 'intent':
      return { state: 'intended', evidence: { ...record.evidence, ...evidence } }
    case 'outcome':
      return record.outcome === 'done'
        ? { state: 'done', evidence }
        : { state: record.outcome, evidence, detail: record.detail }
    case 'undo-intent':
      return { state: 'undoing', evidence, ...refusal(before) }
    case 'undo-outcome':
      return {
        state: record.outcome === 'failed' ? 'undo-failed' : record.outcome,
        evidence,
        detail: record.detail,
        ...refusal(before),
      }
  }
}

function refusal(before: StepProgress | undefined): { readonly refused?: true } {
  const isRefused = before?.state === 'refused' || (before !== undefined && 'refused' in before)
  return isRefused ? { refused: true } : {}
}

type Line =
  | { readonly kind: 'whole'; readonly record: JournalRecord; readonly sum: string }
  /** `foreign`: whole, but of a format that this Topsail does not know. */
  | { readonly kind: 'damaged' | 'foreign'; readonly detail: string }

const lineShape = /^\{"sum":"([0-9a-f]{32})","record":(.*)\}$/s

function decodeLine(line: string, previous: string, hash: Hash): Line {
  const match = lineShape.exec(line)
  const [, sum = '', body = ''] = match ?? []
  if (match === null) return { kind: 'damaged', detail: 'the line has not the form of a record' }
  if (sumOf(body, previous, hash) !== sum) return { kind: 'damaged', detail: 'the sum does not fit the line' }
  const record = jsonIn(body)
  if (isOfAnotherVersion(record)) return { kind: 'foreign', detail: `version ${record.v} is not known to this Topsail` }
  const misfit = misfitOf(record)
  return misfit === undefined
    ? { kind: 'whole', record: record as JournalRecord, sum }
    : { kind: 'foreign', detail: misfit }
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function isOfAnotherVersion(record: unknown): record is { readonly v: number } {
  return (
    typeof record === 'object' && record !== null && 'v' in record && typeof record.v === 'number' && record.v !== 1
  )
}

function sumOf(body: string, previous: string, hash: Hash): string {
  return hash(`${previous}\n${body}`).slice(0, 32)
}
