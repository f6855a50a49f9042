/**
 * Problems are data; their sentences live in `cli/src/render/problem.ts`. Every problem names its place and carries
 * what its mend needs. A union member per code: adding one without a sentence does not compile.
 */
import type { Bump } from './bump.ts'
import type { PackageName, Path, Sha } from './names.ts'

/**
 * error: exit 1, nothing is written. quarantined: the one input is left out, the rest goes on; an error under
 * `--strict` and in `topsail check`. warning: to be read, never fatal.
 */
export type Severity = 'error' | 'quarantined' | 'warning'

/** Where: a file, and a line (from 1) when it is known. */
export type Place = { readonly file: Path; readonly line?: number | undefined }

type ProblemOf<Code extends string, Facts = unknown> = {
  readonly code: Code
  readonly severity: Severity
  readonly place?: Place | undefined
} & Readonly<Facts>

export type Problem =
  // manifests and the workspace
  | ProblemOf<'MANIFEST_INVALID', { detail: string }>
  | ProblemOf<'MANIFEST_MISSING'>
  | ProblemOf<'PACKAGE_NAME_INVALID', { name: string }>
  | ProblemOf<'PACKAGE_NAME_DUPLICATE', { name: PackageName; others: readonly Path[] }>
  | ProblemOf<'PACKAGE_VERSION_INVALID', { name: PackageName; version: string }>
  // changesets
  | ProblemOf<'CHANGESET_UNKNOWN_PACKAGE', { name: string; closest: PackageName | undefined }>
  | ProblemOf<'CHANGESET_MALFORMED', { detail: string }>
  | ProblemOf<'CHANGESET_MIXES_IGNORED', { ignored: readonly PackageName[]; released: readonly PackageName[] }>
  | ProblemOf<'CHANGESET_WITHOUT_EFFECT', { name: PackageName; why: 'private' | 'no-version' | 'ignored' }>
  // plan files
  | ProblemOf<'PLAN_FILE_INVALID', { at: string; wanted: string }>
  // coverage of a branch, and writing a changeset
  | ProblemOf<
      'COVERAGE_MISSING',
      {
        name: PackageName
        files: readonly Path[]
        catalogEdits: readonly { readonly catalog: string; readonly dependency: PackageName }[]
        proposed: Exclude<Bump, 'none'>
      }
    >
  | ProblemOf<'DECLINED_WITHOUT_REASON', { names: readonly PackageName[] }>
  | ProblemOf<'COMMIT_NOT_UNDERSTOOD', { sha: Sha; subject: string }>
  | ProblemOf<'REPOSITORY_MISSING'>
  | ProblemOf<'BASE_BRANCH_MISSING', { branch: string }>
  | ProblemOf<'BASE_REF_UNKNOWN', { ref: string }>
  | ProblemOf<'BASE_UNRELATED', { ref: string; shallow: boolean }>
  | ProblemOf<'CHANGESET_FOLDER_MISSING'>
  | ProblemOf<'CHANGESET_NAMES_TWICE', { name: PackageName; bumps: readonly Bump[] }>
  | ProblemOf<'CHANGESET_NAMES_NOTHING'>
  | ProblemOf<'CHANGESET_SUMMARY_MISSING'>
  | ProblemOf<'CHANGESET_NOT_WRITABLE', { names: readonly string[] }>
  | ProblemOf<'PRE_ALREADY_ENTERED', { tag: string }>
  | ProblemOf<'PRE_NOT_ENTERED'>
  | ProblemOf<'PRE_TAG_INVALID', { tag: string }>
  // writing versions
  | ProblemOf<'MANIFEST_EDIT_IMPOSSIBLE', { wanted: readonly string[] }>
  | ProblemOf<'TREE_DIRTY', { files: readonly Path[] }>
  | ProblemOf<'FILE_CHANGED_MEANWHILE'>
  | ProblemOf<'FILE_NOT_TEXT'>
  | ProblemOf<'WRITE_TARGET_UNSAFE'>
  | ProblemOf<'WRITE_FAILED', { detail: string; kept: readonly Path[] }>
  | ProblemOf<'VERSION_IN_PROGRESS', { pid: number | undefined }>
  | ProblemOf<'VERSION_UNDONE', { files: readonly Path[]; kept: readonly Path[] }>
  | ProblemOf<'CHANGELOG_GENERATOR_MISSING', { module: string }>
  | ProblemOf<'CHANGELOG_GENERATOR_INVALID', { module: string }>
  | ProblemOf<'CHANGELOG_GENERATOR_FAILED', { module: string; name: PackageName; detail: string }>
  | ProblemOf<'FORMATTER_MISSING', { formatter: string }>
  | ProblemOf<'FORMATTER_FAILED', { formatter: string; detail: string }>
  | ProblemOf<'LOCKFILE_NOT_UPDATED', { command: string; detail: string }>
  | ProblemOf<'LOCKFILE_NOT_VERIFIED', { command: string; detail: string }>
  | ProblemOf<'PLAN_MOVED', { moved: readonly PlanMove[] }>

/** One thing that a plan file says otherwise than the plan of now. Null: it is not there at all. */
export type PlanMove = {
  readonly what:
    | 'commit'
    | 'rules'
    | 'sources'
    | 'release'
    | 'rewrite'
    | 'change'
    | 'changeset'
    | 'pre-state'
    | 'snapshot'
  /** The package, change or file it is about; empty for the plan as a whole. */
  readonly name: string
  readonly planned: string | null
  readonly now: string | null
}

export type ProblemCode = Problem['code']
