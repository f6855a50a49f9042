/**
 * A runner's way to the world, call by call. What it asks for travels: it is carried out some time after it was sent
 * and answered some time later, so that calls interleave as on a network, and what a dead runner has sent still lands.
 * At a chosen call the runner dies or the network fails.
 */
import type { MemoryClock } from './memory-clock.ts'

/** `offline`: from here on nothing gets through to that server any more. */
const askFates = ['die-before', 'die-after', 'reply-lost', 'unreachable', 'offline'] as const
/** `lands-late`: the runner dies, and what it has sent is carried out some time afterwards. */
const sendFates = [...askFates, 'lands-late'] as const
const localFates = ['die-before', 'die-after'] as const
/** `torn`: half of what was to be written is. */
const writeFates = ['die-before', 'die-after', 'torn', 'disk-full'] as const
export type Fate = (typeof sendFates)[number] | (typeof writeFates)[number]

export type Misfortune = { readonly call: number; readonly fate: Fate }

export type Call = { readonly what: string; readonly fates: readonly Fate[] }

type Server = 'registry' | 'git' | 'forge'

/** `lost`: what the runner hears when no answer comes. */
export type Wire = {
  ask<Answer>(what: string, act: () => Promise<Answer>, lost: () => Answer): Promise<Answer>
  /** The same for what changes something. */
  send<Answer>(what: string, act: () => Promise<Answer>, lost: () => Answer): Promise<Answer>
}

export type Line = {
  readonly calls: readonly Call[]
  readonly death: Promise<'died'>
  isDead(): boolean
  to(server: Server): Wire
  /** On the runner's own machine: nothing is sent, and nothing happens after its death. */
  local<Answer>(what: string, act: () => Promise<Answer>): Promise<Answer>
  /** `act` is told to write all of it or half of it. */
  write(what: string, act: (part: 'all' | 'half') => void): Promise<void>
}

/** What is heard of a call that brought no answer. */
export const lostAnswer = 'the connection was lost'

/** Milliseconds on the way. */
const late = 5_000

export function lineOf(clock: MemoryClock, misfortune: Misfortune | undefined): Line {
  const calls: Call[] = []
  let dead = false
  const offline = new Set<Server>()
  let die: () => void = () => {}
  const death = new Promise<'died'>((resolve) => {
    die = () => {
      dead = true
      resolve('died')
    }
  })
  const travel = (): Promise<void> => clock.sleep(1 + Math.floor(clock.random() * 20))
  const begin = (what: string, fates: readonly Fate[]): Fate | undefined => {
    calls.push({ what, fates })
    return misfortune?.call === calls.length ? misfortune.fate : undefined
  }
  const onOwnMachine = async <Answer>(act: () => Promise<Answer>, fate: Fate | undefined): Promise<Answer> => {
    if (fate === 'die-before') die()
    if (dead) return never()
    const answer = await act()
    if (fate === 'die-after') die()
    return dead ? never() : answer
  }
  const travelling = async <Answer>(
    what: string,
    { fates, server }: { readonly fates: readonly Fate[]; readonly server: Server },
    act: () => Promise<Answer>,
    lost: () => Answer,
  ): Promise<Answer> => {
    if (dead) return never()
    const fate = begin(what, fates)
    if (fate === 'die-before' || fate === 'lands-late') die()
    if (fate === 'lands-late') clock.at(late, () => void act())
    if (dead) return never()
    await travel()
    if (fate === 'offline') offline.add(server)
    if (fate === 'unreachable' || offline.has(server)) return lost()
    const answer = await act()
    if (fate === 'die-after') die()
    await travel()
    if (dead) return never()
    return fate === 'reply-lost' ? lost() : answer
  }
  return {
    calls,
    death,
    isDead: () => dead,
    to: (server) => ({
      ask: (what, act, lost) => travelling(what, { fates: askFates, server }, act, lost),
      send: (what, act, lost) => travelling(what, { fates: sendFates, server }, act, lost),
    }),
    async local(what, act) {
      return dead ? never() : onOwnMachine(act, begin(what, localFates))
    },
    async write(what, act) {
      if (dead) return never()
      const fate = begin(what, writeFates)
      if (fate === 'disk-full') throw new Error('ENOSPC: no space left on device')
      if (fate === 'torn') {
        act('half')
        die()
      }
      return onOwnMachine(async () => act('all'), fate)
    },
  }
}

function never(): Promise<never> {
  return new Promise(() => {})
}
