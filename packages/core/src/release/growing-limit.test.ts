import fc from 'fast-check'
import { expect, test } from 'vitest'
import { growingLimit, type GrowingLimit } from './growing-limit.ts'

const range = { from: 16, most: 64 }

/** As many as allowed are under way all the time; `took`: milliseconds, with so many at once. */
function rounds(limit: GrowingLimit, count: number, took: (underWay: number) => number): number {
  for (let round = 0; round < count; round += 1) {
    const underWay = limit.atOnce()
    for (let at = 0; at < underWay; at += 1) limit.answered(took(underWay), underWay)
  }
  return limit.atOnce()
}

test('where company costs nothing as many go as may, soon', () => {
  const limit = growingLimit(range)
  expect(limit.atOnce()).toBe(16)
  expect(rounds(limit, 2, () => 200)).toBe(64)
  expect(rounds(limit, 50, () => 200)).toBe(64)
})

test('a registry that is far away and takes something for each gets as many as double its time', () => {
  const limit = growingLimit(range)
  for (const crowd of [1, 2, 4, 8, 16, 24, 40, 12, 4]) {
    for (let at = 0; at < crowd; at += 1) limit.answered(200 + 5 * crowd, crowd)
  }
  expect(limit.atOnce()).toBeGreaterThan(36)
  expect(limit.atOnce()).toBeLessThan(48)
})

test('a registry that is busy with one at a time gets hardly more than at first', () => {
  const limit = growingLimit(range)
  for (let round = 0; round < 50; round += 1) {
    expect(rounds(limit, 1, (underWay) => 5 * underWay)).toBeLessThanOrEqual(32)
  }
  const known = growingLimit(range)
  for (const crowd of [1, 2, 4, 8, 16, 16]) for (let at = 0; at < crowd; at += 1) known.answered(5 * crowd, crowd)
  expect(known.atOnce()).toBe(16)
})

test('it grows by what was tried', () => {
  const limit = growingLimit(range)
  for (let at = 0; at < 500; at += 1) limit.answered(200, 10)
  expect(limit.atOnce()).toBe(20)
})

test('whoever is turned away halves it, and it comes back slowly', () => {
  const limit = growingLimit(range)
  rounds(limit, 3, () => 200)
  limit.pushedBack()
  expect(limit.atOnce()).toBe(32)
  expect(rounds(limit, 1, () => 200)).toBeLessThan(34)
  for (let at = 0; at < 5; at += 1) limit.pushedBack()
  expect(limit.atOnce()).toBe(16)
})

test('it stays within its range, whatever comes', () => {
  const happening = fc.oneof(
    fc.record({ milliseconds: fc.nat({ max: 10_000 }), underWay: fc.integer({ min: 1, max: 100 }) }),
    fc.constant('pushed back' as const),
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 100 }),
      fc.array(happening, { maxLength: 400 }),
      (from, most, happenings) => {
        const limit = growingLimit({ from, most })
        for (const each of happenings) {
          if (each === 'pushed back') limit.pushedBack()
          else limit.answered(each.milliseconds, each.underWay)
          expect(limit.atOnce()).toBeGreaterThanOrEqual(Math.min(from, most))
          expect(limit.atOnce()).toBeLessThanOrEqual(most)
        }
      },
    ),
  )
})
