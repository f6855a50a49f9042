/**
 * What can be done about a release that has begun: go on with it, take it back, or look at it.
 */
import { candidateTag, leftoversOf, remainingSteps } from '@topsail/core'
import type { Leftover, Problem, Progress, Step } from '@topsail/core'
import { tidyTrees } from '../adapters/tree-marks.ts'
import type { Git } from '../ports.ts'
import { carryOptions, openSession, type Session, type SessionOptions } from '../publish/session.ts'
import { dryResult, publishResult, type PublishResult } from '../publish/publish-result.ts'
import type { PublishEvent } from '../publish/publish-workspace.ts'
import { continueRelease } from './continue-release.ts'
import { dryResume } from './dry-resume.ts'
import { holdReleases, type Hold } from './hold.ts'
import { namespaceIn } from '../read/release-namespaces.ts'
import { releaseRefs } from './ports.ts'
import { revertBranchOf } from './revert-branch.ts'
import { newestReleases, openReleases, readRelease, type StoredRelease } from './stored-release.ts'

export type ResumeOptions = SessionOptions & {
  /** Stops before the first effect; `steps` of the result is what a real run would do. */
  readonly dryRun?: boolean | undefined
  readonly onEvent?: ((event: PublishEvent) => void) | undefined
}

/** Finishes what an earlier run left open, forwards or back, and begins nothing new. */
export async function resumeWorkspace(options: ResumeOptions): Promise<PublishResult> {
  const session = await openSession({ ...options, onBuild: options.onEvent, onAwaited: options.onEvent })
  const { ports, holding } = session
  const refs = await readRefs(session)
  if (refs.kind === 'unreachable') return publishResult({ problems: [refs.problem] })
  if (options.dryRun !== true && session.snapshot.head !== undefined) await tidyTrees(session.git)
  if (session.halfWritten.length > 0) return publishResult({ problems: session.halfWritten })
  const seen = await openReleases(ports, releaseRefs(namespaceIn(refs.refs, holding.namespaces)), refs.refs, {
    tidy: false,
  })
  if (seen.problems.length > 0 || seen.releases.length === 0) return publishResult({ problems: seen.problems })
  if (options.dryRun === true) return dryResult(await dryResume(session, seen.releases))
  return underLease(session, async (hold) => {
    const open = await openReleases(ports, hold.names, hold.refs, { tidy: true })
    if (open.problems.length > 0) return publishResult({ problems: open.problems })
    const carry = carryOptions(session, options, (event) => options.onEvent?.(event))
    const resumed = []
    for (const stored of open.releases) {
      const { release, progress } = stored
      options.onEvent?.({ kind: 'resumed', release, direction: progress.direction })
      options.onEvent?.({ kind: 'planned', steps: remainingSteps(progress), problems: [] })
      const end = await continueRelease(ports, hold, stored, carry)
      resumed.push(end)
      if (end.state === 'open') break
    }
    return publishResult({ resumed, problems: [] })
  })
}

/** What a rollback will do, in order, and what will remain of the release all the same. */
export type RollbackPlan = {
  readonly release: string
  /** It is public already, or a part of it is. */
  readonly wasPublic: boolean
  readonly steps: readonly Step[]
  readonly leftovers: readonly Leftover[]
}

export type RollbackOptions = ResumeOptions & {
  /** The open one, or else the newest, when left out. */
  readonly release?: string | undefined
  /** Takes versions away where the registry allows it, instead of deprecating them. */
  readonly unpublish?: boolean | undefined
  /** Called once, before anything is changed. */
  readonly onPlan?: ((plan: RollbackPlan) => void) | undefined
}

export type RollbackResult = PublishResult & {
  readonly rollback: RollbackPlan | undefined
  /** To be merged: it takes manifests and changesets back. Undefined where it was not made, or there was nothing to take back. */
  readonly branch?: string | undefined
}

export async function rollbackWorkspace(options: RollbackOptions): Promise<RollbackResult> {
  const session = await openSession({ ...options, onAwaited: options.onEvent })
  const { ports, holding } = session
  const refs = await readRefs(session)
  if (refs.kind === 'unreachable') return stopped([refs.problem])
  const chosen = await chooseRelease(session, refs.refs, options.release)
  if (chosen.kind === 'none') return stopped(chosen.problems)
  if (options.dryRun === true) {
    const rollback = planRollback(chosen.stored, options.unpublish === true)
    return { ...publishResult({ problems: [] }), steps: rollback.steps, rollback }
  }
  const answer = await holdReleases(ports, holding)
  if (answer.kind === 'stopped') return stopped([answer.problem])
  const { hold } = answer
  try {
    // It may have gone on since.
    const again = await chooseRelease(session, hold.refs, options.release)
    if (again.kind === 'none') return stopped(again.problems)
    const { stored } = again
    const unpublish = options.unpublish === true || stored.progress.unpublish
    const rollback = planRollback(stored, unpublish)
    options.onPlan?.(rollback)
    options.onEvent?.({ kind: 'planned', steps: rollback.steps, problems: [] })
    const turnsNow = stored.progress.direction === 'forward' || unpublish !== stored.progress.unpublish
    const turnBack = turnsNow ? { unpublish } : undefined
    const carry = carryOptions(session, options, (event) => options.onEvent?.(event))
    const end = await continueRelease(ports, hold, stored, { ...carry, turnBack, last: true })
    return { ...publishResult({ end, problems: [] }), rollback, branch: await madeBranch(session, stored.release) }
  } finally {
    await hold.end()
  }
}

