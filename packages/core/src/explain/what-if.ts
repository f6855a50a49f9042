/**
 * The plan that a change would give, beside the plan of now. Every edit is made to the snapshot, or is a change more or
 * less, and then the planner plans again: there is no second way to a plan. An edit that means nothing here is a
 * problem, and the others are still made.
 */
import { scopeResolver } from '../changes/attribution.ts'
import type { Bump } from '../bump.ts'
import type { Change, ChangeId, CommitChange } from '../change.ts'
import { closestName } from '../closest-name.ts'
import { askedBump } from '../changes/commit-changes.ts'
import { commitPresetOf } from '../changes/commit-presets.ts'
import { messageReader } from '../changes/commits.ts'
import type { PackageName, Range } from '../names.ts'
import { comparePlans, type PlanDifference } from './plan-difference.ts'
import { planRelease } from '../plan/plan.ts'
import type { Problem } from '../problem.ts'
import { recordOf } from '../record.ts'
import type { ReleasePlan } from '../release-plan.ts'
import { shrinkCascade, type Shrinking } from './shrink-cascade.ts'
import type { Snapshot } from '../snapshot.ts'
import { withRange } from '../plan/widen-edge.ts'

export type WhatIfEdit =
  /** The package gets exactly this bump from changes, whatever they say. */
  | { readonly kind: 'bump'; readonly name: PackageName; readonly bump: Bump }
  /** A changeset by id or path; or `commit:<hash>`. */
  | { readonly kind: 'drop'; readonly change: string }
  /** A conventional message; its scope names the packages. */
  | { readonly kind: 'add'; readonly message: string }
  /** The range that `dependent` writes for `dependency`, in every section that lists it. */
  | { readonly kind: 'widen'; readonly dependent: PackageName; readonly dependency: PackageName; readonly range: Range }

export type WhatIf = {
  readonly before: ReleasePlan
  readonly after: ReleasePlan
  readonly difference: PlanDifference
  /** The fewest range edits that would make the cascade of `after` smaller, the best first; each was planned. */
  readonly cheaper: readonly Shrinking[]
  /** What is wrong with the edits themselves. */
  readonly problems: readonly Problem[]
}

export function whatIf(snapshot: Snapshot, hash: (text: string) => string, edits: readonly WhatIfEdit[]): WhatIf {
  const before = planRelease(snapshot, hash)
  const edited = makeEdits(snapshot, before, edits)
  const options = { extraChanges: edited.extra, dropChanges: edited.dropped }
  const after = edits.length === 0 ? before : planRelease(edited.snapshot, hash, options)
  return {
    before,
    after,
    difference: comparePlans(before, after),
    cheaper: shrinkCascade(edited.snapshot, after, hash, options),
    problems: edited.problems,
  }
}

type Edited = {
  readonly snapshot: Snapshot
  readonly extra: readonly Change[]
  readonly dropped: readonly ChangeId[]
  readonly problems: readonly Problem[]
}

function makeEdits(snapshot: Snapshot, plan: ReleasePlan, edits: readonly WhatIfEdit[]): Edited {
  let edited: Edited = { snapshot, extra: [], dropped: [], problems: [] }
  edits.forEach((edit, index) => {
    edited = makeEdit(edited, edit, index, plan)
  })
  return edited
}

function makeEdit(edited: Edited, edit: WhatIfEdit, index: number, plan: ReleasePlan): Edited {
  switch (edit.kind) {
    case 'bump':
      return override(edited, edit.name, edit.bump, index)
    case 'drop':
      return drop(edited, edit.change, plan)
    case 'add':
      return add(edited, edit.message, index)
    case 'widen':
      return widen(edited, edit)
  }
}

function override(edited: Edited, name: PackageName, bump: Bump, index: number): Edited {
  const unknown = unknownPackage(edited, name)
  if (unknown !== undefined) return withProblem(edited, unknown)
  const change: Change = {
    kind: 'override',
    id: `what-if:${index + 1}`,
    by: 'what-if',
    summary: `--bump ${name}=${bump}`,
    bumps: recordOf([[name, bump]]),
  }
  return { ...edited, extra: [...edited.extra, change] }
}

