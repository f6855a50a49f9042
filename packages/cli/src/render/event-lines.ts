/**
 * The events of a run as NDJSON, `topsail/events@1`: one document a line, as it happens, the result last. Described in
 * docs/events.md; additions are free.
 */
import { parseTargetKey, type Step } from '@topsail/core'
import type { PublishEvent, RollbackPlan } from '@topsail/engine'
import type { Output } from '../context.ts'
import { printableJson, redact } from './text.ts'

const eventsSchema = 'topsail/events@1'

export type EventLines = {
  readonly onEvent: (event: PublishEvent) => void
  /** Another run holds the lease. */
  readonly onWait: (other: { readonly holder: string; readonly seconds: number }) => void
  readonly onPlan: (plan: RollbackPlan) => void
  readonly result: (command: string, result: object) => void
}

export function eventLines(output: Output, now: () => Date): EventLines {
  let n = 0
  let waitsFor: string | undefined
  const write = (event: string, facts: object): void => {
    const first = n === 0 ? { schema: eventsSchema } : {}
    const line = JSON.stringify({ ...first, n, at: now().toISOString(), event, ...facts }, cleaned)
    n += 1
    output.write(`${printableJson(line)}\n`)
  }
  return {
    onEvent: (event) => {
      const { kind, ...facts } = event
      write(
        kind,
        'step' in facts ? { ...facts, step: stepFacts(facts.step) } : kind === 'planned' ? planFacts(event) : facts,
      )
    },
    onWait: (other) => {
      if (waitsFor !== other.holder) write('lease-waiting', other)
      waitsFor = other.holder
    },
    onPlan: (plan) => write('rollback-planned', plan),
    result: (command, result) => write('result', { command, ...result }),
  }
}

/** Once, when everything is known; later lines name steps by their id. */
function planFacts(event: PublishEvent): object {
  return event.kind === 'planned' ? { problems: event.problems, steps: event.steps } : {}
}

function stepFacts(step: Step): object {
  const of = step.kind === 'undo' ? step.of : step
  const unit = 'name' in of ? { ...parseTargetKey(of.name), version: of.version } : {}
  return { id: step.id, kind: step.kind, ...unit }
}

function cleaned(_: string, value: unknown): unknown {
  return typeof value === 'string' ? redact(value) : value
}
