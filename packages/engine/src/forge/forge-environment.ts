/**
 * What a CI job knows of its forge without asking: which one, which repository, on behalf of which pull request, with
 * which credential. Read from the environment as GitHub Actions and GitLab CI fill it, and from the event that began the
 * job; without them, from the address of the git remote. A credential is used for a forge only where the same
 * environment names that forge, so that a repository cannot have it sent elsewhere by its configuration.
 */
import { readFileSync, statSync } from 'node:fs'
import type { Sha } from '@topsail/core'
import type { Forge, ForgePlace } from './forge.ts'
import type { ForgePatience } from './forge-calls.ts'
import { placeOfRemote } from './place-of-remote.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The pull request that a job is about, as the event or the pipeline tells it. */
export type PullRequestEvent = {
  /** Undefined where the event leaves it out (`workflow_run` does, for forks): found by its branch then. */
  readonly number: number | undefined
  readonly head: {
    readonly sha: Sha
    readonly branch: string | undefined
    /** Who owns the repository of the branch, and its path, where they are told. */
    readonly owner: string | undefined
    readonly repository: string | undefined
  }
  readonly title: string | undefined
  readonly fork: boolean | undefined
  /** Who opened it. */
  readonly author: string | undefined
}

export type ForgeEnvironment = {
  /** Undefined: nobody says where the repository lives. */
  readonly place: ForgePlace | undefined
  readonly apiUrl: string | undefined
  readonly token: string | undefined
  /** A job's own token, which GitLab lets read and little more. */
  readonly isJobToken: boolean
  /** `pull_request`, `workflow_run`, `push`, `merge_request_event` …; undefined outside of CI. */
  readonly event: string | undefined
  readonly pullRequest: PullRequestEvent | undefined
}

/** `remote`: the address of the git remote, asked for only where the environment does not tell. */
export async function readForgeEnvironment(
  env: Environment,
  remote: () => Promise<string | undefined>,
): Promise<ForgeEnvironment> {
  if (env['GITHUB_REPOSITORY']) return githubEnvironment(env, env['GITHUB_REPOSITORY'])
  if (env['CI_PROJECT_PATH'] && env['CI_API_V4_URL']) return gitlabEnvironment(env, env['CI_PROJECT_PATH'])
  const found = placeOfRemote((await remote()) ?? '')
  const none = { isJobToken: false, event: undefined, pullRequest: undefined } as const
  if (found === undefined) return { ...none, place: undefined, apiUrl: undefined, token: undefined }
  const { place, apiUrl } = found
  return { ...none, place, apiUrl, token: tokenFor(place, env) }
}

/** The forge itself, when there is a credential for it. Its library is loaded only then. */
export async function openForge(environment: ForgeEnvironment, patience?: ForgePatience): Promise<Forge | undefined> {
  const { place, apiUrl, token, isJobToken } = environment
  if (place === undefined || apiUrl === undefined || token === undefined) return undefined
  const access = { apiUrl, token, patience, path: place.path, serverUrl: serverUrlOf(place) }
  if (place.kind === 'github') return (await import('./github.ts')).githubForge(access)
  return (await import('./gitlab.ts')).gitlabForge({ ...access, tokenKind: isJobToken ? 'job' : 'access' })
}

function githubEnvironment(env: Environment, path: string): ForgeEnvironment {
  const server = withoutSlash(env['GITHUB_SERVER_URL'] || 'https://github.com')
  const event = env['GITHUB_EVENT_NAME'] || undefined
  return {
    place: { kind: 'github', path, webUrl: `${server}/${path}` },
    apiUrl: withoutSlash(env['GITHUB_API_URL'] || githubApiOf(server)),
    token: env['GITHUB_TOKEN'] || env['GH_TOKEN'] || undefined,
    isJobToken: false,
    event,
    pullRequest: githubPullRequest(readEvent(env['GITHUB_EVENT_PATH']), event),
  }
}

function githubApiOf(server: string): string {
  return server === 'https://github.com' ? 'https://api.github.com' : `${server}/api/v3`
}

