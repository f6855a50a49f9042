/**
 * `pnpm typecheck`: the type-check of `pnpm check` alone.
 */
import { types } from './checks/types.ts'
import { reportChecks } from './report.ts'

process.exitCode = (await reportChecks([types])) ? 0 : 1
