import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editManifest } from './manifest-edit.ts'
import { dependencyFields, type DependencyField } from '../workspace.ts'

const runs = Number(process.env['TOPSAIL_RUNS'] ?? 200)

const names = fc.oneof(fc.constantFrom('__proto__', 'constructor', '@a/b', 'a'), fc.string({ minLength: 1 }))
const manifests = fc.record({
  version: fc.string(),
  ranges: fc.uniqueArray(fc.tuple(fc.constantFrom(...dependencyFields), names, fc.string()), {
    selector: ([field, name]) => JSON.stringify([field, name]),
  }),
  space: fc.constantFrom('', ' ', '  ', '\t', '    '),
  eol: fc.constantFrom('\n', '\r\n'),
  mark: fc.constantFrom('', '\uFEFF'),
})

test('an edited manifest parses to the old one with exactly the new values, in the same layout', () => {
  fc.assert(
    fc.property(manifests, fc.string(), ({ version, ranges, space, eol, mark }, next) => {
      const written = render({ version, ranges, space, eol, mark })
      const edited = editManifest(written, {
        version: next,
        ranges: ranges.map(([field, dependency]) => ({ field, dependency, to: next })),
      })
      const expected = ranges.map(([field, name]): Range => [field, name, next])
      expect(edited).toBe(render({ version: next, ranges: expected, space, eol, mark }))
    }),
    { numRuns: runs },
  )
})

test('an edit with the values that are there changes no byte', () => {
  fc.assert(
    fc.property(manifests, (manifest) => {
      const written = render(manifest)
      const ranges = manifest.ranges.map(([field, dependency, to]) => ({ field, dependency, to }))
      expect(editManifest(written, { version: manifest.version, ranges })).toBe(written)
    }),
    { numRuns: runs },
  )
})

type Range = [field: DependencyField, name: string, range: string]

function render(manifest: { version: string; ranges: Range[]; space: string; eol: string; mark: string }): string {
  const sections = dependencyFields.map((field) => {
    const entries = manifest.ranges.filter((range) => range[0] === field)
    return [field, Object.fromEntries(entries.map(([, name, range]) => [name, range]))] as const
  })
  const value = Object.fromEntries([['version', manifest.version], ...sections])
  return manifest.mark + JSON.stringify(value, undefined, manifest.space).replaceAll('\n', manifest.eol)
}
