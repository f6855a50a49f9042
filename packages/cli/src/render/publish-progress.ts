/**
 * A release while it runs. In a log each thing that happened is a line, on GitHub Actions in a group for each phase; on
 * a terminal it is a table (live-view.ts). Only events that tell a person something become lines.
 */
import type { ForwardStep, Step } from '@topsail/core'
import type { AwaitedEvent, PublishEvent } from '@topsail/engine'
import type { Environment, Output } from '../context.ts'
import { liveView } from './live-view.ts'
import { logLines, phaseOf, type Phase } from './log-lines.ts'
import { plural, printable } from './text.ts'
import { stepUnitName, unitName } from './unit-name.ts'
import { wordsOnOneLine } from './others-words.ts'

export type Progress = {
  readonly onEvent: (event: PublishEvent) => void
  /** Another run holds the lease. */
  readonly onWait: (other: { readonly holder: string; readonly seconds: number }) => void
  readonly end: () => void
}

/** On a terminal that a person looks at a live table, everywhere else lines. */
export function publishProgress(output: Output, env: Environment = {}): Progress {
  const live = output.isTTY && !env['CI'] && env['TERM'] !== 'dumb' ? liveView(output) : undefined
  const log = logLines(output, env)
  let waitsFor: string | undefined
  const say = (line: string, phase?: Phase): void => (live === undefined ? log.line(line, phase) : live.above(line))
  return {
    onEvent: (event) => {
      live?.onEvent(event)
      const line = lineOf(event, output)
      if (line !== undefined && (live === undefined || isToStay(event))) say(line, phaseOf(event))
    },
    onWait: ({ holder, seconds }) => {
      if (waitsFor === holder) return
      waitsFor = holder
      say(`waiting for ${printable(holder)}, or for ${seconds} seconds of silence`)
    },
    end: () => {
      live?.end()
      log.end()
    },
  }
}

/** What the table does not tell. */
function isToStay(event: PublishEvent): boolean {
  const quiet = ['planned', 'step-started', 'step-waiting', 'step-done', 'step-held']
  return !quiet.includes(event.kind)
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
      return colours.dim(`  │ ${printable(event.line)}`)
    case 'build-ended':
      return event.problem === undefined ? `${colours.green('✓')} built` : `${colours.red('✗')} the build failed`
    case 'install-started':
      return `installing the dependencies of the release’s commit: ${printable(event.command)}`
    case 'install-output':
      return colours.dim(`  │ ${printable(event.line)}`)
    case 'install-ended':
      return event.problem === undefined ? `${colours.green('✓')} installed` : `${colours.red('✗')} the install failed`
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
      return `${colours.yellow('…')} ${subject(event.step)}: ${wordsOnOneLine(event.detail)}; again in ${seconds} s`
    }
    case 'answer-awaited':
    case 'registry-waiting':
      return waitingLine(event, { colours })
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
        ? `${colours.yellow('-')} held ${subject(event.step)}, because of ${printable(stepUnitName(event.by))}`
        : undefined
  }
}

export function waitingLine(event: AwaitedEvent, { colours }: Pick<Output, 'colours'>): string {
  const mark = colours.yellow('…')
  if (event.kind === 'answer-awaited') {
    return `${mark} ${printable(event.from)} has not answered for ${plural(event.seconds, 'second')}`
  }
  const until = new Date(Date.now() + event.wait).toTimeString().slice(0, 8)
  const then = Number.isFinite(event.atOnce) ? `, then ${event.atOnce} at once` : ''
  return `${mark} waiting for ${printable(event.registry)} until ${until}${then}: ${wordsOnOneLine(event.detail)}`
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

/** Steps without a word are no news. */
const doneWords: Readonly<Partial<Record<Step['kind'], string>>> = {
  pack: 'packed',
  upload: 'uploaded',
  confirm: 'confirmed',
  promote: 'live',
  tag: 'made',
  push: 'pushed',
  announce: 'announced',
  undo: 'taken back:',
  revert: 'made',
}

function subject(step: Step): string {
  if (step.kind === 'undo') return `${undoneWords[step.of.kind]} ${subject(step.of)}`
  if (step.kind === 'revert') return 'the branch that takes the manifests back'
  if (step.kind === 'gate' || step.kind === 'announce') return 'the whole set'
  if ('name' in step) return printable(unitName(step.name, step.version))
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
  announce: 'the announcement of',
}
