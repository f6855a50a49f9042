/**
 * Whoever is told of a release once everything of it is public: forge releases, a command of the user's. A failure
 * takes nothing back: the release stays open with this one step left, and the next run tells again.
 */
import type { AnnouncedVersion, Promotion, ReleaseSet, SetId, Sha, TagToMake } from '@topsail/core'

export type AnnouncedRelease = {
  readonly release: string
  readonly commit: Sha | null
  readonly promotion: Promotion
  /** What this release brought, by package. */
  readonly versions: readonly AnnouncedVersion[]
  /** They are at the remote, where there is one. */
  readonly tags: readonly TagToMake[]
}

export type Announcement = AnnouncedRelease & {
  /** What is live from now on; its units of this `release` say what changed. */
  readonly set: { readonly id: SetId; readonly document: ReleaseSet }
}

export type AnnounceOutcome =
  /** `left`: what of it stays and cannot be taken away. */
  | { readonly kind: 'done'; readonly left?: string | undefined }
  /** It may succeed later. `after`: milliseconds that the other side asks us to wait. */
  | { readonly kind: 'unknown'; readonly detail: string; readonly after?: number | undefined }
  | { readonly kind: 'refused'; readonly detail: string }

/** Never throws for what the other side does, and never keeps anything between runs. */
export type Announcer = {
  /** `github`, `command`: for whoever reads of a failure. */
  readonly name: string
  /** Again without harm: what is announced already is found by the name of the release or of its tags. */
  announce(announcement: Announcement): Promise<AnnounceOutcome>
  /** Takes back what was announced, or says that nothing has to be; content when it never was. */
  withdraw(release: AnnouncedRelease): Promise<AnnounceOutcome>
}
