/**
 * How long something takes, by how many of it are under way at once: what it needs alone, and something for each that
 * keeps it company. The newest values count most.
 */
export type Trend = {
  add(milliseconds: number, underWay: number): void
  /** Undefined before the first value. */
  line(): Line | undefined
}

export type Line = {
  at(underWay: number): number
  /** What each that is under way adds; nothing as long as there were never more or fewer at once. */
  readonly each: number
  /** By how much the values are off the line. */
  readonly off: number
}

/** What of the past is left after each new value. */
const memory = 0.98

export function trend(): Trend {
  let weight = 0
  let mean = { at: 0, value: 0 }
  let spread = { at: 0, both: 0 }
  let off = 0
  // A little is added to the spread, so that chance makes no slope where there is hardly any.
  const slope = (): number => Math.max(0, spread.both / (spread.at + weight / 10))
  const on = (at: number): number => Math.max(0, mean.value + slope() * (at - mean.at))
  return {
    add(value, at) {
      off = weight === 0 ? value / 8 : off + (Math.abs(value - on(at)) - off) / 8
      weight = weight * memory + 1
      const was = mean
      mean = { at: was.at + (at - was.at) / weight, value: was.value + (value - was.value) / weight }
      spread = {
        at: spread.at * memory + (at - was.at) * (at - mean.at),
        both: spread.both * memory + (at - was.at) * (value - mean.value),
      }
    },
    line: () => (weight === 0 ? undefined : { at: on, each: slope(), off }),
  }
}
