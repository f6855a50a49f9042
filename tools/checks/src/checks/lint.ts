/**
 * oxlint, with warnings as errors.
 */
import { findingsOf } from '../run.ts'
import type { Check } from '../table.ts'

export const lint: Check = {
  name: 'lint',
  asks: 'does the linter agree?',
  run: () => findingsOf('oxlint', ['--deny-warnings']),
}
