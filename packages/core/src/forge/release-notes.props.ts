import fc from 'fast-check'
import { expect, test } from 'vitest'
import { releaseNotes, utf8Length } from './release-notes.ts'

const rest = 'The rest is in the changelog.'

test('notes stay below the limit, whatever the changelog says', () => {
  const line = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('```', '~~~~', '- x', '', '😀'.repeat(40)))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 120, max: 600 }), (lines, limit) => {
      const notes = releaseNotes(lines.join('\n'), rest, limit)
      expect(utf8Length(notes)).toBeLessThan(limit)
      expect(Buffer.byteLength(notes)).toBe(utf8Length(notes))
    }),
    { numRuns: 40 },
  )
})

test('what fits is left as it is; what does not says so, outside of any code block', () => {
  expect(releaseNotes('### Minor Changes\n\n- New\n', rest)).toBe('### Minor Changes\n\n- New')
  const cut = releaseNotes(`- New\n\n\`\`\`js\n${'call()\n'.repeat(100)}\`\`\`\n`, rest, 200)
  expect(cut.split('\n').slice(-3)).toEqual(['```', '', rest])
})
