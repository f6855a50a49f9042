/**
 * Time that passes only when nothing else can happen: whoever waits is woken in order, one at a time, so that the same
 * seed gives the same order of everything, and an hour costs nothing.
 */
import type { Clock } from '../publish/clock.ts'

export type MemoryClock = Clock & {
  monotonic(): number
  /** Calls `act` that many milliseconds from now. */
  at(milliseconds: number, act: () => void): void
  /** Lets time pass until the promise has settled. Throws when it waits for something that no timer will bring. */
  until<Answer>(promise: Promise<Answer>): Promise<Answer>
}

type Timer = { readonly when: number; readonly number: number; readonly act: () => void }

/** Turns without a timer before whoever waits counts as stuck: real files and processes may take some. */
const patience = 20_000

export function memoryClock(random: () => number): MemoryClock {
  let now = 0
  let count = 0
  const timers: Timer[] = []
  const at: MemoryClock['at'] = (milliseconds, act) => {
    count += 1
    timers.push({ when: now + Math.max(0, milliseconds), number: count, act })
  }
  const wakeOne = (): boolean => {
    const next = timers.reduce<Timer | undefined>((best, timer) => (isEarlier(timer, best) ? timer : best), undefined)
    if (next === undefined) return false
    timers.splice(timers.indexOf(next), 1)
    now = Math.max(now, next.when)
    next.act()
    return true
  }
  return {
    now: () => now,
    monotonic: () => now,
    random,
    at,
    sleep: (milliseconds) => new Promise((done) => at(milliseconds, done)),
    async until(promise) {
      let isSettled = false
      const settle = (): void => void (isSettled = true)
      promise.then(settle, settle)
      for (let idle = 0; idle < patience;) {
        await turn()
        if (isSettled) return promise
        idle = wakeOne() ? 0 : idle + 1
      }
      throw new Error('nothing will ever happen again, and the run has not ended')
    },
  }
}

function isEarlier(timer: Timer, other: Timer | undefined): boolean {
  return other === undefined || timer.when < other.when || (timer.when === other.when && timer.number < other.number)
}

/** After everything that is already promised. */
function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}
