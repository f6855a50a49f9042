import { expect, test } from 'vitest'
import type { PublishUnit } from '../release/step.ts'
import { taggedRelease, wantedForgeReleases } from './forge-releases.ts'

const commit = 'c'.repeat(40)

function unit(name: string, version: string, more: Partial<PublishUnit> = {}): PublishUnit {
  const upload = { registry: 'r', distTag: 'latest', access: undefined, was: null, first: false }
  const tag = { name: `${name}@${version}`, commit, make: true, push: true }
  return { name, version, dir: `packages/${name}`, needs: [], upload, tag, ...more }
}

const all = { perPackage: true, aggregated: true, tellIssues: false }
const tagsOf = (...names: string[]) => new Map(names.map((name) => [name, commit]))

test('each tag has a release, dependencies first, then the whole, which is the latest', () => {
  const release = taggedRelease('1', commit, [unit('api', '1.0.0', { needs: ['db'] }), unit('db', '2.0.0')])
  const wanted = wantedForgeReleases([release], all, tagsOf('api@1.0.0', 'db@2.0.0'))
  expect(wanted.map(({ tag, latest }) => [tag, latest])).toEqual([
    ['db@2.0.0', false],
    ['api@1.0.0', false],
    ['release-1', true],
  ])
})

test('without a whole the last package is the latest: it contains the others', () => {
  const release = taggedRelease('1', commit, [unit('api', '1.0.0', { needs: ['db'] }), unit('db', '2.0.0')])
  const wanted = wantedForgeReleases([release], { ...all, aggregated: false }, tagsOf('api@1.0.0', 'db@2.0.0'))
  expect(wanted.filter(({ latest }) => latest).map(({ tag }) => tag)).toEqual(['api@1.0.0'])
})

test('what has no tag, or one that leads elsewhere, has no release', () => {
  const release = taggedRelease('1', commit, [unit('api', '1.0.0'), unit('db', '2.0.0')])
  expect(wantedForgeReleases([release], all, new Map([['api@1.0.0', 'd'.repeat(40)]]))).toEqual([])
})

test('a prerelease is marked and never the latest; neither is an older line', () => {
  const stable = taggedRelease('1', commit, [unit('api', '1.0.0')])
  const next = taggedRelease('2', commit, [unit('api', '2.0.0-beta.0')])
  const upload = { registry: 'r', distTag: 'latest-0', access: undefined, was: null, first: false }
  const old = taggedRelease('3', commit, [unit('api', '0.9.1', { upload })])
  const tags = tagsOf('api@1.0.0', 'api@2.0.0-beta.0', 'api@0.9.1')
  const wanted = wantedForgeReleases([stable, next, old], { ...all, aggregated: false }, tags)
  expect(wanted.map(({ tag, prerelease, latest }) => [tag, prerelease, latest])).toEqual([
    ['api@1.0.0', false, true],
    ['api@2.0.0-beta.0', true, false],
    ['api@0.9.1', false, false],
  ])
})

test('a package with several targets is told once', () => {
  const image = unit('api:oci', '1.0.0', { tag: undefined })
  const release = taggedRelease('1', commit, [unit('api', '1.0.0'), image])
  expect(wantedForgeReleases([release], { ...all, aggregated: false }, tagsOf('api@1.0.0'))).toHaveLength(1)
})

test('a cycle of dependencies ends', () => {
  const units = [unit('a', '1.0.0', { needs: ['b'] }), unit('b', '1.0.0', { needs: ['a'] })]
  expect(
    taggedRelease('1', commit, units)
      .packages.map(({ name }) => name)
      .toSorted(),
  ).toEqual(['a', 'b'])
})
