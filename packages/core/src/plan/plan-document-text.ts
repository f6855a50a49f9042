/**
 * The text of a plan's document, `JSON.stringify(toPlanDocument(plan), undefined, 2)` to the letter, in pieces: a plan of
 * a long history is tens of megabytes, nearly all of them changes, releases and reasons. Those are handed to JSON some at
 * a time, and copied only where they are not in reading order as they are.
 */
import type { Change } from '../change.ts'
import { changeDocument, releaseDocument, toPlanDocument } from './plan-document.ts'
import type { PlanInputs } from './plan-inputs.ts'
import { compareText } from '../record.ts'
import type { Reason, Release, ReleasePlan } from '../release-plan.ts'

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

/** What the planner makes of a release has its keys in reading order; of whatever else there is, a copy has. */
function releaseInOrder(release: Release): Release {
  const { reasons, rangeEdits, dependencies } = release
  const isInOrder =
    rangeEdits.length === 0 &&
    Object.keys(release).join(' ') === releaseKeys &&
    isSorted(Object.keys(dependencies)) &&
    reasons.every(isReasonInOrder)
  return isInOrder ? release : releaseDocument(release)
}

const releaseKeys = 'name dir from to bump private targets needs changes dependencies rangeEdits reasons'

function isReasonInOrder(reason: Reason): boolean {
  if (reason.kind === 'change') return Object.keys(reason).join(' ') === 'kind change bump'
  return reason.kind === 'out-of-range' && Object.keys(reason).join(' ') === 'kind dependency field range next bump'
}

function isSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at += 1) if (compareText(keys[at - 1] ?? '', keys[at] ?? '') > 0) return false
  return true
}

/** Changes that ask the same of the same packages share their record: it is sorted once. */
function changeWriter(): (change: Change) => object {
  const known = new Map<Change['bumps'], Change['bumps']>()
  const bumpsOf = (change: Change): Change['bumps'] => {
    const sorted = known.get(change.bumps) ?? changeDocument(change).bumps
    known.set(change.bumps, sorted)
    return sorted
  }
  return (change) => {
    // Exactly the keys that are named below.
    if (change.kind !== 'commit' || Object.keys(change).length !== 8) return changeDocument(change)
    const { id, kind, type, scope = null, breaking, summary, commit } = change
    return { id, kind, type, scope, breaking, summary, bumps: bumpsOf(change), commit }
  }
}
