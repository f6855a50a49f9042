/**
 * Publishes what git says is released and the registries lack, then makes and pushes the tags that are missing. A
 * release that an earlier run left open is finished first, from its own commit; then the world is looked at again. One
 * release at a time: nothing is done without the lease, and without anything to do there is neither lease nor journal.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { isNpmKey, remainingSteps, type PackageName, type Problem, type Sha, type Step } from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import {
  beginRelease,
  dropPrepared,
  prepareRelease,
  type NewRelease,
  type ReadyRelease,
} from '../release/begin-release.ts'
import { continueRelease } from '../release/continue-release.ts'
import type { CarryOptions, ReleaseEnd } from '../release/release-end.ts'
import { holdReleases, type Hold } from '../release/hold.ts'
import type { RefsRead } from '../release/ref-store.ts'
import { openReleases, type StoredReleases } from '../release/stored-release.ts'
import { namespaceIn } from '../read/release-namespaces.ts'
import { releaseRefs } from '../release/ports.ts'
import type { InstallEvent } from './build/install-dependencies.ts'
import { runBuild, type BuildEvent } from './build/run-build.ts'
import type { DriveEvent } from './drive.ts'
import { lookAround, planPublish, type Looked, type PlannedPublish, type PlanOptions } from './plan-publish.ts'
import { dryResume } from '../release/dry-resume.ts'
import { dryResult, publishResult, type PublishResult } from './publish-result.ts'
import { loadForReading, loadForUploading } from './registry-libraries.ts'
import { tagsIn, type RemoteTags } from './tags.ts'
import type { Silence } from '../adapters/silence.ts'
import { carryOptions, openSession, type Session, type SessionOptions } from './session.ts'

export type PublishEvent =
  /** Before the first step of each release. */
  | { readonly kind: 'planned'; readonly steps: readonly Step[]; readonly problems: readonly Problem[] }
  /** A release that an earlier run left open is gone on with. */
  | { readonly kind: 'resumed'; readonly release: string; readonly direction: 'forward' | 'back' }
  | BuildEvent
  /** The commit of a resumed release is set up in a worktree of its own. */
  | InstallEvent
  | Silence
  | DriveEvent

export type PublishOptions = SessionOptions &
  PlanOptions & {
    /** Stops before the first effect; `steps` of the result is what a real run would do. */
    readonly dryRun?: boolean | undefined
    readonly onEvent?: ((event: PublishEvent) => void) | undefined
  }

export async function publishWorkspace(options: PublishOptions): Promise<PublishResult> {
  const opening = openSession({ ...options, onBuild: options.onEvent, onAwaited: options.onEvent })
  // It takes as long as git takes to answer.
  loadForReading()
  const session = await opening
  const listing = listRemote(session, options)
  // Registries are asked while the remote says which releases are open.
  const looked = lookAround(session, options, {
    remoteTags: listing.tags,
    onMissing: options.dryRun === true ? undefined : (name) => getReady(session, name),
  })
  looked.catch(() => {})
  const seen = await lookForOpen(session, await listing.refs)
  if (seen.problems.length > 0) return publishResult({ problems: seen.problems })
  if (options.dryRun === true) return dryRun(session, seen, { ...options, looked })
  const planned = seen.releases.length === 0 ? await planAndTell(session, seen.refs, { ...options, looked }) : undefined
  if (planned !== undefined && hasNothingToDo(planned)) return publishResult({ planned, problems: planned.problems })

  const carry = carryOptions(session, options, (event) => options.onEvent?.(event))
  // Reading files changes nothing, and need not wait for the lease.
  const taking = holdReleases(session.ports, session.holding, seen.refs)
  const early = planned === undefined ? undefined : packEarly(session, planned, { ...carry, known: seen.refs })
  try {
    const answer = await taking
    if (answer.kind === 'stopped') return publishResult({ planned, problems: [answer.problem] })
    const { hold } = answer
    try {
      const result = await publishHeld(session, hold, { planned, lease: seen.lease, early }, { ...options, carry })
      return { ...result, problems: [...placeProblems(hold), ...result.problems] }
    } finally {
      await hold.end()
    }
  } finally {
    await early?.drop()
  }
}

