import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineAt, parseJson, parseJsonc } from './json-text.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 200)

test('what JSON.parse reads is read, and nothing else, without ever throwing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.json().map((text) => text.slice(1)),
      ),
      (text) => {
        let wanted: unknown
        let isJson = true
        try {
          wanted = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
        } catch {
          isJson = false
        }
        const read = parseJson(text)
        expect(read.ok).toBe(isJson)
        if (read.ok) expect(read.value).toEqual(wanted)
        else expect(read.line).toBeGreaterThanOrEqual(1)
      },
    ),
    { numRuns },
  )
})

test('comments and trailing commas change nothing in a configuration file', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = `// first\n${JSON.stringify({ value, list: [value] }, null, 2).replace(/\n(\s*)([\]}])/g, ', // x\n$1$2')}`
      const isSame = !/[[{]\s*,/.test(text)
      fc.pre(isSame)
      const read = parseJsonc(text)
      expect(read.ok && read.value).toEqual(JSON.parse(JSON.stringify({ value, list: [value] })))
    }),
    { numRuns },
  )
})

test('the line of a key is where it stands', () => {
  const text = '\uFEFF{\r\n  "a": 1,\r\n  "b": {\r\n    "c": [\r\n      1,\r\n      2\r\n    ]\r\n  }\r\n}'
  expect([['a'], ['b'], ['b', 'c'], ['b', 'c', 1], ['b', 'gone'], ['gone']].map((keys) => lineAt(text, keys))).toEqual([
    2, 3, 4, 6, 3, 1,
  ])
})
