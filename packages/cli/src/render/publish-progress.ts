/**
 * A publish while it runs. In a log each thing that happened is a line; on a terminal the lines scroll above one status
 * line that counts. Only events that tell a person something become lines.
 */
import type { ForwardStep, Step } from '@topsail/core'
import type { PublishEvent } from '@topsail/engine'
import type { Output } from '../context.ts'
import { plural, printable, truncate } from './text.ts'

export type Progress = {
  readonly onEvent: (event: PublishEvent) => void
  /** Another run holds the lease. */
  readonly onWait: (other: { readonly holder: string; readonly seconds: number }) => void
  readonly end: () => void
}

export function publishProgress(output: Output): Progress {
  const tally = {
    pack: 0,
    upload: 0,
    confirm: 0,
    totals: { pack: 0, upload: 0, confirm: 0 },
    running: new Set<string>(),
  }
  const status = statusLine(output)
  let waitsFor: string | undefined
  return {
    onEvent: (event) => {
      count(event, tally)
      status.above(lineOf(event, output))
      status.show(statusOf(tally))
    },
    onWait: ({ holder, seconds }) => {
      if (waitsFor === holder) return
      waitsFor = holder
      status.above(`waiting for ${printable(holder)}, or for ${seconds} seconds of silence`)
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
  return `packed ${pack}/${totals.pack}, uploaded ${upload}/${totals.upload}, confirmed ${confirm}/${totals.confirm}  ${now}${more}`
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
    case 'resumed': {
      const what = event.direction === 'back' ? 'the rollback of' : 'release'
      return `going on with ${what} ${printable(event.release)}, which an earlier run left open`
    }
    case 'step-started':
      return undefined
    case 'step-waiting': {
      const seconds = Math.max(1, Math.round(event.wait / 1000))
      // A registry that takes its time is no news until it has taken some.
      if (event.step.kind === 'confirm' && event.attempt < 6) return undefined
      return `${colours.yellow('…')} ${subject(event.step)}: ${printable(event.detail)}; again in ${seconds} s`
    }
    case 'step-done': {
      const word = doneWords[event.step.kind]
      return word === undefined || isQuiet(event.step)
        ? undefined
        : `${colours.green('✓')} ${word} ${subject(event.step)}`
    }
    case 'step-failed':
      return `${colours.red('✗')} ${subject(event.step)}: ${colours.red(event.problem.code)}`
    case 'step-held':
      return event.step.kind === 'upload'
        ? `${colours.yellow('-')} held ${subject(event.step)}, because of ${printable(event.by.replace(/^[a-z]+:/, ''))}`
        : undefined
  }
}

/** What only ended in itself needs no taking back. */
function isQuiet(step: Step): boolean {
  return step.kind === 'undo' && step.of.undo.kind === 'exact' && step.of.undo.by === 'forget'
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

const runningWords: Readonly<Record<Step['kind'], string>> = {
  pack: 'packing',
  check: 'checking',
  upload: 'uploading',
  confirm: 'waiting for',
  gate: 'checking',
  promote: 'promoting',
  unmark: 'tidying',
  tag: 'tagging',
  push: 'pushing',
  undo: 'taking back',
  revert: 'reverting',
}

/** Steps without a word are no news. */
const doneWords: Readonly<Partial<Record<Step['kind'], string>>> = {
  pack: 'packed',
  upload: 'uploaded',
  confirm: 'confirmed',
  promote: 'live',
  tag: 'made',
  push: 'pushed',
  undo: 'taken back:',
  revert: 'made',
}

function subject(step: Step): string {
  if (step.kind === 'undo') return `${undoneWords[step.of.kind]} ${subject(step.of)}`
  if (step.kind === 'revert') return 'the branch that takes the manifests back'
  if (step.kind === 'gate') return 'the whole set'
  if ('name' in step) return printable(`${step.name}@${step.version}`)
  // Of what was held or failed there is no tag, so a step does not know how many it makes.
  return 'tags' in step ? 'the tags' : 'the tarballs'
}

const undoneWords: Readonly<Record<ForwardStep['kind'], string>> = {
  pack: 'the tarball of',
  check: 'the check of',
  upload: 'the upload of',
  confirm: 'the wait for',
  gate: 'the check of',
  promote: 'the dist-tag of',
  unmark: 'the candidate tag of',
  tag: 'the making of',
  push: 'the push of',
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
