/**
 * When to look for a version whose upload has not been answered yet, so that both are under way at once: as late as the
 * upload is expected to need at the registry, judged by the uploads and looks before it. An upload takes what it needs
 * alone, and something for each that is under way beside it. Nobody looks ahead where it saves little, or where versions
 * are not shown as soon as they are stored.
 */
import { trend } from './trend.ts'

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
      const line = uploads.line()
      const expected = line === undefined ? look * (1 + guess) : line.at(underWay) + line.off
      return Math.max(0, expected + early - look)
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
