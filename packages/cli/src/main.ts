/**
 * The process: gathers what the outside gives (arguments, streams, environment), runs the command line once, and
 * ends with its exit code. The only file with `process.exit`.
 */
import { processContext } from './context.ts'
import { afterPrinting, reportBug, run, stoppedBy } from './run.ts'

// Warnings of Node are written for whoever wrote the code, a user's changelog generator too, not for who runs it.
process.removeAllListeners('warning')
const context = processContext()
// Code of a user, a changelog generator or a formatter, runs in this process: it may throw later, never answer, end the
// process itself, or put something else in the place of `process.exit`. None of it may look like success.
let isDone = false
const exit = process.exit.bind(process)
const end = (code: number): never => {
  isDone = true
  return exit(code)
}
process.on('uncaughtException', (error) => void stoppedBy(error, context).then(end))
process.on('beforeExit', () => {
  end(reportBug(new Error('nothing is left to wait for, and the work is not done'), context))
})
process.on('exit', () => {
  if (!isDone) process.exitCode = reportBug(new Error('the process was ended before the work was done'), context)
})
const answer = await run(process.argv.slice(2), context)
await Promise.all([context.out.drained(), context.err.drained()])
const code = afterPrinting(answer, context)
await context.err.drained()
end(code)
