/**
 * A check run, as far as GitLab has one: a commit status, known by its name and commit. It holds a state, one line of
 * 255 characters and an address; the summary and the annotations stay in the note of the merge request.
 */
import type { CheckReport, Forge } from './forge.ts'
import type { ForgeApi } from './forge-api.ts'
import { statusShape } from './gitlab-shapes.ts'

const longestDescription = 255
const states = { success: 'success', neutral: 'success', failure: 'failed', 'action-required': 'failed' } as const

export function statusesOf(api: ForgeApi, project: string): Pick<Forge, 'publishCheck'> {
  return {
    async publishCheck(report) {
      const path = `${project}/statuses/${encodeURIComponent(report.sha)}`
      const post = (state: string) => api.read(statusShape, { method: 'POST', path, body: bodyOf(report, state) })
      const state = states[report.conclusion]
      let answer = await post(state)
      // A status that has this state keeps its old words, unless it runs again before.
      if (!answer.ok && /Cannot transition status/i.test(answer.detail)) {
        const again = await post('running')
        if (!again.ok) return again
        answer = await post(state)
      }
      return answer.ok ? { ok: true, value: { url: answer.value.target_url ?? undefined } } : answer
    },
  }
}

function bodyOf({ name, title, detailsUrl }: CheckReport, state: string): Record<string, unknown> {
  const description = title.length > longestDescription ? `${title.slice(0, longestDescription - 1)}…` : title
  return { state, name, description, ...(detailsUrl === undefined ? {} : { target_url: detailsUrl }) }
}
