/**
 * The process: gathers what the outside gives (arguments, streams, environment), runs the command line once, and
 * ends with its exit code. The only file with `process.exit`.
 */
import { processContext } from './context.ts'
import { run } from './run.ts'

// Warnings of Node are written for whoever wrote the code, a user's changelog generator too, not for who runs it.
process.removeAllListeners('warning')
const context = processContext()
const code = await run(process.argv.slice(2), context)
await Promise.all([context.out.drained(), context.err.drained()])
process.exit(code)
