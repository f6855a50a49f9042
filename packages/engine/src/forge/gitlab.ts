/**
 * The forge port for GitLab, on gitlab.com or a server of one's own, with the token of a person, a project, a group or
 * an OAuth application. The token of a CI job can read merge requests and write releases; GitLab refuses it the rest.
 */
import type { CommentSubject, Forge, ForgeAccount, ForgeAnswer, ForgePlace } from './forge.ts'
import type { ForgeApi } from './forge-api.ts'
import { gitlabApi, type GitlabAccess } from './gitlab-api.ts'
import { branchesOf } from './gitlab-branches.ts'
import { mergeRequestsOf } from './gitlab-merge-requests.ts'
import { releasesOf } from './gitlab-releases.ts'
import { accountOf, commentOf, jobShape, mergeSettingsOf, noteShape, projectShape, userShape } from './gitlab-shapes.ts'
import { statusesOf } from './gitlab-statuses.ts'
import { withoutCommands } from './gitlab-text.ts'
import { remembered } from './remembered.ts'

export type GitlabOptions = GitlabAccess & {
  /** `group/subgroup/name`. */
  readonly path: string
  /** `https://gitlab.com`, or that of the server. */
  readonly serverUrl: string
}

export function gitlabForge(options: GitlabOptions): Forge {
  const api = gitlabApi(options)
  const place: ForgePlace = {
    kind: 'gitlab',
    path: options.path,
    webUrl: `${options.serverUrl.replace(/\/+$/, '')}/${options.path}`,
  }
  const project = `/projects/${encodeURIComponent(options.path)}`
  return {
    place,
    me: remembered(() => accountBehind(api, options.tokenKind === 'job')),
    async repository() {
      const answer = await api.read(projectShape, { method: 'GET', path: project })
      if (!answer.ok) return answer
      const { default_branch: defaultBranch, visibility } = answer.value
      // An empty project has none yet.
      return { ok: true, value: { ...place, defaultBranch: defaultBranch ?? 'main', private: visibility !== 'public' } }
    },
    async mergeSettings() {
      const answer = await api.read(projectShape, { method: 'GET', path: project })
      return answer.ok ? { ok: true, value: mergeSettingsOf(answer.value) } : answer
    },
    ...mergeRequestsOf(api, project, options.path),
    ...notesOf(api, project, place.webUrl),
    ...statusesOf(api, project),
    ...branchesOf(api, project),
    ...releasesOf(api, project, place.webUrl),
  }
}

function notesOf(
  api: ForgeApi,
  project: string,
  webUrl: string,
): Pick<Forge, 'comments' | 'createComment' | 'updateComment' | 'deleteComment'> {
  const noun = ({ kind }: CommentSubject): string => (kind === 'issue' ? 'issues' : 'merge_requests')
  const of = (subject: CommentSubject): string => `${project}/${noun(subject)}/${subject.number}/notes`
  const page = (subject: CommentSubject): string => `${webUrl}/-/${noun(subject)}/${subject.number}`
  const one = (subject: CommentSubject, id: string): string => `${of(subject)}/${encodeURIComponent(id)}`
  return {
    async comments(subject) {
      const query = { sort: 'asc', order_by: 'created_at' }
      const answer = await api.list(noteShape, { method: 'GET', path: of(subject), query })
      if (!answer.ok) return answer
      // What GitLab notes itself, such as a new label, is nobody's comment.
      const written = answer.value.filter(({ system }) => system !== true)
      return { ok: true, value: written.map((note) => commentOf(note, page(subject))) }
    },
    async createComment(subject, body) {
      const call = { method: 'POST', path: of(subject), body: bodyOf(body), repeatable: false } as const
      const answer = await api.read(noteShape, call)
      return answer.ok ? { ok: true, value: commentOf(answer.value, page(subject)) } : answer
    },
    async updateComment(subject, id, body) {
      const answer = await api.read(noteShape, { method: 'PUT', path: one(subject, id), body: bodyOf(body) })
      return answer.ok ? { ok: true, value: commentOf(answer.value, page(subject)) } : answer
    },
    async deleteComment(subject, id) {
      const answer = await api.call({ method: 'DELETE', path: one(subject, id) })
      return answer.ok || answer.why === 'not-found' ? { ok: true, value: undefined } : answer
    },
  }
}

function bodyOf(text: string): { readonly body: string } {
  return { body: withoutCommands(text) }
}

/** A job's token may ask for its job alone, which names who started it. */
async function accountBehind(api: ForgeApi, isJob: boolean): Promise<ForgeAnswer<ForgeAccount>> {
  if (isJob) {
    const job = await api.read(jobShape, { method: 'GET', path: '/job' })
    return job.ok ? { ok: true, value: accountOf(job.value.user) } : job
  }
  const user = await api.read(userShape, { method: 'GET', path: '/user' })
  return user.ok ? { ok: true, value: accountOf(user.value) } : user
}
