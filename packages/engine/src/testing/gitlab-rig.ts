/**
 * Everything a test of GitLab needs, on the loopback: the double of its API, git over HTTP, people with tokens, a fork,
 * and a registry when one is asked for. All of it lies in one folder that `close` removes.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareRepository, type BareRepository } from './bare-repository.ts'
import { cloneAt, gitEnv, makeBare, requestAs, run, seed, type Clone } from './forge-access.ts'
import { gitlabApiPath, startGitlabApi } from './gitlab-api.ts'
import { accessLevels, gitlabProject, type GitlabProject, type GitlabToken } from './gitlab-store.ts'
import { startRegistry, type TestRegistry } from './registry.ts'

export type GitlabRig = {
  readonly apiUrl: string
  readonly webUrl: string
  /** `acme/platform/shop`: groups may lie in groups. */
  readonly repository: string
  readonly tokens: {
    readonly maintainer: string
    /** A person who may write nowhere but in a fork. */
    readonly contributor: string
    /** A project access token: developer, scope `api`. */
    readonly ci: string
    /** One of scope `read_api`. */
    readonly readOnly: string
    /** CI_JOB_TOKEN of a job that the maintainer started. */
    readonly job: string
  }
  readonly project: GitlabProject
  readonly work: Clone
  readonly bare: BareRepository
  readonly registry: TestRegistry | undefined
  clone(repository: string, token?: string): Promise<Clone>
  /** A fork that belongs to the contributor, cloned; one and the same each time. */
  fork(): Promise<Clone>
  /** `fork:branch`, or a branch of the project. Gives the number. */
  openMergeRequest(from: string, texts: { readonly title: string; readonly body?: string }): Promise<number>
  merge(number: number, options?: { readonly squash?: boolean }): Promise<void>
  api(token: string, method: string, path: string, body?: object): Promise<unknown>
  /** What GitLab puts into the environment of a job. */
  environment(token: string | undefined, more?: Readonly<Record<string, string>>): Record<string, string>
  close(): Promise<void>
}

const repository = 'acme/platform/shop'
const forked = 'ada/shop'

export async function startGitlab(options: {
  readonly files: Readonly<Record<string, string | object>>
  readonly registry?: boolean
}): Promise<GitlabRig> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-gitlab-'))
  const root = join(folder, 'remotes')
  const project = gitlabProject(5, repository, await createBare(root, repository))
  const fork = gitlabProject(6, forked, await createBare(root, forked))
  const tokens = peopleOf()
  const server = await startGitlabApi({ root, projects: [project, fork], tokens: tokens.known })
  const apiUrl = `${server.webUrl}${gitlabApiPath}`
  const api: GitlabRig['api'] = (token, method, path, body) =>
    requestAs({ 'private-token': token }, apiUrl, method, path, body)
  const clone: GitlabRig['clone'] = async (path, token = tokens.named.maintainer) => {
    const at = await mkdtemp(join(folder, 'clone-'))
    const url = `${server.webUrl}/${path}.git`.replace('http://', `http://oauth2:${token}@`)
    await run('git', ['clone', '--quiet', url, at], { env: gitEnv() })
    return cloneAt(at, token === tokens.named.contributor ? 'Ada' : 'Mona')
  }
  await seed(project.bare, options.files)
  const work = await clone(repository)
  const registry = options.registry === true ? await startRegistry() : undefined
  let forking: Promise<Clone> | undefined
  return {
    apiUrl,
    webUrl: server.webUrl,
    repository,
    tokens: tokens.named,
    project,
    work,
    bare: project.bare,
    registry,
    clone,
    fork() {
      forking ??= (async () => {
        await fork.bare.git(['fetch', '--quiet', project.bare.folder, 'main:main'])
        return clone(forked, tokens.named.contributor)
      })()
      return forking
    },
    async openMergeRequest(from, { title, body = '' }) {
      const [branch = '', isFork] = from.split(':').toReversed()
      const path = `/projects/${isFork === undefined ? project.id : fork.id}/merge_requests`
      const token = isFork === undefined ? tokens.named.maintainer : tokens.named.contributor
      const texts = { title, description: body, source_branch: branch, target_branch: 'main' }
      const made = await api(token, 'POST', path, { ...texts, target_project_id: project.id })
      return (made as { iid: number }).iid
    },
    async merge(number, { squash = false } = {}) {
      await api(tokens.named.maintainer, 'PUT', `/projects/${project.id}/merge_requests/${number}/merge`, { squash })
    },
    api,
    environment: (token, more = {}) => ({
      CI: 'true',
      GITLAB_CI: 'true',
      CI_API_V4_URL: apiUrl,
      CI_SERVER_URL: server.webUrl,
      CI_PROJECT_ID: String(project.id),
      CI_PROJECT_PATH: repository,
      CI_PROJECT_URL: `${server.webUrl}/${repository}`,
      CI_DEFAULT_BRANCH: 'main',
      CI_JOB_TOKEN: tokens.named.job,
      ...(token === undefined ? {} : { GITLAB_TOKEN: token }),
      ...more,
    }),
    async close() {
      await server.close()
      await registry?.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function createBare(root: string, path: string): Promise<BareRepository> {
  const at = join(root, `${path}.git`)
  await makeBare(at)
  return bareRepository(at)
}

function peopleOf() {
  const mona = { id: 1, username: 'mona', name: 'Mona' }
  const ada = { id: 2, username: 'ada', name: 'Ada' }
  const bot = { id: 3, username: 'project_5_bot', name: 'topsail' }
  const { maintainer, developer, reporter } = accessLevels
  const named = {
    maintainer: secret('glpat'),
    contributor: secret('glpat'),
    ci: secret('glpat'),
    readOnly: secret('glpat'),
    job: secret('glcbt'),
  }
  const known = new Map<string, GitlabToken>([
    [named.maintainer, { user: mona, access: { [repository]: maintainer, [forked]: maintainer }, kind: 'api' }],
    [named.contributor, { user: ada, access: { [forked]: maintainer }, kind: 'api' }],
    [named.ci, { user: bot, access: { [repository]: developer }, kind: 'api' }],
    [named.readOnly, { user: bot, access: { [repository]: reporter }, kind: 'read_api' }],
    [named.job, { user: mona, access: { [repository]: maintainer }, kind: 'job' }],
  ])
  return { named, known }
}

function secret(prefix: string): string {
  return `${prefix}-${randomBytes(15).toString('hex')}`
}
