import { expect, test } from 'vitest'
import { scheduleSteps } from './schedule.ts'
import type { PackStep, PublishUnit, StepId } from './step.ts'
import { releaseSteps } from './steps.ts'

function step(id: StepId, needs: readonly StepId[] = [], after: readonly StepId[] = []): PackStep {
  return { kind: 'pack', id, needs, after, undo: { kind: 'none' }, name: id, version: '1.0.0', dir: '.' }
}

function unit(name: string, needs: readonly string[] = []): PublishUnit {
  const upload = { registry: 'r', distTag: 'latest', access: undefined, was: null, first: false } as const
  return { name, version: '1.0.0', dir: name, needs, upload, tag: { name, commit: 'c', make: true, push: true } }
}

test('the step with the longest way ahead comes first', () => {
  const schedule = scheduleSteps([step('leaf'), step('a'), step('b', ['a']), step('c', ['b'])])
  expect(schedule.take('pack', 1).map(({ id }) => id)).toEqual(['a'])
  expect(schedule.take('pack', 9).map(({ id }) => id)).toEqual(['leaf'])
})

test('weights count: a slow branch starts before a long one of quick steps', () => {
  const steps = [step('quick'), step('quicker', ['quick']), step('slow')]
  const schedule = scheduleSteps(steps, { weight: ({ id }) => (id === 'slow' ? 10 : 1) })
  expect(schedule.take('pack', 1).map(({ id }) => id)).toEqual(['slow'])
})

test('what depends on a failure is held by its name, however far away', () => {
  const schedule = scheduleSteps([step('a'), step('b', ['a']), step('c', ['b']), step('other')])
  schedule.take('pack', 2)
  expect(schedule.settle('a', 'failed').map(({ step: { id }, by }) => [id, by])).toEqual([
    ['b', 'a'],
    ['c', 'a'],
  ])
  expect(schedule.state('other')).toBe('running')
  schedule.settle('other', 'done')
  expect(schedule.isFinished()).toBe(true)
})

test('what comes after a step starts whichever way that ended', () => {
  const schedule = scheduleSteps([step('a'), step('b', ['a']), step('last', [], ['b'])])
  schedule.take('pack', 1)
  schedule.settle('a', 'failed')
  expect(schedule.take('pack', 9).map(({ id }) => id)).toEqual(['last'])
})

test('of a chain that an earlier run finished nothing is done again', () => {
  const schedule = scheduleSteps([step('a'), step('b', ['a']), step('c', ['b'])], { done: new Set(['a', 'b']) })
  expect(schedule.take('pack', 3).map((one) => one.id)).toEqual(['c'])
  schedule.settle('c', 'done')
  expect(schedule.isFinished()).toBe(true)
})

test('what an earlier run finished is not done again', () => {
  const schedule = scheduleSteps([step('a'), step('b', ['a'])], { done: new Set(['a']) })
  expect(schedule.take('pack', 9).map(({ id }) => id)).toEqual(['b'])
})

test('steps that wait for themselves or for nothing that exists are held from the beginning', () => {
  const schedule = scheduleSteps([step('a', ['b']), step('b', ['a']), step('c', ['gone'])])
  expect(schedule.impossible.map(({ step: { id } }) => id).toSorted()).toEqual(['a', 'b', 'c'])
  expect(schedule.isFinished()).toBe(true)
})

test('no byte is uploaded before every tarball is checked, and tags wait until all is confirmed', () => {
  const steps = releaseSteps([unit('db'), unit('api', ['db'])], 'direct')
  const byId = new Map(steps.map((one) => [one.id, one]))
  expect(byId.get('check')?.needs).toEqual(['pack:db@1.0.0', 'pack:api@1.0.0'])
  expect(byId.get('upload:api@1.0.0')?.needs).toEqual(['check', 'confirm:db@1.0.0'])
  expect(byId.get('tag')?.needs).toEqual(['confirm:db@1.0.0', 'confirm:api@1.0.0'])
  expect(byId.get('push')?.needs).toEqual(['tag'])
})

test('candidates become public when all of them are confirmed, dependencies first, and tags come after', () => {
  const steps = releaseSteps([unit('db'), unit('api', ['db'])], 'candidate')
  const byId = new Map(steps.map((one) => [one.id, one]))
  expect(byId.get('upload:db@1.0.0')).toMatchObject({ distTag: 'topsail-candidate' })
  expect(byId.get('gate')?.needs).toEqual(['confirm:db@1.0.0', 'confirm:api@1.0.0'])
  expect(byId.get('promote:api@1.0.0')).toMatchObject({ distTag: 'latest', needs: ['gate', 'promote:db@1.0.0'] })
  expect(byId.get('unmark:db@1.0.0')?.needs).toEqual(['promote:db@1.0.0'])
  expect(byId.get('tag')?.needs).toEqual(['promote:db@1.0.0', 'promote:api@1.0.0'])
})

test('what was never published goes up under its own dist-tag, and nobody moves it later', () => {
  const [old, fresh] = [unit('db'), unit('api', ['db'])]
  const first = { ...fresh, upload: fresh.upload === undefined ? undefined : { ...fresh.upload, first: true } }
  const byId = new Map(releaseSteps([old, first], 'candidate').map((one) => [one.id, one]))
  expect(byId.get('upload:api@1.0.0')).toMatchObject({ distTag: 'latest', needs: ['check', 'confirm:db@1.0.0'] })
  expect(byId.has('promote:api@1.0.0')).toBe(false)
  expect(byId.get('tag')?.needs).toEqual(['promote:db@1.0.0', 'confirm:api@1.0.0'])
  expect(releaseSteps([first], 'staged').some(({ kind }) => kind === 'promote')).toBe(true)
})

test('ten thousand packages in one chain are scheduled without a deep stack', () => {
  const units = Array.from({ length: 10_000 }, (_, at) => unit(`p${at}`, at === 0 ? [] : [`p${at - 1}`]))
  expect(scheduleSteps(releaseSteps(units, 'direct')).take('pack', 1)).toHaveLength(1)
})
