/**
 * Everybody who follows a release while it runs: the person at the terminal or the log, whoever reads the events, and
 * the collector of spans. One event goes to all of them. With `--json` nobody reads words: the document is on standard
 * output, and standard error is the stream of events.
 */
import type { Problem } from '@topsail/core'
import type { PublishEvent, RollbackPlan } from '@topsail/engine'
import { writeJson } from './command.ts'
import type { CliContext } from './context.ts'
import { eventLines } from './render/event-lines.ts'
import { reportProblems } from './render/problem.ts'
import { publishProgress, type Progress } from './render/publish-progress.ts'
import { renderRollbackPlan } from './render/rollback.ts'
import { releaseSpans } from './telemetry/release-spans.ts'

export type WatchOptions = {
  /** `publish`, `resume`, … */
  readonly command: string
  /** Events go to standard output, one a line. */
  readonly events?: boolean | undefined
  /** The document goes to standard output, and the events to standard error. */
  readonly json?: boolean | undefined
  /** Nothing happens that is worth watching. */
  readonly dryRun?: boolean | undefined
}

/** For the commands that carry a release out. */
export const eventsOption = [
  '--events',
  'print every event as a line of JSON on standard output, the result last; --json has them on standard error',
] as const

type Result = { readonly exitCode: number }

type Watch = Pick<Progress, 'onEvent' | 'onWait'> & { readonly onPlan: (plan: RollbackPlan) => void }

/** Runs it, and tells everybody. The result is the last of the events. */
export async function watchRun<R extends Result>(
  context: CliContext,
  { command, events = false, json = false, dryRun = false }: WatchOptions,
  run: (watch: Watch) => Promise<R>,
): Promise<R> {
  const isForPrograms = json && !events
  const progress = isForPrograms ? undefined : publishProgress(context.err, context.env)
  const lines = events || json ? eventLines(events ? context.out : context.err, context.now) : undefined
  const spans = dryRun ? undefined : await releaseSpans(command, context.env)
  const watch: Watch = {
    onEvent: (event: PublishEvent) => {
      if (!dryRun || isWait(event)) progress?.onEvent(event)
      lines?.onEvent(event)
      spans?.onEvent(event)
    },
    onWait: (other) => {
      progress?.onWait(other)
      lines?.onWait(other)
    },
    onPlan: (plan) => {
      if (!isForPrograms) context.err.write(renderRollbackPlan(plan, context.err))
      lines?.onPlan(plan)
    },
  }
  let result: R | undefined
  try {
    result = await run(watch)
    return result
  } finally {
    progress?.end()
    if (result !== undefined) lines?.result(command, { dryRun, ...result })
    await spans?.end({ exitCode: result?.exitCode })
  }
}

/** Whoever waits wants to know for whom, whatever comes of it. */
function isWait({ kind }: PublishEvent): boolean {
  return kind === 'answer-awaited' || kind === 'registry-waiting'
}

/** What a run came to: problems, the exit code, and the document or else the words. */
export function tellResult<R extends Result>(
  context: CliContext,
  options: Pick<WatchOptions, 'events' | 'json' | 'dryRun'>,
  result: R,
  told: { readonly schema: string; readonly problems: readonly Problem[]; readonly words: () => string },
): void {
  const { events = false, json = false, dryRun = false } = options
  if (events || !json) reportProblems(context, told.problems)
  context.exitWith(result.exitCode)
  if (events) return
  if (json) writeJson(context, { schema: told.schema, dryRun, ...result })
  else context.out.write(told.words())
}
