/**
 * The text of a plan's document, `JSON.stringify(toPlanDocument(plan), undefined, 2)` to the letter, in pieces: a plan of
 * a long history is tens of megabytes, nearly all of them changes, releases and reasons. Those are handed to JSON some at
 * a time, and copied only where they are not in reading order as they are.
 */
import { bumpEntries } from '../bump-entries.ts'
import type { Change } from '../change.ts'
import { changeDocument, releaseDocument, sortedRecord, toPlanDocument } from './plan-document.ts'
import type { PlanInputs } from './plan-inputs.ts'
import { compareText } from '../record.ts'
import type { RangeEdit, Reason, Release, ReleasePlan } from '../release-plan.ts'

export function planDocumentText(plan: ReleasePlan, inputs?: PlanInputs): string {
  return [...planDocumentPieces(plan, inputs)].join('')
}

export function* planDocumentPieces(plan: ReleasePlan, inputs?: PlanInputs): Generator<string> {
  const rest = Object.entries(toPlanDocument({ ...plan, releases: [], changes: [] }, inputs))
  let before = '{'
  for (const [key, value] of rest) {
    if (value === undefined) continue
    const start = `${before}\n  ${JSON.stringify(key)}: `
    if (key === 'releases') yield* listPieces(start, plan.releases, releaseInOrder)
    else if (key === 'changes') yield* listPieces(start, plan.changes, changeWriter())
    else yield start + JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ')
    before = ','
  }
  yield '\n}\n'
}

/** Items that become one piece. */
const pieceLength = 500

function* listPieces<Item>(
  start: string,
  items: readonly Item[],
  documentOf: (item: Item) => object,
): Generator<string> {
  if (items.length === 0) return yield `${start}[]`
  let before = `${start}[`
  for (let at = 0; at < items.length; at += pieceLength) {
    const list = items.slice(at, at + pieceLength).map(documentOf)
    // Lists of the document are written two levels deep; what surrounds them here is cut off again.
    yield before + JSON.stringify({ list }, undefined, 2).slice('{\n  "list": ['.length, -'\n  ]\n}'.length)
    before = ','
  }
  yield '\n  ]'
}

/** A release of the planner has its keys in reading order, and so have nearly all of its reasons. */
function releaseInOrder(release: Release): Release {
  const { reasons, rangeEdits, dependencies } = release
  const isInOrder =
    Object.keys(release).join(' ') === releaseKeys &&
    isSorted(Object.keys(dependencies)) &&
    reasons.every(isReasonInOrder)
  if (!isInOrder) return releaseDocument(release)
  return rangeEdits.length === 0 ? release : { ...release, rangeEdits: rangeEdits.map(rangeEditInOrder) }
}

const releaseKeys = 'name dir from to bump private targets needs changes dependencies rangeEdits reasons'

function isReasonInOrder(reason: Reason): boolean {
  if (reason.kind === 'change') return true
  return reason.kind === 'out-of-range' && reason.bump !== undefined && reason.superseded === undefined
}

function rangeEditInOrder({ dependency, field, from, to }: RangeEdit): RangeEdit {
  return { dependency, field, from, to }
}

function isSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at += 1) if (compareText(keys[at - 1] ?? '', keys[at] ?? '') > 0) return false
  return true
}

/** Changes that ask the same of the same packages share their record: it is sorted once. */
function changeWriter(): (change: Change) => object {
  const known = new Map<Change['bumps'], Change['bumps']>()
  const bumpsOf = (bumps: Change['bumps']): Change['bumps'] => {
    if (bumpEntries(bumps).length < 2) return bumps
    const sorted = known.get(bumps) ?? sortedRecord(bumps)
    known.set(bumps, sorted)
    return sorted
  }
  return (change) => {
    // Exactly the keys that are named below.
    if (change.kind !== 'commit' || Object.keys(change).length !== 8) return changeDocument(change)
    const { id, kind, type, scope = null, breaking, summary, bumps, commit } = change
    return { id, kind, type, scope, breaking, summary, bumps: bumpsOf(bumps), commit }
  }
}
