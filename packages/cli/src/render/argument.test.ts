import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { argument } from './argument.ts'
import { printable } from './text.ts'

const words = [
  '@acme/db=minor',
  'plain',
  '-rf',
  '--package',
  '~',
  '',
  ' ',
  "it's",
  '"',
  '$(id)',
  '`id`',
  'a;b',
  'a&b',
  '!x',
  '*',
  'a\nb',
  'a\u001b[31mb',
  'é ü',
  '\\',
  '#',
]

test('a name that needs no quotes gets none', () => {
  expect(argument('@acme/db=minor')).toBe('@acme/db=minor')
  expect(argument('-x')).toBe("'-x'")
})

test.skipIf(process.platform === 'win32')('a shell reads every word back as it was shown', () => {
  const script = `printf '%s\\0' ${words.map(argument).join(' ')}`
  const read = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
  expect(read).toEqual(words.map(printable))
})
