/**
 * When to look for a version whose upload has not been answered yet, so that both are under way at once: as late as the
 * upload is expected to need at the registry, judged by the uploads and looks before it. Nobody looks ahead where it
 * saves little, or where versions are not shown as soon as they are stored.
 */
export type UploadPace = {
  /** Milliseconds from the beginning of an upload to the look; undefined: wait for its answer. */
  delay(): number | undefined
  /** An upload was answered after so many milliseconds. */
  uploaded(milliseconds: number): void
  /** The first look after that answer took so long, and found the version. */
  looked(milliseconds: number): void
  /** What came of a look that was sent ahead. */
  lookedAhead(found: boolean): void
}

/** Milliseconds a look has to take before it is worth sending it ahead. */
const worthwhile = 40
/** So many more looks ahead in vain than versions that were shown at once, and nobody looks ahead any more. */
const mostInVain = 8

export function uploadPace(): UploadPace {
  const upload = runningMean()
  /** The quickest look: what is only the way there and back. */
  let look = Infinity
  let inVain = 0
  /** Milliseconds that looks came too early, lately. */
  let early = 0
  return {
    delay() {
      const expected = upload.value()
      if (expected === undefined || look === Infinity || look < worthwhile || inVain >= mostInVain) return undefined
      return Math.max(0, expected.mean + expected.deviation + early - look)
    },
    uploaded: upload.add,
    looked(milliseconds) {
      look = Math.min(look, milliseconds)
      inVain = Math.max(0, inVain - 1)
    },
    lookedAhead(found) {
      inVain = Math.max(0, inVain + (found ? -1 : 1))
      early = found ? early * 0.9 : early + look / 8
    },
  }
}

type Mean = { readonly mean: number; readonly deviation: number }

/** The newest count most. */
function runningMean(): { add(value: number): void; value(): Mean | undefined } {
  let now: Mean | undefined
  return {
    value: () => now,
    add(value) {
      if (now === undefined) now = { mean: value, deviation: value / 2 }
      else {
        const { mean, deviation } = now
        now = { mean: mean + (value - mean) / 4, deviation: deviation + (Math.abs(value - mean) - deviation) / 4 }
      }
    },
  }
}
