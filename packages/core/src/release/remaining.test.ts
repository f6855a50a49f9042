import { expect, test } from 'vitest'
import type { JournalEvent } from './journal.ts'
import { remainingSteps, worldAfter } from './remaining.ts'
import type { ReleasedWorld } from './released-world.ts'
import { doneOf, intentOf, progressOf, unitOf } from '../testing/release.ts'

const units = [unitOf('db'), unitOf('api', ['db'])]
const left = (...events: readonly JournalEvent[]) => remainingSteps(progressOf(units, events)).map(({ id }) => id)
const undone = (step: string, outcome: 'undone' | 'left' | 'failed' = 'undone'): JournalEvent => ({
  kind: 'undo-outcome',
  step,
  outcome,
  detail: null,
})
const turnedBack: JournalEvent = { kind: 'turned-back', unpublish: false }

test('forwards, what is done is over, and what came before the journal', () => {
  const fresh = left()
  expect(fresh[0]).toBe('upload:db@1.1.0')
  expect(fresh.filter((id) => /^(pack|check)/.test(id))).toEqual([])
  expect(left(intentOf('upload:db@1.1.0'))).toEqual(fresh)
  expect(left(intentOf('upload:db@1.1.0'), doneOf('upload:db@1.1.0'))).toEqual(fresh.slice(1))
})

test('backwards, what was taken back or had to be left is over, and what failed is tried again', () => {
  const way = left(turnedBack)
  expect(way).toContain('undo:upload:db@1.1.0')
  const without = (...ids: readonly string[]) => way.filter((id) => !ids.includes(id))
  expect(left(turnedBack, undone('upload:db@1.1.0'))).toEqual(without('undo:upload:db@1.1.0'))
  expect(left(turnedBack, undone('upload:db@1.1.0', 'left'))).toEqual(without('undo:upload:db@1.1.0'))
  expect(left(turnedBack, undone('upload:db@1.1.0', 'failed'))).toEqual(way)
})

test('backwards, what leaves nothing in the world is gone through again: it keeps the rest in order', () => {
  expect(left(turnedBack, undone('confirm:db@1.1.0'))).toContain('undo:confirm:db@1.1.0')
})

test('of a release that is closed nothing is left', () => {
  expect(left({ kind: 'closed', as: 'finished' })).toEqual([])
  expect(left(turnedBack, { kind: 'closed', as: 'rolled-back' })).toEqual([])
  // One that was finished and then turned back is open again.
  expect(left({ kind: 'closed', as: 'finished' }, turnedBack)).toEqual(left(turnedBack))
})

test('the world after a release has its versions where their dist-tags lead, and its tags', () => {
  const tag = { name: 'db@1.1.0', commit: 'c', make: true, push: true }
  const progress = progressOf([{ ...unitOf('db'), tag }], [])
  const known = {
    kind: 'known',
    versions: new Map([['1.0.0', 'x']]),
    distTags: new Map([['latest', '1.0.0']]),
  } as const
  const world = { facts: new Map([['db', known]]), localTags: new Map(), remoteTags: undefined }
  const after = worldAfter(world as unknown as ReleasedWorld, progress)
  expect(after.facts.get('db')).toEqual({
    kind: 'known',
    versions: new Map([
      ['1.0.0', 'x'],
      ['1.1.0', 'sha512-db'],
    ]),
    distTags: new Map([['latest', '1.1.0']]),
  })
  expect(after).toMatchObject({ localTags: new Map([['db@1.1.0', 'c']]), remoteTags: undefined })
  expect(known.distTags.get('latest')).toBe('1.0.0')
})
