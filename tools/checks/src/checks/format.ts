/**
 * oxfmt, without writing.
 */
import { findingsOf } from '../run.ts'
import type { Check } from '../table.ts'

export const format: Check = {
  name: 'format',
  asks: 'is everything formatted?',
  run: () => findingsOf('oxfmt', ['--check']),
}
