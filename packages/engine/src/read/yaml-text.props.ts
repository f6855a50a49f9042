import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { memoryFiles } from '../adapters/memory-files.ts'
import { readYaml } from './yaml-text.ts'

const item = fc.oneof(
  fc.constantFrom(
    "'packages/*'",
    '"services/**"',
    'packages/a',
    "'!**/test'",
    '*a',
    'a: b',
    'true',
    '1.5',
    '~',
    "''",
    '.',
  ),
  fc.constantFrom('on/off', 'a/b:', 'a/#b', "'a' # c", 'null/x', '0x1/2', "'it''s'", '"\\n"', '!!str a/b', 'a/b '),
  fc.string({ maxLength: 6 }),
)
const line = fc.oneof(
  item.map((text) => `  - ${text}`),
  item.map((text) => `- ${text}`),
  fc.constantFrom(
    'packages:',
    'catalog:',
    'packages: []',
    '',
    '# words',
    '  ',
    '  a: 1',
    'true:',
    'null:',
    'packages:',
    'a: &b',
    '---',
    '\r',
  ),
)

test('a file is read as the YAML library reads it, whatever way is taken', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.boolean(), (lines, isEnded) => {
      const text = lines.join('\n') + (isEnded ? '\n' : '')
      const reading = readYaml(memoryFiles({ 'a.yaml': text }), 'a.yaml')
      if (reading?.ok === true) expect(reading.value).toEqual(parseDocument(text).toJS())
    }),
    { numRuns: Number(process.env['TOPSAIL_RUNS'] ?? 1000) },
  )
})
