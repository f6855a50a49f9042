/**
 * Where state shared by all runners is kept: refs that are only ever moved by compare-and-swap, several at once or
 * none. A remote of git gives this to every forge without a service; without a remote the repository itself does.
 */
import type { Sha } from '@topsail/core'

/** `from` undefined: the ref must not exist. `to` undefined: it is deleted. */
export type RefMove = { readonly ref: string; readonly from: Sha | undefined; readonly to: Sha | undefined }

export type RefsRead =
  | { readonly kind: 'known'; readonly refs: ReadonlyMap<string, Sha> }
  | { readonly kind: 'unreachable'; readonly detail: string }

export type SwapOutcome =
  | { readonly kind: 'done' }
  /** Somebody else was there first, or the other side forbids these refs (`detail` says). Nothing moved. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** Nobody knows whether it happened: read before going on. */
  | { readonly kind: 'unreachable'; readonly detail: string }

/** A commit that carries text: a message, and files by name. */
export type RefContent = {
  readonly message: string
  readonly files: Readonly<Record<string, string>>
  /** With the signing key of whoever runs this; a store that has none leaves it out. */
  readonly sign?: boolean
}

export type RefStore = {
  /** Every ref below any of these prefixes (`refs/topsail/`). */
  list(...prefixes: readonly string[]): Promise<RefsRead>
  /** Makes a commit; nothing can be seen of it until a ref is moved to it. */
  write(content: RefContent, parent: Sha | undefined): Promise<Sha>
  /** What a listed ref leads to; undefined when it is gone or cannot be fetched. */
  read(ref: string, sha: Sha): Promise<RefContent | undefined>
  /**
   * `tags` of this repository are pushed with it where they are not there yet: all of it arrives or nothing. One that
   * is there and leads elsewhere refuses everything.
   */
  swap(moves: readonly RefMove[], tags?: readonly string[]): Promise<SwapOutcome>
}

export type Unwritten = { readonly kind: 'unreachable'; readonly detail: string }

/** A store that takes nothing, on a full disk, is to a release like one that does not answer: nothing moved. */
export function writeOrTell(refs: Pick<RefStore, 'write'>, ...given: Written): Promise<Sha | Unwritten> {
  return refs.write(...given).catch((error: unknown) => {
    return { kind: 'unreachable', detail: error instanceof Error ? error.message : String(error) }
  })
}

type Written = Parameters<RefStore['write']>
