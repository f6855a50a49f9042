import { expect, test } from 'vitest'
import { nextDelay } from './retry.ts'

test('delays grow up to a ceiling, keep to what the registry asks, and end with patience', () => {
  const policy = { first: 100, longest: 1000, attempts: 10, patience: 5000 }
  const past = { attempt: 1, elapsed: 0, asked: undefined, random: 0 }
  expect([1, 2, 3, 4, 5, 6].map((attempt) => nextDelay(policy, { ...past, attempt }))).toEqual([
    50, 100, 200, 400, 500, 500,
  ])
  expect(nextDelay(policy, { ...past, attempt: 9, random: 0.999 })).toBeLessThanOrEqual(1000)
  expect(nextDelay(policy, { ...past, asked: 3000 })).toBe(3000)
  expect(nextDelay(policy, { ...past, attempt: 10 })).toBeUndefined()
  expect(nextDelay(policy, { ...past, elapsed: 4990 })).toBeUndefined()
})
