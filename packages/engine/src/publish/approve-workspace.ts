/**
 * The decision of a person about a staged release: the whole set is approved in dependency order, with one one-time
 * password for all of it, or dropped from the staging area. Either goes on with the open journal, so that a decision
 * that broke off in the middle is finished by the same command.
 */
import { remainingSteps, type Problem, type Progress } from '@topsail/core'
import { namespaceIn } from '../read/release-namespaces.ts'
import { continueRelease } from '../release/continue-release.ts'
import { holdReleases, type Hold } from '../release/hold.ts'
import { releaseRefs } from '../release/ports.ts'
import { readRefs } from '../release/release-workspace.ts'
import { openReleases, type StoredRelease } from '../release/stored-release.ts'
import { publishResult, type PublishResult } from './publish-result.ts'
import type { PublishEvent } from './publish-workspace.ts'
import { carryOptions, openSession, type Session, type SessionOptions } from './session.ts'

export type ApproveOptions = SessionOptions & {
  readonly decision: 'approve' | 'reject'
  /** Stops before the first effect; `steps` of the result is what a real run would do. */
  readonly dryRun?: boolean | undefined
  readonly onEvent?: ((event: PublishEvent) => void) | undefined
}

export async function decideStaged(options: ApproveOptions): Promise<PublishResult> {
  const session = await openSession({ ...options, onAwaited: options.onEvent })
  const { ports, obstacle } = session
  if (obstacle !== undefined) return publishResult({ problems: [obstacle] })
  if (options.dryRun === true) return wouldDecide(session, options)
  const answer = await holdReleases(ports, session.holding)
  if (answer.kind === 'stopped') return publishResult({ problems: [answer.problem] })
  const { hold } = answer
  try {
    const found = await stagedRelease(session, hold)
    if ('problems' in found) return publishResult(found)
    const { stored } = found
    const { release } = stored
    const turnBack = options.decision === 'reject' ? { unpublish: false } : undefined
    const decided = decidedProgress(stored, options)
    options.onEvent?.({ kind: 'resumed', release, direction: decided.direction })
    options.onEvent?.({ kind: 'planned', steps: remainingSteps(decided), problems: [] })
    const carry = carryOptions(session, options, (event) => options.onEvent?.(event))
    const end = await continueRelease(ports, hold, stored, { ...carry, approved: true, turnBack, last: true })
    return publishResult({ resumed: [end], problems: [] })
  } finally {
    await hold.end()
  }
}

async function wouldDecide(session: Session, options: ApproveOptions): Promise<PublishResult> {
  const listed = await readRefs(session)
  if (listed.kind === 'unreachable') return publishResult({ problems: [listed.problem] })
  const { refs } = listed
  const found = await stagedRelease(session, {
    names: releaseRefs(namespaceIn(refs, session.holding.namespaces)),
    refs,
  })
  if ('problems' in found) return publishResult(found)
  return { ...publishResult({ problems: [] }), steps: remainingSteps(decidedProgress(found.stored, options)) }
}

async function stagedRelease(
  { ports }: Session,
  { names, refs }: Pick<Hold, 'names' | 'refs'>,
): Promise<{ readonly stored: StoredRelease } | { readonly problems: readonly Problem[] }> {
  const { releases, problems } = await openReleases(ports, names, refs, { tidy: false })
  if (problems.length > 0) return { problems }
  const stored = releases.find(({ progress }) => progress.opened.promotion === 'staged')
  return stored === undefined ? { problems: [{ code: 'NOTHING_STAGED', severity: 'error' }] } : { stored }
}

/** A release that is turned back already is not approved any more. */
function decidedProgress({ progress }: StoredRelease, { decision }: ApproveOptions): Progress {
  return { ...progress, direction: decision === 'reject' ? 'back' : progress.direction, closed: undefined }
}
