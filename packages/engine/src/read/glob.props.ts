import fc from 'fast-check'
import { expect, test } from 'vitest'
import { globMatcher } from './glob.ts'

const piece = fc.constantFrom(
  '',
  '*',
  '**',
  '/',
  '!',
  '(',
  ')',
  '{',
  ',',
  '}',
  '[',
  ']',
  '\\',
  '@',
  '+',
  'a',
  '.',
  '..',
)
const anyGlob = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
)

test('whatever glob somebody wrote, it matches or does not', () => {
  fc.assert(
    fc.property(fc.array(anyGlob, { maxLength: 3 }), fc.string(), (globs, path) => {
      expect(typeof globMatcher(globs)(path)).toBe('boolean')
      for (const glob of globs) expect(typeof globMatcher(glob, { dot: true })(path)).toBe('boolean')
    }),
    { numRuns: Number(process.env['TOPSAIL_RUNS'] ?? 500) },
  )
})

test('what is empty or without end matches nothing, beside others as alone', () => {
  for (const glob of ['', 'x'.repeat(70_000)]) {
    expect(globMatcher(glob)(glob)).toBe(false)
    expect([globMatcher([glob, 'a*'])('ab'), globMatcher([glob, 'a*'])('')]).toEqual([true, false])
  }
})

test('only a glob alone can be one that takes away', () => {
  expect([globMatcher('!a').negated, globMatcher('a').negated, globMatcher('').negated]).toEqual([true, false, false])
})
