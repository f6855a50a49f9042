/** What is read of GitHub's answers, and how it becomes what the port speaks of. */
import { shape, type MergeSettings, type Reader } from '@topsail/core'
import { identifier, orNull, sha } from './forge-shapes.ts'
import type { ForgeAccount, ForgeComment, ForgeRelease, PullRequest } from './forge.ts'

const { objectOf, text, flag, wholeNumber, textOrNull, optional } = shape

export const accountShape = objectOf({ id: identifier, login: text })
type AccountShape = { readonly id: number | bigint; readonly login: string }

export function accountOf(account: AccountShape | null): ForgeAccount {
  // GitHub shows who has left as the user `ghost`.
  return account === null ? { id: '', login: 'ghost' } : { id: String(account.id), login: account.login }
}

export const repositoryShape = objectOf({
  full_name: text,
  html_url: text,
  default_branch: text,
  private: flag,
  allow_merge_commit: optional(flag),
  allow_squash_merge: optional(flag),
  allow_rebase_merge: optional(flag),
  squash_merge_commit_title: optional(orNull(text)),
  squash_merge_commit_message: optional(orNull(text)),
  merge_commit_message: optional(orNull(text)),
})
type RepositoryShape = {
  readonly allow_merge_commit?: boolean | undefined
  readonly allow_squash_merge?: boolean | undefined
  readonly allow_rebase_merge?: boolean | undefined
  readonly squash_merge_commit_title?: string | null | undefined
  readonly squash_merge_commit_message?: string | null | undefined
  readonly merge_commit_message?: string | null | undefined
}

/** Shown only to those who may write. */
export function mergeSettingsOf(repository: RepositoryShape): MergeSettings | undefined {
  const { allow_merge_commit: merges, allow_squash_merge: squashes, allow_rebase_merge: rebases } = repository
  if (merges === undefined || squashes === undefined || rebases === undefined) return undefined
  const message = repository.squash_merge_commit_message
  const mergeMessage = repository.merge_commit_message
  return {
    merge: merges,
    squash: squashes,
    rebase: rebases,
    squashTitle: repository.squash_merge_commit_title === 'PR_TITLE' ? 'title' : 'commit-or-title',
    squashMessage: message === 'PR_BODY' ? 'body' : message === 'BLANK' ? 'blank' : 'commits',
    mergeMessage: mergeMessage === 'PR_BODY' ? 'body' : mergeMessage === 'BLANK' ? 'blank' : 'title',
  }
}

export const pullShape = objectOf({
  number: wholeNumber,
  title: text,
  body: orNull(text),
  state: text,
  draft: optional(orNull(flag)),
  merged_at: optional(orNull(text)),
  merge_commit_sha: optional(orNull(text)),
  html_url: text,
  user: orNull(accountShape),
  head: objectOf({ ref: text, sha, repo: orNull(objectOf({ full_name: text })) }),
  base: objectOf({ ref: text, sha, repo: objectOf({ full_name: text }) }),
})
type PullShape = typeof pullShape extends Reader<infer T> ? T : never

export function pullRequestOf(pull: PullShape): PullRequest {
  const from = pull.head.repo?.full_name
  const merged = typeof pull.merged_at === 'string'
  return {
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    state: merged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    draft: pull.draft === true,
    author: accountOf(pull.user),
    head: { branch: pull.head.ref, sha: pull.head.sha, repository: from },
    base: { branch: pull.base.ref, sha: pull.base.sha },
    fork: from !== pull.base.repo.full_name,
    // Of an open one it is the commit of a trial merge.
    mergeCommit: merged ? (pull.merge_commit_sha ?? undefined) : undefined,
    url: pull.html_url,
  }
}

export const commentShape = objectOf({
  id: identifier,
  body: optional(orNull(text)),
  user: orNull(accountShape),
  created_at: text,
  html_url: text,
})
type CommentShape = typeof commentShape extends Reader<infer T> ? T : never

export function commentOf(comment: CommentShape): ForgeComment {
  return {
    id: String(comment.id),
    body: comment.body ?? '',
    author: accountOf(comment.user),
    createdAt: comment.created_at,
    url: comment.html_url,
  }
}

export const checkRunShape = objectOf({
  id: identifier,
  html_url: optional(orNull(text)),
  output: optional(orNull(objectOf({ annotations_count: optional(orNull(wholeNumber)) }))),
})

export const releaseShape = objectOf({
  id: identifier,
  tag_name: text,
  name: textOrNull,
  body: optional(orNull(text)),
  draft: flag,
  prerelease: flag,
  html_url: text,
})
type ReleaseShape = typeof releaseShape extends Reader<infer T> ? T : never

export function releaseOf(release: ReleaseShape): ForgeRelease {
  return {
    id: String(release.id),
    tag: release.tag_name,
    name: release.name ?? '',
    body: release.body ?? '',
    draft: release.draft,
    prerelease: release.prerelease,
    url: release.html_url,
  }
}

export const refShape = objectOf({ object: objectOf({ sha }) })
export const objectShape = objectOf({ sha })
export const commitShape = objectOf({ sha, tree: objectOf({ sha }) })
