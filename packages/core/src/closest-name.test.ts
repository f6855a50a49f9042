import { expect, test } from 'vitest'
import { closestName } from './closest-name.ts'

const known = ['@acme/api', '@acme/db', '@acme/web', 'tools']

test.each([
  ['@acme/bd', '@acme/db'],
  ['@acme/apis', '@acme/api'],
  ['db', '@acme/db'],
  ['@other/web', '@acme/web'],
  ['tool', 'tools'],
  ['Tools', 'tools'],
  ['toosl', 'tools'],
  ['@acme/apo', '@acme/api'],
  ['@acme/tip', undefined],
  ['@amce/wbe', '@acme/web'],
  ['something-else', undefined],
  ['', undefined],
])('%s probably means %s', (name, expected) => {
  expect(closestName(name, known)).toBe(expected)
})
