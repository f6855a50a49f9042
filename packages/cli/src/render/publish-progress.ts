/**
 * A publish while it runs. In a log each thing that happened is a line; on a terminal the lines scroll above one status
 * line that counts. Only events that tell a person something become lines.
 */
import type { Step } from '@topsail/core'
import type { PublishEvent } from '@topsail/engine'
import type { Output } from '../context.ts'
import { plural, printable, truncate } from './text.ts'

export type Progress = { readonly onEvent: (event: PublishEvent) => void; readonly end: () => void }

export function publishProgress(output: Output): Progress {
  const tally = {
    pack: 0,
    upload: 0,
    confirm: 0,
    totals: { pack: 0, upload: 0, confirm: 0 },
    running: new Set<string>(),
  }
  const status = statusLine(output)
  return {
    onEvent: (event) => {
      count(event, tally)
      status.above(lineOf(event, output))
      status.show(statusOf(tally))
    },
    end: () => status.show(''),
  }
}

type Tally = {
  pack: number
  upload: number
  confirm: number
  totals: { pack: number; upload: number; confirm: number }
  readonly running: Set<string>
}

function count(event: PublishEvent, tally: Tally): void {
  if (event.kind === 'planned') {
    for (const kind of counted) tally.totals[kind] = event.steps.filter((step) => step.kind === kind).length
    return
  }
  if (!('step' in event)) return
  const now = `${runningWords[event.step.kind]} ${subject(event.step)}`
  if (event.kind === 'step-started') tally.running.add(now)
  if (event.kind === 'step-done' || event.kind === 'step-failed') tally.running.delete(now)
  const kind = counted.find((known) => known === event.step.kind)
  if (event.kind === 'step-done' && kind !== undefined) tally[kind] += 1
}

const counted = ['pack', 'upload', 'confirm'] as const

function statusOf({ pack, upload, confirm, totals, running }: Tally): string {
  if (totals.pack === 0 || running.size === 0) return ''
  const now = [...running].slice(0, 3).join(', ')
  const more = running.size > 3 ? ` and ${running.size - 3} more` : ''
  return `packed ${pack}/${totals.pack}, uploaded ${upload}/${totals.upload}, live ${confirm}/${totals.confirm}  ${now}${more}`
}

function lineOf(event: PublishEvent, { colours }: Output): string | undefined {
  switch (event.kind) {
    case 'planned': {
      const packs = event.steps.filter((step) => step.kind === 'pack').length
      return packs === 0 ? undefined : `${plural(packs, 'package')} to publish`
    }
    case 'build-started':
      return buildTitle(event.build)
    case 'build-output':
      return colours.dim(`  ${printable(event.line)}`)
    case 'build-ended':
      return event.problem === undefined ? `${colours.green('✓')} built` : `${colours.red('✗')} the build failed`
    case 'step-started':
      return undefined
    case 'step-waiting': {
      const seconds = Math.max(1, Math.round(event.wait / 1000))
      // A registry that takes its time is no news until it has taken some.
      if (event.step.kind === 'confirm' && event.attempt < 6) return undefined
      return `${colours.yellow('…')} ${subject(event.step)}: ${printable(event.detail)}; again in ${seconds} s`
    }
    case 'step-done':
      return event.step.kind === 'check'
        ? undefined
        : `${colours.green('✓')} ${doneWords[event.step.kind]} ${subject(event.step)}`
    case 'step-failed':
      return `${colours.red('✗')} ${subject(event.step)}: ${colours.red(event.problem.code)}`
    case 'step-held':
      return event.step.kind === 'upload'
        ? `${colours.yellow('-')} held ${subject(event.step)}, because of ${printable(event.by.replace(/^[a-z]+:/, ''))}`
        : undefined
  }
}

function buildTitle({
  by,
  script,
  names,
  scripted,
}: Extract<PublishEvent, { kind: 'build-started' }>['build']): string {
  const what = `running the ${printable(script)} script of`
  if (by === 'root') return `${what} the workspace`
  return by === 'turbo'
    ? `${what} ${plural(names.length, 'package')} with turbo`
    : `${what} ${plural(scripted.length, 'package')}`
}

const runningWords = {
  pack: 'packing',
  check: 'checking',
  upload: 'uploading',
  confirm: 'waiting for',
  tag: 'tagging',
  push: 'pushing',
} as const

const doneWords = { pack: 'packed', upload: 'uploaded', confirm: 'live', tag: 'made', push: 'pushed' } as const

function subject(step: Step): string {
  if ('name' in step) return printable(`${step.name}@${step.version}`)
  // Of what was held or failed there is no tag, so a step does not know how many it makes.
  return 'tags' in step ? 'the tags' : 'the tarballs'
}

/** One line at the bottom of a terminal, redrawn below what is printed above it. In a log there is none. */
function statusLine(output: Output) {
  const clear = '\r\u001b[2K'
  let shown = ''
  return {
    above: (line: string | undefined) => {
      if (line !== undefined) output.write(`${shown === '' ? '' : clear}${line}\n`)
      if (line !== undefined) shown = ''
    },
    show: (text: string) => {
      if (!output.isTTY || text === shown) return
      output.write(`${shown === '' ? '' : clear}${output.colours.dim(truncate(text, output.columns() - 1))}`)
      shown = text
    },
  }
}
