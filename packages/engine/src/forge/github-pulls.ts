/** Pull requests of GitHub. */
import type { Forge } from './forge.ts'
import type { GithubApi } from './github-api.ts'
import { pullRequestOf, pullShape } from './github-shapes.ts'

type Pulls = Pick<
  Forge,
  | 'pullRequest'
  | 'openPullRequestsFrom'
  | 'newestPullRequestFrom'
  | 'pullRequestsOfCommit'
  | 'createPullRequest'
  | 'updatePullRequest'
>

export function pullRequestsOf(api: GithubApi, repo: string, path: string): Pulls {
  const ownOwner = path.split('/', 1)[0] ?? ''
  const listFrom = async (branch: string, owner: string, state: 'open' | 'all') => {
    const query = { state, head: `${owner}:${branch}`, sort: 'created', direction: 'desc' }
    const answer = await api.list(pullShape, { method: 'GET', path: `${repo}/pulls`, query }, { limit: 100 })
    if (!answer.ok) return answer
    // A filter that the forge does not understand finds everything.
    const own = answer.value.filter(({ head }) => head.ref === branch && ownerOf(head.repo?.full_name) === owner)
    return { ok: true, value: own.map(pullRequestOf) } as const
  }
  const openFrom: Pulls['openPullRequestsFrom'] = (branch, owner = ownOwner) => listFrom(branch, owner, 'open')
  return {
    async pullRequest(number) {
      const answer = await api.read(pullShape, { method: 'GET', path: `${repo}/pulls/${number}` })
      return answer.ok ? { ok: true, value: pullRequestOf(answer.value) } : answer
    },
    openPullRequestsFrom: openFrom,
    async newestPullRequestFrom(branch) {
      const answer = await listFrom(branch, ownOwner, 'all')
      if (!answer.ok) return answer
      return { ok: true, value: answer.value.toSorted((a, b) => b.number - a.number)[0] }
    },
    async pullRequestsOfCommit(sha) {
      const path = `${repo}/commits/${encodeURIComponent(sha)}/pulls`
      const answer = await api.list(pullShape, { method: 'GET', path })
      return answer.ok ? { ok: true, value: answer.value.map(pullRequestOf) } : answer
    },
    async createPullRequest({ head, base, title, body }) {
      const call = { method: 'POST', path: `${repo}/pulls`, body: { head, base, title, body } } as const
      const answer = await api.read(pullShape, call)
      if (answer.ok) return { ok: true, value: pullRequestOf(answer.value) }
      if (answer.why !== 'invalid') return answer
      const open = await openFrom(head)
      const same = open.ok ? open.value.find((pull) => pull.base.branch === base) : undefined
      return same === undefined ? answer : { ok: true, value: same }
    },
    async updatePullRequest(number, change) {
      const call = { method: 'PATCH', path: `${repo}/pulls/${number}`, body: { ...change } } as const
      const answer = await api.read(pullShape, call)
      return answer.ok ? { ok: true, value: pullRequestOf(answer.value) } : answer
    },
  }
}

function ownerOf(path: string | undefined): string | undefined {
  return path?.split('/', 1)[0]
}
