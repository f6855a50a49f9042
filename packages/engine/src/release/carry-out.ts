/**
 * A release from its opened journal to its end, forwards or back: the one loop over what the journal leaves to do. A
 * first run, a resumed one and a rollback differ only in what is written before they come here.
 */
import { releaseSteps, rollbackSteps } from '@topsail/core'
import type {
  Integrity,
  JournalEvent,
  Problem,
  Progress,
  Promotion,
  PublishUnit,
  RetryPolicy,
  SetId,
  Sha,
  Step,
  StepId,
} from '@topsail/core'
import { cleaned, problemOf } from '../publish/attempt.ts'
import { drive, type DriveEvent, type DriveResult, type Effects } from '../publish/drive.ts'
import { npmEffects } from '../publish/npm-effects.ts'
import { prepareEffects } from '../publish/prepare-effects.ts'
import { tagEffects } from '../publish/tag-effects.ts'
import type { Hold } from './hold.ts'
import { journalled } from './journalled.ts'
import { keepJournal, stopOf, type JournalKeeper } from './journal-keeper.ts'
import type { ReleasePacker, ReleasePorts } from './ports.ts'
import { repackMissing } from './repack.ts'
import type { StoredRelease } from './stored-release.ts'
import { undoEffects } from './undo-effects.ts'

export type CarryOptions = {
  readonly limits: Readonly<Record<Step['kind'], number>>
  readonly retries: Readonly<Record<Step['kind'], RetryPolicy>>
  readonly onEvent: (event: DriveEvent) => void
  /** Where tags are pushed to. */
  readonly remote: string | undefined
  /** A person has approved what is staged. */
  readonly approved?: boolean | undefined
  /** Nothing comes after it: the lease is given back in the same step in which the release ends. */
  readonly last?: boolean | undefined
}

export type NewRelease = {
  readonly units: readonly PublishUnit[]
  readonly promotion: Promotion
  readonly commit: Sha | null
}

export type ReleaseEnd = {
  /** Undefined: it was never opened, and nothing was done. */
  readonly release: string | undefined
  readonly state: 'unopened' | 'open' | 'finished' | 'rolled-back'
  readonly progress: Progress | undefined
  readonly steps: readonly Step[]
  readonly driven: DriveResult
  /** The release set that is live from now on. */
  readonly set?: SetId | undefined
  readonly problems: readonly Problem[]
}

/** Packs everything, and only then opens the journal and begins. */
export async function startRelease(
  ports: ReleasePorts,
  hold: Hold,
  wanted: NewRelease,
  options: CarryOptions,
): Promise<ReleaseEnd> {
  const release = ports.clock.releaseId()
  const steps = releaseSteps(wanted.units, wanted.promotion)
  const ready = await ports.packerAt(wanted.commit, release)
  if (ready.kind === 'impossible') return unopened(steps, [cannotPack(ready.detail)])
  try {
    const prepared = await prepare(ports, release, steps, ready.packer, wanted, options)
    if (prepared.driven.failed.length > 0 || prepared.driven.held.length > 0) {
      await ports.tarballs.drop(release)
      return { ...unopened(steps, []), driven: prepared.driven }
    }
    const opened: JournalEvent = { kind: 'opened', release, ...wanted, steps, integrities: prepared.integrities }
    const keeper = await keepJournal({
      ports,
      hold,
      release,
      ref: undefined,
      text: '',
      first: [opened],
      last: options.last,
    })
    const stop = stopOf(await keeper.push())
    if (stop !== undefined) return abandoned(keeper, release, steps, prepared.driven, stop)
    return await goForward(ports, hold, keeper, { ...options, packer: ready.packer, before: prepared.driven })
  } finally {
    await ready.close()
  }
}

