/**
 * What goes wrong and when: every fault at every phase of a release, always with the same package, which others need.
 */
import type { Fault, FaultRule } from '@topsail/engine/testing'

/** look: before anything is done. confirm: what is asked after an upload. promote: the dist-tag is moved. */
export const phases = ['look', 'upload', 'confirm', 'promote'] as const
export type Phase = (typeof phases)[number]

export type FaultCase = {
  readonly fault: string
  readonly phase: Phase
  readonly rules: readonly FaultRule[]
  /** ends: it goes away by itself, and the release is whole. stops: nothing half is left, and another run ends it. */
  readonly expected: 'ends' | 'stops'
}

type Way = {
  readonly name: string
  readonly fault: Fault
  readonly times?: number
  readonly at: readonly Phase[]
  readonly stops?: readonly Phase[]
}

const everywhere = phases
const status = (code: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'status',
  status: code,
  headers,
})

/** `times` left out: for as long as the first run lives. `stops`: where no tool could go on. */
const ways: readonly Way[] = [
  { name: '409, once', fault: status(409), times: 1, at: ['upload', 'promote'] },
  { name: '403, always', fault: status(403), at: everywhere, stops: everywhere },
  { name: '404, once', fault: status(404), times: 1, at: ['confirm'] },
  { name: '404, always', fault: status(404), at: ['upload', 'promote'], stops: ['upload', 'promote'] },
  { name: '429, Retry-After 1', fault: status(429, { 'retry-after': '1' }), times: 1, at: everywhere },
  { name: '500, twice', fault: status(500), times: 2, at: everywhere },
  { name: '503, twice', fault: status(503), times: 2, at: everywhere },
  { name: 'reset, once', fault: { kind: 'reset' }, times: 1, at: everywhere },
  { name: 'hangs, once', fault: { kind: 'hang' }, times: 1, at: everywhere },
  { name: 'reply lost after it was done', fault: { kind: 'lost-reply' }, times: 1, at: ['upload', 'promote'] },
  { name: 'answer broken off', fault: { kind: 'truncated' }, times: 1, at: everywhere },
  { name: 'old answers for 2 s', fault: { kind: 'stale', milliseconds: 2_000 }, at: ['confirm'] },
  { name: 'visible 2 s later', fault: { kind: 'delayed-visibility', milliseconds: 2_000 }, times: 1, at: ['upload'] },
  { name: 'other bytes than sent', fault: { kind: 'wrong-integrity' }, at: ['confirm'], stops: ['confirm'] },
]

/** `name`: of the package that is struck. */
export function faultCases(name: string, asked: readonly Phase[]): readonly FaultCase[] {
  return ways.flatMap(({ name: fault, at, stops = [], ...way }) =>
    at
      .filter((phase) => asked.includes(phase))
      .map((phase) => ({
        fault,
        phase,
        rules: rulesFor(phase, way, name),
        expected: stops.includes(phase) ? ('stops' as const) : ('ends' as const),
      })),
  )
}

function rulesFor(phase: Phase, { fault, times }: Pick<Way, 'fault' | 'times'>, name: string): readonly FaultRule[] {
  const rule = { name, fault, ...(times === undefined ? {} : { times }) }
  switch (phase) {
    case 'look':
      return [{ ...rule, method: 'GET', purpose: 'packument' }]
    case 'upload':
      return [{ ...rule, method: 'PUT', purpose: 'upload' }]
    case 'confirm':
      // What is old has to be seen before it is new.
      return [
        {
          ...rule,
          method: 'GET',
          purpose: 'packument',
          ...(fault.kind === 'stale' ? {} : { after: 'upload' as const }),
        },
      ]
    case 'promote':
      return [{ ...rule, method: 'any', purpose: 'dist-tag' }]
  }
}
