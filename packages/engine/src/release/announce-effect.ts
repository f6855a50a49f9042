/**
 * The last steps of a release: its tags reach the remote, its release set is recorded where everybody finds it, and
 * then whoever wants to be told is told. The tags, the set and the journal go in one push where they can, and where
 * nobody is to be told the end of the release goes with them. All of it may be done again without harm; what is public
 * stays so whatever becomes of it.
 */
import { packageOf, remainingSteps } from '@topsail/core'
import type { AnnounceStep, JournalEvent, Problem, Progress, PushStep, SetId } from '@topsail/core'
import { failed, problemOf } from '../publish/attempt.ts'
import type { Attempt, Effects } from '../publish/drive.ts'
import type { Redact } from '../publish/secrets.ts'
import type { AnnouncedRelease, AnnounceOutcome, Announcement } from './announcer.ts'
import type { Hold } from './hold.ts'
import { stopOf, type JournalKeeper } from './journal-keeper.ts'
import type { ReleasePorts } from './ports.ts'
import { recordFinished } from './record-set.ts'

export type AnnounceEffectOptions = {
  readonly ports: Pick<ReleasePorts, 'refs' | 'sources' | 'announcers' | 'redact' | 'tags'>
  readonly hold: Hold
  readonly keeper: JournalKeeper
  readonly warn: (problem: Problem) => void
  prepared(): PreparedEnd | undefined
}

type EndOptions = Pick<AnnounceEffectOptions, 'ports' | 'hold' | 'keeper'>

/** What was made of the end before everything was public. */
export type PreparedEnd = { readonly recorded: ReturnType<typeof recordFinished> | undefined }

/** Does what can be done before everything is public; nobody sees anything of it. */
export function prepareEnd({ ports, hold, keeper }: EndOptions): PreparedEnd {
  const { steps } = keeper.progress().opened
  for (const step of steps) if (step.kind === 'tag') ports.tags.prepare(step.tags).catch(() => {})
  // A signature may take a person, who is asked when everything is public.
  if (hold.records.sign || !steps.some(({ kind }) => kind === 'announce')) return { recorded: undefined }
  const recorded = record({ ports, hold, keeper })
  recorded.catch(() => {})
  return { recorded }
}

function record({ ports, hold, keeper }: EndOptions): ReturnType<typeof recordFinished> {
  return recordFinished(ports, keeper.progress(), { ...hold.records, listed: hold.refs })
}

export type AnnounceEffect = Pick<Effects, 'announce'> & {
  /** Whether the tags will be pushed with the journal. */
  readonly joins: boolean
  /** Pushes the tags, and the set with them; undefined where they have to go alone. */
  together(step: PushStep): Promise<Attempt | undefined>
  /** The one that was recorded; undefined where that was done before. */
  set(): SetId | undefined
}

type Recorded = Extract<Awaited<ReturnType<typeof recordFinished>>, { kind: 'recorded' }>

export function announceEffect(options: AnnounceEffectOptions): AnnounceEffect {
  const { ports, keeper, warn } = options
  let done: Recorded | undefined
  const isRecorded = (recorded: Recorded): void => {
    for (const problem of recorded.problems) warn(problem)
    done = recorded
  }
  const { steps } = keeper.progress().opened
  const last = steps.find((step) => step.kind === 'announce')
  const joins = last !== undefined && !ports.tags.travelsAlone()
  return {
    joins,
    set: () => done?.set.id,
    async together(step) {
      if (!joins || last === undefined) return undefined
      const recorded = await (options.prepared()?.recorded?.catch(() => record(options)) ?? record(options))
      if (recorded.kind === 'unreachable') return undefined
      const tags = step.tags.map(({ tag }) => tag)
      const isLast = remainingSteps(keeper.progress()).every(({ id }) => id === step.id || id === last.id)
      const state = await (isLast && ports.announcers.length === 0
        ? keeper.pushLast({ events: whatFollows(step, last), more: recorded.moves, tags })
        : keeper.push(recorded.moves, tags))
      if (state.kind === 'held') isRecorded(recorded)
      if (state.kind === 'unreachable') return undefined
      const stop = stopOf(state)
      return stop === undefined ? { kind: 'done' } : { kind: 'failed', problem: stop }
    },
    async announce(step) {
      const recorded = done ?? (await record(options))
      if (recorded.kind === 'unreachable') return again('release set', recorded.detail)
      if (done === undefined) {
        // Nothing has to move where a run that died has moved it.
        const stop = recorded.moves.length === 0 ? undefined : stopOf(await keeper.push(recorded.moves))
        if (stop?.code === 'LEASE_UNREACHABLE') return again('release set', ports.redact(stop.detail))
        if (stop !== undefined) return { kind: 'failed', problem: stop }
        isRecorded(recorded)
      }
      const announcement: Announcement = { ...announcedRelease(step, keeper.progress()), set: recorded.set }
      for (const announcer of ports.announcers) {
        const attempt = attemptOf(await announcer.announce(announcement), announcer.name, ports.redact)
        if (attempt.kind !== 'done') return attempt
      }
      return { kind: 'done' }
    },
  }
}

/** What becomes true when the tags and the set have arrived, and nobody is to be told. */
function whatFollows(push: PushStep, announce: AnnounceStep): readonly JournalEvent[] {
  return [
    { kind: 'outcome', step: push.id, outcome: 'done', detail: null },
    { kind: 'intent', step: announce.id, evidence: {} },
    { kind: 'outcome', step: announce.id, outcome: 'done', detail: null },
  ]
}

export function announcedRelease({ versions }: AnnounceStep, { opened }: Progress): AnnouncedRelease {
  const { release, commit, promotion, units } = opened
  const tags = units.flatMap(({ tag, name, version }) =>
    tag === undefined ? [] : [{ tag: tag.name, name: packageOf(name), version, commit: tag.commit }],
  )
  return { release, commit, promotion, versions, tags }
}

function attemptOf(outcome: AnnounceOutcome, by: string, redact: Redact): Attempt {
  if (outcome.kind === 'done') return outcome
  const detail = redact(outcome.detail)
  return outcome.kind === 'unknown' ? again(by, detail, outcome.after) : failed({ code: 'ANNOUNCE_FAILED', by, detail })
}

function again(by: string, detail: string, after?: number): Attempt {
  return { kind: 'again', after, detail, problem: problemOf({ code: 'ANNOUNCE_FAILED', by, detail }) }
}
