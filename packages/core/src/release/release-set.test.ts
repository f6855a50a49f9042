import { expect, test } from 'vitest'
import { nextReleaseSet, parseReleaseSet, setText, setWithout, type ReleaseSet } from './release-set.ts'

const unit = (name: string, version: string) => ({
  name,
  version,
  dir: `packages/${name}`,
  artefacts: [],
  tree: null,
  contracts: {},
  changes: [{ bump: 'minor' as const, summary: `${name} ${version}` }],
})

function set(release: string, versions: Readonly<Record<string, string>>, before?: ReleaseSet): ReleaseSet {
  const units = Object.entries(versions).map(([name, version]) => unit(name, version))
  return nextReleaseSet({ release, commit: null, promotion: 'direct', units, exists: () => true }, before)
}

const shown = ({ units }: ReleaseSet) => units.map(({ name, version }) => `${name} ${version}`)

test('the text of a set depends on what it says alone, and is read back', () => {
  const one = set('r1', { db: '1.0.0', api: '1.0.0' })
  expect(setText(one)).toBe(setText(set('r1', { api: '1.0.0', db: '1.0.0' })))
  expect(parseReleaseSet(setText(one))).toEqual(one)
})

test.each([
  '',
  'null',
  '{}',
  '{"schema":"topsail/set@2","release":"r","units":[]}',
  '{"schema":"topsail/set@1","release":"r","units":[{}]}',
  '{"schema":"topsail/set@1","release":"r","units":[{"name":"a","version":1,"dir":"a","release":"r","artefacts":[],"contracts":{}}]}',
])('a text that is no set is refused: %s', (text) => expect(parseReleaseSet(text)).toBeUndefined())

test('taking back the newest release gives the very set before it', () => {
  const first = set('r1', { db: '1.0.0' })
  expect(setWithout('r1', first, undefined).units).toEqual([])
  expect(setWithout('r2', set('r2', { db: '1.1.0' }, first), first)).toBe(first)
})

test('taking back an older release leaves alone what came after it', () => {
  const first = set('r1', { db: '1.0.0', api: '1.0.0' })
  const second = set('r2', { db: '1.1.0', web: '1.0.0' }, first)
  const third = set('r3', { api: '2.0.0' }, second)
  expect(shown(setWithout('r2', third, first))).toEqual(['api 2.0.0', 'db 1.0.0'])
})
