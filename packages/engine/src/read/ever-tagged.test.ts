import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tagNameOf, type Package } from '@topsail/core'
import { everTagged } from './ever-tagged.ts'

const packageNamed = (name: string): Package => ({
  name,
  dir: name,
  version: '0.0.0',
  private: false,
  manifest: {},
  text: '',
})

function tagged(pattern: string, names: readonly string[], tags: readonly string[]): readonly string[] {
  const namesOf = (pkg: Package, version: string) => [tagNameOf({ tagPattern: pattern }, pkg.name, version)]
  return [...everTagged(names.map(packageNamed), namesOf, new Map(tags.map((tag) => [tag, 'a'])))].toSorted()
}

test('a tag of a package whose name begins like another is not one of the other', () => {
  expect(tagged('{name}-{version}', ['api', 'api-client'], ['api-client-1.0.0'])).toEqual(['api-client'])
  expect(tagged('{name}-{version}', ['api', 'api-client'], ['api-1.0.0-client-1.0.0'])).toEqual(['api'])
  expect(tagged('{version}/{name}', ['b', 'a/b'], ['1.0.0/a/b'])).toEqual(['a/b'])
})

test('where a pattern has no name, any tag is one of all', () => {
  expect(tagged('v{version}', ['a', 'b'], ['v1.0.0'])).toEqual(['a', 'b'])
  expect(tagged('v{version}', ['a', 'b'], ['v1', 'vNext'])).toEqual([])
})

test('packages that are tagged are found, and no others, whatever the pattern', () => {
  const name = fc.constantFrom('a', 'b', 'a-b', '@s/a', '@s/a-b', 'b1', '1')
  const pattern = fc.constantFrom(
    '{name}@{version}',
    '{name}-v{version}',
    'release/{name}/v{version}',
    'v{version}/{name}',
    '{name}/{version}/{name}',
    '{name}@{version}-{version}',
    'r-{version}-end',
    '{version}/{shortName}',
    '{shortName}-v{version}',
  )
  const version = fc.constantFrom('1.0.0', '10.2.30', '1.0.0-rc.1', '0.0.0-next-2+b')
  fc.assert(
    fc.property(pattern, fc.uniqueArray(name), fc.array(fc.tuple(name, version)), (shape, names, released) => {
      const tags = released.map(([each, number]) => tagNameOf({ tagPattern: shape }, each, number))
      const versions = ['1.0.0', '10.2.30', '1.0.0-rc.1', '0.0.0-next-2+b']
      const wanted = names.filter((each) =>
        versions.some((number) => tags.includes(tagNameOf({ tagPattern: shape }, each, number))),
      )
      expect(tagged(shape, names, tags)).toEqual(wanted.toSorted())
    }),
  )
})

test('the tags are gone through once, however many packages there are', () => {
  let asked = 0
  const tags = new Map(Array.from({ length: 50 }, (_, at) => [`other-${at}@1.0.0`, 'a']))
  const counting = {
    *keys() {
      for (const tag of tags.keys()) {
        asked += 1
        yield tag
      }
    },
  } as unknown as typeof tags
  const packages = Array.from({ length: 30 }, (_, at) => packageNamed(`new-${at}`))
  expect(everTagged(packages, (pkg, version) => [`${pkg.name}@${version}`], counting).size).toBe(0)
  expect(asked).toBe(50)
})
