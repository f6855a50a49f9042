import { expect, test } from 'vitest'
import { renderColumns, type Cell } from './columns.ts'
import { widthOf } from './text.ts'

const names = ['a', 'b'].map((end) => `@some-long-organisation/some-very-long-package-name-${end}`)
const rows = names.map((text): readonly Cell[] => [
  { text, isName: true },
  { text: 'uncovered' },
  { text: 'src/index.js' },
])

test.each([24, 40, 60, 80])('names that begin alike are told apart in %i columns', (width) => {
  const lines = renderColumns(rows, { width }).trimEnd().split('\n')
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width)
  expect(lines[0]?.replace(/a(?= {2}unc)/, 'b')).toBe(lines[1])
  expect(lines[0]).not.toBe(lines[1])
})

test('wide characters are counted as two columns, and a wide name that is too long is cut at its end', () => {
  const wide = [
    ['日本語のパッケージ', 'x'],
    ['ab', 'y'],
  ].map(([text = '', last = '']) => [{ text, isName: true }, { text: last }])
  expect(renderColumns(wide)).toBe('日本語のパッケージ  x\nab                  y\n')
  expect(renderColumns(wide, { width: 14 })).toBe('日本語のパ…  x\nab           y\n')
})

test('where lines are not cut, a name is whole however long, and the tail of a last cell survives its cutting', () => {
  const long = 'n'.repeat(200)
  const row = [
    { text: long, isName: true },
    { text: 'word '.repeat(50), tail: ' (and 2 more)' },
  ]
  expect(renderColumns([row], { lastMost: 40 })).toBe(`${long}  ${'word '.repeat(5)}w… (and 2 more)\n`)
})