/** Goes on with a release that an earlier run left open, in the direction it had. */
export async function continueRelease(
  ports: ReleasePorts,
  hold: Hold,
  stored: StoredRelease,
  options: CarryOptions & { readonly turnBack?: { readonly unpublish: boolean } | undefined },
): Promise<ReleaseEnd> {
  const { release, ref, text } = stored
  const turn: readonly JournalEvent[] =
    options.turnBack === undefined ? [] : [{ kind: 'turned-back', ...options.turnBack }]
  const first: readonly JournalEvent[] =
    stored.progress.closed === undefined || turn.length > 0 ? [{ kind: 'continued', holder: hold.holder }, ...turn] : []
  const keeper = await keepJournal({ ports, hold, release, ref, text, first, last: options.last })
  const { opened, direction, closed } = keeper.progress()
  const stop = stopOf(await keeper.push())
  if (stop !== undefined) return abandoned(keeper, release, opened.steps, nothingDriven, stop)
  if (closed !== undefined) return ended(keeper, closed, opened.steps, nothingDriven, [])
  if (direction === 'back') return goBack(ports, hold, keeper, { ...options, complete: stored.complete })

  const ready = await ports.packerAt(opened.commit, release)
  if (ready.kind === 'impossible') {
    return abandoned(keeper, release, opened.steps, nothingDriven, cannotPack(ports.redact(ready.detail)))
  }
  try {
    const failures = await repackMissing(ports, keeper, ready.packer)
    if (failures.length > 0) return await stoppedBy(keeper, release, opened.steps, failures)
    const adopted = await adoptTags(ports, keeper.progress(), options.remote)
    if (adopted !== undefined) return await stoppedBy(keeper, release, opened.steps, [adopted])
    return await goForward(ports, hold, keeper, { ...options, packer: ready.packer, resumed: true })
  } finally {
    await ready.close()
  }
}

type Prepared = { readonly driven: DriveResult; readonly integrities: Readonly<Record<StepId, Integrity>> }

async function prepare(
  ports: ReleasePorts,
  release: string,
  steps: readonly Step[],
  packer: ReleasePacker,
  { units }: NewRelease,
  options: CarryOptions,
): Promise<Prepared> {
  const { redact, clock } = ports
  const effects = prepareEffects({ units, packer, redact, keep: (tarball) => ports.tarballs.keep(release, tarball) })
  const before = steps.filter((step) => step.kind === 'pack' || step.kind === 'check')
  const driven = await drive({ ...options, steps: before, effects: { ...nothing, ...effects }, clock })
  const integrities = units.flatMap((unit) => {
    const tarball = effects.tarballs.get(unit.name)
    return tarball === undefined ? [] : [[`upload:${unit.name}@${unit.version}`, tarball.integrity] as const]
  })
  return { driven, integrities: Object.fromEntries(integrities) }
}

type ForwardOptions = CarryOptions & {
  readonly packer: ReleasePacker
  readonly resumed?: boolean
  readonly before?: DriveResult
}

async function goForward(
  ports: ReleasePorts,
  hold: Hold,
  keeper: JournalKeeper,
  options: ForwardOptions,
): Promise<ReleaseEnd> {
  const progress = keeper.progress()
  const { opened } = progress
  const { release, steps, units } = opened
  const warnings: Problem[] = []
  const npm = npmEffects({
    registryAt: ports.registryAt,
    tarballOf: (step) => ports.tarballs.find(release, step),
    read: (tarball) => ports.tarballs.read(tarball),
    integritiesOf: (upload) => progress.integrities.get(upload) ?? [],
    resumed: options.resumed === true,
    approved: options.approved === true,
    staged: steps.flatMap((step) =>
      step.kind === 'upload' && step.staged === true ? [`${step.name}@${step.version}`] : [],
    ),
    async afterConfirm({ name }) {
      const unit = units.find((each) => each.name === name)
      const warning = unit === undefined ? undefined : await options.packer.afterPublish(unit)
      if (warning !== undefined) warnings.push(cleaned(warning, ports.redact))
    },
  })
  const { evidenceOf, ...publishing } = npm
  const tagging = tagEffects({ tags: ports.tags, remote: options.remote, redact: ports.redact })
  const effects = { ...nothing, ...publishing, ...tagging }
  const driven = await drive({
    ...options,
    steps,
    done: doneBefore(progress),
    effects: journalled(effects, { journal: keeper.journal, lease: hold.lease, progress, evidenceOf }),
    clock: ports.clock,
    onEvent: withPhases(keeper, options.onEvent),
  })
  return ended(keeper, 'finished', steps, joined(options.before, driven), warnings)
}

async function goBack(
  ports: ReleasePorts,
  hold: Hold,
  keeper: JournalKeeper,
  options: CarryOptions & { readonly complete: boolean },
): Promise<ReleaseEnd> {
  const progress = keeper.progress()
  const steps = rollbackSteps(progress)
  // What a dead run has sent may still arrive; undone before that, it would stay.
  const isOnItsWay = [...progress.steps.values()].some(({ state }) => state === 'intended')
  if (isOnItsWay) await ports.clock.sleep(longestOnItsWay)
  const isOver = (id: StepId): boolean => ['undone', 'left'].includes(progress.steps.get(id)?.state ?? '')
  const done = steps.filter((step) => isOver(step.kind === 'undo' ? step.of.id : step.id)).map((step) => step.id)
  const effects = {
    ...nothing,
    ...undoEffects({ ports, progress, complete: options.complete, remote: options.remote }),
  }
  const { journal } = keeper
  const { lease } = hold
  const driven = await drive({
    ...options,
    steps,
    done: new Set(done),
    effects: journalled(effects, { journal, lease, progress, evidenceOf: async () => ({}) }),
    clock: ports.clock,
  })
  return ended(keeper, 'rolled-back', steps, driven, [])
}

