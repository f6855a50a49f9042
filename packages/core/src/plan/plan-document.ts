/**
 * The stable JSON of a release plan, `topsail/plan@1`: what `topsail plan --json` prints and `topsail apply` reads.
 * Additions are free, a change of meaning is a new schema. The same plan always gives the same text: keys stand in a
 * fixed order, lists keep the plan's order, and what is absent in memory is `null` where readers expect the key.
 */
import type { Change } from '../change.ts'
import type { Path, Sha } from '../names.ts'
import type { Problem } from '../problem.ts'
import type { RangeEdit, Reason, Release, ReleasePlan, Rewrite } from '../release-plan.ts'
import type { RulesName, Sources } from '../settings.ts'
import type { PlanInputs } from './plan-inputs.ts'

export const planSchema = 'topsail/plan@1'

type NullForUndefined<T> = undefined extends T ? Exclude<T, undefined> | null : T
type NullFor<T, Keys extends PropertyKey> = T extends unknown
  ? { readonly [Key in keyof T]: Key extends Keys ? NullForUndefined<T[Key]> : T[Key] }
  : never

export type ChangeDocument = NullFor<Change, 'scope' | 'commit'>

export type ConsumedDocument = { readonly id: string; readonly file: Path; readonly movedTo: Path | null }

export type PlanDocument = {
  readonly schema: typeof planSchema
  readonly id: string
  readonly commit: Sha | null
  readonly rules: RulesName
  readonly sources: Sources
  readonly releases: readonly Release[]
  readonly rewrites: readonly Rewrite[]
  readonly changes: readonly ChangeDocument[]
  readonly consumed: readonly ConsumedDocument[]
  /** The new text of pre.json; null removes it; without the key it stays as it is. */
  readonly preState?: string | null
  /** Only of a snapshot release. */
  readonly snapshotRelease?: { readonly tag: string | null; readonly commit: Sha | null; readonly now: string }
  readonly order: readonly (readonly string[])[]
  readonly problems: readonly Problem[]
  /** For `topsail apply` to say what moved. */
  readonly inputs?: PlanInputs
}

export function toPlanDocument(plan: ReleasePlan, inputs?: PlanInputs): PlanDocument {
  return {
    schema: planSchema,
    id: plan.id,
    commit: plan.commit ?? null,
    rules: plan.rules,
    sources: plan.sources,
    releases: plan.releases.map(releaseDocument),
    rewrites: plan.rewrites.map((rewrite) =>
      ordered(rewrite, { rangeEdits: rewrite.rangeEdits.map(rangeEditDocument) }),
    ),
    changes: plan.changes.map(changeDocument),
    consumed: plan.consumed.map(({ id, file, movedTo }) => ({ id, file, movedTo: movedTo ?? null })),
    ...(plan.preState === undefined ? {} : { preState: plan.preState }),
    ...snapshotDocument(plan),
    order: plan.order,
    problems: plan.problems.map((problem) => ordered(problem)),
    ...(inputs === undefined ? {} : { inputs }),
  }
}

/** The inverse of `toPlanDocument`, for a document that `parsePlanDocument` accepted. */
export function planOfDocument(document: PlanDocument): ReleasePlan {
  return {
    id: document.id,
    commit: document.commit ?? undefined,
    rules: document.rules,
    sources: document.sources,
    releases: document.releases,
    rewrites: document.rewrites,
    changes: document.changes.map(changeOfDocument),
    consumed: document.consumed.map(({ id, file, movedTo }) => ({ id, file, movedTo: movedTo ?? undefined })),
    preState: document.preState,
    snapshotRelease: snapshotOfDocument(document),
    order: document.order,
    problems: document.problems,
  }
}

function snapshotDocument({ snapshotRelease }: ReleasePlan): Pick<PlanDocument, 'snapshotRelease'> {
  if (snapshotRelease === undefined) return {}
  const { tag, commit, now } = snapshotRelease
  return { snapshotRelease: { tag: tag ?? null, commit: commit ?? null, now } }
}

function snapshotOfDocument({ snapshotRelease }: PlanDocument): ReleasePlan['snapshotRelease'] {
  if (snapshotRelease === undefined) return undefined
  const { tag, commit, now } = snapshotRelease
  return { tag: tag ?? undefined, commit: commit ?? undefined, now }
}

export function releaseDocument(release: Release): Release {
  const reasons = release.reasons.map(reasonDocument)
  return ordered(release, {
    dependencies: sortedRecord(release.dependencies),
    rangeEdits: release.rangeEdits.map(rangeEditDocument),
    // Mapping keeps the length, so the list stays non-empty.
    reasons: reasons as unknown as readonly [Reason, ...Reason[]],
  })
}

function rangeEditDocument(edit: RangeEdit): RangeEdit {
  return ordered(edit)
}

function reasonDocument(reason: Reason): Reason {
  return ordered(reason)
}

/** A change as every document shows it. */
export function changeDocument(change: Change): ChangeDocument {
  const bumps = sortedRecord(change.bumps)
  if (change.kind === 'changeset') return ordered({ ...change, commit: change.commit ?? null }, { bumps })
  if (change.kind === 'commit') return ordered({ ...change, scope: change.scope ?? null }, { bumps })
  return ordered(change, { bumps })
}

function changeOfDocument(change: ChangeDocument): Change {
  if (change.kind === 'changeset') return { ...change, commit: change.commit ?? undefined }
  if (change.kind === 'commit') return { ...change, scope: change.scope ?? undefined }
  return change
}

/** The order in which readers meet the keys; others follow by name. */
const keyOrder = (
  'id kind code severity place name dir dependency field range next from to change bump private targets needs ' +
  'changes file type scope breaking summary bumps commit group leader by dependencies rangeEdits reasons'
).split(' ')
const rank = new Map<string, number>(keyOrder.map((key, index) => [key, index]))

/** A copy with its keys in reading order, some values replaced. Keys without a value are left out, as JSON does. */
function ordered<T extends object>(value: T, replaced?: Partial<T>): T {
  const whole = (replaced === undefined ? value : { ...value, ...replaced }) as Readonly<Record<string, unknown>>
  const copy: Record<string, unknown> = {}
  for (const key of inReadingOrder(Object.keys(whole))) if (whole[key] !== undefined) copy[key] = whole[key]
  return copy as T
}

/** A plan has a few kinds of objects and tens of thousands of each. */
const orders = new Map<string, readonly string[]>()

function inReadingOrder(keys: readonly string[]): readonly string[] {
  const kind = keys.join(' ')
  const known = orders.get(kind)
  if (known !== undefined) return known
  const order = keys.toSorted((a, b) => rankOf(a) - rankOf(b) || compareText(a, b))
  if (orders.size < 1000) orders.set(kind, order)
  return order
}

/** A record keyed by package name, in name order. `fromEntries` keeps a package called `__proto__` an own key. */
export function sortedRecord<Value extends string>(
  record: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(record)
  return entries.length < 2 ? record : Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)))
}

function rankOf(key: string): number {
  return rank.get(key) ?? keyOrder.length
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
