import type { Clock } from '../publish/clock.ts'

/** Time goes on only when something sleeps, and whoever sleeps shortest wakes first. */
export function simulatedClock(): Clock {
  let now = 0
  const sleepers: { readonly at: number; readonly wake: () => void }[] = []
  const tick = (): void => {
    sleepers.sort((a, b) => a.at - b.at)
    const next = sleepers.shift()
    if (next === undefined) return
    now = next.at
    next.wake()
  }
  return {
    now: () => now,
    random: () => 0,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: now + milliseconds, wake })
        setImmediate(tick)
      }),
  }
}
