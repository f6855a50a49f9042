/**
 * The release plan: the artefact that every later stage reads and `topsail apply` obeys. `toPlanDocument` in
 * `plan-document.ts` gives the stable JSON, `topsail/plan@1`.
 */
import type { Bump } from './bump.ts'
import type { Change, ChangeId } from './change.ts'
import type { PackageName, Path, Range, Sha, Version } from './names.ts'
import type { Problem } from './problem.ts'
import type { RulesName, Sources } from './settings.ts'
import type { SnapshotRequest } from './snapshot.ts'
import type { DependencyField } from './workspace.ts'

/**
 * Why a package is released, as facts that can be checked again. Sentences are the CLI's. The first reason of a release
 * is the one that raised it to its bump. Reasons lead back to a change, a pre exit or an override, but may lead around:
 * a group that a dependent raised gives its bump to the dependency as well.
 */
export type Reason =
  | { readonly kind: 'change'; readonly change: ChangeId; readonly bump: Bump }
  | {
      readonly kind: 'out-of-range' | 'always'
      readonly dependency: PackageName
      readonly field: DependencyField
      /** As the manifest writes it. */
      readonly range: Range
      /** The new version of the dependency. */
      readonly next: Version
      /** What this asks of the dependent. */
      readonly bump?: Bump | undefined
      /** `next` was passed on the way: a group then moved the dependency on, into the range again. */
      readonly superseded?: boolean | undefined
    }
  | {
      readonly kind: 'fixed-group' | 'linked-group'
      readonly group: readonly PackageName[]
      readonly leader: PackageName
    }
  | { readonly kind: 'pre-exit'; readonly from: Version }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'first-release' }
  | { readonly kind: 'override'; readonly by: string }
  | { readonly kind: 'zero-major'; readonly asked: Bump; readonly given: Bump }
  | { readonly kind: 'capped'; readonly asked: Bump; readonly cap: Bump }
  /** A release that was rolled back has left this version in the registry; `of` is the package, or one of its group. */
  | { readonly kind: 'burned'; readonly version: Version; readonly of: PackageName }

export type RangeEdit = {
  readonly field: DependencyField
  readonly dependency: PackageName
  readonly from: Range
  readonly to: Range
}

export type Release = {
  readonly name: PackageName
  readonly dir: Path
  readonly from: Version
  readonly to: Version
  readonly bump: Exclude<Bump, 'none'>
  readonly private: boolean
  readonly targets: readonly string[]
  /** Internal packages in the plan that must be published before this one, sorted (dev edges excluded). */
  readonly needs: readonly PackageName[]
  readonly changes: readonly ChangeId[]
  /** Internal ranges of `dependencies`, `peerDependencies` and `optionalDependencies` as they will stand. */
  readonly dependencies: Readonly<Record<PackageName, Range>>
  readonly rangeEdits: readonly RangeEdit[]
  readonly reasons: readonly [Reason, ...Reason[]]
}

/** A package that keeps its version and only has ranges rewritten. */
export type Rewrite = { readonly name: PackageName; readonly dir: Path; readonly rangeEdits: readonly RangeEdit[] }

/** A package as the rules came upon it, also one that only has ranges rewritten. */
export type ListedPackage = {
  readonly name: PackageName
  /** The version that is incremented: under the presets of Changesets the highest of a group. */
  readonly from: Version
  /** Those that name it, but for a release that a dependency made anew. */
  readonly changes: readonly ChangeId[]
}

export type ReleasePlan = {
  readonly id: string
  readonly commit: Sha | undefined
  readonly rules: RulesName
  readonly sources: Sources
  /** Sorted by name. */
  readonly releases: readonly Release[]
  readonly rewrites: readonly Rewrite[]
  readonly changes: readonly Change[]
  /** Changesets that `version` eats: deleted, or moved to `.changeset/pre/` in pre mode of v3. */
  readonly consumed: readonly { readonly id: ChangeId; readonly file: Path; readonly movedTo: Path | undefined }[]
  /** The new text of pre.json; null removes it; undefined leaves it. */
  readonly preState: string | null | undefined
  /** A snapshot release, and the moment that its versions may hold. */
  readonly snapshotRelease?: (SnapshotRequest & { readonly now: string }) | undefined
  /** Waves in dependency order, names sorted within a wave. A cycle's members share a wave. */
  readonly order: readonly (readonly PackageName[])[]
  readonly problems: readonly Problem[]
  /** In the order of the rules, which changelogs and commits keep; a plan that was read from a document does not know it. */
  readonly listed?: readonly ListedPackage[] | undefined
}
