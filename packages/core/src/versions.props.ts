import fc from 'fast-check'
import semver from 'semver'
import { expect, test } from 'vitest'
import { bumps } from './bump.ts'
import { holdsEverything, incrementVersion, isPrerelease, isRange, satisfies } from './versions.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 2000)

const number = fc.integer({ min: 0, max: 3 })
const version = fc
  .tuple(number, number, number, fc.constantFrom('', '', '', '-beta.0', '-beta', '-0', '+build'))
  .map(([major, minor, patch, suffix]) => `${major}.${minor}.${patch}${suffix}`)
const range = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '^', '~', '>=', '<', '=', 'v', ' ^', '^ '), version)
    .map(([operator, text]) => `${operator}${text}`),
  fc.constantFrom(
    '*',
    '',
    'x',
    '1',
    '1.x',
    '^1',
    '~1.2',
    '1 || 2',
    '>=1.0.0 <2.0.0',
    'latest',
    'catalog:',
    '01.0.0',
    '^01.0.0',
  ),
)

test('satisfies, is a range, holds everything: as semver says', () => {
  fc.assert(
    fc.property(version, range, (of, text) => {
      expect(satisfies(of, text)).toBe(semver.satisfies(of, text))
      expect(isRange(text)).toBe(semver.validRange(text) !== null)
      expect(holdsEverything(text)).toBe(semver.validRange(text) === '*')
    }),
    { numRuns },
  )
})

test('increments and prereleases are as semver says', () => {
  fc.assert(
    fc.property(version, fc.constantFrom(...bumps), (of, bump) => {
      expect(incrementVersion(of, bump)).toBe(bump === 'none' ? of : semver.inc(of, bump))
      expect(isPrerelease(of)).toBe(semver.prerelease(of) !== null)
    }),
    { numRuns },
  )
})