type EarlyPacking = {
  /** Whoever takes it has to begin or to drop it. */
  take(): Promise<ReadyRelease>
  /** Nothing when it was taken. */
  drop(): Promise<void>
}

function packEarly(
  session: Session,
  planned: PlannedPublish,
  carry: CarryOptions & { readonly known: ReadonlyMap<string, Sha> },
): EarlyPacking | undefined {
  const { ports, ahead } = session
  const isReading = ahead.isOnlyReading && planned.build === undefined
  if (!isReading || !planned.units.every(({ name }) => isNpmKey(name))) return undefined
  const packing = prepareRelease(ports, newRelease(session, planned), carry)
  packing.catch(() => {})
  let isTaken = false
  return {
    take: () => ((isTaken = true), packing),
    async drop() {
      if (!isTaken) await packing.then((ready) => dropPrepared(ports, ready)).catch(() => {})
    },
  }
}

function newRelease({ snapshot }: Session, { units, promotion }: PlannedPublish): NewRelease {
  return { units, promotion, commit: snapshot.head ?? null }
}

/** One question for the refs of releases, and for the tags where they are wanted. */
function listRemote(
  { ports, holding, remote, snapshot }: Session,
  { tags, push }: PublishOptions,
): { readonly refs: Promise<RefsRead>; readonly tags: Promise<RemoteTags> | undefined } {
  const wantsTags = remote !== undefined && snapshot.head !== undefined && tags !== false && push !== false
  // The registries come first: to start git takes a moment.
  const listed = turn().then(() => ports.refs.list(...holding.namespaces, ...(wantsTags ? ['refs/tags'] : [])))
  const tagsOf = (answer: RefsRead): RemoteTags =>
    answer.kind === 'known'
      ? { kind: 'known', remote: remote ?? '', tags: tagsIn(answer.refs) }
      : { ...answer, remote: remote ?? '' }
  return { refs: listed, tags: wantsTags ? listed.then(tagsOf) : undefined }
}

/** It will be published. */
function getReady({ ahead }: Session, name: PackageName): void {
  loadForUploading()
  ahead.begin(name)
}

type Seen = StoredReleases & { readonly lease: Sha | undefined; readonly refs: ReadonlyMap<string, Sha> }

/** Before anything is taken: whether there is something to go on with, and what the lease looked like meanwhile. */
async function lookForOpen(session: Session, listed: RefsRead): Promise<Seen> {
  const { ports, holding, remote, config, obstacle, halfWritten } = session
  const problems = obstacle === undefined ? halfWritten : [obstacle]
  if (problems.length > 0) return { releases: [], problems, lease: undefined, refs: new Map() }
  if (listed.kind === 'unreachable') {
    const detail = config.redact(listed.detail)
    const problem = { code: 'GIT_REMOTE_UNREACHABLE', severity: 'error', remote: remote ?? '', detail } as const
    return { releases: [], problems: [problem], lease: undefined, refs: new Map() }
  }
  const isOfReleases = (ref: string): boolean => holding.namespaces.some((namespace) => ref.startsWith(`${namespace}/`))
  const refs = new Map([...listed.refs].filter(([ref]) => isOfReleases(ref)))
  const names = releaseRefs(namespaceIn(refs, holding.namespaces))
  const open = await openReleases(ports, names, refs, { tidy: false })
  return { ...open, lease: refs.get(names.lease), refs }
}

/** What the next run sets out to do: an open release comes first, and what comes after it is planned as if it were over. */
async function dryRun(
  session: Session,
  seen: Seen,
  { looked, ...options }: PublishOptions & { readonly looked: Looked },
): Promise<PublishResult> {
  const { begun, problems, goesOn } = await dryResume(session, seen.releases)
  const tell = (steps: readonly Step[], all: readonly Problem[]): void =>
    options.onEvent?.({ kind: 'planned', steps, problems: all })
  if (!goesOn) {
    tell(begun, problems)
    return dryResult({ begun, problems })
  }
  const after = seen.releases.map(({ progress }) => progress)
  const planned = await planPublish(session, seen.refs, options, { after, looked })
  const all = [...problems, ...planned.problems]
  tell([...begun, ...planned.steps], all)
  return dryResult({ begun, planned, problems: all })
}

