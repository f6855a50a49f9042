/** Makes a report of what was found, within its bounds. */
import type { Change } from '../change.ts'
import { firstWords } from '../first-words.ts'
import type { Coverage, PackageCoverage } from '../changes/coverage.ts'
import type { Path, Sha } from '../names.ts'
import { changeDocument } from '../plan/plan-document.ts'
import type { Problem } from '../problem.ts'
import type { Reason, ReleasePlan } from '../release-plan.ts'
import { compareText } from '../record.ts'
import type { BranchCommits } from './merge-loss.ts'
import { planEffect, type ReleaseEffect } from './plan-effect.ts'
import {
  reportLimits,
  reportSchema,
  type MissingChangeset,
  type PullRequestReport,
  type ReportedRelease,
} from './pull-request-report.ts'

export type ReportFacts = {
  readonly head: Sha
  readonly base: Sha
  readonly branch: string
  readonly compared: PullRequestReport['compared']
  readonly ok: boolean
  readonly folder: Path
  readonly comment: boolean
  readonly before: ReleasePlan
  readonly after: ReleasePlan
  readonly packages: Coverage['packages']
  readonly problems: readonly Problem[]
  /** What a proposed changeset of this package may say. */
  readonly summaryOf: (pkg: PackageCoverage) => string
  readonly commits?: BranchCommits | undefined
}

export function makeReport(facts: ReportFacts): PullRequestReport {
  const { before, after, packages, problems } = facts
  const effect = planEffect(before, after)
  const releases = effect.releases.slice(0, reportLimits.releases).map(reportedRelease)
  const shown = new Set(releases.map(({ name }) => name))
  const uncovered = packages.flatMap((pkg) => missingChangeset(pkg, facts.summaryOf))
  return {
    schema: reportSchema,
    head: facts.head,
    base: facts.base,
    branch: facts.branch,
    compared: facts.compared,
    ok: facts.ok,
    folder: facts.folder,
    comment: facts.comment,
    plan: { id: after.id, rules: after.rules, sources: after.sources, releases: after.releases.length },
    releases,
    order: effect.order.map((wave) => wave.filter((name) => shown.has(name))).filter((wave) => wave.length > 0),
    total: { releases: effect.releases.length, problems: problems.length, missing: uncovered.length },
    untouched: effect.untouched,
    answered: { bumped: countOf(packages, 'bumped'), declined: countOf(packages, 'declined') },
    changes: namedChanges(releases, [...after.changes, ...before.changes]),
    problems: worstFirst(problems)
      .slice(0, reportLimits.problems)
      .map((problem) => bounded(problem) as Problem),
    missing: uncovered.slice(0, reportLimits.missing),
    commits: facts.commits === undefined ? null : boundedCommits(facts.commits),
  }
}

function boundedCommits({ total, breaking, reading }: BranchCommits): BranchCommits {
  const some = breaking.slice(0, reportLimits.breaking)
  return { total, breaking: some.map(({ commit, message }) => ({ commit, message: bothEnds(message) })), reading }
}

/** A mark stands in the first line, a footer in the last ones. */
function bothEnds(message: string): string {
  const half = reportLimits.text / 2 - 2
  if (message.length <= reportLimits.text) return shortened(message)
  return shortened(`${message.slice(0, half)}\n\n${message.slice(-half)}`)
}

function reportedRelease(release: ReleaseEffect): ReportedRelease {
  const reasons = release.reasons.slice(0, reportLimits.reasons).map((reason) => bounded(reason) as Reason)
  return {
    ...release,
    before: release.before ?? null,
    after: release.after ?? null,
    reasons,
    moreReasons: release.reasons.length - reasons.length,
  }
}

function countOf(packages: Coverage['packages'], kind: PackageCoverage['state']['kind']): number {
  return packages.filter(({ state }) => state.kind === kind).length
}

function missingChangeset(pkg: PackageCoverage, summaryOf: ReportFacts['summaryOf']): readonly MissingChangeset[] {
  if (pkg.state.kind !== 'uncovered') return []
  return [{ name: pkg.name, bump: pkg.state.proposed, summary: shortened(summaryOf(pkg)) }]
}

function namedChanges(releases: readonly ReportedRelease[], changes: readonly Change[]): PullRequestReport['changes'] {
  const named = new Set(
    releases.flatMap(({ reasons }) => reasons.flatMap((reason) => (reason.kind === 'change' ? [reason.change] : []))),
  )
  const found = new Map(changes.filter(({ id }) => named.has(id)).map((change) => [change.id, change]))
  return [...found.values()]
    .toSorted((a, b) => compareText(a.id, b.id))
    .map((change) => changeDocument({ ...change, summary: shortened(firstWords(change.summary)), bumps: {} }))
}

const severities = { error: 0, quarantined: 1, warning: 2 } as const

function worstFirst(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => severities[a.severity] - severities[b.severity])
}

/** The same data with its lists and texts cut to what a report may hold. */
function bounded(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return shortened(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= reportLimits.depth) return Array.isArray(value) ? [] : {}
  if (Array.isArray(value)) return value.slice(0, reportLimits.facts).map((item) => bounded(item, depth + 1))
  const entries = Object.entries(value).slice(0, reportLimits.facts)
  return Object.fromEntries(entries.map(([key, item]) => [key, bounded(item, depth + 1)]))
}

function shortened(text: string): string {
  return text.slice(0, reportLimits.text).toWellFormed()
}
