/**
 * Short ways to say what an attempt came to.
 */
import type { Problem } from '@topsail/core'
import type { Attempt } from './drive.ts'
import type { Redact } from './secrets.ts'

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never

export function problemOf(facts: DistributiveOmit<Problem, 'severity'>): Problem {
  return { severity: 'error', ...facts } as Problem
}

export function failed(facts: DistributiveOmit<Problem, 'severity'>): Extract<Attempt, { kind: 'failed' }> {
  return { kind: 'failed', problem: problemOf(facts) }
}

/** What only this machine could not write: nothing more is known of the world than before. */
export function diskRefused(error: unknown): Problem {
  return problemOf({ code: 'DISK_REFUSED', detail: error instanceof Error ? error.message : String(error) })
}

export function cleaned(problem: Problem, redact: Redact): Problem {
  return 'detail' in problem ? ({ ...problem, detail: redact(problem.detail) } as Problem) : problem
}
