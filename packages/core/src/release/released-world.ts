/**
 * The facts from which it is decided what a release still lacks: the workspace, its registries, its tags. Nothing of what
 * an earlier run did is among them.
 */
import type { Integrity, PackageName, Sha, Version } from '../names.ts'
import type { BurnedVersions } from '../plan/burned.ts'
import type { Settings } from '../settings.ts'
import type { PreState } from '../snapshot.ts'
import type { TargetKey } from './targets.ts'
import type { Package, Workspace } from '../workspace.ts'

/** What a registry says about one package. Ignorance is not absence. */
export type PackageFacts =
  | {
      readonly kind: 'known'
      /** Empty when the registry has never seen the package. */
      readonly versions: ReadonlyMap<Version, Integrity | undefined>
      readonly distTags: ReadonlyMap<string, Version>
    }
  | {
      readonly kind: 'unreachable'
      readonly detail: string
      /** Milliseconds that it asks to be left alone. */
      readonly retryAfter?: number | undefined
      /** It answers, and does not let us look. */
      readonly refused?: boolean | undefined
    }

export type ReleasedWorld = {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly pre: PreState | undefined
  /** Undefined when there is no commit; then nothing is tagged. */
  readonly head: Sha | undefined
  /** Where each package goes, by target: an npm registry, an image, what an own command stands for. */
  readonly registries: ReadonlyMap<TargetKey, string>
  readonly facts: ReadonlyMap<TargetKey, PackageFacts>
  /** The commit each tag leads to. */
  readonly localTags: ReadonlyMap<string, Sha>
  /** Undefined when there is no remote to push to. */
  readonly remoteTags: ReadonlyMap<string, Sha> | undefined
  /** Packages whose folder at their tag is that of HEAD. */
  readonly unchangedSinceTag: ReadonlySet<PackageName>
  /** Versions that were rolled back; they are neither published nor tagged again. */
  readonly burned?: BurnedVersions | undefined
  /** The commit that wrote a package's present version into its manifest; null where that cannot be told. */
  readonly versionCommits: ReadonlyMap<PackageName, Sha | null>
}

/** A member that can be released: it has a version, and it is public or a tag is wanted for it. */
export type Releasable = Package & { readonly version: Version }

/** A rollback took this very version back. */
export function isBurned({ name, version }: Package, { burned }: ReleasedWorld): boolean {
  if (burned === undefined || version === undefined || !Object.hasOwn(burned, name)) return false
  return burned[name]?.includes(version) === true
}
