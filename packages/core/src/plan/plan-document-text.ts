/**
 * The text of a plan's document, `JSON.stringify(toPlanDocument(plan), undefined, 2)` to the letter, in pieces: a plan of
 * a long history is tens of megabytes, nearly all of them changes, releases and reasons, which are written here without a
 * copy of each.
 */
import { bumpEntries } from '../bump-entries.ts'
import type { Change, CommitChange } from '../change.ts'
import { changeDocument, rangeEditDocument, reasonDocument, releaseDocument, toPlanDocument } from './plan-document.ts'
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
    const start = `${before}\n  ${quoted(key)}: `
    if (key === 'releases') yield* listPieces(start, plan.releases, releaseText)
    else if (key === 'changes') yield* listPieces(start, plan.changes, changeWriter())
    else yield start + indented(value, '  ')
    before = ','
  }
  yield '\n}\n'
}

/** Characters that are gathered before they are handed on. */
const pieceLength = 64 * 1024

function* listPieces<Item>(start: string, items: readonly Item[], textOf: (item: Item) => string): Generator<string> {
  if (items.length === 0) return yield `${start}[]`
  let text = `${start}[`
  let before = ''
  for (const item of items) {
    text += `${before}\n    ${textOf(item)}`
    before = ','
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  yield `${text}\n  ]`
}

/** A text of its own is written only of what the planner makes; whatever else an object holds, JSON writes it. */
function releaseText(release: Release): string {
  for (const key in release) if (!releaseKeys.has(key)) return indented(releaseDocument(release), '    ')
  const { name, dir, from, to, bump, targets, needs, changes, dependencies, rangeEdits, reasons } = release
  let why = ''
  for (let at = 0; at < reasons.length; at += 1) {
    const reason = reasons[at]
    if (reason !== undefined) why += `${at === 0 ? '' : ','}\n        ${reasonText(reason)}`
  }
  return `{
      "name": ${quoted(name)},
      "dir": ${quoted(dir)},
      "from": ${quoted(from)},
      "to": ${quoted(to)},
      "bump": "${bump}",
      "private": ${release.private},
      "targets": ${textsText(targets)},
      "needs": ${textsText(needs)},
      "changes": ${textsText(changes)},
      "dependencies": ${recordText(Object.entries(dependencies), '      ')},
      "rangeEdits": ${rangeEdits.length === 0 ? '[]' : indented(rangeEdits.map(rangeEditDocument), '      ')},
      "reasons": [${why}
      ]
    }`
}

const releaseKeys = new Set(
  'name dir from to bump private targets needs changes dependencies rangeEdits reasons'.split(' '),
)

function reasonText(reason: Reason): string {
  if (reason.kind === 'change') {
    return `{
          "kind": "change",
          "change": ${quoted(reason.change)},
          "bump": "${reason.bump}"
        }`
  }
  if (reason.kind !== 'out-of-range' || reason.bump === undefined || reason.superseded !== undefined) {
    return indented(reasonDocument(reason), '        ')
  }
  return `{
          "kind": "out-of-range",
          "dependency": ${quoted(reason.dependency)},
          "field": "${reason.field}",
          "range": ${quoted(reason.range)},
          "next": ${quoted(reason.next)},
          "bump": "${reason.bump}"
        }`
}

/** Changes that ask the same of the same packages share their record: it is written once. */
function changeWriter(): (change: Change) => string {
  const texts = new Map<Change['bumps'], string>()
  const bumpsText = (bumps: Change['bumps']): string => {
    const known = texts.get(bumps)
    if (known !== undefined) return known
    const text = recordText(bumpEntries(bumps), '      ')
    texts.set(bumps, text)
    return text
  }
  return (change) =>
    change.kind === 'commit' && change.versions === undefined
      ? commitText(change, bumpsText)
      : indented(changeDocument(change), '    ')
}

function commitText(change: CommitChange, bumpsText: (bumps: Change['bumps']) => string): string {
  for (const key in change) if (!commitKeys.has(key)) return indented(changeDocument(change), '    ')
  const { id, type, scope, breaking, summary, bumps, commit } = change
  return `{
      "id": ${quoted(id)},
      "kind": "commit",
      "type": ${quoted(type)},
      "scope": ${scope === undefined ? 'null' : quoted(scope)},
      "breaking": ${breaking},
      "summary": ${quoted(summary)},
      "bumps": ${bumpsText(bumps)},
      "commit": ${quoted(commit)}
    }`
}

const commitKeys = new Set('kind id commit type scope breaking summary bumps versions'.split(' '))

/** A list of texts in a release. */
function textsText(texts: readonly string[]): string {
  if (texts.length === 0) return '[]'
  let text = '['
  for (let at = 0; at < texts.length; at += 1) text += `${at === 0 ? '' : ','}\n        ${quoted(texts[at] ?? '')}`
  return `${text}\n      ]`
}

/** Sorted by name, as in the document; names that are whole numbers come first there, by their size. */
function recordText(entries: readonly (readonly [string, string])[], indent: string): string {
  const first = entries[0]
  if (first === undefined) return '{}'
  if (entries.length === 1) return `{\n${indent}  ${quoted(first[0])}: ${quoted(first[1])}\n${indent}}`
  const sorted = entries.toSorted((a, b) => compareText(a[0], b[0]))
  if (sorted.some(([key]) => wholeNumber.test(key))) return indented(Object.fromEntries(sorted), indent)
  let text = '{'
  for (let at = 0; at < sorted.length; at += 1) {
    const [key = '', value = ''] = sorted[at] ?? []
    text += `${at === 0 ? '' : ','}\n${indent}  ${quoted(key)}: ${quoted(value)}`
  }
  return `${text}\n${indent}}`
}

const wholeNumber = /^\d+$/

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** Needs no escape. */
const plain = /^[ !#-[\]-~]*$/

/** Line ends stand only between values: inside a text they are escaped. */
function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${indent}`)
}