async function madeBranch({ git }: Session, release: string): Promise<string | undefined> {
  const branch = revertBranchOf(release)
  const found = await git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])
  return found.kind === 'done' && found.code === 0 ? branch : undefined
}

type Chosen =
  | { readonly kind: 'chosen'; readonly stored: StoredRelease }
  | { readonly kind: 'none'; readonly problems: readonly Problem[] }

async function chooseRelease(
  { ports, holding }: Session,
  refs: ReadonlyMap<string, string>,
  wanted: string | undefined,
): Promise<Chosen> {
  const names = releaseRefs(namespaceIn(refs, holding.namespaces))
  const open = await openReleases(ports, names, refs, { tidy: false })
  if (open.problems.length > 0) return { kind: 'none', problems: open.problems }
  const [first] = open.releases
  if (first !== undefined && (wanted === undefined || wanted === first.release)) {
    return { kind: 'chosen', stored: first }
  }
  if (first !== undefined) {
    const { release, progress } = first
    const { direction } = progress
    return { kind: 'none', problems: [{ code: 'RELEASE_OPEN', severity: 'error', release, direction }] }
  }
  const { releases } = await newestReleases(ports, names, refs, 5)
  const stored = wanted === undefined ? releases.at(-1) : (await readRelease(ports, names, refs, wanted)).stored
  if (stored === undefined) {
    const known = releases.map(({ release }) => release)
    return { kind: 'none', problems: [{ code: 'RELEASE_UNKNOWN', severity: 'error', release: wanted ?? '', known }] }
  }
  if (stored.progress.closed === 'rolled-back') {
    const { release } = stored
    return { kind: 'none', problems: [{ code: 'RELEASE_ALREADY_ROLLED_BACK', severity: 'error', release }] }
  }
  return { kind: 'chosen', stored }
}

function planRollback({ progress, release }: StoredRelease, unpublish: boolean): RollbackPlan {
  const turned: Progress = { ...progress, unpublish, direction: 'back', closed: undefined }
  const shows = (step: Step): boolean =>
    step.kind === 'promote' || (step.kind === 'upload' && step.staged !== true && step.distTag !== candidateTag)
  const wasPublic = progress.opened.steps.some((step) => shows(step) && progress.steps.has(step.id))
  return { release, wasPublic, steps: remainingSteps(turned), leftovers: leftoversOf(turned) }
}

function stopped(problems: readonly Problem[]): RollbackResult {
  return { ...publishResult({ problems }), rollback: undefined }
}

async function underLease(session: Session, act: (hold: Hold) => Promise<PublishResult>): Promise<PublishResult> {
  const answer = await holdReleases(session.ports, session.holding)
  if (answer.kind === 'stopped') return publishResult({ problems: [answer.problem] })
  try {
    return await act(answer.hold)
  } finally {
    await answer.hold.end()
  }
}

type RefsAnswer =
  | { readonly kind: 'known'; readonly refs: ReadonlyMap<string, string> }
  | { readonly kind: 'unreachable'; readonly problem: Problem }

export async function readRefs({ git, ports, holding, remote, config, obstacle }: Session): Promise<RefsAnswer> {
  if (obstacle !== undefined) return { kind: 'unreachable', problem: obstacle }
  const listed = await ports.refs.list(...holding.namespaces)
  const isMute =
    listed.kind === 'known' && listed.refs.size === 0 && remote !== undefined && (await showsNothing(git, remote))
  if (listed.kind === 'known' && !isMute) return listed
  const detail =
    listed.kind === 'known' ? 'it shows no branch, and this clone has fetched some' : config.redact(listed.detail)
  const problem = { code: 'GIT_REMOTE_UNREACHABLE', severity: 'error', remote: remote ?? '', detail } as const
  return { kind: 'unreachable', problem }
}

/** Git takes a web page, such as one that wants somebody to log in, for a repository without refs. */
async function showsNothing(git: Git, remote: string): Promise<boolean> {
  const fetched = await git(['for-each-ref', '--count=1', '--', `refs/remotes/${remote}/`])
  if (fetched.kind === 'missing' || fetched.stdout === '') return false
  const shown = await git(['ls-remote', '--', remote])
  return shown.kind === 'done' && shown.code === 0 && shown.stdout === ''
}
