/**
 * A place that releases go to besides npm registries, behind one interface: what it has, one attempt at a time to change
 * it, and the way back. A target never retries, never decides an order and never keeps state between runs: the one loop
 * asks it again after a crash, and an integrity tells whether what it finds is ours. `target-registry.ts` shows it to
 * the loop as it shows an npm registry; `target-contract.test.ts` holds all of them to the same behaviour.
 */
import type { Integrity, PackageFacts, PackageName, Path, Problem, Version } from '@topsail/core'
import type { Availability, Lookup, UploadOutcome } from '../registry.ts'
import type { ChangeOutcome } from '../registry-changes.ts'

export type { Availability, ChangeOutcome, Lookup, UploadOutcome }

/** What is released: a package at a version, from a folder of the workspace. */
export type Released = { readonly name: PackageName; readonly version: Version; readonly dir: Path }

/** What `pack` made. `file` is a tarball, a folder or whatever else the target reads when it uploads. */
export type Artefact = { readonly integrity: Integrity; readonly file: string }

export type Packed =
  | { readonly kind: 'packed'; readonly artefact: Artefact }
  | { readonly kind: 'failed'; readonly problem: Problem }

/**
 * Where a channel (a dist-tag, an image tag) leads: the version asked about when it leads there, else whatever leads it
 * back to where it is, such as a digest.
 */
export type ChannelAnswer =
  | { readonly kind: 'known'; readonly value: string | undefined }
  | Extract<Lookup, { kind: 'unreachable' }>

export type Target = {
  /** Every version and channel there is, as far as the place can tell; channels as `channel` answers. */
  facts(released: Released): Promise<PackageFacts>
  /** Whether this version is there, past every cache we can pass. */
  lookup(released: Released): Promise<Lookup>
  /** What of it could never be published, told before anything is begun; absent where only packing can tell. */
  readonly check?: (released: Released) => Promise<Problem | undefined>
  /** Makes what will be uploaded, on this machine alone. */
  pack(released: Released): Promise<Packed>
  /** `channel` is for those that cannot take anything without leading something there. */
  upload(released: Released, artefact: Artefact, channel: string): Promise<UploadOutcome>
  /** Whether it can be fetched by those who need it next. */
  confirm(released: Released): Promise<Availability>
  channel(released: Released, channel: string): Promise<ChannelAnswer>
  /** Leads a channel to a version or to what `channel` answered before; undefined takes the channel away. */
  promote(released: Released, channel: string, value: string | undefined): Promise<ChangeOutcome>
  /**
   * Warns whoever uses an upload (`note` names the replacement), or takes it away. What the place cannot do is refused
   * and stays.
   */
  retract(released: Released, note: string, how: 'warn' | 'remove'): Promise<ChangeOutcome>
}
