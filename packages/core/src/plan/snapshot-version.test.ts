import { describe, expect, test } from 'vitest'
import { planRelease } from './plan.ts'
import type { Snapshot } from '../snapshot.ts'
import { problemCodes, readScenario } from '../testing/index.ts'

const text = `db 1.2.0
  api 1.0.0 -> db ^1.0.0
  --- changesets
  a db minor, api patch`

function plan(request: Snapshot['snapshotRelease'], snapshot: Partial<Snapshot['settings']['snapshot']> = {}) {
  const read = readScenario(text)
  const settings = {
    ...read.settings,
    snapshot: { useCalculatedVersion: false, prereleaseTemplate: undefined, ...snapshot },
  }
  return planRelease({ ...read, settings, snapshotRelease: request, now: '2026-11-22T16:50:07.123Z' }, String)
}

const commit = '0123456789abcdef0123456789abcdef01234567'

describe('a snapshot release', () => {
  test.each([
    [{ tag: 'canary', commit: undefined }, {}, '0.0.0-canary-20261122165007'],
    [{ tag: undefined, commit: undefined }, {}, '0.0.0-20261122165007'],
    [{ tag: 'canary', commit: undefined }, { useCalculatedVersion: true }, '1.3.0-canary-20261122165007'],
    [{ tag: 'pr', commit }, { prereleaseTemplate: '{tag}-{commit-short}' }, '0.0.0-pr-0123456'],
    [{ tag: undefined, commit }, { prereleaseTemplate: '{commit}.{timestamp}' }, `0.0.0-${commit}.1795366207123`],
    [{ tag: 'x', commit }, { prereleaseTemplate: '{tag}{tag}.{datetime}' }, '0.0.0-xx.20261122165007'],
  ])('%j with %j is %s', (request, settings, expected) => {
    expect(plan(request, settings).releases.find(({ name }) => name === 'db')?.to).toBe(expected)
  })

  test('pins internal ranges to the exact version', () => {
    expect(plan({ tag: 'canary', commit: undefined }).releases[0]?.rangeEdits).toEqual([
      { field: 'dependencies', dependency: 'db', from: '^1.0.0', to: '0.0.0-canary-20261122165007' },
    ])
  })

  test('needs {tag} in the template when a tag is given, and a value for every placeholder', () => {
    expect(problemCodes(plan({ tag: 'x', commit }, { prereleaseTemplate: '{datetime}' }))).toEqual([
      'SNAPSHOT_TAG_NOT_IN_TEMPLATE',
    ])
    expect(problemCodes(plan({ tag: undefined, commit: undefined }, { prereleaseTemplate: '{tag}-{commit}' }))).toEqual(
      ['SNAPSHOT_PLACEHOLDER_EMPTY', 'SNAPSHOT_PLACEHOLDER_EMPTY'],
    )
  })

  test('takes the commit that is checked out where the request names none', () => {
    const read = readScenario(text)
    const settings = {
      ...read.settings,
      snapshot: { useCalculatedVersion: false, prereleaseTemplate: '{commit-short}' },
    }
    const planned = planRelease({ ...read, settings, head: 'abc1234def', snapshotRelease: { tag: undefined } }, String)
    expect(planned.problems).toEqual([])
    expect(planned.releases.map(({ to }) => to)).toContain('0.0.0-abc1234')
  })

  test.each([
    ['a/b', undefined],
    ['with space', undefined],
    ['x', '{tag}-{unknown}'],
    ['x', '{tag}..1'],
  ])('the tag %j with the template %j makes no version', (tag, prereleaseTemplate) => {
    expect(problemCodes(plan({ tag }, { prereleaseTemplate }))).toEqual(['SNAPSHOT_VERSION_INVALID'])
  })

  test('is refused in pre mode', () => {
    const read = readScenario(`${text}\n--- pre beta`)
    const request = { tag: 'canary', commit: undefined }
    expect(problemCodes(planRelease({ ...read, snapshotRelease: request }, String))).toEqual(['SNAPSHOT_IN_PRE_MODE'])
  })

  test('depends on the time, and so does its identity', () => {
    const read = { ...readScenario(text), snapshotRelease: { tag: 'canary', commit: undefined } }
    const later = { ...read, now: '2030-01-01T00:00:00.000Z' }
    expect(planRelease(later, String).id).not.toBe(planRelease(read, String).id)
  })
})
