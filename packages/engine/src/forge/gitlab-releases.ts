/** Releases of GitLab, named by their tag. Which is the latest follows from their dates: it cannot be chosen. */
import type { Forge } from './forge.ts'
import type { ForgeApi } from './forge-api.ts'
import { releaseOf, releaseShape } from './gitlab-shapes.ts'

type Releases = Pick<Forge, 'releaseByTag' | 'listReleases' | 'createRelease' | 'updateRelease' | 'deleteRelease'>

export function releasesOf(api: ForgeApi, project: string, webUrl: string): Releases {
  const path = `${project}/releases`
  const byTag: Releases['releaseByTag'] = async (tag) => {
    const answer = await api.find(releaseShape, { method: 'GET', path: `${path}/${encodeURIComponent(tag)}` })
    return answer.ok ? { ok: true, value: answer.value && releaseOf(answer.value, webUrl) } : answer
  }
  return {
    releaseByTag: byTag,
    async listReleases(limit) {
      const query = { order_by: 'released_at', sort: 'desc' }
      const answer = await api.list(releaseShape, { method: 'GET', path, query }, { limit })
      return answer.ok ? { ok: true, value: answer.value.map((release) => releaseOf(release, webUrl)) } : answer
    },
    async createRelease({ tag, commit, name, body }) {
      const fields = { tag_name: tag, ref: commit, name, description: body }
      const answer = await api.read(releaseShape, { method: 'POST', path, body: fields })
      if (answer.ok) return { ok: true, value: releaseOf(answer.value, webUrl) }
      if (answer.why !== 'conflict' && answer.why !== 'invalid') return answer
      const there = await byTag(tag)
      return there.ok && there.value !== undefined ? { ok: true, value: there.value } : answer
    },
    async updateRelease(id, { name, body }) {
      const fields = {
        ...(name === undefined ? {} : { name }),
        ...(body === undefined ? {} : { description: body }),
      }
      const call = { method: 'PUT', path: `${path}/${encodeURIComponent(id)}`, body: fields } as const
      const answer = await api.read(releaseShape, call)
      return answer.ok ? { ok: true, value: releaseOf(answer.value, webUrl) } : answer
    },
    async deleteRelease(id) {
      const answer = await api.call({ method: 'DELETE', path: `${path}/${encodeURIComponent(id)}` })
      return answer.ok || answer.why === 'not-found' ? { ok: true, value: undefined } : answer
    },
  }
}
