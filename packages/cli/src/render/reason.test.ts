import { expect, test } from 'vitest'
import { changePhrase, plainText } from './reason.ts'

const commit = {
  kind: 'commit',
  id: 'commit:0123456789abcdef',
  commit: '0123456789abcdef',
  type: 'feat',
  scope: 'db',
  breaking: true,
  summary: 'drop the pool\n\nmore',
  bumps: {},
} as const

test('a commit is told by its hash and its header', () => {
  expect(plainText(changePhrase(commit))).toBe('0123456 feat(db)!: drop the pool')
})

test('a message that follows no convention stands as it was written', () => {
  const plain = { ...commit, type: '', scope: undefined, breaking: false, summary: 'Drop the pool' }
  expect(plainText(changePhrase(plain))).toBe('0123456 Drop the pool')
})

test.each([
  ['<!-- START table -->\n<!-- two\nlines -->\n\nAdded icons\n<!-- END -->', 'Added icons'],
  ['<!-- only this -->', '<!-- only this -->'],
  ['<!-- open\nwords', '<!-- open'],
])('of the changeset %j the first words are told', (summary, told) => {
  const change = { kind: 'changeset', id: 'changeset:cats', file: '', summary, bumps: {}, commit: undefined } as const
  expect(plainText(changePhrase(change))).toBe(`cats: ${told}`)
})
