/**
 * Before the tests: the command as users install it, for those that start it in processes of their own. It starts several
 * times as fast as its sources.
 */
import { installTopsail } from './topsail.ts'

export default function setup(): void {
  process.env['TOPSAIL_BIN'] = installTopsail()
}
