import fc from 'fast-check'
import semver from 'semver'
import { expect, test } from 'vitest'
import { widenRange } from './widen.ts'

test.each([
  ['^1.2.3', '2.0.0', '^2.0.0'],
  ['~1.2', '1.3.0', '~1.3'],
  ['^1', '3.2.1', '^3'],
  ['1.x', '2.0.0', '2.x'],
  ['1.2.x', '1.3.0', '1.3.x'],
  ['1', '2.4.0', '2'],
  ['1.2.3', '1.2.4', '1.2.4'],
  ['^1 || ^2', '3.0.0', '^1 || ^2 || ^3'],
  ['^1||^2', '3.0.0', '^1||^2||^3'],
  ['^1.0.0 || ~2.1.0', '3.0.5', '^1.0.0 || ~2.1.0 || ~3.0.5'],
  ['>=1.2.0 <2.0.0', '2.3.0', '>=1.2.0 <3.0.0'],
  ['>=1.2 <2', '2.3.0', '>=1.2 <3'],
  ['>=0.2.0 <0.3.0', '0.3.0', '>=0.2.0 <0.4.0'],
  ['>=1.0.0 <=1.5.0', '1.6.0', '>=1.0.0 <=1.6.0'],
  ['1.2.0 - 1.9.0', '2.0.0', '1.2.0 - 2.0.0'],
  ['^1.0.0', '2.0.0-beta.1', '^2.0.0-beta.1'],
  ['^1 || ^2', '3.0.0-beta.1', '^1 || ^2 || ^3.0.0-beta.1'],
  ['<2.0.0', '2.0.0', '2.0.0'],
])('%s is left by %s and becomes %s', (range, version, expected) => {
  expect(widenRange(range, version)).toBe(expected)
})

test('the new range holds the version, and alternatives stay', () => {
  const part = fc.integer({ min: 0, max: 4 })
  const version = fc.tuple(part, part, part).map((parts) => parts.join('.'))
  const one = fc.oneof(
    fc.tuple(fc.constantFrom('', '^', '~', '>=', '<', '<=', '>'), version).map((parts) => parts.join('')),
    fc.tuple(version, version).map(([from, to]) => `>=${from} <${to}`),
    fc.constantFrom('1.x', '^1', '~1.2', '*', '1.0.0 - 2.0.0', '1.2'),
  )
  const range = fc.array(one, { minLength: 1, maxLength: 3 }).map((alternatives) => alternatives.join(' || '))
  fc.assert(
    fc.property(range, version, (before, next) => {
      fc.pre(!semver.satisfies(next, before))
      const after = widenRange(before, next)
      expect(semver.satisfies(next, after)).toBe(true)
      if (before.includes('||')) expect(after.startsWith(before)).toBe(true)
    }),
  )
})
