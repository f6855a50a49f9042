/**
 * A step of a release, as data: what it waits for, the facts that it is about, and how it is undone. Which steps a
 * release has is decided in `steps.ts`.
 */
import type { PackageName, Path, Sha, Version } from '../names.ts'
import type { TargetKey } from './targets.ts'

/** `upload:@acme/db@1.2.0`; `check`, `gate`, `tag`, `push`, `announce` and `revert` occur once. */
export type StepId = string

/** exact: the world is as before. compensating: the effect stays, its harm is contained. none: there is no way back. */
export type Undo =
  | { readonly kind: 'exact'; readonly by: 'forget' | 'reject' | 'dist-tag' | 'delete-tags' | 'delete-remote-tags' }
  | { readonly kind: 'compensating'; readonly by: 'deprecate' | 'retract' | 'withdraw' }
  | { readonly kind: 'none' }

type StepOf<Kind extends string, Facts = unknown> = {
  readonly kind: Kind
  readonly id: StepId
  /** Steps that must have succeeded. */
  readonly needs: readonly StepId[]
  /** Steps that must have come to an end, whichever. */
  readonly after: readonly StepId[]
  readonly undo: Undo
} & Readonly<Facts>

export type Access = 'public' | 'restricted'

export type UploadTarget = {
  readonly registry: string
  readonly distTag: string
  /** Undefined leaves it to the registry, as for a package without a scope. */
  readonly access: Access | undefined
  /** Where the dist-tag leads before the release; null: nowhere. */
  readonly was: Version | null
  /** The registry has never seen the package: most give it `latest` at once, whatever was asked. */
  readonly first: boolean
  /** The target has a way to take an upload back. */
  readonly retracts?: true
}

/** Nobody asks for it by chance; it is gone when the release is. */
export const candidateTag = 'topsail-candidate'

/** A tag at its commit. */
export type TagToMake = {
  readonly tag: string
  readonly name: PackageName
  readonly version: Version
  readonly commit: Sha
}

export type PackStep = StepOf<'pack', { name: PackageName; version: Version; dir: Path }>
export type CheckStep = StepOf<'check'>
export type UploadStep = StepOf<'upload', { name: PackageName; version: Version } & UploadTarget & Staged>
export type ConfirmStep = StepOf<'confirm', { name: PackageName; version: Version; registry: string } & Staged>
/** Every candidate is confirmed: the last moment at which nobody has seen any of it. */
export type GateStep = StepOf<'gate', Staged>
export type PromoteStep = StepOf<
  'promote',
  { name: PackageName; version: Version; registry: string } & DistTagMove & Staged
>
/** Takes the candidate tag away. */
export type UnmarkStep = StepOf<'unmark', { name: PackageName; version: Version; registry: string; distTag: string }>
export type TagStep = StepOf<'tag', { tags: readonly TagToMake[] }>
export type PushStep = StepOf<'push', { tags: readonly TagToMake[] }>
/** Everybody may know: the release set is written, and whoever is to be told is told. */
export type AnnounceStep = StepOf<'announce', { versions: readonly AnnouncedVersion[] }>
export type AnnouncedVersion = { readonly name: PackageName; readonly version: Version }
export type ForwardStep =
  | PackStep
  | CheckStep
  | UploadStep
  | ConfirmStep
  | GateStep
  | PromoteStep
  | UnmarkStep
  | TagStep
  | PushStep
  | AnnounceStep

/** Takes back what a step did; see `rollback-steps.ts`. */
export type UndoStep = StepOf<'undo', { of: ForwardStep; evidence: Readonly<Record<string, string | null>> }>
/** A version that stands in the manifest of a folder. */
export type WrittenVersion = { readonly name: PackageName; readonly version: Version; readonly dir: Path }

/** A commit on a branch of its own that takes manifests and changesets back. */
export type RevertStep = StepOf<'revert', { release: string; commit: Sha; versions: readonly WrittenVersion[] }>
export type Step = ForwardStep | UndoStep | RevertStep

/** In npm's staging area until a person approves it. */
type Staged = { staged?: true }

type DistTagMove = { distTag: string; was: Version | null }

/** A target of a package at the version it has in git, and what the world still lacks of it. */
export type PublishUnit = {
  /** The package alone for npm, `@acme/api:oci` for another target. */
  readonly name: TargetKey
  readonly version: Version
  readonly dir: Path
  /** What whoever installs this one gets too (dev edges excluded), and what the settings say comes first. */
  readonly needs: readonly TargetKey[]
  /** Undefined: the registry has it, or the package is private. */
  readonly upload: UploadTarget | undefined
  /** Undefined: nothing is missing, or this package gets no tag. */
  readonly tag:
    | { readonly name: string; readonly commit: Sha; readonly make: boolean; readonly push: boolean }
    | undefined
}

export function stepId(
  kind: 'pack' | 'upload' | 'confirm' | 'promote' | 'unmark',
  unit: { name: PackageName; version: Version },
): StepId {
  return `${kind}:${unit.name}@${unit.version}`
}
