/**
 * Everything a plan is decided from, as plain data: text where the planner parses, facts where git was asked.
 * The same snapshot always gives the same plan (`ReleasePlan.id` is its hash).
 */
import type { BurnedVersions } from './plan/burned.ts'
import type { PackageName, Path, Sha, Version } from './names.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './settings.ts'
import type { Workspace } from './workspace.ts'

/** One file of `.changeset/` as it lies on disk. */
export type ChangesetFile = {
  /** The file name without `.md`; `pre/brave-cats` for one that pre mode has set aside. */
  readonly id: string
  readonly path: Path
  readonly text: string
  /** The commit that added it, when history was read. */
  readonly commit?: Sha | undefined
}

/** A commit as git gave it; nothing parsed. */
export type RawCommit = {
  readonly sha: Sha
  readonly parents: readonly Sha[]
  /** Author date, ISO 8601. */
  readonly date: string
  /** The whole message: subject, blank line, body. */
  readonly message: string
  /** Indices into `History.dirs`: every directory that holds a file the commit touched, each once. */
  readonly dirs: readonly number[]
  /** `.changeset/*.md` files that the commit added, by path. */
  readonly addedChangesets: readonly Path[]
}

export type History = {
  /** Newest first, in git's topological order: at least every commit that some package has not released yet. */
  readonly commits: readonly RawCommit[]
  /**
   * Directories in POSIX form relative to the workspace root (`.` for the root; those outside it are left out), and as
   * `./NAME` the files of the root that `sharedFiles` names.
   */
  readonly dirs: readonly Path[]
  /** A package without an entry was never released: all of `commits` counts for it. */
  readonly lastRelease: Readonly<Record<PackageName, LastRelease>>
}

/**
 * The commit of a package's last release. What that commit contains is released, everything else in
 * `History.commits` is not: `changes/history.ts` answers it from `RawCommit.parents`, linear in the history.
 */
export type LastRelease = {
  readonly commit: Sha
  /** since: `commits.since` of the settings, which is newer than both. */
  readonly by: 'tag' | 'manifest' | 'since'
  readonly tag?: string | undefined
}

/**
 * `.changeset/pre.json`, both generations. Keys that neither generation knows are in it as well, so that writing it keeps
 * them.
 */
export type PreState = {
  readonly mode: 'pre' | 'exit'
  readonly tag: string
  /** v2 only; null for a package that had none. */
  readonly initialVersions?: Readonly<Record<PackageName, Version | null>>
  /** v2 only: ids already used in this pre mode. */
  readonly changesets?: readonly string[]
}

/** A snapshot release, asked for by `--snapshot [TAG]`. Without a commit, `{commit}` in a template is `Snapshot.head`. */
export type SnapshotRequest = { readonly tag: string | undefined; readonly commit?: Sha | undefined }

export type Snapshot = {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly changesets: readonly ChangesetFile[]
  readonly pre: PreState | undefined
  /** Undefined when only changesets are read, or when there is no git. */
  readonly history: History | undefined
  readonly head: Sha | undefined
  /** ISO 8601; decides only the text of snapshot versions. */
  readonly now: string
  readonly snapshotRelease?: SnapshotRequest | undefined
  /** Versions that no plan may give any more; absent where nothing was ever rolled back. */
  readonly burned?: BurnedVersions | undefined
  /** What reading found wrong; carried into the plan. */
  readonly problems: readonly Problem[]
}
