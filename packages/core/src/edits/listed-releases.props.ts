import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listedReleases } from './listed-releases.ts'
import { planRelease } from '../plan/plan.ts'
import type { RulesName } from '../settings.ts'
import { randomSnapshot } from '../testing/arbitraries.ts'
import { changesetFile, packageOf, snapshotOf, workspaceOf } from '../testing/build.ts'
import { officialAnswer, officialReleases } from '../testing/official-planner.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 400)

const said = console.error
beforeAll(() => {
  // The official planners print every edge they drop.
  console.error = () => undefined
})
afterAll(() => {
  console.error = said
})

test.each<RulesName>(['changesets@3', 'changesets@2'])(
  '%s: releases are listed as the official planner lists them, with those for ranges alone',
  (rules) => {
    fc.assert(
      fc.property(randomSnapshot({ rules, isSound: true }), (snapshot) => {
        // Of what has no version there is nothing to tell.
        const official = officialAnswer(snapshot)
        fc.pre(official !== undefined)
        const ours = listedReleases(planRelease(snapshot, String), snapshot)
        expect(
          ours.map(({ name, bump, from, to, changes }) => ({
            name,
            type: bump,
            oldVersion: from,
            changesets: changes.map((id) => id.replace('changeset:', '')),
            newVersion: to,
          })),
        ).toEqual(official.filter(({ oldVersion }) => oldVersion !== undefined))
      }),
      { numRuns },
    )
  },
)

test('generation 2: what a group makes major is looked at where it stands, before what the group brought in', () => {
  const version = '0.0.1'
  const packages = [
    packageOf({ name: 'a', version, dependencies: { h: 'workspace:*' } }),
    packageOf({ name: 'b', version }),
    packageOf({ name: 'c', version, peerDependencies: { b: 'workspace:*' } }),
    packageOf({ name: 'd', version }),
    packageOf({ name: 'e', version, dependencies: { c: 'workspace:*' } }),
    packageOf({ name: 'h', version }),
  ]
  const snapshot = snapshotOf({
    workspace: workspaceOf(packages),
    changesets: [changesetFile('one', { b: 'none' }), changesetFile('two', { d: 'major', c: 'none' })],
    settings: { rules: 'changesets@2', fixed: [['b', 'h', 'd']] },
  })
  const listed = listedReleases(planRelease(snapshot, String), snapshot).map(({ name }) => name)
  expect(listed).toEqual(officialReleases(snapshot).map(({ name }) => name))
  expect(listed).toEqual(['b', 'd', 'c', 'h', 'e', 'a'])
})

test('topsail lists what is released, by name', () => {
  fc.assert(
    fc.property(randomSnapshot({ rules: 'topsail', isSound: false }), (snapshot) => {
      const plan = planRelease(snapshot, String)
      const names = plan.releases.map(({ name }) => name)
      expect(listedReleases(plan, snapshot).map(({ name }) => name)).toEqual(names)
    }),
    { numRuns },
  )
})
