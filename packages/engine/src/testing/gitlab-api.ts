/**
 * A double of GitLab's REST API (version 4) and its git over HTTP, on the loopback. It speaks the shapes, refusals and
 * rules that GitLab's documentation records, over real bare repositories; it is no GitLab, and docs/ci.md says what it
 * cannot show. Who may do what follows the role and the scope of a token, and the list of what a job's token may do.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveGit } from './git-http.ts'
import {
  acceptMergeRequest,
  createMergeRequest,
  fetchHead,
  getMergeRequest,
  listMergeRequests,
  mergeRequestsOfCommit,
  updateMergeRequest,
} from './gitlab-merge-requests.ts'
import { createNote, deleteNote, listNotes, updateNote } from './gitlab-notes.ts'
import { createRelease, getRelease, listReleases, listStatuses, postStatus, updateRelease } from './gitlab-releases.ts'
import { createBranch, createCommit, deleteBranch, getBranch, headFile } from './gitlab-repository.ts'
import {
  accessLevels,
  type AccessLevel,
  type GitlabAsked,
  type GitlabProject,
  type GitlabReply,
  type GitlabToken,
  missing,
  ok,
  refused,
  userAnswer,
} from './gitlab-store.ts'

export type GitlabServer = {
  readonly webUrl: string
  close(): Promise<void>
}

export const gitlabApiPath = '/api/v4'

type Route = {
  readonly method: string
  readonly path: RegExp
  readonly access: AccessLevel
  /** Whether a CI job's own token may. */
  readonly job?: boolean
  readonly run: (asked: GitlabAsked) => Promise<GitlabReply> | GitlabReply
}

const { guest, reporter, developer } = accessLevels
const part = (name: string): string => `(?<${name}>[^/]+)`
const route = (
  method: string,
  path: string,
  access: AccessLevel,
  run: Route['run'],
  rights: { readonly job?: boolean } = {},
): Route => ({ method, path: new RegExp(`^${path}$`), access, run, ...rights })

const notes = `/${part('noun').replace('[^/]+', 'merge_requests|issues')}/${part('iid')}/notes`
const job = { job: true }
const routes: readonly Route[] = [
  route('GET', '', guest, getProject),
  route('GET', '/merge_requests', guest, listMergeRequests, job),
  route('POST', '/merge_requests', guest, createMergeRequest),
  route('GET', `/merge_requests/${part('iid')}`, guest, getMergeRequest, job),
  route('PUT', `/merge_requests/${part('iid')}`, developer, updateMergeRequest),
  route('PUT', `/merge_requests/${part('iid')}/merge`, developer, acceptMergeRequest),
  route('GET', notes, guest, listNotes, job),
  route('POST', notes, reporter, createNote),
  route('PUT', `${notes}/${part('note')}`, reporter, updateNote),
  route('DELETE', `${notes}/${part('note')}`, reporter, deleteNote),
  route('GET', `/repository/branches/${part('branch')}`, reporter, getBranch, job),
  route('POST', '/repository/branches', developer, createBranch),
  route('DELETE', `/repository/branches/${part('branch')}`, developer, deleteBranch),
  route('HEAD', `/repository/files/${part('file')}`, reporter, headFile),
  route('POST', '/repository/commits', developer, createCommit),
  route('GET', `/repository/commits/${part('sha')}/merge_requests`, reporter, mergeRequestsOfCommit, job),
  route('GET', `/repository/commits/${part('sha')}/statuses`, reporter, listStatuses),
  route('POST', `/statuses/${part('sha')}`, developer, postStatus),
  route('GET', '/releases', guest, listReleases, job),
  route('POST', '/releases', developer, createRelease, job),
  route('GET', `/releases/${part('tag')}`, guest, getRelease, job),
  route('PUT', `/releases/${part('tag')}`, developer, updateRelease, job),
]

