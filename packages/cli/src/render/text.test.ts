import { expect, test } from 'vitest'
import { padEnd, printable, printableJson, printableLines, redact, truncate, widthOf } from './text.ts'

test('control characters, escape sequences and direction marks are shown, not obeyed', () => {
  expect(printable('a\u001b[31mb\u0007')).toBe('a\\u{1b}[31mb\\u{7}')
  expect(printable('\u202egnp.exe')).toBe('\\u{202e}gnp.exe')
  expect(printable('one\ntwo\ttab')).toBe('one\\ntwo\\ttab')
  expect(printable('zero\u200bwidth\ufeff')).toBe('zero\\u{200b}width\\u{feff}')
  expect(printable('\ud800')).toBe('\\u{d800}')
})

test('JSON keeps its meaning and loses what steers a terminal', () => {
  const value = { subject: 'a\u009b31m \u202egnp.exe \u{e0041} zero\u200bwidth', other: 'Grüße 👩‍👩‍👧 日本語' }
  const json = JSON.stringify(value, undefined, 2)
  const printed = printableJson(json)
  expect(JSON.parse(printed)).toEqual(value)
  expect(printed).not.toMatch(/[\u009b\u202e\u200b]|\u{e0041}/u)
  expect(printed).toContain('"other": "Grüße 👩‍👩‍👧 日本語"\n')
})

test('JSON of ASCII alone hides no character that erases another', () => {
  expect(printableJson(JSON.stringify('a\u007fb'))).toBe('"a\\u007fb"')
})

test('ordinary text of any script stays as it is', () => {
  for (const text of ['@acme/db', 'Grüße', '日本語', '👩‍👩‍👧‍👦', 'עברית']) expect(printable(text)).toBe(text)
})

test('lines stay lines where lines are wanted', () => {
  expect(printableLines('a\r\nb\rc')).toBe('a\nb\\rc')
})

test.each([
  ['https://user:secret@host/x', 'https://***@host/x'],
  ['//registry.npmjs.org/:_authToken=npm_0123456789abcdef', '//registry.npmjs.org/:_authToken=***'],
  ['authorization: Bearer abc.def.ghi', 'authorization: Bearer ***'],
  ['Bearer abcdefghijklmnopqrst0', 'Bearer ***'],
  [`ghp_${'0'.repeat(36)}`, 'ghp_***'],
  [`npm_${'a1'.repeat(18)}`, 'npm_***'],
  ['"_password": "aGVsbG8="', '"_password": "***"'],
])('credentials are taken out of %s', (text, expected) => {
  expect(redact(text)).toBe(expected)
})

test.each([
  'https://registry.npmjs.org/@acme/db',
  'Add basic authentication to the authorization: header',
  'read npm_lifecycle_event',
])('%s is no credential', (text) => {
  expect(redact(text)).toBe(text)
})

test('wide characters count two columns and are never cut in half', () => {
  expect(widthOf('日本')).toBe(4)
  expect(padEnd('日本', 6)).toBe('日本  ')
  expect(truncate('日本語のパッケージ', 6)).toBe('日本…')
  expect(widthOf(truncate('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 4))).toBeLessThanOrEqual(4)
})
