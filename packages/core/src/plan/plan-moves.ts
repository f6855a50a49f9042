/**
 * What a plan file says otherwise than the plan of now: the reason why `apply` refuses. Nothing moved exactly when the
 * two were decided from the same facts and decide the same.
 */
import { toPlanDocument, type ChangeDocument, type PlanDocument } from './plan-document.ts'
import type { PlanInputs } from './plan-inputs.ts'
import type { PlanMove } from '../problem.ts'
import type { RangeEdit, ReleasePlan } from '../release-plan.ts'

/** `inputs` are those of now; where the document keeps none, only what the two plans show can be named. */
export function planMoves(planned: PlanDocument, plan: ReleasePlan, inputs?: PlanInputs): PlanMove[] {
  const now = toPlanDocument(plan, inputs)
  const moves = [
    ...single('commit', planned.commit, now.commit).filter(() => planned.id !== now.id),
    ...single('rules', planned.rules, now.rules),
    ...single('sources', planned.sources, now.sources),
    ...keyed('release', planned.releases, now.releases, ({ name }) => name, releaseText),
    ...keyed(
      'rewrite',
      planned.rewrites,
      now.rewrites,
      ({ name }) => name,
      ({ rangeEdits }) => editsText(rangeEdits),
    ),
    ...keyed('change', planned.changes, now.changes, ({ id }) => id, changeText),
    ...keyed(
      'changeset',
      planned.consumed,
      now.consumed,
      ({ file }) => file,
      ({ movedTo }) => movedTo ?? 'used up',
    ),
    ...single('pre-state', textOf(planned.preState), textOf(now.preState)),
    ...inputMoves(planned.inputs, now.inputs),
  ]
  if (moves.length === 0 && planned.id !== now.id) {
    return [{ what: 'snapshot', name: '', planned: planned.id, now: now.id }]
  }
  return moves
}

function inputMoves(planned: PlanInputs | undefined, now: PlanInputs | undefined): PlanMove[] {
  if (planned === undefined || now === undefined) return []
  return [
    ...recorded('setting', planned.settings, now.settings),
    ...recorded('fact', planned.facts, now.facts),
    ...recorded('manifest', planned.manifests, now.manifests),
  ]
}

type Texts = Readonly<Record<string, string>>

function recorded(what: PlanMove['what'], planned: Texts, now: Texts): PlanMove[] {
  const entries = (texts: Texts): readonly (readonly [string, string])[] => Object.entries(texts)
  return keyed(
    what,
    entries(planned),
    entries(now),
    ([key]) => key,
    ([, text]) => text,
  )
}

function single(what: PlanMove['what'], planned: string | null, now: string | null): PlanMove[] {
  return planned === now ? [] : [{ what, name: '', planned, now }]
}

function keyed<Item>(
  what: PlanMove['what'],
  planned: readonly Item[],
  now: readonly Item[],
  keyOf: (item: Item) => string,
  show: (item: Item) => string,
): PlanMove[] {
  const before = new Map(planned.map((item) => [keyOf(item), show(item)]))
  const after = new Map(now.map((item) => [keyOf(item), show(item)]))
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const move = { what, name, planned: before.get(name) ?? null, now: after.get(name) ?? null }
    return move.planned === move.now ? [] : [move]
  })
}

function releaseText({ dir, from, to, bump, rangeEdits }: PlanDocument['releases'][number]): string {
  return [`${from} → ${to} (${bump}) in ${dir}`, editsText(rangeEdits)].filter((text) => text !== '').join(', ')
}

function editsText(edits: readonly RangeEdit[]): string {
  return edits.map(({ field, dependency, from, to }) => `${field} ${dependency} ${from} → ${to}`).join(', ')
}

function changeText({ summary, bumps }: ChangeDocument): string {
  const asked = Object.entries(bumps).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${asked.map(([name, bump]) => `${name}: ${bump}`).join(', ')}: ${summary}`
}

/** Undefined leaves pre.json, null removes it. */
function textOf(preState: string | null | undefined): string | null {
  return preState === undefined ? 'unchanged' : preState
}
