/**
 * The last step of a release: its release set is recorded where everybody finds it, and then whoever wants to be told
 * is told. Both may be done again without harm; what is public stays so whatever becomes of it.
 */
import { packageOf } from '@topsail/core'
import type { AnnounceStep, Problem, Progress, SetId } from '@topsail/core'
import { failed, problemOf } from '../publish/attempt.ts'
import type { Attempt, Effects } from '../publish/drive.ts'
import type { Redact } from '../publish/secrets.ts'
import type { AnnouncedRelease, AnnounceOutcome, Announcement } from './announcer.ts'
import type { Hold } from './hold.ts'
import { stopOf, type JournalKeeper } from './journal-keeper.ts'
import type { ReleasePorts } from './ports.ts'
import { recordFinished } from './record-set.ts'

export type AnnounceEffectOptions = {
  readonly ports: Pick<ReleasePorts, 'refs' | 'sources' | 'announcers' | 'redact'>
  readonly hold: Hold
  readonly keeper: JournalKeeper
  readonly warn: (problem: Problem) => void
}

export type AnnounceEffect = Pick<Effects, 'announce'> & {
  /** The one that was recorded; undefined where that was done before. */
  set(): SetId | undefined
}

export function announceEffect({ ports, hold, keeper, warn }: AnnounceEffectOptions): AnnounceEffect {
  let live: SetId | undefined
  return {
    set: () => live,
    async announce(step) {
      const progress = keeper.progress()
      const recorded = await recordFinished(ports, progress, { ...hold.records, listed: hold.refs })
      if (recorded.kind === 'unreachable') return again('release set', recorded.detail)
      // Nothing has to move where a run that died has moved it.
      const stop = recorded.moves.length === 0 ? undefined : stopOf(await keeper.push(recorded.moves))
      if (stop?.code === 'LEASE_UNREACHABLE') return again('release set', ports.redact(stop.detail))
      if (stop !== undefined) return { kind: 'failed', problem: stop }
      for (const problem of recorded.problems) warn(problem)
      live = recorded.set.id
      const announcement: Announcement = { ...announcedRelease(step, progress), set: recorded.set }
      for (const announcer of ports.announcers) {
        const attempt = attemptOf(await announcer.announce(announcement), announcer.name, ports.redact)
        if (attempt.kind !== 'done') return attempt
      }
      return { kind: 'done' }
    },
  }
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
