/**
 * Check runs. A check is known by its name and commit: the newest of ours is written over, so that two runners leave
 * one answer. Annotations go fifty to a request, and an update *adds* to those a run has; a run that has any already
 * is therefore made anew, which GitHub shows in the place of the old one.
 */
import type { CheckAnnotation, CheckReport, Forge } from './forge.ts'
import type { GithubApi } from './github-api.ts'
import { checkRunShape } from './github-shapes.ts'

/** What GitHub takes in one request, and in one field. */
const annotationsARequest = 50
const longest = { summary: 65_000, title: 255, message: 16_000 }

export function checksOf(api: GithubApi, repo: string): Pick<Forge, 'publishCheck'> {
  return {
    async publishCheck(report) {
      const found = await existing(api, repo, report)
      if (!found.ok) return found
      const [first, ...later] = batches(report.annotations)
      const answer = await begin(api, repo, found.value, bodyOf(report, first), report.sha)
      if (!answer.ok) return answer
      for (const annotations of later) {
        const path = `${repo}/check-runs/${answer.value.id}`
        const more = await api.call({ method: 'PATCH', path, body: bodyOf(report, annotations) })
        if (!more.ok) return more
      }
      return { ok: true, value: { url: answer.value.html_url ?? undefined } }
    },
  }
}

async function begin(
  api: GithubApi,
  repo: string,
  run: string | undefined,
  body: Record<string, unknown>,
  sha: string,
) {
  if (run !== undefined) {
    const path = `${repo}/check-runs/${run}`
    const answer = await api.read(checkRunShape, { method: 'PATCH', path, body })
    // A run of the same name may be another app's, which only that app can write.
    if (answer.ok || (answer.why !== 'refused' && answer.why !== 'not-found')) return answer
  }
  return api.read(checkRunShape, { method: 'POST', path: `${repo}/check-runs`, body: { head_sha: sha, ...body } })
}

async function existing(api: GithubApi, repo: string, { sha, name }: CheckReport) {
  const call = {
    method: 'GET',
    path: `${repo}/commits/${encodeURIComponent(sha)}/check-runs`,
    query: { check_name: name },
  } as const
  const answer = await api.list(checkRunShape, call, { limit: 1, member: 'check_runs' })
  if (!answer.ok) return answer.why === 'not-found' ? ({ ok: true, value: undefined } as const) : answer
  const [run] = answer.value
  const isClean = run !== undefined && (run.output?.annotations_count ?? 0) === 0
  return { ok: true, value: isClean ? String(run.id) : undefined } as const
}

function batches(annotations: readonly CheckAnnotation[]): readonly (readonly CheckAnnotation[])[] {
  const all: (readonly CheckAnnotation[])[] = [annotations.slice(0, annotationsARequest)]
  for (let at = annotationsARequest; at < annotations.length; at += annotationsARequest) {
    all.push(annotations.slice(at, at + annotationsARequest))
  }
  return all
}

function bodyOf(report: CheckReport, annotations: readonly CheckAnnotation[] = []): Record<string, unknown> {
  return {
    name: report.name,
    status: 'completed',
    conclusion: report.conclusion === 'action-required' ? 'action_required' : report.conclusion,
    ...(report.detailsUrl === undefined ? {} : { details_url: report.detailsUrl }),
    output: {
      title: report.title.slice(0, longest.title),
      summary: report.summary.slice(0, longest.summary),
      annotations: annotations.map(({ file, line, level, title, message }) => ({
        path: file,
        start_line: line,
        end_line: line,
        annotation_level: level,
        title: title.slice(0, longest.title),
        message: message.slice(0, longest.message),
      })),
    },
  }
}
