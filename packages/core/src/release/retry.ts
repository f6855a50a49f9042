/**
 * How long to wait before a step is tried again, and when to stop. Delays double up to a ceiling; half of each is
 * chance, so that packages that failed together do not come back together. What the registry asks for is a floor.
 */
export type RetryPolicy = {
  /** Milliseconds before the second attempt. */
  readonly first: number
  readonly longest: number
  /** Attempts in all; Infinity leaves it to `patience`. */
  readonly attempts: number
  /** Milliseconds since the first attempt after which none is begun. */
  readonly patience: number
}

/** `attempt` counts from 1 and has failed; `random` is in [0, 1). Undefined: give up. */
export function nextDelay(
  policy: RetryPolicy,
  past: {
    readonly attempt: number
    readonly elapsed: number
    readonly asked: number | undefined
    readonly random: number
  },
): number | undefined {
  if (past.attempt >= policy.attempts) return undefined
  const full = Math.min(policy.longest, policy.first * 2 ** (past.attempt - 1))
  const delay = Math.max(full / 2 + (full / 2) * past.random, past.asked ?? 0)
  return past.elapsed + delay > policy.patience ? undefined : delay
}
