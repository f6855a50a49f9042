/**
 * What a webhook comes down to. A delivery never carries work of its own: it says that a pull request is to be looked
 * at, and the look reads everything anew from the forge. So a delivery that is late, double or out of order does no
 * harm, and any number of them for one pull request are one look.
 */
import type { ForgeKind } from '@topsail/engine'

/** A pull request to look at, and on whose behalf. */
export type Look = {
  readonly forge: ForgeKind
  /** The GitHub App's installation, or the configured GitLab group: nothing is shared between two of them. */
  readonly installation: string
  /** The forge's own number for the repository, which stays when it is renamed. */
  readonly repositoryId: string
  /** `owner/name` as the delivery said it. */
  readonly repository: string
  readonly number: number
}

export type Delivery = {
  /** What makes it this delivery and no other: one that was seen makes it a replay. */
  readonly marks: readonly string[]
  /** Usually one. A check suite that is asked for again may belong to several, all of one installation. */
  readonly looks: readonly Look[]
}

/** What the bytes of a request turned out to be. */
export type Reading =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  /** Genuine, and nothing for us: `why` is for the log. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** 400: not of the form that the forge sends. 401: not from the forge. 403: not for the one who signed it. */
  | { readonly kind: 'refused'; readonly status: 400 | 401 | 403; readonly why: string }

/** One queue entry for each pull request. */
export function lookKey(look: Look): string {
  return JSON.stringify([look.forge, look.installation, look.repositoryId, look.number])
}

/** On whose behalf it is. */
export function ownerOf({ forge, installation }: Look): string {
  return `${forge}:${installation}`
}
