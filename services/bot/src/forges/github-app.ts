/**
 * GitHub through an app: for each look a token of its installation, for its repository alone and with no more
 * permissions than a look needs. Tokens are kept in memory until they expire, and nowhere else. The repository that the
 * delivery named must be the one that has its number, so a payload cannot lead a look elsewhere.
 */
import { createAppAuth } from '@octokit/auth-app'
import { request as octokitRequest } from '@octokit/request'
import { githubForge, type ForgeAccount } from '@topsail/engine'
import type { GitHubConfiguration } from '../configuration.ts'
import { memberAt, numberAt, repositoryAt, textAt } from '../deliveries/payload.ts'
import { basicAuthorization, type AccessAnswer, type OpenAccess } from './access.ts'

/** Comments on pull requests need no permission for issues. */
const permissions = { contents: 'read', pull_requests: 'write', checks: 'write' } as const

export function githubAccess({ appId, privateKey, apiUrl, serverUrl }: GitHubConfiguration): OpenAccess {
  const request = octokitRequest.defaults({
    baseUrl: apiUrl,
    headers: { 'user-agent': 'topsail-bot' },
    request: { log: quiet },
  })
  const auth = createAppAuth({ appId, privateKey, request, log: quiet })
  const get = async (path: string, token: string): Promise<unknown> => {
    const answer = await request({ method: 'GET', url: path, headers: { authorization: `Bearer ${token}` } })
    return answer.data
  }
  let account: Promise<ForgeAccount> | undefined
  const ourAccount = async (): Promise<ForgeAccount> => {
    const { token } = await auth({ type: 'app' })
    const slug = textAt(await get('/app', token), 'slug') ?? ''
    const user = await get(`/users/${encodeURIComponent(`${slug}[bot]`)}`, token)
    return { id: String(numberAt(user, 'id') ?? ''), login: textAt(user, 'login') ?? '' }
  }

  return async (look) => {
    try {
      const installationId = Number(look.installation)
      const repositoryIds = [Number(look.repositoryId)]
      const { token } = await auth({ type: 'installation', installationId, repositoryIds, permissions })
      account ??= ourAccount().catch((error: unknown) => {
        account = undefined
        throw error
      })
      const [us, repository] = await Promise.all([account, get(`/repos/${encodePath(look.repository)}`, token)])
      const path = repositoryAt(repository, 'full_name')
      if (path === undefined || numberAt(repository, 'id') !== repositoryIds[0]) {
        return { kind: 'closed', why: 'the repository is another one than the delivery said' }
      }
      return {
        kind: 'open',
        forge: githubForge({ path, serverUrl, apiUrl, token, account: us }),
        gitUrl: `${serverUrl}/${encodePath(path)}.git`,
        gitAuthorization: basicAuthorization('x-access-token', token),
        headRef: `refs/pull/${look.number}/head`,
      }
    } catch (error) {
      return failureOf(error)
    }
  }
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** The app's own credentials may be mended, and servers come back; what an installation has not, it has not. */
function failureOf(error: unknown): AccessAnswer {
  const status = memberAt(error, 'status')
  const why = `GitHub answered ${typeof status === 'number' ? status : 'nothing'}`
  const headers = memberAt(error, 'response', 'headers')
  const wait = Number(memberAt(headers, 'retry-after') ?? Number.NaN)
  const isLimited = status === 429 || (status === 403 && memberAt(headers, 'x-ratelimit-remaining') === '0')
  if (isLimited) return { kind: 'unavailable', why, seconds: Number.isFinite(wait) ? wait : 60 }
  if (status === 403 || status === 404 || status === 422) return { kind: 'closed', why }
  return { kind: 'unavailable', why }
}
