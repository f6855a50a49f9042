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

export type ProblemCode = Problem['code']
