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

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
  random: () => Math.random(),
}
