import { expect, test } from 'vitest'
import type { SetUnit } from './release-set.ts'
import { diffSets, historyOf, type PlacedSet } from './set-difference.ts'

function unit(name: string, version: string, release: string): SetUnit {
  const changes = [{ bump: 'minor' as const, summary: `${name} ${version}` }]
  return { name, version, dir: name, release, artefacts: [], tree: null, contracts: {}, changes }
}

function placed(id: string, release: string, ...units: readonly SetUnit[]): PlacedSet {
  return { id, at: id, set: { schema: 'topsail/set@1', release, commit: null, promotion: 'direct', units } }
}

const [db1, db2, db3] = [unit('db', '1.0.0', 'r1'), unit('db', '2.0.0', 'r2'), unit('db', '2.0.1', 'r3')]
const [web1, web2] = [unit('web', '1.0.0', 'r1'), unit('web', '1.1.0', 'r2')]
const before = placed('s1', 'r1', db1, web1)
const broken = placed('s2', 'r2', db2, web2)
/** As a rollback leaves it: the set before it, once more. */
const back = placed('s3', 'r1', db1, web1)
const mended = placed('s4', 'r3', db3, web1)
const chain = [mended, back, broken, before]

test('a rollback is a newer set with older packages: what they lose is taken back', () => {
  const { direction, changed } = diffSets(chain, broken, back)
  expect(direction).toBe('forward')
  expect(
    changed.map(({ name, direction: way, versions }) => [name, way, versions.map(({ version }) => version)]),
  ).toEqual([
    ['db', 'back', ['2.0.0']],
    ['web', 'back', ['1.1.0']],
  ])
  const on = diffSets(chain, back, mended)
  expect(on.changed).toMatchObject([{ name: 'db', direction: 'forward', from: '1.0.0', to: '2.0.1' }])
  // What never stayed is no part of the way.
  const whole = diffSets(chain, before, mended)
  expect(whole.changed.map(({ versions }) => versions.map(({ version }) => version))).toEqual([['2.0.1']])
  expect(diffSets(chain, broken, before)).toMatchObject({
    direction: 'back',
    changed: [{ direction: 'back' }, { direction: 'back' }],
  })
})

test('the history tells which versions were rolled back', () => {
  expect(historyOf(chain, 'db').map(({ unit: { version }, takenBack }) => [version, takenBack])).toEqual([
    ['2.0.1', false],
    ['2.0.0', true],
    ['1.0.0', false],
  ])
  expect(historyOf(chain, 'web').map(({ unit: { version }, takenBack }) => [version, takenBack])).toEqual([
    ['1.1.0', true],
    ['1.0.0', false],
  ])
})
