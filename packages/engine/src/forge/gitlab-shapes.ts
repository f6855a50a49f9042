/** What is read of GitLab's answers, and how it becomes what the port speaks of. */
import { shape, type MergeSettings, type Reader } from '@topsail/core'
import { orNull, sha } from './forge-shapes.ts'
import type { ForgeAccount, ForgeComment, ForgeRelease, PullRequest } from './forge.ts'

const { objectOf, text, flag, wholeNumber, optional, textOrNull, listOf } = shape

export const userShape = objectOf({ id: wholeNumber, username: text })
type User = typeof userShape extends Reader<infer T> ? T : never

export function accountOf({ id, username }: User): ForgeAccount {
  return { id: String(id), login: username }
}

/** `GET /job`, for a token that may not ask who it is. */
export const jobShape = objectOf({ user: userShape })

export const projectShape = objectOf({
  path_with_namespace: text,
  default_branch: textOrNull,
  visibility: optional(text),
  merge_method: optional(text),
  squash_option: optional(orNull(text)),
  squash_commit_template: optional(orNull(text)),
  merge_commit_template: optional(orNull(text)),
})
type Project = typeof projectShape extends Reader<infer T> ? T : never

/** GitLab's own words where a project has no template. */
const defaultTemplates = {
  squash: '%{title}',
  merge:
    "Merge branch '%{source_branch}' into '%{target_branch}'\n\n%{title}\n\n%{issues}\n\nSee merge request %{reference}",
}

/** Squashing is a choice of its own here, before any method of merging. */
export function mergeSettingsOf(project: Project): MergeSettings | undefined {
  // A guest, or a token of a job, is not told.
  if (project.merge_method === undefined) return undefined
  const keepsCommits = project.squash_option !== 'always'
  const makesCommit = project.merge_method === 'merge'
  const squashTemplate = project.squash_commit_template ?? defaultTemplates.squash
  const mergeTemplate = project.merge_commit_template ?? defaultTemplates.merge
  return {
    merge: keepsCommits && makesCommit,
    squash: project.squash_option !== 'never',
    rebase: keepsCommits && !makesCommit,
    squashTitle: 'title',
    squashMessage: /%\{all_commits\}/.test(squashTemplate)
      ? 'commits'
      : /%\{description\}/.test(squashTemplate)
        ? 'body'
        : 'blank',
    mergeMessage: /%\{description\}/.test(mergeTemplate)
      ? 'body'
      : /%\{title\}/.test(mergeTemplate)
        ? 'title'
        : 'blank',
    templates: { squash: squashTemplate, merge: mergeTemplate },
  }
}

export const mergeRequestShape = objectOf({
  iid: wholeNumber,
  title: text,
  description: textOrNull,
  state: text,
  draft: optional(flag),
  web_url: text,
  author: orNull(userShape),
  source_branch: text,
  target_branch: text,
  source_project_id: orNull(wholeNumber),
  target_project_id: wholeNumber,
  // Nobody's, for a moment after it was opened.
  sha: orNull(sha),
  merge_commit_sha: optional(orNull(sha)),
  squash_commit_sha: optional(orNull(sha)),
  diff_refs: optional(orNull(objectOf({ base_sha: orNull(sha), start_sha: orNull(sha) }))),
})
export type MergeRequestAnswer = typeof mergeRequestShape extends Reader<infer T> ? T : never

/** `from`: the path of the project it comes from; undefined when that is gone. */
export function pullRequestOf(request: MergeRequestAnswer, from: string | undefined): PullRequest {
  const head = request.sha ?? ''
  const merged = request.state === 'merged'
  return {
    number: request.iid,
    title: request.title,
    body: request.description ?? '',
    state: merged ? 'merged' : request.state === 'closed' ? 'closed' : 'open',
    draft: request.draft === true,
    author: request.author === null ? { id: '', login: 'ghost' } : accountOf(request.author),
    head: { branch: request.source_branch, sha: head, repository: from },
    base: {
      branch: request.target_branch,
      sha: request.diff_refs?.start_sha ?? request.diff_refs?.base_sha ?? '',
    },
    fork: request.source_project_id !== request.target_project_id,
    // A merge without a commit of its own leaves the squashed commit, or the head itself.
    mergeCommit: merged ? (request.merge_commit_sha ?? request.squash_commit_sha ?? head) || undefined : undefined,
    url: request.web_url,
  }
}

export const noteShape = objectOf({
  id: wholeNumber,
  body: text,
  author: orNull(userShape),
  created_at: text,
  system: optional(flag),
})
type Note = typeof noteShape extends Reader<infer T> ? T : never

export function commentOf(note: Note, subjectUrl: string): ForgeComment {
  return {
    id: String(note.id),
    body: note.body,
    author: note.author === null ? { id: '', login: 'ghost' } : accountOf(note.author),
    createdAt: note.created_at,
    url: `${subjectUrl}#note_${note.id}`,
  }
}

export const branchShape = objectOf({
  name: text,
  commit: objectOf({ id: sha, message: optional(text), parent_ids: optional(orNull(listOf(sha))) }),
})
export const commitShape = objectOf({ id: sha, parent_ids: orNull(listOf(sha)) })
export const statusShape = objectOf({ name: text, status: text, description: orNull(text), target_url: orNull(text) })

export const releaseShape = objectOf({
  tag_name: text,
  name: textOrNull,
  description: orNull(text),
  upcoming_release: optional(orNull(flag)),
  _links: optional(orNull(objectOf({ self: optional(orNull(text)) }))),
})
type Release = typeof releaseShape extends Reader<infer T> ? T : never

/** A release is named by its tag, and is neither a draft nor a prerelease: GitLab has no such thing. */
export function releaseOf(release: Release, webUrl: string): ForgeRelease {
  return {
    id: release.tag_name,
    tag: release.tag_name,
    name: release.name ?? '',
    body: release.description ?? '',
    draft: false,
    prerelease: false,
    url: release._links?.self ?? `${webUrl}/-/releases/${encodeURIComponent(release.tag_name)}`,
  }
}
