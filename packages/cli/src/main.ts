/**
 * The process: gathers what the outside gives (arguments, streams, environment), runs the command line once, and
 * ends with its exit code. The only file with `process.exit`.
 */
import { processContext } from './context.ts'
import { run } from './run.ts'

const context = processContext()
const code = await run(process.argv.slice(2), context)
await Promise.all([context.out.drained(), context.err.drained()])
process.exit(code)