/** As if the file had never been: the commits that came with it then speak for themselves. */
function drop(edited: Edited, wanted: string, plan: ReleasePlan): Edited {
  const { snapshot } = edited
  const file = snapshot.changesets.find(({ id, path }) => [id, `${id}.md`, path, `changeset:${id}`].includes(wanted))
  if (file !== undefined) {
    const { history } = snapshot
    const commits = history?.commits.map((commit) =>
      commit.addedChangesets.includes(file.path)
        ? { ...commit, addedChangesets: commit.addedChangesets.filter((path) => path !== file.path) }
        : commit,
    )
    return {
      ...edited,
      snapshot: {
        ...snapshot,
        changesets: snapshot.changesets.filter((other) => other !== file),
        history: history === undefined || commits === undefined ? history : { ...history, commits },
      },
    }
  }
  const changes = plan.changes.filter(({ id }) => isCommit(id, wanted)).map(({ id }) => id)
  if (changes.length > 0) return { ...edited, dropped: [...edited.dropped, ...changes] }
  const closest = closestName(
    wanted,
    snapshot.changesets.map(({ id }) => id),
  )
  return withProblem(edited, { code: 'WHAT_IF_UNKNOWN_CHANGE', severity: 'error', change: wanted, closest })
}

/** A whole hash or the beginning of one, with all lines of its message; or one line of it. */
function isCommit(id: ChangeId, wanted: string): boolean {
  const hash = wanted.replace(/^commit:/, '')
  return id === `commit:${hash}` || (/^[0-9a-f]{7,64}$/.test(hash) && id.startsWith(`commit:${hash}`))
}

function add(edited: Edited, message: string, index: number): Edited {
  const { workspace, settings } = edited.snapshot
  const preset = commitPresetOf(settings)
  const resolve = scopeResolver(workspace.packages)
  const changes = messageReader(
    preset,
    settings.commits.exclamationMark,
  )(message).statements.map((statement, line): CommitChange => {
    const names = resolve(statement.scope ?? '').flatMap(({ packages }) => packages)
    const bump = askedBump(statement, preset)
    return {
      kind: 'commit',
      id: `what-if:${index + 1}${line === 0 ? '' : `#${line + 1}`}`,
      commit: '',
      ...statement,
      bumps: recordOf(names.map((name) => [name, bump] as const)),
    }
  })
  const meant = changes.filter(({ bumps }) => Object.keys(bumps).length > 0)
  if (meant.length > 0) return { ...edited, extra: [...edited.extra, ...meant] }
  return withProblem(edited, { code: 'WHAT_IF_NAMES_NOTHING', severity: 'error', message: message.slice(0, 500) })
}

function widen(edited: Edited, edit: Extract<WhatIfEdit, { kind: 'widen' }>): Edited {
  const unknown = unknownPackage(edited, edit.dependent) ?? unknownPackage(edited, edit.dependency)
  if (unknown !== undefined) return withProblem(edited, unknown)
  const snapshot = withRange(edited.snapshot, edit)
  if (snapshot !== undefined) return { ...edited, snapshot }
  const { dependent, dependency } = edit
  return withProblem(edited, { code: 'WHAT_IF_NO_SUCH_EDGE', severity: 'error', dependent, dependency })
}

function unknownPackage({ snapshot }: Edited, name: PackageName): Problem | undefined {
  const names = snapshot.workspace.packages.map((pkg) => pkg.name)
  if (names.includes(name)) return undefined
  return { code: 'WHAT_IF_UNKNOWN_PACKAGE', severity: 'error', name, closest: closestName(name, names) }
}

function withProblem(edited: Edited, problem: Problem): Edited {
  return { ...edited, problems: [...edited.problems, problem] }
}
