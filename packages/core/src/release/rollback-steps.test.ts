import { expect, test } from 'vitest'
import type { JournalEvent } from './journal.ts'
import { isOnItsWay, leftoversOf, rollbackSteps } from './rollback-steps.ts'
import { doneOf, intentOf, progressOf, unitOf } from '../testing/release.ts'

const units = [unitOf('db'), unitOf('api', ['db'])]
const uploaded = [intentOf('upload:db@1.1.0'), doneOf('upload:db@1.1.0')]
const turnedBack = (unpublish: boolean): JournalEvent => ({ kind: 'turned-back', unpublish })

test('every step is taken back after all that waited for it, so that a package goes before what it needs', () => {
  const progress = progressOf(units, uploaded, { commit: 'c' })
  const undos = rollbackSteps(progress).flatMap((step) => (step.kind === 'undo' ? [step] : []))
  expect(undos.map(({ of }) => of.id).toSorted()).toEqual(progress.opened.steps.map(({ id }) => id).toSorted())
  for (const { id, needs, after } of progress.opened.steps) {
    for (const need of [...needs, ...after]) {
      expect(undos.find(({ of }) => of.id === need)?.after).toContain(`undo:${id}`)
    }
  }
  const order = undos.map(({ of }) => of.id)
  expect(order.indexOf('upload:api@1.1.0')).toBeLessThan(order.indexOf('upload:db@1.1.0'))
})

test('what the journal knows nothing of is taken back too: a dead run may have sent it', () => {
  expect(rollbackSteps(progressOf(units, [])).map(({ id }) => id)).toContain('undo:upload:api@1.1.0')
})

test('manifests are taken back where something was sent, and where there is a commit that wrote them', () => {
  const reverts = (...args: Parameters<typeof progressOf>) =>
    rollbackSteps(progressOf(...args)).flatMap((step) => (step.kind === 'revert' ? step.versions : []))
  const both = [unitOf('db'), unitOf('db:oci', ['db']), unitOf('api', ['db'])]
  expect(reverts(both, [intentOf('upload:db@1.1.0')], { commit: 'c' })).toEqual([
    { name: 'db', version: '1.1.0', dir: 'packages/db' },
    { name: 'api', version: '1.1.0', dir: 'packages/api' },
  ])
  expect(reverts(both, [doneOf('pack:db@1.1.0')], { commit: 'c' })).toEqual([])
  expect(reverts(both, uploaded, { commit: null })).toEqual([])
})

test('what was sent and has no answer may still arrive, and so may what failed; a question and a refusal may not', () => {
  const ended = (step: string, outcome: 'failed' | 'refused'): JournalEvent[] => [
    intentOf(step),
    { kind: 'outcome', step, outcome, detail: null },
  ]
  expect(isOnItsWay(progressOf(units, uploaded))).toBe(false)
  expect(isOnItsWay(progressOf(units, [...uploaded, intentOf('upload:api@1.1.0')]))).toBe(true)
  expect(isOnItsWay(progressOf(units, ended('promote:db@1.1.0', 'failed')))).toBe(true)
  expect(isOnItsWay(progressOf(units, ended('upload:db@1.1.0', 'refused')))).toBe(false)
  expect(isOnItsWay(progressOf(units, ended('confirm:db@1.1.0', 'failed')))).toBe(false)
})

test('versions that were sent remain, unless they are taken away or were only staged', () => {
  const version = { kind: 'version', name: 'db', version: '1.1.0', registry: 'r' }
  expect(leftoversOf(progressOf(units, []))).toEqual([])
  expect(leftoversOf(progressOf(units, uploaded))).toEqual([version])
  expect(leftoversOf(progressOf(units, [...uploaded, turnedBack(false)]))).toEqual([version])
  expect(leftoversOf(progressOf(units, [...uploaded, turnedBack(true)]))).toEqual([])
  expect(leftoversOf(progressOf(units, uploaded, { promotion: 'staged' }))).toEqual([])
  const approved = [...uploaded, intentOf('promote:db@1.1.0')]
  expect(leftoversOf(progressOf(units, approved, { promotion: 'staged' }))).toEqual([version])
})

test('the first version of a package keeps latest, which has nowhere else to lead', () => {
  const first = [unitOf('db', [], { first: true, was: null })]
  expect(leftoversOf(progressOf(first, uploaded))).toEqual([
    { kind: 'version', name: 'db', version: '1.1.0', registry: 'r' },
    { kind: 'first-dist-tag', name: 'db', distTag: 'latest' },
  ])
})
