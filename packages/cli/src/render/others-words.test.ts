import type { Problem, ProblemCode } from '@topsail/core'
import fc from 'fast-check'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { runs } from '../testing/runs.ts'
import { renderAnnotations } from './annotations.ts'
import { exampleOf, problemCodes } from './problems-page.ts'
import { renderProblem, sentenceOf } from './problem.ts'

const plain = createColors(false)

/** In each text the words of others: lines are theirs, not ours. */
function saying(code: ProblemCode, words: string): Problem {
  const example = code === 'HISTORY_UNAVAILABLE' ? { ...exampleOf(code), why: 'git-failed' } : exampleOf(code)
  const facts = Object.keys(example).filter((key) => key === 'detail' || key === 'undoing')
  return { ...example, ...Object.fromEntries(facts.map((key) => [key, words])) } as Problem
}

const withDetail = problemCodes().filter((code) => 'detail' in exampleOf(code))

test.each(withDetail)('what others said at length stands below the sentence of %s, line by line', (code) => {
  const lines = renderProblem(saying(code, '  first\r\n\n    second\tpart\n'), plain).split('\n')
  expect(lines).toContain('    │ first')
  expect(lines).toContain('    │   second  part')
  expect(lines.join('\n')).toContain('see below')
  expect(lines.join('\n')).not.toContain(String.raw`\n`)
})

test.each(withDetail)('one line that others said stands in the sentence of %s', (code) => {
  expect(renderProblem(saying(code, 'said so\n'), plain)).toMatch(/^ {2}\S.*said so/m)
})

test.each(withDetail)('the sentence of %s stays on one line where a page or a log has only one', (code) => {
  const problem = saying(code, 'first\nsecond\n')
  expect(sentenceOf(problem)).toContain('first | second')
  expect(sentenceOf(problem)).not.toMatch(/\n|\\n/)
  expect(renderAnnotations([problem], '').match(/%0A/g)?.length ?? 0).toBeLessThan(2)
})

test('what a sentence leaves out does not stand below it', () => {
  const problem = { ...saying('HISTORY_UNAVAILABLE', 'fatal: not a repository\nStopping'), why: 'no-repository' }
  expect(renderProblem(problem as Problem, plain)).not.toContain('Stopping')
})

test('of very much that others said both ends are shown, and how much lies between', () => {
  const many = Array.from({ length: 100 }, (_, at) => `line ${at}`).join('\n')
  const lines = renderProblem(saying('BUILD_FAILED', many), plain).split('\n')
  expect(lines).toHaveLength(1 + 1 + 21 + 1)
  expect(lines).toContain('    │ line 9')
  expect(lines).toContain('    │ … 80 lines left out …')
  expect(lines).toContain('    │ line 90')
  const long = sentenceOf(saying('BUILD_FAILED', `begins${'x'.repeat(9_988)}ends!!`))
  expect(long).toContain('… 9500 characters left out …')
  expect(long).toMatch(/begins.*ends!!$/)
  expect(long.length).toBeLessThan(700)
})

test('whatever others said, nothing of it steers a terminal or begins a line of its own', () => {
  const piece = fc.constantFrom('\n', '\r', '\r\n', '\t', ' ', '\u001b[31m', '\u202e', '\u2028', 'error', '::error::')
  const said = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(fc.constantFrom(...withDetail), said, (code, words) => {
      const problem = saying(code, words)
      const [head, ...rest] = renderProblem(problem, plain).split('\n')
      expect(head).toContain(code)
      for (const line of rest) expect(line).toMatch(/^ {2}/)
      // oxlint-disable-next-line no-control-regex
      expect(`${rest.join('')}${sentenceOf(problem)}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\u2028]/)
    }),
    runs(200),
  )
})
