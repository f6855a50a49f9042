/**
 * Reads a report back that anybody may have written. It comes out only when every member is of its type and within its
 * bounds; the facts of a problem are checked for their size alone, for a newer Topsail may know more codes.
 */
import { bumps } from '../bump.ts'
import { change, reason } from '../plan/parse-plan-document.ts'
import type { Problem } from '../problem.ts'
import { commitPresetNames, rulesNames, sourcesNames } from '../settings.ts'
import {
  flag,
  listOf,
  objectOf,
  optional,
  readShape,
  recordOf,
  text,
  wholeNumber,
  word,
  type Misfit,
  type Reader,
} from '../shape.ts'
import type { BranchCommits } from './merge-loss.ts'
import {
  reportLimits,
  reportSchema,
  type MissingChangeset,
  type PullRequestReport,
  type ReportedRelease,
} from './pull-request-report.ts'

export type ReportReading =
  | { readonly ok: true; readonly report: PullRequestReport }
  | { readonly ok: false; readonly at: string; readonly wanted: string }

export function parseReport(source: string): ReportReading {
  if (source.length > reportLimits.file) {
    return { ok: false, at: '', wanted: `a text of at most ${reportLimits.file} characters` }
  }
  const parsed = parseJson(source)
  if (parsed === undefined) return { ok: false, at: '', wanted: 'JSON' }
  const tooMuch = excess(parsed.value, '', 0)
  if (tooMuch !== undefined) return { ok: false, ...tooMuch }
  const { value, misfits } = readShape(report, parsed.value)
  const [first] = misfits
  return first === undefined ? { ok: true, report: value } : { ok: false, ...first }
}

function parseJson(source: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(source) }
  } catch {
    return undefined
  }
}

const mostEntries = Math.max(reportLimits.releases, reportLimits.problems, reportLimits.missing)
/** The report itself, a list, its entry, and what lies inside of that. */
const deepest = reportLimits.depth + 3

/** Bounds for everything, known or not: each place is looked at once. */
function excess(value: unknown, at: string, depth: number): Misfit | undefined {
  if (typeof value === 'string') {
    return value.length > reportLimits.text
      ? { at, wanted: `a text of at most ${reportLimits.text} characters` }
      : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > deepest) return { at, wanted: 'nothing so deep' }
  const entries = Object.entries(value)
  const most = depth < 2 ? mostEntries * reportLimits.reasons : reportLimits.releases
  if (entries.length > most) return { at, wanted: `at most ${most} entries` }
  for (const [key, item] of entries) {
    const found = excess(item, at === '' ? key : `${at}.${key.slice(0, 100)}`, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

const sha: Reader<string> = (value, at, misfit) => {
  if (typeof value !== 'string' || !/^[0-9a-f]{40,64}$/.test(value)) misfit({ at, wanted: 'a commit hash' })
  return value as string
}

/** It becomes part of an address. */
const folder: Reader<string> = (value, at, misfit) => {
  const parts = typeof value === 'string' ? value.split('/') : ['..']
  const isBelow = value === '' || parts.every((part) => part !== '' && part !== '.' && part !== '..')
  if (!isBelow) misfit({ at, wanted: 'a folder of the repository' })
  return value as string
}

const count: Reader<number> = (value, at, misfit) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) misfit({ at, wanted: 'a count' })
  return value as number
}

function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, at, misfit) => (value === null ? null : reader(value, at, misfit))
}

const version = orNull(objectOf({ to: text, bump: word(bumps) }))

const release = objectOf<ReportedRelease>({
  name: text,
  dir: text,
  private: flag,
  how: word(['new', 'raised', 'lowered', 'moved', 'joined', 'dropped']),
  own: flag,
  from: text,
  before: version,
  after: version,
  reasons: listOf(reason),
  moreReasons: count,
})

const missing = objectOf<MissingChangeset>({ name: text, bump: word(['patch', 'minor', 'major']), summary: text })

const problem = objectOf({
  code: text,
  severity: word(['error', 'quarantined', 'warning']),
  place: optional(objectOf({ file: text, line: optional(wholeNumber) })),
})

const commits = objectOf<BranchCommits>({
  total: count,
  breaking: listOf(objectOf({ commit: sha, message: text })),
  reading: objectOf({
    preset: word(commitPresetNames),
    types: recordOf(word(bumps)),
    exclamationMark: optional(flag),
  }),
})

const report = objectOf<PullRequestReport>({
  schema: word([reportSchema]),
  head: sha,
  base: sha,
  branch: text,
  compared: word(['merged', 'alone']),
  ok: flag,
  folder,
  comment: flag,
  plan: objectOf({ id: text, rules: word(rulesNames), sources: word(sourcesNames), releases: count }),
  releases: listOf(release),
  order: listOf(listOf(text)),
  total: objectOf({ releases: count, problems: count, missing: count }),
  untouched: count,
  answered: objectOf({ bumped: count, declined: count }),
  changes: listOf(change),
  problems: listOf(problem) as unknown as Reader<readonly Problem[]>,
  missing: listOf(missing),
  commits: optional(orNull(commits)),
})
