import { CommitParser } from 'conventional-commits-parser'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commitPresetOf } from './commit-presets.ts'
import { messageReader } from './commits.ts'
import { commitPresetNames, defaultSettings, type CommitPresetName } from '../settings.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 500)

const presetOf = (preset: CommitPresetName) => commitPresetOf({ ...defaultSettings, commits: { preset, types: {} } })

const line = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'feat: a',
    'fix(b)!: c',
    'BREAKING CHANGE: d',
    'breaking-change: e',
    '* BREAKING CHANGE: f',
    '',
    '  ',
  ),
  fc.constantFrom('Revert "x"', 'This reverts commit abcdef12.', 'revert: x', 'Merge branch x', 'gpg: x', '# x', '-x-'),
)
const messages = fc.array(line).map((lines) => lines.join('\n'))

test('reading never throws, and the same reader always answers the same', () => {
  for (const preset of commitPresetNames) {
    const read = messageReader(presetOf(preset))
    fc.assert(
      fc.property(fc.oneof(fc.string(), messages), (text) => {
        expect(read(text)).toEqual(messageReader(presetOf(preset))(text))
      }),
      { numRuns },
    )
  }
})

test('what the library is not shown would not have changed its answer', () => {
  const library = new CommitParser({
    headerPattern: /^(\w*)(?:\((.*)\))?: (.*)$/,
    headerCorrespondence: ['type', 'scope', 'subject'],
    noteKeywords: ['BREAKING CHANGE'],
    fieldPattern: /(?!)/,
  })
  const read = messageReader(presetOf('lerna'))
  const types = fc.constantFrom('feat', 'fix', 'Fix', '', 'a b', 'é')
  const headers = fc
    .tuple(
      types,
      fc.constantFrom('', '(a)', '(@a/b,c)', '(a, b)', '(a , b)', '(a,, b)', '()'),
      fc.constantFrom(': ', ':', '!: '),
      fc.constantFrom('x', 'x: y', ''),
    )
    .map((parts) => parts.join(''))
  const whole = fc.tuple(headers, fc.array(line)).map(([header, rest]) => [header, ...rest].join('\n'))
  fc.assert(
    fc.property(whole, (text) => {
      fc.pre(text.trim() !== '' && !/^\s|gpg:/.test(text))
      const { type, scope, notes, subject } = library.parse(text)
      const [statement] = read(text).statements
      expect(statement?.breaking ?? false).toBe(notes.length > 0)
      expect(statement?.type ?? '').toBe(type !== null && type !== '' && subject?.trim() ? type : '')
      if (statement?.type) expect(statement.scope).toBe(scope?.trim() || undefined)
    }),
    { numRuns },
  )
})
