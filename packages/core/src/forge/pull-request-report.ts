/**
 * The report on a pull request, `topsail/pr-report@1`: what the check found and what the pull request does to the
 * release plan, as data. The half of a workflow that may not write makes it, the half that may reads it back; so it is
 * bounded when it is made and read as text of unknown origin, and says nothing of where it is to be posted: that is the
 * forge's own word alone.
 */
import type { Bump } from '../bump.ts'
import type { PackageName, Path, Sha, Version } from '../names.ts'
import type { ChangeDocument } from '../plan/plan-document.ts'
import type { Problem } from '../problem.ts'
import type { Reason } from '../release-plan.ts'
import type { RulesName, Sources } from '../settings.ts'
import type { BranchCommits } from './merge-loss.ts'
import type { ReleaseEffect } from './plan-effect.ts'

export const reportSchema = 'topsail/pr-report@1'

/** Where a forge's editor would put a new file. */
export type ForgeBranch = {
  readonly kind: 'github' | 'gitlab'
  /** Of the repository that holds the branch. */
  readonly webUrl: string
  readonly branch: string
}

export type ReportedRelease = {
  readonly name: PackageName
  readonly dir: Path
  readonly private: boolean
  readonly how: ReleaseEffect['how']
  readonly own: boolean
  readonly from: Version
  readonly before: { readonly to: Version; readonly bump: Bump } | null
  readonly after: { readonly to: Version; readonly bump: Bump } | null
  /** The first few. */
  readonly reasons: readonly Reason[]
  readonly moreReasons: number
}

export type MissingChangeset = {
  readonly name: PackageName
  readonly bump: Exclude<Bump, 'none'>
  /** What the file may say; a person rewrites it. */
  readonly summary: string
}

export type PullRequestReport = {
  readonly schema: typeof reportSchema
  /** The head commit of the pull request. */
  readonly head: Sha
  /** The commit of the base branch that it was compared with. */
  readonly base: Sha
  readonly branch: string
  /** `merged`: as after the merge. `alone`: the branch by itself, since it conflicts or could not be merged here. */
  readonly compared: 'merged' | 'alone'
  /** What `topsail check` says. */
  readonly ok: boolean
  /** The workspace's folder in the repository, `''` at its top; all other paths are relative to it. */
  readonly folder: Path
  /** False: only the check is wanted. */
  readonly comment: boolean
  readonly plan: {
    readonly id: string
    readonly rules: RulesName
    readonly sources: Sources
    readonly releases: number
  }
  readonly releases: readonly ReportedRelease[]
  readonly order: readonly (readonly PackageName[])[]
  /** What would stand in these lists without their bounds. */
  readonly total: { readonly releases: number; readonly problems: number; readonly missing: number }
  /** Releases that were pending and stay as they are. */
  readonly untouched: number
  /** Touched packages that were answered for, by a bump or by saying that they need none. */
  readonly answered: { readonly bumped: number; readonly declined: number }
  /** Those that reasons name. */
  readonly changes: readonly ChangeDocument[]
  readonly problems: readonly Problem[]
  readonly missing: readonly MissingChangeset[]
  /** What the branch says by its commits; null where they do not count for the plan. */
  readonly commits?: BranchCommits | null | undefined
}

export const reportLimits = {
  /** Characters of the whole file. */
  file: 8_000_000,
  releases: 2_000,
  reasons: 4,
  problems: 500,
  missing: 500,
  /** Commits that say that they break something. */
  breaking: 20,
  /** Entries of a list inside of a problem, and how deep such lists go. */
  facts: 100,
  depth: 5,
  /** Characters of any text. */
  text: 2_000,
} as const
