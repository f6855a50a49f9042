import { expect, test } from 'vitest'
import { foldJournal, type JournalEvent, type JournalRecord, type Progress } from './journal.ts'
import { unitStatuses, type SeenUnit } from './release-status.ts'
import type { PublishUnit } from './step.ts'
import { releaseSteps } from './steps.ts'

function unit(name: string, needs: readonly string[] = []): PublishUnit {
  const upload = { registry: 'r', distTag: 'latest', access: undefined, was: '1.0.0', first: false } as const
  return { name, version: '1.1.0', dir: name, needs, upload, tag: undefined }
}

const units = [unit('db'), unit('api', ['db']), unit('api:oci', ['api']), unit('web')]

function progress(...events: readonly JournalEvent[]): Progress {
  const promotion = 'candidate'
  const integrities = Object.fromEntries(units.map(({ name }) => [`upload:${name}@1.1.0`, `sha512-${name}`]))
  const steps = releaseSteps(units, promotion)
  const opened = { kind: 'opened', release: 'r1', commit: null, promotion, units, steps, integrities } as const
  const records = [opened, ...events].map((event, n): JournalRecord => ({ v: 1, n, at: '', fence: 1, ...event }))
  const folded = foldJournal(records)
  if (folded === undefined) throw new Error('it is opened')
  return folded
}

const intent = (step: string): JournalEvent => ({ kind: 'intent', step, evidence: {} })
const done = (step: string): JournalEvent => ({ kind: 'outcome', step, outcome: 'done', detail: null })
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
    const now = progress(intent('upload:db@1.1.0'), failed('upload:db@1.1.0', outcome), intent('upload:web@1.1.0'))
    expect(unitStatuses(now)).toMatchObject([
      { name: 'db', target: 'npm', state: 'failed', detail: 'UPLOAD_GAVE_UP: 503', heldBy: [] },
      { name: 'api', target: 'npm', state: 'held', heldBy: ['db'] },
      { name: 'api', target: 'oci', state: 'held', heldBy: ['db'] },
      { name: 'web', target: 'npm', state: 'uploaded', heldBy: [], seen: 'no' },
    ])
  }
})

test('the registries count where they know more or less than the journal', () => {
  const confirmed = units.flatMap(({ name }) => [intent(`upload:${name}@1.1.0`), done(`upload:${name}@1.1.0`)])
  const now = progress(
    ...confirmed,
    ...['db', 'api', 'web'].map((name) => done(`confirm:${name}@1.1.0`)),
    ...['db', 'api'].map((name) => done(`promote:${name}@1.1.0`)),
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
  const now = progress(intent('upload:db@1.1.0'), failed('upload:db@1.1.0'), intent('upload:web@1.1.0'))
  const seen = new Map<string, SeenUnit>([
    ['db@1.1.0', present('1.0.0', 'sha512-db')],
    ['web@1.1.0', present('1.0.0', 'sha512-theirs')],
  ])
  expect(statesOf(now, seen).filter(([name]) => name === 'db npm' || name === 'web npm')).toEqual([
    ['db npm', 'candidate'],
    ['web npm', 'missing'],
  ])
})
