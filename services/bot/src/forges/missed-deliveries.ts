/**
 * GitHub delivers once, and does not try again when nobody was there. So it is asked what it could not deliver, and to
 * deliver that again; it comes in by the usual way, and what had come in after all is known as a replay. What was
 * refused as wrong is not asked for, and nothing more than a few times.
 */
import { createAppAuth } from '@octokit/auth-app'
import { request as octokitRequest } from '@octokit/request'
import type { GitHubConfiguration } from '../configuration.ts'
import { memberAt, numberAt, textAt } from '../deliveries/payload.ts'

/** Asks for everything that failed since a time (milliseconds since 1970); gives how many deliveries that were. */
export type AskForMissed = (since: number) => Promise<number>

/** Of a hundred deliveries each. */
const mostPages = 20
const mostAttempts = 4

export function missedDeliveries({ appId, privateKey, apiUrl }: GitHubConfiguration): AskForMissed {
  const request = octokitRequest.defaults({ baseUrl: apiUrl, headers: { 'user-agent': 'topsail-bot' } })
  const auth = createAppAuth({ appId, privateKey, request })
  return async (since) => {
    const { token } = await auth({ type: 'app' })
    const headers = { authorization: `Bearer ${token}` }
    const seen: unknown[] = []
    let url = '/app/hook/deliveries?per_page=100'
    for (let page = 0; page < mostPages && url !== ''; page += 1) {
      const answer = await request({ method: 'GET', url, headers })
      const listed = (Array.isArray(answer.data) ? answer.data : []).filter((one) => timeOf(one) >= since)
      seen.push(...listed)
      const next = /<([^>]+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1]
      // Newest first: where the page holds older ones, all that follow are older.
      url = next !== undefined && listed.length === answer.data.length ? next.replace(apiUrl, '') : ''
    }
    const missed = missedAmong(seen)
    for (const id of missed) {
      await request({ method: 'POST', url: `/app/hook/deliveries/${id}/attempts`, headers })
    }
    return missed.length
  }
}

/** The number of one attempt for each delivery that has never arrived. */
export function missedAmong(attempts: readonly unknown[]): readonly number[] {
  const byDelivery = new Map<string, unknown[]>()
  for (const attempt of attempts) {
    const guid = textAt(attempt, 'guid') ?? ''
    byDelivery.set(guid, [...(byDelivery.get(guid) ?? []), attempt])
  }
  return [...byDelivery.values()].flatMap((all) => {
    const statuses = all.map((attempt) => Number(memberAt(attempt, 'status_code') ?? 0))
    const hasArrived = statuses.some((status) => status >= 200 && status < 500 && status !== 429)
    const id = numberAt(all[0], 'id')
    return hasArrived || all.length >= mostAttempts || id === undefined ? [] : [id]
  })
}

function timeOf(attempt: unknown): number {
  return Date.parse(textAt(attempt, 'delivered_at') ?? '')
}