function gitlabEnvironment(env: Environment, path: string): ForgeEnvironment {
  const server = withoutSlash(env['CI_SERVER_URL'] || 'https://gitlab.com')
  const access = env['GITLAB_TOKEN'] || undefined
  return {
    place: { kind: 'gitlab', path, webUrl: withoutSlash(env['CI_PROJECT_URL'] || `${server}/${path}`) },
    apiUrl: withoutSlash(env['CI_API_V4_URL'] ?? ''),
    token: access ?? (env['CI_JOB_TOKEN'] || undefined),
    isJobToken: access === undefined,
    event: env['CI_PIPELINE_SOURCE'] || undefined,
    pullRequest: gitlabMergeRequest(env, path),
  }
}

function gitlabMergeRequest(env: Environment, path: string): PullRequestEvent | undefined {
  const number = Number(env['CI_MERGE_REQUEST_IID'] || NaN)
  // In a pipeline of merged results CI_COMMIT_SHA is the trial merge.
  const sha = env['CI_MERGE_REQUEST_SOURCE_BRANCH_SHA'] || env['CI_COMMIT_SHA'] || ''
  if (!Number.isSafeInteger(number) || !isSha(sha)) return undefined
  const repository = env['CI_MERGE_REQUEST_SOURCE_PROJECT_PATH'] || undefined
  return {
    number,
    head: {
      sha,
      branch: env['CI_MERGE_REQUEST_SOURCE_BRANCH_NAME'] || undefined,
      owner: repository?.split('/').slice(0, -1).join('/'),
      repository,
    },
    title: env['CI_MERGE_REQUEST_TITLE'] || undefined,
    fork: repository === undefined ? undefined : repository !== path,
    author: undefined,
  }
}

const largestEvent = 32 * 2 ** 20

/** Written by the runner; what is inside came from whoever opened the pull request. */
function readEvent(path: string | undefined): unknown {
  if (!path) return undefined
  try {
    return statSync(path).size > largestEvent ? undefined : JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function githubPullRequest(event: unknown, name: string | undefined): PullRequestEvent | undefined {
  if (name === 'workflow_run') return ofWorkflowRun(member(event, 'workflow_run'))
  const pull = member(event, 'pull_request')
  const number = member(pull, 'number')
  const head = headOf(member(pull, 'head'))
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || head === undefined) return undefined
  const base = textIn(member(member(pull, 'base'), 'repo'), 'full_name')
  const fork = head.repository === undefined || base === undefined ? undefined : head.repository !== base
  return { number, head, title: textIn(pull, 'title'), fork, author: textIn(member(pull, 'user'), 'login') }
}

/** The run of the unprivileged half: its own list of pull requests is empty for forks. */
function ofWorkflowRun(run: unknown): PullRequestEvent | undefined {
  const sha = textIn(run, 'head_sha')
  if (sha === undefined || !isSha(sha) || textIn(run, 'event') !== 'pull_request') return undefined
  const from = member(run, 'head_repository')
  const listed = member(run, 'pull_requests')
  const [only, ...others] = Array.isArray(listed) ? (listed as readonly unknown[]) : []
  const number = others.length === 0 ? member(only, 'number') : undefined
  const repository = textIn(from, 'full_name')
  return {
    number: typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined,
    head: { sha, branch: textIn(run, 'head_branch'), owner: textIn(member(from, 'owner'), 'login'), repository },
    title: undefined,
    fork: undefined,
    author: undefined,
  }
}

function headOf(head: unknown): PullRequestEvent['head'] | undefined {
  const sha = textIn(head, 'sha')
  if (sha === undefined || !isSha(sha)) return undefined
  const repository = textIn(member(head, 'repo'), 'full_name')
  return { sha, branch: textIn(head, 'ref'), owner: repository?.split('/', 1)[0], repository }
}

/** Each forge has its own variable: a token for one is never shown to another. */
function tokenFor(place: ForgePlace, env: Environment): string | undefined {
  const server = serverUrlOf(place)
  if (place.kind === 'gitlab') {
    return withoutSlash(env['GITLAB_SERVER_URL'] || 'https://gitlab.com') === server
      ? env['GITLAB_TOKEN'] || undefined
      : undefined
  }
  const named = withoutSlash(env['GITHUB_SERVER_URL'] || 'https://github.com')
  return named === server ? env['GITHUB_TOKEN'] || env['GH_TOKEN'] || undefined : undefined
}

function serverUrlOf({ webUrl, path }: ForgePlace): string {
  return webUrl.slice(0, -(path.length + 1))
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

function isSha(text: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(text)
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}

function textIn(value: unknown, key: string): string | undefined {
  const found = member(value, key)
  return typeof found === 'string' ? found : undefined
}
