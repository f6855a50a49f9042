/**
 * The decision of a person about a staged release: the whole set is approved in dependency order, with one one-time
 * password for all of it, or dropped from the staging area. Either goes on with the open journal, so that a decision
 * that broke off in the middle is finished by the same command.
 */
import { remainingSteps } from '@topsail/core'
import { continueRelease } from '../release/continue-release.ts'
import { holdReleases } from '../release/hold.ts'
import { openReleases } from '../release/stored-release.ts'
import { publishResult, type PublishResult } from './publish-result.ts'
import type { PublishEvent } from './publish-workspace.ts'
import { carryOptions, openSession, type SessionOptions } from './session.ts'

export type ApproveOptions = SessionOptions & {
  readonly decision: 'approve' | 'reject'
  readonly onEvent?: ((event: PublishEvent) => void) | undefined
}

export async function decideStaged(options: ApproveOptions): Promise<PublishResult> {
  const session = await openSession(options)
  const { ports, obstacle } = session
  if (obstacle !== undefined) return publishResult({ problems: [obstacle] })
  const answer = await holdReleases(ports, session.holding)
  if (answer.kind === 'stopped') return publishResult({ problems: [answer.problem] })
  const { hold } = answer
  try {
    const { releases, problems } = await openReleases(ports, hold.names, hold.refs, { tidy: false })
    const stored = releases.find(({ progress }) => progress.opened.promotion === 'staged')
    if (problems.length > 0) return publishResult({ problems })
    if (stored === undefined) return publishResult({ problems: [{ code: 'NOTHING_STAGED', severity: 'error' }] })
    const { release, progress } = stored
    const turnBack = options.decision === 'reject' ? { unpublish: false } : undefined
    const direction = turnBack === undefined ? progress.direction : 'back'
    options.onEvent?.({ kind: 'resumed', release, direction })
    const turned = { ...progress, direction, closed: undefined }
    options.onEvent?.({ kind: 'planned', steps: remainingSteps(turned), problems: [] })
    const carry = carryOptions(session, options, (event) => options.onEvent?.(event))
    const end = await continueRelease(ports, hold, stored, { ...carry, approved: true, turnBack, last: true })
    return publishResult({ resumed: [end], problems: [] })
  } finally {
    await hold.end()
  }
}
