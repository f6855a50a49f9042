/** Releases of GitHub, known by their tag. */
import type { Forge } from './forge.ts'
import type { GithubApi } from './github-api.ts'
import { releaseOf, releaseShape } from './github-shapes.ts'

type Releases = Pick<Forge, 'releaseByTag' | 'listReleases' | 'createRelease' | 'updateRelease' | 'deleteRelease'>

export function releasesOf(api: GithubApi, repo: string): Releases {
  const byTag: Releases['releaseByTag'] = async (tag) => {
    const path = `${repo}/releases/tags/${encodeURIComponent(tag)}`
    const answer = await api.find(releaseShape, { method: 'GET', path })
    return answer.ok ? { ok: true, value: answer.value && releaseOf(answer.value) } : answer
  }
  return {
    releaseByTag: byTag,
    async listReleases(limit) {
      const answer = await api.list(releaseShape, { method: 'GET', path: `${repo}/releases` }, { limit })
      return answer.ok ? { ok: true, value: answer.value.map(releaseOf) } : answer
    },
    async createRelease({ tag, commit, name, body, prerelease, latest }) {
      const call = {
        method: 'POST',
        path: `${repo}/releases`,
        body: {
          tag_name: tag,
          target_commitish: commit,
          name,
          body,
          prerelease,
          make_latest: latest && !prerelease ? 'true' : 'false',
        },
      } as const
      const answer = await api.read(releaseShape, call)
      if (answer.ok) return { ok: true, value: releaseOf(answer.value) }
      if (answer.why !== 'invalid') return answer
      const there = await byTag(tag)
      return there.ok && there.value !== undefined ? { ok: true, value: there.value } : answer
    },
    async updateRelease(id, change) {
      const path = `${repo}/releases/${encodeURIComponent(id)}`
      const answer = await api.read(releaseShape, { method: 'PATCH', path, body: { ...change } })
      return answer.ok ? { ok: true, value: releaseOf(answer.value) } : answer
    },
    async deleteRelease(id) {
      const answer = await api.call({ method: 'DELETE', path: `${repo}/releases/${encodeURIComponent(id)}` })
      return answer.ok || answer.why === 'not-found' ? { ok: true, value: undefined } : answer
    },
  }
}