/** Milliseconds: a request whose sender has died, and a `git push` that outlives it. */
const longestOnItsWay = 10_000

/** Packing belongs to the time before the journal; it is never journalled. */
function doneBefore({ opened, steps }: Progress): ReadonlySet<StepId> {
  const packed = opened.steps.filter((step) => step.kind === 'pack' || step.kind === 'check')
  const done = [...steps].filter(([, step]) => step.state === 'done').map(([id]) => id)
  return new Set([...packed.map((step) => step.id), ...done])
}

/** The copy at the ref follows at the end of each phase. */
function withPhases(keeper: JournalKeeper, onEvent: (event: DriveEvent) => void): (event: DriveEvent) => void {
  return (event) => {
    onEvent(event)
    const ends = event.kind === 'step-done' && event.step.kind === 'gate'
    const begins = event.kind === 'step-started' && event.step.kind === 'tag'
    if (ends || begins) keeper.pushMeanwhile()
  }
}

async function adoptTags(
  { tags, redact }: ReleasePorts,
  progress: Progress,
  remote: string | undefined,
): Promise<Problem | undefined> {
  const step = progress.opened.steps.find((each) => each.kind === 'tag')
  if (step?.kind !== 'tag' || remote === undefined || progress.steps.get(step.id)?.state === 'done') return undefined
  const failure = await tags.adopt(remote, step.tags)
  if (failure === undefined) return undefined
  return problemOf({ code: 'GIT_REMOTE_UNREACHABLE', remote, detail: redact(failure) })
}

async function ended(
  keeper: JournalKeeper,
  as: 'finished' | 'rolled-back',
  steps: readonly Step[],
  driven: DriveResult,
  warnings: readonly Problem[],
): Promise<ReleaseEnd> {
  const { release } = keeper.progress().opened
  const isComplete = driven.failed.length === 0 && driven.held.length === 0
  if (!isComplete) {
    const isLost = driven.failed.some(({ problem }) => problem.code === 'LEASE_LOST')
    await keeper.leave(isLost ? 'lost' : 'ours')
    return { release, state: 'open', progress: keeper.progress(), steps, driven, problems: warnings }
  }
  const closed = await keeper.close(as)
  const stop = stopOf(closed.state)
  const unpushed: readonly Problem[] =
    stop === undefined
      ? []
      : [
          {
            code: 'JOURNAL_NOT_PUSHED',
            severity: 'warning',
            release,
            detail: 'detail' in stop ? stop.detail : stop.code,
          },
        ]
  const problems = [...warnings, ...closed.problems, ...unpushed]
  return { release, state: as, progress: keeper.progress(), steps, driven, set: closed.set, problems }
}

async function abandoned(
  keeper: JournalKeeper,
  release: string,
  steps: readonly Step[],
  driven: DriveResult,
  problem: Problem,
): Promise<ReleaseEnd> {
  await keeper.leave('lost')
  return { release, state: 'open', progress: keeper.progress(), steps, driven, problems: [problem] }
}

async function stoppedBy(
  keeper: JournalKeeper,
  release: string,
  steps: readonly Step[],
  problems: readonly Problem[],
): Promise<ReleaseEnd> {
  await keeper.leave('ours')
  return { release, state: 'open', progress: keeper.progress(), steps, driven: nothingDriven, problems }
}

const nothingDriven: DriveResult = { done: [], failed: [], held: [] }

function unopened(steps: readonly Step[], problems: readonly Problem[]): ReleaseEnd {
  return { release: undefined, state: 'unopened', progress: undefined, steps, driven: nothingDriven, problems }
}

function joined(before: DriveResult | undefined, after: DriveResult): DriveResult {
  return before === undefined ? after : { ...after, done: [...before.done, ...after.done] }
}

function cannotPack(detail: string): Problem {
  return problemOf({ code: 'PACK_FAILED', name: '', detail })
}

/** No step of the other direction ever comes here. */
async function never(step: Step): Promise<never> {
  throw new Error(`${step.id} does not belong to this direction`)
}

const nothing: Effects = {
  pack: never,
  check: never,
  upload: never,
  confirm: never,
  gate: never,
  promote: never,
  unmark: never,
  tag: never,
  push: never,
  undo: never,
  revert: never,
}
