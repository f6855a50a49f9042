/** Merge requests of GitLab. What only a single answer holds (the base commit) is asked for one by one. */
import { shape } from '@topsail/core'
import type { Forge, ForgeAnswer, PullRequest } from './forge.ts'
import type { ForgeApi } from './forge-api.ts'
import { withoutCommands } from './gitlab-text.ts'
import { mergeRequestShape, pullRequestOf, type MergeRequestAnswer } from './gitlab-shapes.ts'

type MergeRequests = Pick<
  Forge,
  | 'pullRequest'
  | 'openPullRequestsFrom'
  | 'newestPullRequestFrom'
  | 'pullRequestsOfCommit'
  | 'createPullRequest'
  | 'updatePullRequest'
>

/** More from one branch are not looked at. */
const mostFromOneBranch = 20

export function mergeRequestsOf(api: ForgeApi, project: string, ownPath: string): MergeRequests {
  const path = `${project}/merge_requests`
  const whole = wholeAnswers(api, ownPath)
  const pullRequest: MergeRequests['pullRequest'] = async (number) => {
    const answer = await api.read(mergeRequestShape, { method: 'GET', path: `${path}/${number}` })
    return answer.ok ? whole(answer.value) : answer
  }
  const listFrom = async (branch: string, state: 'opened' | 'all', owner?: string) => {
    const query = { state, source_branch: branch, order_by: 'created_at', sort: 'desc' }
    const limit = { limit: mostFromOneBranch }
    const answer = await api.list(mergeRequestShape, { method: 'GET', path, query }, limit)
    if (!answer.ok) return answer
    const found: PullRequest[] = []
    for (const { iid } of answer.value) {
      const request = await pullRequest(iid)
      if (!request.ok) return request
      const from = request.value.head.repository
      const isAsked = owner === undefined ? from === ownPath : from?.slice(0, from.lastIndexOf('/')) === owner
      if (isAsked) found.push(request.value)
    }
    return { ok: true, value: found } as const
  }
  const openFrom: MergeRequests['openPullRequestsFrom'] = (branch, owner) => listFrom(branch, 'opened', owner)
  return {
    pullRequest,
    openPullRequestsFrom: openFrom,
    async newestPullRequestFrom(branch) {
      const answer = await listFrom(branch, 'all')
      return answer.ok ? { ok: true, value: answer.value.toSorted((a, b) => b.number - a.number)[0] } : answer
    },
    async pullRequestsOfCommit(sha) {
      const listed = shape.listOf(shape.objectOf({ iid: shape.wholeNumber }))
      const of = `${project}/repository/commits/${encodeURIComponent(sha)}/merge_requests`
      const answer = await api.read(listed, { method: 'GET', path: of })
      if (!answer.ok) return answer
      const found: PullRequest[] = []
      for (const { iid } of answer.value) {
        const request = await pullRequest(iid)
        if (!request.ok) return request
        found.push(request.value)
      }
      return { ok: true, value: found }
    },
    async createPullRequest({ head, base, title, body }) {
      const description = withoutCommands(body)
      const fields = { source_branch: head, target_branch: base, title, description, remove_source_branch: true }
      const answer = await api.read(mergeRequestShape, { method: 'POST', path, body: fields })
      if (answer.ok) return whole(answer.value)
      if (answer.why !== 'conflict' && answer.why !== 'invalid') return answer
      const open = await openFrom(head)
      const same = open.ok ? open.value.find((request) => request.base.branch === base) : undefined
      return same === undefined ? answer : { ok: true, value: same }
    },
    async updatePullRequest(number, { title, body, state, base }) {
      const fields = {
        ...(title === undefined ? {} : { title }),
        ...(body === undefined ? {} : { description: withoutCommands(body) }),
        ...(base === undefined ? {} : { target_branch: base }),
      }
      const now = await pullRequest(number)
      if (!now.ok) return now
      // To close what is closed is refused.
      const turn = state !== undefined && state !== now.value.state ? { state_event: stateEvents[state] } : {}
      const change = { ...fields, ...turn }
      if (Object.keys(change).length === 0) return now
      const call = { method: 'PUT', path: `${path}/${number}`, body: change } as const
      const answer = await api.read(mergeRequestShape, call)
      return answer.ok ? whole(answer.value) : answer
    },
  }
}

const stateEvents = { open: 'reopen', closed: 'close' }

/** An answer names the project it comes from by a number, and only a single one says where its base is. */
function wholeAnswers(api: ForgeApi, ownPath: string) {
  const paths = new Map<number, string | undefined>()
  const pathOf = async ({ source_project_id: id, target_project_id: own }: MergeRequestAnswer) => {
    if (id === own) return ownPath
    if (id === null) return undefined
    if (!paths.has(id)) {
      const named = shape.objectOf({ path_with_namespace: shape.text })
      const answer = await api.find(named, { method: 'GET', path: `/projects/${id}` })
      // A fork that may not be seen is as good as gone; one that could not be asked for is not.
      if (!answer.ok && answer.why !== 'refused') return answer
      paths.set(id, answer.ok ? answer.value?.path_with_namespace : undefined)
    }
    return paths.get(id)
  }
  return async (request: MergeRequestAnswer): Promise<ForgeAnswer<PullRequest>> => {
    const from = await pathOf(request)
    return typeof from === 'object' ? from : { ok: true, value: pullRequestOf(request, from) }
  }
}
