/**
 * The shape of a problem's words. `says` tells what is wrong, `mend` how to put it right, `example` is an instance for
 * docs/problems.md and for the snapshot test. Facts are untrusted text: `printable` and `quote` clean them where they
 * enter a sentence.
 */
import type { Problem, ProblemCode } from '@topsail/core'
import { quote } from '../text.ts'

export type ProblemWith<Code extends ProblemCode> = Extract<Problem, { code: Code }>

export type ProblemWords<P extends Problem> = {
  /** Without facts, fit for a heading. */
  readonly title: string
  readonly says: (problem: P) => string
  readonly mend: (problem: P) => string | undefined
  readonly example: Omit<P, 'code'>
}

export type AllWords = { readonly [Code in ProblemCode]: ProblemWords<ProblemWith<Code>> }

/** Up to five names, then how many more. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(quote).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}
