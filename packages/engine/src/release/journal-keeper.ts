/**
 * An open journal and its copy at the ref that everybody sees. The copy moves only together with the lease, in one
 * atomic step, so that whoever lost the lease can no longer move it.
 */
import { foldJournal } from '@topsail/core'
import type { JournalEvent, Problem, Progress, SetId, Sha } from '@topsail/core'
import { problemOf } from '../publish/attempt.ts'
import type { Hold } from './hold.ts'
import type { Journal } from './journal-file.ts'
import type { LeaseState } from './held-lease.ts'
import type { ReleasePorts } from './ports.ts'
import { recordRolledBack } from './record-set.ts'
import { writeOrTell, type RefMove } from './ref-store.ts'
import { journalName } from './stored-release.ts'

export type JournalKeeper = {
  readonly journal: Journal
  progress(): Progress
  /**
   * Brings the copy up to date, moving other refs and pushing tags in the same atomic step. `meanwhile` is called when
   * the other side has something to do.
   */
  push(more?: readonly RefMove[], tags?: readonly string[], meanwhile?: () => void): Promise<LeaseState>
  /** The same beside the work; what comes of it shows at the next check of the lease. */
  pushMeanwhile(): void
  /**
   * The last step and the end of the release in one. `events` become true with it: they stand in the copy, and are
   * written here afterwards. Nothing has happened unless it answers `held`; then `close` has no more to push.
   */
  pushLast(last: LastPush): Promise<LeaseState>
  /** Ends the release here and at the ref, with what a rollback leaves behind; the lease stays unless it is the last. */
  close(as: 'finished' | 'rolled-back'): Promise<Closed>
  /** Leaves it open for whoever comes next. */
  leave(state: 'ours' | 'lost'): Promise<void>
}

export type LastPush = {
  readonly events: readonly JournalEvent[]
  readonly more: readonly RefMove[]
  readonly tags: readonly string[]
}

export type Closed = {
  readonly state: LeaseState
  /** The set that is live again after a rollback. */
  readonly set: SetId | undefined
  readonly problems: readonly Problem[]
}

type Ref = { readonly name: string; readonly sha: Sha }

export type KeeperOptions = {
  readonly ports: ReleasePorts
  readonly hold: Hold
  readonly release: string
  /** Where the copy stands. */
  readonly ref: Ref | undefined
  readonly text: string
  readonly first: readonly JournalEvent[]
  /** The lease is given back in the same step in which the release ends. */
  readonly last?: boolean | undefined
}

export async function keepJournal(options: KeeperOptions): Promise<JournalKeeper> {
  const { ports, hold, release } = options
  const { fence } = hold.lease
  const journal = await ports.journals.open(release, options.text, { fence, now: () => ports.clock.date() })
  await Promise.all(options.first.map((event) => journal.append(event)))
  let ref = options.ref
  let pushes: Promise<unknown> = Promise.resolve()

  let isOver = false

  const moveTo = async (
    name: string,
    { ends = false, more = [], tags = [], events = [], meanwhile }: Push,
  ): Promise<LeaseState> => {
    const files = { [journalName]: events.length === 0 ? await journal.text() : await journal.textWith(events) }
    const message = JSON.stringify({ format: 'topsail/journal@1', release })
    const sha = await writeOrTell(ports.refs, { message, files }, undefined)
    if (typeof sha !== 'string') return sha
    const moves = [...movesBetween(ref, { name, sha }), ...more]
    const moving = ends && options.last === true ? hold.end(moves, tags) : hold.lease.renewWith(moves, tags)
    meanwhile?.()
    const state = await moving
    if (state.kind === 'held') {
      ref = { name, sha }
      hold.moved(moves)
    }
    return state
  }
  const inTurn = (name: string, push: Push = {}): Promise<LeaseState> => {
    const turn = pushes.then(() => moveTo(name, push))
    pushes = turn.catch(() => {})
    return turn
  }
  const open = hold.names.open(release)
  const progress = (): Progress => {
    const folded = foldJournal(journal.records)
    if (folded === undefined) throw new Error('a journal is opened before anything else is written')
    return folded
  }
  return {
    journal,
    progress,
    push: (more = [], tags = [], meanwhile) => inTurn(open, { more, tags, meanwhile }),
    pushMeanwhile: () => void inTurn(open).catch(() => {}),
    async pushLast({ events, more, tags }) {
      const closed: JournalEvent = { kind: 'closed', as: 'finished' }
      const end = { ends: true, more, tags, events: [...events, closed] }
      const state = await inTurn(hold.names.closed(release), end)
      isOver = state.kind === 'held'
      return state
    },
    async close(as) {
      const isClosed = progress().closed !== undefined
      const refused = isClosed ? undefined : await journal.append({ kind: 'closed', as }).then(() => undefined, String)
      if (refused !== undefined) {
        await pushes
        await journal.close().catch(() => {})
        return { state: { kind: 'unreachable', detail: refused }, set: undefined, problems: [] }
      }
      const recordOptions = { ...hold.records, listed: hold.refs }
      const recorded = as === 'finished' ? nothingRecorded : await recordRolledBack(ports, progress(), recordOptions)
      if (recorded.kind === 'unreachable') {
        await pushes
        await journal.close()
        return { state: recorded, set: undefined, problems: [] }
      }
      const state = isOver ? held : await inTurn(hold.names.closed(release), { ends: true, more: recorded.moves })
      await journal.close()
      // The copy at the ref is what is kept of it.
      if (state.kind === 'held') {
        await ports.tarballs.drop(release)
        await ports.journals.forget(release)
      }
      return { state, set: recorded.set?.id, problems: recorded.problems }
    },
    async leave(state) {
      if (state === 'ours' && !isOver) await inTurn(open, { ends: true })
      await pushes
      await journal.close().catch(() => {})
    },
  }
}

type Push = { readonly ends?: boolean; readonly meanwhile?: (() => void) | undefined } & Partial<LastPush>

const held: LeaseState = { kind: 'held' }

/** The set of a finished release was its last step. */
const nothingRecorded = { kind: 'recorded', moves: [], set: undefined, problems: [] } as const

function movesBetween(from: Ref | undefined, to: Ref): readonly RefMove[] {
  if (from === undefined) return [{ ref: to.name, from: undefined, to: to.sha }]
  if (from.name === to.name) return [{ ref: to.name, from: from.sha, to: to.sha }]
  return [
    { ref: from.name, from: from.sha, to: undefined },
    { ref: to.name, from: undefined, to: to.sha },
  ]
}

/** What a person should know when a release could not go on. Undefined: it can. */
export function stopOf(state: LeaseState): Problem | undefined {
  switch (state.kind) {
    case 'held':
      return undefined
    case 'lost':
      return problemOf({ code: 'LEASE_LOST', holder: state.to?.holder })
    case 'unreachable':
      return problemOf({ code: 'LEASE_UNREACHABLE', detail: state.detail })
  }
}
