import { expect, test } from 'vitest'
import { findSet } from './find-set.ts'
import type { PlacedSet } from './set-difference.ts'

function placed(id: string, release: string): PlacedSet {
  return { id, at: id, set: { schema: 'topsail/set@1', release, commit: null, promotion: 'direct', units: [] } }
}

/** Newest first; r3 was rolled back, so that the set of r2 came once more. */
const chain = [
  placed('sha256-bb2', 'r2'),
  placed('sha256-bb3', 'r3'),
  placed('sha256-bb2', 'r2'),
  placed('sha256-a1', 'r1'),
]

function found(asked: string, sets = chain): string {
  const answer = findSet(sets, asked)
  return answer.ok ? answer.placed.id : answer.problem.code
}

test('a set is named by a word, by its release, or by the beginning of its id', () => {
  expect(found('latest')).toBe('sha256-bb2')
  expect(found('previous')).toBe('sha256-bb3')
  expect(found('r1')).toBe('sha256-a1')
  expect(found('a')).toBe('sha256-a1')
  expect(found('sha256-bb3')).toBe('sha256-bb3')
  expect(found('bb2')).toBe('sha256-bb2')
})

test('the same set twice in a row is not its own predecessor', () => {
  const [newest, ...older] = chain
  expect(
    found(
      'previous',
      [newest, newest, ...older].filter((each) => each !== undefined),
    ),
  ).toBe('sha256-bb3')
})

test('a beginning that several sets share, and one that none has, are problems', () => {
  expect(found('b')).toBe('SET_AMBIGUOUS')
  expect(found('sha256')).toBe('SET_AMBIGUOUS')
  expect(found('c')).toBe('SET_UNKNOWN')
  expect(found('')).toBe('SET_UNKNOWN')
  expect(found('latest', [])).toBe('SET_UNKNOWN')
})
