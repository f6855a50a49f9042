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
  merge_commit_title: optional(orNull(text)),
  merge_commit_message: optional(orNull(text)),
})
type RepositoryShape = typeof repositoryShape extends Reader<infer T> ? T : never

/** The same of GraphQL, which shows it to everybody who may read. */
export const mergeQuery = `query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
  mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed
  squashMergeCommitTitle squashMergeCommitMessage mergeCommitTitle mergeCommitMessage } }`

export const mergeQueryShape = objectOf({
  data: objectOf({
    repository: objectOf({
      mergeCommitAllowed: flag,
      squashMergeAllowed: flag,
      rebaseMergeAllowed: flag,
      squashMergeCommitTitle: text,
      squashMergeCommitMessage: text,
      mergeCommitTitle: text,
      mergeCommitMessage: text,
    }),
  }),
})
type MergeQuery = typeof mergeQueryShape extends Reader<infer T> ? T : never

export function mergeSettingsOf({ data: { repository } }: MergeQuery): MergeSettings {
  return settingsIn({
    merge: repository.mergeCommitAllowed,
    squash: repository.squashMergeAllowed,
    rebase: repository.rebaseMergeAllowed,
    squashTitle: repository.squashMergeCommitTitle,
    squashMessage: repository.squashMergeCommitMessage,
    mergeTitle: repository.mergeCommitTitle,
    mergeMessage: repository.mergeCommitMessage,
  })
}

/** REST shows it only to those who may write. */
export function mergeSettingsShown(repository: RepositoryShape): MergeSettings | undefined {
  const { allow_merge_commit: merge, allow_squash_merge: squash, allow_rebase_merge: rebase } = repository
  if (merge === undefined || squash === undefined || rebase === undefined) return undefined
  return settingsIn({
    merge,
    squash,
    rebase,
    squashTitle: repository.squash_merge_commit_title,
    squashMessage: repository.squash_merge_commit_message,
    mergeTitle: repository.merge_commit_title,
    mergeMessage: repository.merge_commit_message,
  })
}

type Word = string | null | undefined
type SaidSettings = Pick<MergeSettings, 'merge' | 'squash' | 'rebase'> &
  Readonly<Record<'squashTitle' | 'squashMessage' | 'mergeTitle' | 'mergeMessage', Word>>

function settingsIn({ merge, squash, rebase, ...said }: SaidSettings): MergeSettings {
  return {
    merge,
    squash,
    rebase,
    squashTitle: said.squashTitle === 'PR_TITLE' ? 'title' : 'commit-or-title',
    squashMessage: said.squashMessage === 'PR_BODY' ? 'body' : said.squashMessage === 'BLANK' ? 'blank' : 'commits',
    // The title may be the merge commit's own.
    mergeMessage:
      said.mergeTitle === 'PR_TITLE' || !['PR_BODY', 'BLANK'].includes(said.mergeMessage ?? '')
        ? 'title'
        : said.mergeMessage === 'PR_BODY'
          ? 'body'
          : 'blank',
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
