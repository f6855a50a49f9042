/**
 * What Topsail asks of a forge (GitHub, GitLab), as a record of functions. Everything a forge answers was checked for
 * its shape before it comes out here, and every failure is an answer with its reason, never a throw; no text of a
 * failure holds a credential. Absence is a value (`undefined`) wherever it is a normal answer.
 */
import type { MergeSettings, Path, Sha } from '@topsail/core'

export type ForgeKind = 'github' | 'gitlab'

/** Nothing that was asked for happened, as far as can be told; `unavailable` alone may hide an effect. */
export type ForgeFailure = {
  readonly ok: false
  readonly why: ForgeFailureReason
  /** What was tried, as method and path: `POST /repos/acme/shop/issues/7/comments`. */
  readonly doing: string
  readonly status?: number | undefined
  /** What the forge said, on one line, shortened and without credentials. */
  readonly detail: string
  /** `refused`: the permission that the credential lacks, where the forge names it. */
  readonly lacking?: string | undefined
  /** `rate-limited`: how long the forge wants to be left alone. */
  readonly waitSeconds?: number | undefined
}

/**
 * rate-limited: more waiting than was allowed. not-found: what the call is about does not exist, or is hidden from this
 * credential. refused: not allowed. invalid: the forge does not accept these values. conflict: something else has
 * changed it meanwhile. unavailable: no answer, or a server error, after all attempts. unreadable: an answer of an
 * unknown shape.
 */
export type ForgeFailureReason =
  | 'rate-limited'
  | 'not-found'
  | 'refused'
  | 'invalid'
  | 'conflict'
  | 'unavailable'
  | 'unreadable'

export type ForgeAnswer<T> = { readonly ok: true; readonly value: T } | ForgeFailure

/** Where a repository lives, known without asking. */
export type ForgePlace = {
  readonly kind: ForgeKind
  /** `owner/name`, or `group/subgroup/name`. */
  readonly path: string
  /** The repository in a browser, without a slash at its end: `https://github.com/acme/shop`. */
  readonly webUrl: string
}

export type ForgeRepository = ForgePlace & { readonly defaultBranch: string; readonly private: boolean }

export type ForgeAccount = {
  readonly id: string
  readonly login: string
}

/** A pull request of GitHub, a merge request of GitLab. */
export type PullRequest = {
  /** What people write after `#` or `!`. */
  readonly number: number
  readonly title: string
  readonly body: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly draft: boolean
  readonly author: ForgeAccount
  readonly head: {
    readonly branch: string
    readonly sha: Sha
    /** The path of the repository it comes from; undefined when that fork is gone. */
    readonly repository: string | undefined
  }
  readonly base: { readonly branch: string; readonly sha: Sha }
  /** Whether it comes from another repository. */
  readonly fork: boolean
  /** The commit that its merge (or squash) left on the base branch. */
  readonly mergeCommit: Sha | undefined
  readonly url: string
}

export type PullRequestTexts = { readonly title: string; readonly body: string }

/** What a comment hangs on. Numbers of pull requests and issues are one series on GitHub, two on GitLab. */
export type CommentSubject = { readonly kind: 'pull-request' | 'issue'; readonly number: number }

export type ForgeComment = {
  readonly id: string
  readonly body: string
  readonly author: ForgeAccount
  /** ISO 8601. */
  readonly createdAt: string
  readonly url: string
}

export type CheckAnnotation = {
  readonly file: Path
  /** From 1. */
  readonly line: number
  readonly level: 'failure' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
}

export type CheckReport = {
  readonly sha: Sha
  /** With `sha` it names the check: publishing it again replaces what it said. */
  readonly name: string
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'action-required'
  readonly title: string
  /** Markdown. */
  readonly summary: string
  readonly annotations: readonly CheckAnnotation[]
  readonly detailsUrl?: string | undefined
}

/** One file of a commit; null removes it. */
export type CommitEdit = {
  readonly path: Path
  readonly content: string | Uint8Array | null
  readonly executable?: boolean | undefined
}

export type CommitRequest = {
  readonly branch: string
  /** Where the branch is now; undefined when it must not exist yet. Otherwise the answer is a `conflict`. */
  readonly expected: Sha | undefined
  /** The commit's only parent, on whose tree the edits are made. It need not be `expected`: a branch may be rebuilt. */
  readonly parent: Sha
  readonly message: string
  readonly edits: readonly CommitEdit[]
}

