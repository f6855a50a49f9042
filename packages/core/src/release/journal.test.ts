import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { decodeJournal, encodeRecord, foldJournal, type JournalEvent, type JournalRecord } from './journal.ts'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

const opened: JournalEvent = {
  kind: 'opened',
  release: 'r1',
  commit: 'c0ffee',
  promotion: 'direct',
  units: [],
  steps: [],
  integrities: { 'upload:a@1.0.0': 'sha512-one' },
}
const story: readonly JournalEvent[] = [
  opened,
  { kind: 'intent', step: 'upload:a@1.0.0', evidence: { integrity: 'sha512-one' } },
  { kind: 'outcome', step: 'upload:a@1.0.0', outcome: 'done', detail: null },
  { kind: 'intent', step: 'promote:a@1.0.0', evidence: { was: '0.9.0' } },
]

test('a journal reads back as it was written', () => {
  const { text, records } = written(story)
  expect(decodeJournal(text, hash)).toMatchObject({ kind: 'intact', records, length: text.length })
})

test('a tail that was torn off anywhere costs at most the record it belongs to', () => {
  const { text, records } = written(story)
  for (let length = 0; length <= text.length; length += 1) {
    const decoded = decodeJournal(text.slice(0, length), hash)
    const whole = text.slice(0, length).split('\n').length - 1
    expect(decoded).toMatchObject({ kind: 'intact', records: records.slice(0, whole) })
  }
})

test('a changed line in the middle is named by its number', () => {
  const { text } = written(story)
  const lines = text.split('\n')
  lines[1] = (lines[1] ?? '').replace('sha512-one', 'sha512-two')
  expect(decodeJournal(lines.join('\n'), hash)).toMatchObject({ kind: 'corrupt', line: 2 })
})

test('a line taken out of the middle is noticed', () => {
  const lines = written(story).text.split('\n')
  lines.splice(1, 1)
  expect(decodeJournal(lines.join('\n'), hash)).toMatchObject({ kind: 'corrupt', line: 2 })
})

test('a journal of a later format is refused, not cut off', () => {
  const body = JSON.stringify({ v: 2, n: 0, at: '', fence: 1, kind: 'opened' })
  const text = `{"sum":"${hash(`\n${body}`).slice(0, 32)}","record":${body}}\n`
  expect(decodeJournal(text, hash)).toMatchObject({ kind: 'corrupt', line: 1 })
})

test('every prefix of a journal is a state to go on from', () => {
  const { records } = written(story)
  expect(foldJournal([])).toBeUndefined()
  for (let length = 1; length <= records.length; length += 1) {
    expect(foldJournal(records.slice(0, length))?.opened.release).toBe('r1')
  }
  const progress = foldJournal(records)
  expect(progress?.steps.get('upload:a@1.0.0')).toEqual({ state: 'done', evidence: { integrity: 'sha512-one' } })
  expect(progress?.steps.get('promote:a@1.0.0')).toEqual({ state: 'intended', evidence: { was: '0.9.0' } })
})

test('the first evidence stands, since a second look may see our own effect', () => {
  const again: JournalEvent = { kind: 'intent', step: 'promote:a@1.0.0', evidence: { was: '1.0.0' } }
  const progress = foldJournal(written([...story, again]).records)
  expect(progress?.steps.get('promote:a@1.0.0')?.evidence).toEqual({ was: '0.9.0' })
})

test('the highest fencing number stands, whoever wrote last', () => {
  const records = written(story).records.map((record, n) => ({ ...record, fence: n === 1 ? 7 : 3 }))
  expect(foldJournal(records)?.fence).toBe(7)
})

test('every integrity that was ever recorded counts as ours', () => {
  const repacked: JournalEvent = { kind: 'repacked', step: 'upload:a@1.0.0', integrity: 'sha512-two' }
  const progress = foldJournal(written([...story, repacked]).records)
  expect(progress?.integrities.get('upload:a@1.0.0')).toEqual(['sha512-one', 'sha512-two'])
})

test('a finished release that turns back is open until it is rolled back', () => {
  const finished: JournalEvent = { kind: 'closed', as: 'finished' }
  const back: JournalEvent = { kind: 'turned-back', unpublish: false }
  const undone: JournalEvent = { kind: 'closed', as: 'rolled-back' }
  expect(foldJournal(written([...story, finished]).records)).toMatchObject({ closed: 'finished', direction: 'forward' })
  expect(foldJournal(written([...story, finished, back]).records)).toMatchObject({
    closed: undefined,
    direction: 'back',
  })
  expect(foldJournal(written([...story, finished, back, undone]).records)?.closed).toBe('rolled-back')
})

function written(events: readonly JournalEvent[]): { text: string; records: readonly JournalRecord[] } {
  const records = events.map((event, n): JournalRecord => ({ ...event, v: 1, n, at: '2026-01-01T00:00:00Z', fence: 1 }))
  let text = ''
  let sum = ''
  for (const record of records) {
    const line = encodeRecord(record, sum, hash)
    text += line.line
    sum = line.sum
  }
  return { text, records }
}

test.each([
  ['no record', null],
  ['no version', { ...opened, v: undefined }],
  ['a version to come', { ...opened, v: 2 }],
  ['steps that are no list', { ...opened, steps: 'all' }],
  [
    'a step of no kind',
    { ...opened, steps: [{ kind: 'exec', id: 'x', needs: [], after: [], undo: { kind: 'none' } }] },
  ],
  ['a step without needs', { ...opened, steps: [{ kind: 'check', id: 'check', undo: { kind: 'none' } }] }],
  ['integrities that are none', { ...opened, integrities: null }],
  ['a unit without a folder', { ...opened, units: [{ name: 'a', version: '1.0.0', needs: [] }] }],
  ['a fence that is no number', { ...opened, fence: '9' }],
])('a line that is whole, and holds %s, is damage', (_, record) => {
  const forged = record === null ? null : { v: 1, n: 0, at: '2026-01-01T00:00:00Z', fence: 1, ...record }
  const { line } = encodeRecord(forged as unknown as JournalRecord, '', hash)
  const after = encodeRecord({ ...written(story).records[1] } as JournalRecord, '', hash).line
  expect(decodeJournal(line + after, hash)).toMatchObject({ kind: 'corrupt', line: 1 })
})

test('a line whose sum fits and that is no JSON is damage', () => {
  const sum = hash('\n{').slice(0, 32)
  const text = `{"sum":"${sum}","record":{}\n`
  expect(decodeJournal(`${text}${text}`, hash)).toMatchObject({ kind: 'corrupt', line: 1 })
})
