import { expect, test } from 'vitest'
import { fitLine, growthExponent, median } from './statistics.ts'

test('the median of an even count lies between the middle two', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(median([])).toBeUndefined()
})

test('a line through points on a line explains all of them', () => {
  const line = fitLine([1, 2, 5, 9].map((x) => ({ x, y: 3 + 2 * x })))
  expect(line?.intercept).toBeCloseTo(3)
  expect(line?.slope).toBeCloseTo(2)
  expect(line?.r2).toBeCloseTo(1)
})

test('two points are no fit', () => {
  expect(
    fitLine([
      { x: 1, y: 1 },
      { x: 2, y: 2 },
    ]),
  ).toBeUndefined()
})

test('the exponent tells linear from quadratic growth, whatever the start-up', () => {
  const points = (power: number) => [10, 1000, 10_000, 100_000].map((x) => ({ x, y: 5 + x ** power }))
  expect(growthExponent(points(1))).toBeCloseTo(1)
  expect(growthExponent(points(2))).toBeCloseTo(2, 1)
})