export type ForgeRelease = {
  readonly id: string
  readonly tag: string
  readonly name: string
  readonly body: string
  readonly draft: boolean
  readonly prerelease: boolean
  readonly url: string
}

export type ReleaseRequest = {
  readonly tag: string
  /** Used only where the tag does not exist yet. */
  readonly commit: Sha
  readonly name: string
  readonly body: string
  readonly prerelease: boolean
  /** Whether it is shown as the repository's latest release. */
  readonly latest: boolean
}

export type Forge = {
  readonly place: ForgePlace
  repository(): Promise<ForgeAnswer<ForgeRepository>>
  /** Whom the credential speaks for: what is found is ours only if this account wrote it. */
  me(): Promise<ForgeAnswer<ForgeAccount>>

  pullRequest(number: number): Promise<ForgeAnswer<PullRequest>>
  /** Newest first. `owner`: of the repository that holds the branch, when it is not this one. */
  openPullRequestsFrom(branch: string, owner?: string): Promise<ForgeAnswer<readonly PullRequest[]>>
  /** From a branch of this repository, in whatever state. */
  newestPullRequestFrom(branch: string): Promise<ForgeAnswer<PullRequest | undefined>>
  /** Those that brought the commit to a branch, or are open with it. */
  pullRequestsOfCommit(sha: Sha): Promise<ForgeAnswer<readonly PullRequest[]>>
  /** When there already is one from `head` into `base`, it is the answer (its texts are left as they are). */
  createPullRequest(
    request: PullRequestTexts & { readonly head: string; readonly base: string },
  ): Promise<ForgeAnswer<PullRequest>>
  updatePullRequest(
    number: number,
    change: Partial<PullRequestTexts> & { readonly state?: 'open' | 'closed'; readonly base?: string },
  ): Promise<ForgeAnswer<PullRequest>>

  /** Oldest first, all of them. */
  comments(subject: CommentSubject): Promise<ForgeAnswer<readonly ForgeComment[]>>
  /** Never sent twice: after an `unavailable`, look whether it is there. `keepOneComment` does. */
  createComment(subject: CommentSubject, body: string): Promise<ForgeAnswer<ForgeComment>>
  updateComment(subject: CommentSubject, id: string, body: string): Promise<ForgeAnswer<ForgeComment>>
  /** A comment that is gone already is deleted. */
  deleteComment(subject: CommentSubject, id: string): Promise<ForgeAnswer<undefined>>

  publishCheck(report: CheckReport): Promise<ForgeAnswer<{ readonly url: string | undefined }>>

  branchHead(branch: string): Promise<ForgeAnswer<Sha | undefined>>
  /** One commit made and signed by the forge; the branch then points to it. */
  commitFiles(request: CommitRequest): Promise<ForgeAnswer<{ readonly sha: Sha }>>
  /**
   * Moves a branch that is at `expected` (undefined: creates it) to `next` (undefined: deletes it); anything else is a
   * `conflict`. Creating and forwarding are atomic; a move aside is compared first, and `git push --force-with-lease`
   * is there for those who need it whole.
   */
  moveBranch(branch: string, expected: Sha | undefined, next: Sha | undefined): Promise<ForgeAnswer<undefined>>

  releaseByTag(tag: string): Promise<ForgeAnswer<ForgeRelease | undefined>>
  /** Newest first, at most `limit`. */
  listReleases(limit: number): Promise<ForgeAnswer<readonly ForgeRelease[]>>
  /** When the tag already has one, it is the answer (as it is). */
  createRelease(request: ReleaseRequest): Promise<ForgeAnswer<ForgeRelease>>
  updateRelease(
    id: string,
    change: { readonly name?: string; readonly body?: string },
  ): Promise<ForgeAnswer<ForgeRelease>>

  /** Undefined where they are not shown to this credential. */
  /** The tag stays as it is. One that is gone already is deleted. */
  deleteRelease(id: string): Promise<ForgeAnswer<undefined>>
  mergeSettings(): Promise<ForgeAnswer<MergeSettings | undefined>>
}
