import fc from 'fast-check'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { runs } from '../testing/runs.ts'
import { diffHunks, renderDiff } from './diff.ts'

const plain = createColors(false)

test('a changed line stands between three lines of context', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\n'
  const edit = { path: 'x.txt', before, after: before.replace('e', 'E') }
  expect(renderDiff(edit, plain)).toBe('--- a/x.txt\n+++ b/x.txt\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n')
})

test('new and removed files come from and go to nothing', () => {
  expect(renderDiff({ path: 'x', before: undefined, after: 'a\n' }, plain)).toBe(
    '--- /dev/null\n+++ b/x\n@@ -0,0 +1,1 @@\n+a\n',
  )
  expect(renderDiff({ path: 'x', before: 'a\n', after: undefined }, plain)).toBe(
    '--- a/x\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n',
  )
})

test('far apart changes are hunks of their own', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`)
  const after = lines.with(2, 'x').with(30, 'y')
  expect(diffHunks(lines.join('\n'), after.join('\n')).map(({ head }) => head)).toEqual([
    '@@ -1,6 +1,6 @@',
    '@@ -28,7 +28,7 @@',
  ])
})

test('hostile lines cannot steer the terminal', () => {
  const text = renderDiff({ path: '\u001b[2J', before: '', after: '\u001b]0;x\u0007\n' }, plain)
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\u0007')
})

test('the lines of the hunks, put in place, turn one text into the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '', ' x'), { maxLength: 30 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(patched(before, diffHunks(`${before.join('\n')}\n`, `${after.join('\n')}\n`))).toEqual(
        after.length === 0 ? [''] : after,
      )
    }),
    runs(200),
  )
})

function patched(before: readonly string[], hunks: ReturnType<typeof diffHunks>): readonly string[] {
  const lines = before.length === 0 ? [''] : before
  const result: string[] = []
  let at = 0
  for (const { head, lines: inside } of hunks) {
    const [, start = '', count = ''] = /^@@ -(\d+),(\d+)/.exec(head) ?? []
    const from = Number(start) - (count === '0' ? 0 : 1)
    result.push(
      ...lines.slice(at, from),
      ...inside.filter((line) => !line.startsWith('-')).map((line) => line.slice(1)),
    )
    at = from + Number(count)
  }
  return [...result, ...lines.slice(at)]
}
