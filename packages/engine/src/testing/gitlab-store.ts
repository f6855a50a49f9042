/**
 * What the GitLab of a test knows: people and their tokens, merge requests, notes, statuses and releases. Shapes, words
 * of refusals and rules are those of GitLab's documentation of its REST API, version 4; where a branch is and what a
 * merge makes is git's to say.
 */
import type { BareRepository } from './bare-repository.ts'

export type GitlabUser = { readonly id: number; readonly username: string; readonly name: string }

/** Guest, reporter, developer, maintainer: as GitLab counts them. */
export const accessLevels = { guest: 10, reporter: 20, developer: 30, maintainer: 40 } as const
export type AccessLevel = (typeof accessLevels)[keyof typeof accessLevels]

export type GitlabToken = {
  readonly user: GitlabUser
  /** By project. */
  readonly access: Readonly<Record<string, AccessLevel>>
  readonly kind: 'api' | 'read_api' | 'job'
}

export type GitlabProject = {
  readonly id: number
  readonly path: string
  readonly bare: BareRepository
  readonly settings: {
    merge_method: 'merge' | 'rebase_merge' | 'ff'
    squash_option: 'never' | 'always' | 'default_on' | 'default_off'
    squash_commit_template: string | null
    merge_commit_template: string | null
  }
  readonly mergeRequests: MergeRequestRecord[]
  readonly notes: NoteRecord[]
  readonly statuses: StatusRecord[]
  readonly releases: ReleaseRecord[]
  /** Commands found in texts, which GitLab would carry out: `mona /merge`. */
  readonly commands: string[]
}

export type MergeRequestRecord = {
  readonly iid: number
  readonly source: GitlabProject
  readonly source_branch: string
  readonly author: GitlabUser
  readonly created_at: string
  target_branch: string
  title: string
  description: string | null
  state: 'opened' | 'closed' | 'merged'
  /** Where it was when it was merged or closed. */
  last?: { readonly head: string; readonly base: string } | undefined
  merge_commit_sha: string | null
  squash_commit_sha: string | null
}

export type NoteRecord = {
  readonly id: number
  readonly of: string
  readonly author: GitlabUser
  readonly created_at: string
  readonly system: boolean
  body: string
}

export type StatusRecord = {
  readonly id: number
  readonly sha: string
  readonly name: string
  readonly author: GitlabUser
  status: string
  description: string | null
  target_url: string | null
}

export type ReleaseRecord = {
  readonly tag_name: string
  readonly released_at: string
  name: string
  description: string
}

export function gitlabProject(id: number, path: string, bare: BareRepository): GitlabProject {
  return {
    id,
    path,
    bare,
    settings: {
      merge_method: 'merge',
      squash_option: 'default_off',
      squash_commit_template: null,
      merge_commit_template: null,
    },
    mergeRequests: [],
    notes: [],
    statuses: [],
    releases: [],
    commands: [],
  }
}

/** An answer: a status, and what it says. */
export type GitlabReply = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What a route is given. `id` and the like come from the address, decoded. */
export type GitlabAsked = {
  readonly webUrl: string
  readonly project: GitlabProject
  readonly token: GitlabToken
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

/** A line outside of code that begins with a slash and a word, on behalf of whoever wrote it. */
export function noteCommands(project: GitlabProject, who: GitlabUser, text: string): void {
  const outside = text.replaceAll(/^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ {0,3}\1[`~]*[ \t]*$/gm, '')
  for (const [line] of outside.matchAll(/^\s*\/[a-z_]+\b.*$/gim))
    project.commands.push(`${who.username} ${line.trim()}`)
}

export const ok = (body: unknown): GitlabReply => ({ status: 200, body })
export const created = (body: unknown): GitlabReply => ({ status: 201, body })
export const refused = (status: number, message: unknown): GitlabReply => ({ status, body: { message } })
export const missing = (what: string): GitlabReply => refused(404, `404 ${what} Not Found`)

export async function tipOf(bare: BareRepository, branch: string): Promise<string | undefined> {
  return bare.git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]).catch(() => undefined)
}

export function userAnswer({ id, username, name }: GitlabUser, webUrl: string): object {
  return { id, username, name, state: 'active', avatar_url: null, web_url: `${webUrl}/${username}` }
}