async function planAndTell(
  session: Session,
  refs: ReadonlyMap<string, Sha>,
  { looked, ...options }: PublishOptions & { readonly looked?: Looked },
): Promise<PlannedPublish> {
  const planned = await planPublish(session, refs, options, { looked })
  options.onEvent?.({ kind: 'planned', steps: planned.steps, problems: planned.problems })
  return planned
}

function hasNothingToDo({ steps, problems }: PlannedPublish): boolean {
  return steps.length === 0 || problems.some((problem) => problem.severity === 'error')
}

function placeProblems({ refused, records }: Hold): readonly Problem[] {
  if (refused === undefined) return []
  const { namespace } = records
  return [{ code: 'REFS_ON_BRANCHES', severity: 'warning', namespace, detail: refused }]
}

type Before = {
  readonly planned: PlannedPublish | undefined
  readonly lease: Sha | undefined
  /** What was planned, being packed. */
  readonly early: EarlyPacking | undefined
}

type HeldOptions = PublishOptions & { readonly carry: CarryOptions }

async function publishHeld(session: Session, hold: Hold, before: Before, options: HeldOptions): Promise<PublishResult> {
  const { ports, ahead } = session
  const { carry } = options
  const open = await openReleases(ports, hold.names, hold.refs, { tidy: true })
  if (open.problems.length > 0) return publishResult({ problems: open.problems })
  const resumed: ReleaseEnd[] = []
  for (const stored of open.releases) {
    const { release, progress } = stored
    options.onEvent?.({ kind: 'resumed', release, direction: progress.direction })
    options.onEvent?.({ kind: 'planned', steps: remainingSteps(progress), problems: [] })
    const end = await continueRelease(ports, hold, stored, carry)
    resumed.push(end)
    if (end.state === 'open') return publishResult({ resumed, problems: [] })
    if (end.state === 'rolled-back') {
      return publishResult({ resumed, problems: [{ code: 'RELEASE_TURNED_BACK', severity: 'error', release }] })
    }
  }
  // Nobody has released since we looked, if the lease is as it was.
  if (before.planned !== undefined && resumed.length === 0 && hold.lease.from === before.lease) {
    const ready = await before.early?.take()
    return publishResult(await publishPlanned(session, hold, before.planned, { options, resumed, ready }))
  }
  ahead.forget()
  const planned = await planAndTell(session, hold.refs, options)
  if (hasNothingToDo(planned)) return publishResult({ resumed, planned, problems: planned.problems })
  return publishResult(await publishPlanned(session, hold, planned, { options, resumed }))
}

type PlannedOptions = {
  readonly options: HeldOptions
  readonly resumed: readonly ReleaseEnd[]
  readonly ready?: ReadyRelease | undefined
}

async function publishPlanned(
  session: Session,
  hold: Hold,
  planned: PlannedPublish,
  { options, resumed, ready }: PlannedOptions,
): Promise<Parameters<typeof publishResult>[0]> {
  const failed = await buildBeforePacking(session, planned, options)
  if (failed !== undefined) return { resumed, planned, problems: [...planned.problems, failed] }
  const wanted = newRelease(session, planned)
  const end = await beginRelease(session.ports, hold, wanted, { ...options.carry, last: true }, ready)
  return { resumed, planned, end, problems: planned.problems }
}

function buildBeforePacking(
  session: Session,
  { build }: PlannedPublish,
  options: PublishOptions,
): Promise<Problem | undefined> {
  const { root, snapshot, config } = session
  return runBuild({
    build,
    files: diskFiles(root),
    workspace: snapshot.workspace,
    env: options.env ?? process.env,
    redact: config.redact,
    onEvent: options.onEvent ?? (() => {}),
  })
}
