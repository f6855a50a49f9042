/**
 * `pnpm check`: everything that CI runs. The static checks first, each with all it found; then the tests.
 * `--static` leaves the tests out; names of checks run only those.
 */
import { misused, toolArguments } from '@topsail/engine/testing/tool-arguments'
import { reportChecks } from './report.ts'
import { runTests } from './run.ts'
import { allChecks } from './table.ts'

const usage = `usage: pnpm check [--static] [CHECK]…, where CHECK is one of ${allChecks.map((check) => check.name).join(', ')}`

const { values, positionals } = toolArguments(usage, {
  options: { static: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = positionals.filter((name) => !allChecks.some((check) => check.name === name))
if (unknown.length > 0) misused(usage, `no such check: ${unknown.join(', ')}`)

const chosen = positionals.length === 0 ? allChecks : allChecks.filter((check) => positionals.includes(check.name))
const clean = await reportChecks(chosen)
const tested = values.static || positionals.length > 0 || !clean || (await runTests())
process.exitCode = clean && tested ? 0 : 1
