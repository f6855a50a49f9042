/**
 * Before the tests: the command as users install it, for those that start it in processes of their own. From its sources
 * it takes half a second to start, bundled a tenth of one.
 */
import { installTopsail } from './topsail.ts'

export default function setup(): void {
  process.env['TOPSAIL_BIN'] = installTopsail()
}
