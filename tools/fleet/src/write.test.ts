import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { git, sizes, writeFleet } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'topsail-fleet-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('one seed gives one history, another seed another', () => {
  for (const [name, seed] of [
    ['a', 1],
    ['b', 1],
    ['c', 2],
  ] as const)
    writeFleet(join(root, name), { size: 'S', seed })
  const [a, b, c] = ['a', 'b', 'c'].map((name) => git(join(root, name), ['rev-parse', 'HEAD']))
  expect(a).toBe(b)
  expect(c).not.toBe(a)
})

test('git finds nothing wrong with the objects, with merges or without', () => {
  for (const merges of [false, true]) {
    const dir = join(root, `fsck-${merges}`)
    writeFleet(dir, { size: 'S', merges })
    expect(git(dir, ['fsck', '--full', '--strict'])).toBe('')
    expect(git(dir, ['status', '--porcelain'])).toBe('')
    expect(Number(git(dir, ['rev-list', '--count', 'HEAD']))).toBe(sizes.S.commits)
    expect(Number(git(dir, ['rev-list', '--merges', '--count', 'HEAD'])) > 10).toBe(merges)
  }
})

test('a large directory is stored as deltas that git rebuilds', () => {
  const dir = join(root, 'wide')
  writeFleet(dir, { size: { packages: 400, commits: 300, changesets: 9 } })
  expect(git(dir, ['fsck', '--full', '--strict'])).toBe('')
  expect(git(dir, ['status', '--porcelain'])).toBe('')
})

test('size M has the packages, edges, changesets and unreleased share it promises', () => {
  const dir = join(root, 'M')
  const packages = writeFleet(dir, { size: 'M' })
  const edges = packages.flatMap((pkg) => pkg.dependencies)
  expect(packages).toHaveLength(sizes.M.packages)
  expect(new Set(packages.map((pkg) => pkg.name)).size).toBe(sizes.M.packages)
  expect(Math.abs(edges.length / packages.length - 3.6)).toBeLessThan(0.25)
  expect(
    readdirSync(join(dir, '.changeset')).filter((name) => name !== 'README.md' && name.endsWith('.md')),
  ).toHaveLength(sizes.M.changesets)
  const tags = git(dir, ['tag', '--merged', 'HEAD~2990']).trim().split('\n')
  const tagged = new Set(tags.map((tag) => tag.slice(0, tag.lastIndexOf('@'))))
  expect(tagged).toEqual(new Set(packages.map((pkg) => pkg.name)))
})
