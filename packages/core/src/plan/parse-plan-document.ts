/**
 * Reads a plan file back. Whoever wrote it, nothing of another shape gets in: a document is returned only when every
 * member that Topsail relies on is of its type. Whether the plan still fits the workspace is decided elsewhere.
 */
import { bumps } from '../bump.ts'
import { type ChangeDocument, type PlanDocument, planSchema } from './plan-document.ts'
import type { PlanInputs } from './plan-inputs.ts'
import type { Problem } from '../problem.ts'
import type { RangeEdit, Reason, Release, Rewrite } from '../release-plan.ts'
import { rulesNames, sourcesNames } from '../settings.ts'
import {
  flag,
  kindOf,
  listOf,
  objectOf,
  optional,
  readShape,
  recordOf,
  text,
  textOrNull,
  wholeNumber,
  word,
} from '../shape.ts'
import type { Misfit, Reader } from '../shape.ts'
import { dependencyFields } from '../workspace.ts'

/** `file` is where the text was read from, for the problems. */
export function parsePlanDocument(
  source: string,
  file: string,
): { document: PlanDocument | undefined; problems: readonly Problem[] } {
  const invalid = ({ at, wanted }: Misfit): Problem => ({
    code: 'PLAN_FILE_INVALID',
    severity: 'error',
    place: { file },
    at,
    wanted,
  })
  const parsed = parseJson(source)
  if ('error' in parsed) return { document: undefined, problems: [invalid({ at: '', wanted: 'JSON' })] }
  const { value, misfits } = readShape(planDocument, parsed.value)
  return misfits.length === 0
    ? { document: value, problems: [] }
    : { document: undefined, problems: misfits.map(invalid) }
}

function parseJson(source: string): { value: unknown } | { error: unknown } {
  try {
    return { value: JSON.parse(source) }
  } catch (error) {
    return { error }
  }
}

const edgeReason = objectOf<Extract<Reason, { dependency: string }>>({
  kind: word(['out-of-range', 'always']),
  dependency: text,
  field: word(dependencyFields),
  range: text,
  next: text,
  bump: optional(word(bumps)),
  superseded: optional(flag),
})

const groupReason = objectOf<Extract<Reason, { leader: string }>>({
  kind: word(['fixed-group', 'linked-group']),
  group: listOf(text),
  leader: text,
})

export const reason = kindOf<Reason>({
  change: objectOf({ kind: word(['change']), change: text, bump: word(bumps) }),
  'out-of-range': edgeReason,
  always: edgeReason,
  'fixed-group': groupReason,
  'linked-group': groupReason,
  'pre-exit': objectOf({ kind: word(['pre-exit']), from: text }),
  snapshot: objectOf({ kind: word(['snapshot']) }),
  'first-release': objectOf({ kind: word(['first-release']) }),
  override: objectOf({ kind: word(['override']), by: text }),
  'zero-major': objectOf({ kind: word(['zero-major']), asked: word(bumps), given: word(bumps) }),
  capped: objectOf({ kind: word(['capped']), asked: word(bumps), cap: word(bumps) }),
  burned: objectOf({ kind: word(['burned']), version: text, of: text }),
})

const rangeEdits = listOf(
  objectOf<RangeEdit>({ field: word(dependencyFields), dependency: text, from: text, to: text }),
)

const release = objectOf<Release>({
  name: text,
  dir: text,
  from: text,
  to: text,
  bump: word(['patch', 'minor', 'major']),
  private: flag,
  targets: listOf(text),
  needs: listOf(text),
  changes: listOf(text),
  dependencies: recordOf(text),
  rangeEdits,
  // `least` is what makes the list non-empty.
  reasons: listOf(reason, 1) as Reader<Release['reasons']>,
})

const asked = { id: text, summary: text, bumps: recordOf(word(bumps)) }

export const change = kindOf<ChangeDocument>({
  changeset: objectOf({ ...asked, kind: word(['changeset']), file: text, commit: textOrNull }),
  commit: objectOf({
    ...asked,
    kind: word(['commit']),
    commit: text,
    type: text,
    scope: textOrNull,
    breaking: flag,
  }),
  override: objectOf({ ...asked, kind: word(['override']), by: text }),
})

const place = optional(objectOf({ file: text, line: optional(wholeNumber) }))

/** Only what every problem has: their facts are for the eye, and a newer Topsail may know more codes. */
const problem = objectOf({ code: text, severity: word(['error', 'quarantined', 'warning']), place })

const planDocument = objectOf<PlanDocument>({
  schema: word([planSchema]),
  id: text,
  commit: textOrNull,
  rules: word(rulesNames),
  sources: word(sourcesNames),
  releases: listOf(release),
  rewrites: listOf(objectOf<Rewrite>({ name: text, dir: text, rangeEdits })),
  changes: listOf(change),
  consumed: listOf(objectOf({ id: text, file: text, movedTo: textOrNull })),
  preState: optional(textOrNull) as Reader<string | null>,
  snapshotRelease: optional(objectOf({ tag: textOrNull, commit: textOrNull, now: text })),
  order: listOf(listOf(text)),
  problems: listOf(problem) as unknown as Reader<readonly Problem[]>,
  inputs: optional(
    objectOf<PlanInputs>({ settings: recordOf(text), facts: recordOf(text), manifests: recordOf(text) }),
  ),
})
