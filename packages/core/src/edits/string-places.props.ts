import fc from 'fast-check'
import { findNodeAtLocation, parseTree } from 'jsonc-parser'
import { expect, test } from 'vitest'
import { stringPlaces } from './string-places.ts'

const runs = Number(process.env['TOPSAIL_RUNS'] ?? 300)

test('the quick reader finds what a parser finds, in any JSON', () => {
  const json = fc.tuple(fc.json({ maxDepth: 4, stringUnit: 'binary' }), fc.constantFrom('', ' ', '\t', '\n'))
  fc.assert(
    fc.property(json, ([written, space]) => {
      const value: unknown = { '"\\': JSON.parse(written), list: [JSON.parse(written)] }
      const text = JSON.stringify(value, undefined, space)
      const paths = pathsOf(value)
      const tree = parseTree(text)
      const expected = paths.map((path) => {
        const node = tree && findNodeAtLocation(tree, [...path])
        return node?.type === 'string' ? [{ from: node.offset, to: node.offset + node.length }] : []
      })
      expect(stringPlaces(text, paths, false)).toEqual(expected)
    }),
    { numRuns: runs },
  )
})

/** Of all values in objects, and one that is not there. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [['nothing']]
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])])
}
