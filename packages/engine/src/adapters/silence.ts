/**
 * Whoever asks over a network may get no answer for a long time. Then a person is told who it is that says nothing: once
 * after some seconds, and now and again while it lasts.
 */
export type Silence = {
  readonly kind: 'answer-awaited'
  /** An address, or a remote as `git remote` lists it. */
  readonly from: string
  /** Since something was asked, rounded. */
  readonly seconds: number
}

export type WatchSilence = <Answer>(from: string, asked: Promise<Answer>) => Promise<Answer>

/** Milliseconds: what takes less is nobody's news. */
const usualPause = { before: 5_000, between: 30_000 }

/** However many questions to one place go unanswered, it is told as one silence. */
export function watchingSilence(tell: (silence: Silence) => void, pause = usualPause): WatchSilence {
  const told = new Map<string, number>()
  return async (from, asked) => {
    const began = performance.now()
    let timer: NodeJS.Timeout | undefined
    const look = (): void => {
      const now = performance.now()
      if (now - (told.get(from) ?? -Infinity) >= pause.between / 2) {
        told.set(from, now)
        tell({ kind: 'answer-awaited', from, seconds: Math.round((now - began) / 1000) })
      }
      again(pause.between)
    }
    const again = (wait: number): void => {
      timer = setTimeout(look, wait)
      timer.unref()
    }
    again(pause.before)
    try {
      return await asked
    } finally {
      clearTimeout(timer)
    }
  }
}
