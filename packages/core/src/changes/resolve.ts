/**
 * Resolve: which changes there are, and what each asks of which package. Two sources, one rule: what a revert took back
 * is as if it was never made; a changeset speaks for the whole change that added it, even when it declines; commits of
 * a change without one speak for themselves. With `sources: 'changesets'` the answer is the changesets and nothing
 * else, whatever the history holds.
 */
import { skipReason } from '../plan/admit.ts'
import { compareBumps, type Bump } from '../bump.ts'
import type { Change, ChangesetChange, CommitChange } from '../change.ts'
import { parseChangesets } from './changesets.ts'
import { readCommitChanges, type CommitChanges } from './commit-changes.ts'
import type { PackageName, Path } from '../names.ts'
import type { Problem } from '../problem.ts'
import { recordOf } from '../record.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Package } from '../workspace.ts'

export type ResolvedChanges = {
  /** Changesets first, in the order of their paths; then commits, oldest first. */
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
}

export function resolveChanges(snapshot: Snapshot): ResolvedChanges {
  const { sources } = snapshot.settings
  const written = sources === 'commits' ? { changes: [], problems: [] } : parseChangesets(snapshot.changesets)
  if (sources === 'changesets' || snapshot.history === undefined) return written
  const commits = readCommitChanges(snapshot, snapshot.history, releasable(snapshot))
  const changesets = written.changes.map((change) =>
    commits.reverted.has(change.file) ? withoutBumps(change) : change,
  )
  return {
    changes: [...changesets, ...commits.changes],
    problems: [
      ...written.problems,
      ...commits.problems,
      ...takenBack(written.changes, commits.reverted),
      ...disagreements(changesets, commits.spokenFor),
    ],
  }
}

/** Commits never ask anything of packages that take no part in releases; only a changeset that does so is an oddity. */
function releasable({ workspace, settings }: Snapshot): readonly Package[] {
  const ignored = new Set(settings.ignore)
  return workspace.packages.filter((pkg) => skipReason(pkg, settings, ignored) === undefined)
}

/** It is still consumed, as any changeset that declines. */
function withoutBumps(change: ChangesetChange): ChangesetChange {
  return { ...change, bumps: recordOf<Bump>([]) }
}

function takenBack(changesets: readonly ChangesetChange[], reverted: CommitChanges['reverted']): readonly Problem[] {
  return changesets.flatMap(({ file }): readonly Problem[] => {
    const by = reverted.get(file)
    return by === undefined ? [] : [{ code: 'CHANGESET_REVERTED', severity: 'warning', place: { file }, ...by }]
  })
}

type Disagreement = { readonly file: Path; readonly name: PackageName; readonly given: Bump; readonly asked: Bump }

/** A bound on what is listed, not on what is compared. */
const mostDisagreements = 50

/** Where a commit asks more of a package than the changesets of its change give. One per package and changeset. */
function disagreements(
  changesets: readonly ChangesetChange[],
  spokenFor: CommitChanges['spokenFor'],
): readonly Problem[] {
  const byFile = new Map(changesets.map((change) => [change.file, change]))
  const found = new Map<string, Disagreement & { readonly commit: CommitChange }>()
  for (const { change, changesets: files } of spokenFor) {
    const written = files.flatMap((file) => byFile.get(file) ?? [])
    const [first] = written
    if (first === undefined) continue
    for (const [name, asked] of Object.entries(change.bumps)) {
      const { given, file } = givenTo(name, written, first, change.breaking)
      const known = found.get(`${file} ${name}`)
      if (compareBumps(asked, known?.asked ?? given) <= 0) continue
      found.set(`${file} ${name}`, { file, name, given, asked, commit: change })
    }
  }
  return [...found.values()].slice(0, mostDisagreements).map(({ file, name, given, asked, commit }) => ({
    code: 'CHANGESET_BELOW_COMMIT',
    severity: 'warning',
    place: { file },
    name,
    given,
    asked,
    commit: commit.commit,
    summary: commit.summary.slice(0, 200),
  }))
}

/** A package that the changesets do not name was left out on purpose, unless the commit breaks it or they are empty. */
function givenTo(
  name: PackageName,
  written: readonly ChangesetChange[],
  first: ChangesetChange,
  breaking: boolean,
): { readonly given: Bump; readonly file: Path } {
  let highest: { readonly given: Bump; readonly file: Path } | undefined
  for (const { bumps, file } of written) {
    const given = bumps[name]
    if (given === undefined) continue
    if (highest === undefined || compareBumps(given, highest.given) > 0) highest = { given, file }
  }
  if (highest !== undefined) return highest
  const declines = written.every(({ bumps }) => Object.keys(bumps).length === 0)
  return { given: breaking || declines ? 'none' : 'major', file: first.file }
}
