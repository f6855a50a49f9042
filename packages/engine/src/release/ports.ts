/**
 * Everything that a release does to the world, and everything it asks it, as records of functions: a whole release, its
 * recovery and its way back run against these alone, in memory as well as for real.
 */
import type { Fence, Integrity, PackageName, Problem, PublishUnit, RevertStep, Sha, Version } from '@topsail/core'
import { leaseRef } from '../read/release-namespaces.ts'
import type { Clock } from '../publish/clock.ts'
import type { Packer } from '../publish/pack/pack-package.ts'
import type { Tarball } from '../publish/pack/tarball.ts'
import type { RegistryChanges } from '../publish/registry-changes.ts'
import type { Registry } from '../publish/registry.ts'
import type { Redact } from '../publish/secrets.ts'
import type { TagWriter } from '../publish/tags.ts'
import type { Announcer } from './announcer.ts'
import type { Journal } from './journal-file.ts'
import type { LeaseClock } from './held-lease.ts'
import type { RefStore } from './ref-store.ts'
import type { ReleaseSources } from './set-sources.ts'

export type ReleasePorts = {
  registryAt(url: string): Registry & RegistryChanges
  /** The lease, and the copies of journals that other machines see. */
  readonly refs: RefStore
  readonly journals: JournalStore
  readonly tarballs: TarballStore
  readonly holders: HolderFile
  /** Packs from this commit; `close` takes away what was set up for that. */
  packerAt(
    commit: Sha | null,
    release: string,
  ): Promise<
    | { readonly kind: 'ready'; readonly packer: ReleasePacker; close(): Promise<void> }
    | { readonly kind: 'impossible'; readonly detail: string }
  >
  readonly tags: TagWriter
  readonly branches: RevertBranches
  /** Told one after another, in this order, when everything else has succeeded. */
  readonly announcers: readonly Announcer[]
  /** Where the units of a release come from, for its release set. */
  readonly sources: ReleaseSources
  readonly clock: ReleaseClock
  readonly redact: Redact
}

export type ReleaseClock = Clock &
  LeaseClock & {
    /** The time of day, for people who read a journal. */
    date(): Date
    /** Repeats until the answer is called; keeps no process alive. */
    every(milliseconds: number, action: () => void): () => void
    /** Different at every call: `20260102-030405678-1a2b`. After those that are among the refs that are known. */
    releaseId(known: Iterable<string>): string
  }

/** Journals of this repository, by release. */
export type JournalStore = {
  list(): Promise<readonly string[]>
  /** Undefined when there is none. */
  read(release: string): Promise<string | undefined>
  /** Goes on after `text`, or begins with `''`; whoever had it open before writes into nothing from now on. */
  open(release: string, text: string, options: { readonly fence: Fence; readonly now: () => Date }): Promise<Journal>
  /** Forgets a release that never had an effect. */
  forget(release: string): Promise<void>
}

/** Tarballs of open releases, kept until the release is closed. */
export type TarballStore = {
  keep(release: string, tarball: Tarball): Promise<void>
  /** Undefined when it is not there, or is not what was kept. */
  find(release: string, unit: { readonly name: PackageName; readonly version: Version }): Promise<Tarball | undefined>
  read(tarball: Tarball): Promise<Buffer>
  drop(release: string): Promise<void>
}

/** Packs the packages of one commit. */
export type ReleasePacker = {
  /** Builds them first, where an earlier run had built them somewhere else. */
  prepare?(units: readonly PublishUnit[]): Promise<Problem | undefined>
  pack(unit: PublishUnit): ReturnType<Packer['pack']>
  afterPublish(unit: PublishUnit): ReturnType<Packer['afterPublish']>
}

/** Tells that a lease is held by a process of this machine and clone that has ended. */
export type HolderFile = {
  /** A name nobody else has, written down where `isGone` finds it. */
  claim(): Promise<string>
  isGone(holder: string): Promise<boolean>
}

export type RevertBranches = {
  /** Makes the branch, or finds it made by an earlier run. */
  make(step: RevertStep): Promise<
    | { readonly kind: 'made'; readonly branch: string }
    /** The commit wrote no versions that could be taken back. */
    | { readonly kind: 'nothing' }
    | { readonly kind: 'failed'; readonly detail: string }
  >
}

/** `<namespace>/lease`, `<namespace>/open/<release>`, and `<namespace>/releases/<release>` once it is closed. */
export type ReleaseRefs = {
  readonly lease: string
  open(release: string): string
  closed(release: string): string
}

export function releaseRefs(namespace: string): ReleaseRefs {
  return {
    lease: leaseRef(namespace),
    open: (release) => `${namespace}/open/${release}`,
    closed: (release) => `${namespace}/releases/${release}`,
  }
}

/** Every integrity that counts as ours, by upload step. */
export type Integrities = ReadonlyMap<string, readonly Integrity[]>
