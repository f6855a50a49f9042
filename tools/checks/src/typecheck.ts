/**
 * `pnpm typecheck`: the type-check of `pnpm check` alone.
 */
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { types } from './checks/types.ts'
import { reportChecks } from './report.ts'

toolArguments('usage: pnpm typecheck', {})
process.exitCode = (await reportChecks([types])) ? 0 : 1
