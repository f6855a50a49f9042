/**
 * knip: no file, export or dependency that nothing uses, and none that is used without being declared.
 */
import { findingsOf } from '../run.ts'
import type { Check } from '../table.ts'

export const unused: Check = {
  name: 'unused',
  asks: 'is everything used, and declared?',
  run: () => findingsOf('knip', ['--no-progress', '--treat-config-hints-as-errors']),
}
