/**
 * A change: one thing somebody did and said, and the bump it asks of each package it names.
 */
import type { Bump } from './bump.ts'
import type { PackageName, Path, Sha, Version } from './names.ts'

/** `changeset:<id>` or `commit:<full hash>`. Stable between runs; several lines of a squash body add `#2`, `#3`. */
export type ChangeId = string

export type ChangesetChange = {
  readonly kind: 'changeset'
  readonly id: ChangeId
  /** `.changeset/brave-cats.md`, or `.changeset/pre/brave-cats.md`. */
  readonly file: Path
  /** The markdown below the front matter, trimmed. */
  readonly summary: string
  readonly bumps: Readonly<Record<PackageName, Bump>>
  /** The commit that added the file, when history was read. */
  readonly commit: Sha | undefined
}

export type CommitChange = {
  readonly kind: 'commit'
  readonly id: ChangeId
  readonly commit: Sha
  readonly type: string
  readonly scope: string | undefined
  readonly breaking: boolean
  /** The description after `type(scope):`. */
  readonly summary: string
  readonly bumps: Readonly<Record<PackageName, Bump>>
  /** Exact versions asked for instead of what the bump gives (`Release-As: 2.0.0`); the newest change wins. */
  readonly versions?: Readonly<Record<PackageName, Version>> | undefined
}

export type OverrideChange = {
  readonly kind: 'override'
  readonly id: ChangeId
  /** Who asked: `what-if`, `--bump`. */
  readonly by: string
  readonly summary: string
  readonly bumps: Readonly<Record<PackageName, Bump>>
}

export type Change = ChangesetChange | CommitChange | OverrideChange
