import { expect, test } from 'vitest'
import type { JournalEvent } from './journal.ts'
import { unitStatuses, type SeenUnit } from './release-status.ts'
import { doneOf, intentOf, progressOf, unitOf } from '../testing/release.ts'

const units = [unitOf('db'), unitOf('api', ['db']), unitOf('api:oci', ['api']), unitOf('web')]
const progress = (...events: readonly JournalEvent[]) => progressOf(units, events)

const failed = (step: string, outcome: 'failed' | 'refused' = 'failed'): JournalEvent => ({
  kind: 'outcome',
  step,
  outcome,
  detail: 'UPLOAD_GAVE_UP: 503',
})
const present = (leads: string, integrity: string): SeenUnit => ({ kind: 'present', leads, integrity })

const statesOf = (...args: Parameters<typeof unitStatuses>) =>
  unitStatuses(...args).map(({ name, target, state }) => [`${name} ${target}`, state])

test('a failure is told with its detail, and what needs it is held by its name, however far away', () => {
  for (const outcome of ['failed', 'refused'] as const) {
    const now = progress(intentOf('upload:db@1.1.0'), failed('upload:db@1.1.0', outcome), intentOf('upload:web@1.1.0'))
    expect(unitStatuses(now)).toMatchObject([
      { name: 'db', target: 'npm', state: 'failed', detail: 'UPLOAD_GAVE_UP: 503', heldBy: [] },
      { name: 'api', target: 'npm', state: 'held', heldBy: ['db'] },
      { name: 'api', target: 'oci', state: 'held', heldBy: ['db'] },
      { name: 'web', target: 'npm', state: 'uploaded', heldBy: [], seen: 'no' },
    ])
  }
})

test('the registries count where they know more or less than the journal', () => {
  const confirmed = units.flatMap(({ name }) => [intentOf(`upload:${name}@1.1.0`), doneOf(`upload:${name}@1.1.0`)])
  const now = progress(
    ...confirmed,
    ...['db', 'api', 'web'].map((name) => doneOf(`confirm:${name}@1.1.0`)),
    ...['db', 'api'].map((name) => doneOf(`promote:${name}@1.1.0`)),
  )
  expect(statesOf(now)).toEqual([
    ['db npm', 'live'],
    ['api npm', 'live'],
    ['api oci', 'uploaded'],
    ['web npm', 'candidate'],
  ])
  const seen = new Map<string, SeenUnit>([
    ['db@1.1.0', present('1.2.0', 'sha512-db')],
    ['api@1.1.0', { kind: 'absent' }],
    ['api:oci@1.1.0', present('1.1.0', 'sha512-api:oci')],
    ['web@1.1.0', { kind: 'unreachable', detail: '503' }],
  ])
  expect(unitStatuses(now, seen)).toMatchObject([
    { state: 'replaced', detail: 'latest leads to 1.2.0', seen: 'yes' },
    { state: 'missing' },
    { state: 'live' },
    { state: 'candidate', seen: 'unreachable' },
  ])
})

test('what a dead run has sent is seen, and what another has sent is not ours', () => {
  const now = progress(intentOf('upload:db@1.1.0'), failed('upload:db@1.1.0'), intentOf('upload:web@1.1.0'))
  const seen = new Map<string, SeenUnit>([
    ['db@1.1.0', present('1.0.0', 'sha512-db')],
    ['web@1.1.0', present('1.0.0', 'sha512-theirs')],
  ])
  expect(statesOf(now, seen).filter(([name]) => name === 'db npm' || name === 'web npm')).toEqual([
    ['db npm', 'candidate'],
    ['web npm', 'missing'],
  ])
})

test('hashes of another kind than ours tell nothing of the bytes', () => {
  const now = progress(intentOf('upload:db@1.1.0'), doneOf('upload:db@1.1.0'))
  const stateOf = (integrity: string) => statesOf(now, new Map([['db@1.1.0', present('1.1.0', integrity)]]))[0]?.[1]
  expect(stateOf('sha1-AAAA')).toBe('live')
  expect(stateOf('sha1-AAAA sha512-db')).toBe('live')
  expect(stateOf('sha1-AAAA sha512-theirs')).toBe('missing')
})
