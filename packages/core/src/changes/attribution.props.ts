import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packagesOfDirs } from './attribution.ts'
import { commitPresetOf } from './commit-presets.ts'
import { commitPresetNames, defaultSettings } from '../settings.ts'
import { packageOf } from '../testing/build.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 300)

const paths = fc.oneof(
  fc.constant('.'),
  fc
    .array(fc.constantFrom('a', 'b', 'ab', '__proto__'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/')),
)

test('a directory belongs to the package with the longest folder above it, as looking at every package says', () => {
  const draws = fc.tuple(
    fc.uniqueArray(paths, { maxLength: 8 }),
    fc.array(paths),
    fc.constantFrom(...commitPresetNames),
  )
  fc.assert(
    fc.property(draws, ([folders, dirs, preset]) => {
      const packages = folders.map((dir) => packageOf({ name: `in ${dir}`, version: '1.0.0' }, dir))
      const { attribution } = commitPresetOf({ ...defaultSettings, commits: { preset, types: {} } })
      const found = packagesOfDirs(dirs, packages, attribution)
      dirs.forEach((dir, index) => {
        const above = folders.filter((folder) => folder === '.' || dir === folder || dir.startsWith(`${folder}/`))
        const within = above.filter((folder) => folder !== '.')
        const longest = within.toSorted((a, b) => b.length - a.length).slice(0, 1)
        const inner = attribution.nested ? within : longest
        const ownsAll = attribution.root === 'everything' || inner.length === 0
        const expected = [...inner, ...(ownsAll && above.includes('.') ? ['.'] : [])].map((folder) => `in ${folder}`)
        expect(found[index]?.toSorted()).toEqual(expected.toSorted())
      })
    }),
    { numRuns },
  )
})

test('a package has nothing of what lies in a folder it excludes, and all else as before', () => {
  const draws = fc.tuple(
    fc.uniqueArray(paths, { maxLength: 8 }),
    fc.array(paths),
    paths.filter((dir) => dir !== '.'),
    fc.constantFrom(...commitPresetNames),
  )
  fc.assert(
    fc.property(draws, ([folders, dirs, excluded, preset]) => {
      const packages = folders.map((dir) => packageOf({ name: `in ${dir}`, version: '1.0.0' }, dir))
      const { attribution } = commitPresetOf({ ...defaultSettings, commits: { preset, types: {} } })
      const before = packagesOfDirs(dirs, packages, attribution)
      const fenced = packages[0]?.name ?? ''
      const after = packagesOfDirs(dirs, packages, attribution, { [fenced]: [excluded] })
      dirs.forEach((dir, index) => {
        const isOut = dir === excluded || dir.startsWith(`${excluded}/`)
        expect(after[index]).toEqual(before[index]?.filter((name) => !isOut || name !== fenced))
      })
    }),
    { numRuns },
  )
})
