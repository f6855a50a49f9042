/**
 * When to look for a version whose upload has not been answered yet, so that both are under way at once: as late as the
 * upload is expected to need at the registry, judged by the uploads and looks before it. An upload takes what it needs
 * alone, and something for each that is under way beside it. Nobody looks ahead where it saves little, or where versions
 * are not shown as soon as they are stored.
 */
export type UploadPace = {
  /**
   * Milliseconds from the beginning of an upload to the look, when at most so many were under way with it; undefined:
   * wait for its answer.
   */
  delay(underWay: number): number | undefined
  /** An upload was answered after so many milliseconds. */
  uploaded(milliseconds: number, underWay: number): void
  /** A look that nothing had to be waited for took so long. */
  looked(milliseconds: number): void
  /** A look is sent ahead; to be told what came of it. */
  lookAhead(): (found: boolean) => void
}

/** Milliseconds a look has to take before it is worth sending it ahead. */
const worthwhile = 40
/** So many more looks ahead in vain than versions that were shown at once, and nobody looks ahead any more. */
const mostInVain = 5
/** Of a look, what an upload is thought to take longer before one was seen. */
const guess = 0.25

export function uploadPace(): UploadPace {
  const uploads = trend()
  /** The quickest look: what is only the way there and back. */
  let look = Infinity
  let inVain = 0
  /** Looks that were under way together are in vain together. */
  let times = 0
  /** Milliseconds that looks came too early, lately. */
  let early = 0
  return {
    delay(underWay) {
      if (look === Infinity || look < worthwhile || inVain >= mostInVain) return undefined
      return Math.max(0, (uploads.expected(underWay) ?? look * (1 + guess)) + early - look)
    },
    uploaded: uploads.add,
    looked(milliseconds) {
      look = Math.min(look, milliseconds)
    },
    lookAhead() {
      const sentAt = times
      return (found) => {
        if (found) {
          inVain = Math.max(0, inVain - 1)
          early *= 0.97
        } else if (sentAt === times) {
          times += 1
          inVain += 1
          early += look / 8
        }
      }
    },
  }
}

type Trend = {
  add(value: number, at: number): void
  /** With room for what values are off by. Undefined before the first. */
  expected(at: number): number | undefined
}

/** What of the past is left after each new value. */
const memory = 0.95

/** A line through the values, the newest of which count most; flat as long as all were at one place. */
function trend(): Trend {
  let weight = 0
  let mean = { at: 0, value: 0 }
  let spread = { at: 0, both: 0 }
  let off = 0
  const line = (at: number): number =>
    mean.value + Math.max(0, spread.both / (spread.at + weight / 10)) * (at - mean.at)
  return {
    add(value, at) {
      off = weight === 0 ? value / 8 : off + (Math.abs(value - line(at)) - off) / 8
      weight = weight * memory + 1
      const was = mean
      mean = { at: was.at + (at - was.at) / weight, value: was.value + (value - was.value) / weight }
      spread = {
        at: spread.at * memory + (at - was.at) * (at - mean.at),
        both: spread.both * memory + (at - was.at) * (value - mean.value),
      }
    },
    expected: (at) => (weight === 0 ? undefined : Math.max(0, line(at)) + off),
  }
}
