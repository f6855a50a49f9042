/**
 * The forge port for GitHub and GitHub Enterprise Server, with a token of any kind: a person's, an app installation's,
 * or the one that GitHub Actions gives to a job.
 */
import { shape } from '@topsail/core'
import { githubApi, type GithubAccess, type GithubApi } from './github-api.ts'
import { branchesOf } from './github-branches.ts'
import { checksOf } from './github-checks.ts'
import {
  accountOf,
  accountShape,
  commentOf,
  commentShape,
  mergeQuery,
  mergeQueryShape,
  mergeSettingsOf,
  mergeSettingsShown,
  repositoryShape,
} from './github-shapes.ts'
import { pullRequestsOf } from './github-pulls.ts'
import { releasesOf } from './github-releases.ts'
import { remembered } from './remembered.ts'
import type { CommentSubject, Forge, ForgeAccount, ForgeAnswer, ForgePlace } from './forge.ts'

export type GithubOptions = GithubAccess & {
  /** `owner/name`. */
  readonly path: string
  /** `https://github.com`, or that of the server. */
  readonly serverUrl: string
  /** Whom the token speaks for, where it is known: an app knows its own name, its installations cannot ask. */
  readonly account?: ForgeAccount | undefined
}

export function githubForge(options: GithubOptions): Forge {
  const api = githubApi(options)
  const place: ForgePlace = {
    kind: 'github',
    path: options.path,
    webUrl: `${options.serverUrl.replace(/\/+$/, '')}/${options.path}`,
  }
  const repo = `/repos/${options.path.split('/').map(encodeURIComponent).join('/')}`
  return {
    place,
    me: remembered(() => accountBehind(api, options.account)),
    async repository() {
      const answer = await api.read(repositoryShape, { method: 'GET', path: repo })
      if (!answer.ok) return answer
      const { default_branch: defaultBranch, private: isPrivate } = answer.value
      return { ok: true, value: { ...place, defaultBranch, private: isPrivate } }
    },
    async mergeSettings() {
      const [owner, name] = options.path.split('/')
      const body = { query: mergeQuery, variables: { owner, name } }
      const shown = await api.read(mergeQueryShape, { method: 'POST', path: '/graphql', body })
      if (shown.ok) return { ok: true, value: mergeSettingsOf(shown.value) }
      const answer = await api.read(repositoryShape, { method: 'GET', path: repo })
      return answer.ok ? { ok: true, value: mergeSettingsShown(answer.value) } : answer
    },
    ...pullRequestsOf(api, repo, options.path),
    ...commentsOf(api, repo),
    ...checksOf(api, repo),
    ...branchesOf(api, repo),
    ...releasesOf(api, repo),
  }
}

function commentsOf(
  api: GithubApi,
  repo: string,
): Pick<Forge, 'comments' | 'createComment' | 'updateComment' | 'deleteComment'> {
  // A pull request is an issue here, and so are its comments.
  const of = (subject: CommentSubject): string => `${repo}/issues/${subject.number}/comments`
  const one = (id: string): string => `${repo}/issues/comments/${encodeURIComponent(id)}`
  return {
    async comments(subject) {
      const answer = await api.list(commentShape, { method: 'GET', path: of(subject) })
      return answer.ok ? { ok: true, value: answer.value.map(commentOf) } : answer
    },
    async createComment(subject, body) {
      const call = { method: 'POST', path: of(subject), body: { body }, repeatable: false } as const
      const answer = await api.read(commentShape, call)
      return answer.ok ? { ok: true, value: commentOf(answer.value) } : answer
    },
    async updateComment(_subject, id, body) {
      const answer = await api.read(commentShape, { method: 'PATCH', path: one(id), body: { body } })
      return answer.ok ? { ok: true, value: commentOf(answer.value) } : answer
    },
    async deleteComment(_subject, id) {
      const answer = await api.call({ method: 'DELETE', path: one(id) })
      return answer.ok || answer.why === 'not-found' ? { ok: true, value: undefined } : answer
    },
  }
}

const viewerShape = shape.objectOf({
  data: shape.objectOf({ viewer: shape.objectOf({ login: shape.text, databaseId: shape.wholeNumber }) }),
})

/** `GET /user` is for people; an installation's token learns its name from GraphQL alone. */
async function accountBehind(api: GithubApi, known: ForgeAccount | undefined): Promise<ForgeAnswer<ForgeAccount>> {
  if (known !== undefined) return { ok: true, value: known }
  const user = await api.read(accountShape, { method: 'GET', path: '/user' })
  if (user.ok) return { ok: true, value: accountOf(user.value) }
  if (user.why !== 'refused' && user.why !== 'not-found') return user
  const query = '{ viewer { login databaseId } }'
  const viewer = await api.read(viewerShape, { method: 'POST', path: '/graphql', body: { query } })
  if (!viewer.ok) return viewer
  const { login, databaseId } = viewer.value.data.viewer
  return { ok: true, value: { id: String(databaseId), login } }
}
