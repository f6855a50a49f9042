/**
 * Everybody who follows a release while it runs: the person at the terminal or the log, whoever reads the events, and
 * the collector of spans. One event goes to all of them.
 */
import type { PublishEvent } from '@topsail/engine'
import type { CliContext } from './context.ts'
import { eventLines } from './render/event-lines.ts'
import { publishProgress, type Progress } from './render/publish-progress.ts'
import { releaseSpans } from './telemetry/release-spans.ts'

export type WatchOptions = {
  /** `publish`, `resume`, … */
  readonly command: string
  /** Events go to standard output, one a line. */
  readonly events?: boolean | undefined
  /** Nothing happens that is worth watching. */
  readonly dryRun?: boolean | undefined
}

/** For the commands that carry a release out. */
export const eventsOption = [
  '--events',
  'print every event as a line of JSON on standard output, the result last',
] as const

type Result = { readonly exitCode: number }

/** Runs it, and tells everybody. The result is the last of the events. */
export async function watchRun<R extends Result>(
  context: CliContext,
  { command, events = false, dryRun = false }: WatchOptions,
  run: (watch: Pick<Progress, 'onWait'> & { readonly onEvent: Progress['onEvent'] | undefined }) => Promise<R>,
): Promise<R> {
  const progress = publishProgress(context.err, context.env)
  const lines = events ? eventLines(context.out, context.now) : undefined
  const spans = dryRun ? undefined : await releaseSpans(command, context.env)
  const onEvent = (event: PublishEvent): void => {
    if (!dryRun) progress.onEvent(event)
    lines?.onEvent(event)
    spans?.onEvent(event)
  }
  let result: R | undefined
  try {
    result = await run({ onEvent, onWait: progress.onWait })
    return result
  } finally {
    progress.end()
    if (result !== undefined) lines?.result(command, { dryRun, ...result })
    await spans?.end({ exitCode: result?.exitCode })
  }
}
