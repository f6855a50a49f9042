/**
 * GitLab through the access token of the configured group that the delivery was signed for. The project is asked for by
 * its number, and it must still lie in that group: a token that can see more is not used for more.
 */
import { gitlabForge } from '@topsail/engine'
import type { GitLabConfiguration } from '../configuration.ts'
import { isBelow } from '../deliveries/gitlab.ts'
import { repositoryAt } from '../deliveries/payload.ts'
import { basicAuthorization, type AccessAnswer, type OpenAccess } from './access.ts'

const patience = 20_000

export function gitlabAccess({ serverUrl, groups }: GitLabConfiguration): OpenAccess {
  const apiUrl = `${serverUrl}/api/v4`
  return async (look): Promise<AccessAnswer> => {
    const group = groups.find((one) => one.group === look.installation)
    if (group === undefined) return { kind: 'closed', why: 'the group is configured no more' }
    const token = group.accessToken
    const answer = await ask(`${apiUrl}/projects/${encodeURIComponent(look.repositoryId)}`, token)
    if (answer === undefined) return { kind: 'unavailable', why: 'GitLab answered nothing' }
    if (!answer.ok) {
      const why = `GitLab answered ${answer.status}`
      const isFinal = answer.status === 403 || answer.status === 404
      return isFinal ? { kind: 'closed', why } : { kind: 'unavailable', why }
    }
    const path = repositoryAt(answer.body, 'path_with_namespace')
    if (path === undefined || !isBelow(path, group.group)) {
      return { kind: 'closed', why: 'the project is not in the group' }
    }
    return {
      kind: 'open',
      forge: gitlabForge({ path, serverUrl, apiUrl, token }),
      gitUrl: `${serverUrl}/${path}.git`,
      gitAuthorization: basicAuthorization('oauth2', token),
      headRef: `refs/merge-requests/${look.number}/head`,
    }
  }
}

type Answered = { readonly ok: boolean; readonly status: number; readonly body: unknown }

async function ask(url: string, token: string): Promise<Answered | undefined> {
  try {
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'topsail-bot' },
      // A redirect would carry the token to wherever it leads.
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
    return { ok: answer.ok, status: answer.status, body: answer.ok ? await answer.json() : undefined }
  } catch {
    return undefined
  }
}
