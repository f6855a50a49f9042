/**
 * Problems are data; their sentences live in `cli/src/render/problem.ts`. Every problem names its place and carries
 * what its mend needs. A union member per code: adding one without a sentence does not compile.
 */
import type { PackageName, Path } from './names.ts'

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

export type ProblemCode = Problem['code']