export async function startGitlabApi(options: {
  /** The folder of the bare repositories. */
  readonly root: string
  readonly projects: readonly GitlabProject[]
  readonly tokens: ReadonlyMap<string, GitlabToken>
}): Promise<GitlabServer> {
  const { root, projects, tokens } = options
  const mayPush = (password: string, repository: string): boolean => {
    const token = tokens.get(password)
    return token?.kind === 'api' && (token.access[repository] ?? 0) >= developer
  }
  const server = createServer((asked, answer) => {
    const isApi = (asked.url ?? '').startsWith(`${gitlabApiPath}/`)
    const done = isApi
      ? respond(asked, answer, (body) => answerTo(asked, body, { webUrl, projects, tokens }))
      : serveFrom(projects, asked, answer, { root, mayPush })
    done.catch((error: unknown) => answer.writeHead(500).end(JSON.stringify({ message: String(error) })))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const webUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    webUrl,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Heads of merge requests are shown where they are now. */
async function serveFrom(
  projects: readonly GitlabProject[],
  asked: IncomingMessage,
  answer: ServerResponse,
  options: Parameters<typeof serveGit>[2],
): Promise<void> {
  asked.pause()
  for (const project of projects) {
    for (const request of project.mergeRequests) if (request.state === 'opened') await fetchHead(project, request)
  }
  await serveGit(asked, answer, options)
  answer.end()
}

type World = {
  readonly webUrl: string
  readonly projects: readonly GitlabProject[]
  readonly tokens: ReadonlyMap<string, GitlabToken>
}

async function answerTo(asked: IncomingMessage, body: Record<string, unknown>, world: World): Promise<GitlabReply> {
  const url = new URL(asked.url ?? '/', world.webUrl)
  const path = url.pathname.slice(gitlabApiPath.length)
  const token = tokenOf(asked, world.tokens)
  if (token === undefined) return refused(401, '401 Unauthorized')
  if (path === '/user')
    return token.kind === 'job' ? refused(401, '401 Unauthorized') : ok(userAnswer(token.user, world.webUrl))
  if (path === '/job')
    return token.kind === 'job' ? ok({ id: 1, user: userAnswer(token.user, world.webUrl) }) : missing('Job')
  const [, id = '', rest = ''] = /^\/projects\/([^/]+)(.*)$/.exec(path) ?? []
  const project = world.projects.find((one) => String(one.id) === id || one.path === decodeURIComponent(id))
  const level = project === undefined ? 0 : (token.access[project.path] ?? guest)
  if (project === undefined) return missing('Project')
  for (const { method, path: pattern, access, run, job: forJob } of routes) {
    const match = method === asked.method ? pattern.exec(rest) : null
    if (match === null) continue
    if (token.kind === 'job' && forJob !== true) return refused(403, '403 Forbidden')
    if (token.kind === 'read_api' && method !== 'GET' && method !== 'HEAD') return insufficientScope
    if (level < access) return refused(403, '403 Forbidden')
    const params = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
    )
    const into = world.projects.find((one) => one.id === body['target_project_id'])
    const given = { webUrl: world.webUrl, project, token, params, query: url.searchParams, body }
    if (run === createMergeRequest && into !== undefined) return createMergeRequest(given, into)
    return paged(await run(given), url)
  }
  return refused(404, '404 Not Found')
}

const insufficientScope: GitlabReply = {
  status: 403,
  body: {
    error: 'insufficient_scope',
    error_description: 'The request requires higher privileges than provided by the access token.',
    scope: 'api',
  },
}

function tokenOf({ headers }: IncomingMessage, tokens: World['tokens']): GitlabToken | undefined {
  const bearer = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1]
  const access = tokens.get(bearer ?? String(headers['private-token'] ?? ''))
  if (access !== undefined && access.kind !== 'job') return access
  const ofJob = tokens.get(String(headers['job-token'] ?? ''))
  return ofJob?.kind === 'job' ? ofJob : undefined
}

/** Twenty to a page unless asked otherwise, a hundred at most. */
function paged(reply: GitlabReply, url: URL): GitlabReply {
  if (!Array.isArray(reply.body) || reply.status !== 200) return reply
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 20))
  const page = Number(url.searchParams.get('page') ?? 1)
  const next = page * size < reply.body.length ? String(page + 1) : ''
  const headers = { 'x-page': String(page), 'x-per-page': String(size), 'x-next-page': next }
  return { ...reply, body: reply.body.slice((page - 1) * size, page * size), headers }
}

function getProject({ project, webUrl }: GitlabAsked): GitlabReply {
  return ok({
    id: project.id,
    name: project.path.split('/').at(-1),
    path_with_namespace: project.path,
    default_branch: 'main',
    visibility: 'private',
    web_url: `${webUrl}/${project.path}`,
    http_url_to_repo: `${webUrl}/${project.path}.git`,
    ...project.settings,
  })
}

async function respond(
  asked: IncomingMessage,
  answer: ServerResponse,
  reply: (body: Record<string, unknown>) => Promise<GitlabReply>,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const { status, body, headers } = await reply(text === '' ? {} : (JSON.parse(text) as Record<string, unknown>))
  answer.writeHead(status, { 'content-type': 'application/json', ...headers })
  answer.end(body === undefined || asked.method === 'HEAD' ? undefined : JSON.stringify(body))
}
