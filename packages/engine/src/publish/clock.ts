/**
 * Time and chance as an argument of whoever waits, so that a test decides how fast they pass.
 */
export type Clock = {
  /** Milliseconds, from any beginning. */
  now(): number
  sleep(milliseconds: number): Promise<void>
  /** In [0, 1). */
  random(): number
}

/** It only goes forward: whoever sets the clock on the wall, by hand or over the network, makes nobody wait for a day. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
  random: () => Math.random(),
}

/** For those who are told a moment of the calendar to wait for. */
export const wallClock: Clock = { ...systemClock, now: () => Date.now() }
