import { expect, test } from 'vitest'
import type { Change } from '../change.ts'
import type { Release, ReleasePlan } from '../release-plan.ts'
import { planEffect } from './plan-effect.ts'

const asked = (id: string, bumps: Change['bumps'], summary = id): Change => ({
  kind: 'changeset',
  id: `changeset:${id}`,
  file: `.changeset/${id}.md`,
  summary,
  bumps,
  commit: undefined,
})

function released(name: string, to: string, bump: Release['bump'], over: Partial<Release> = {}): Release {
  const reasons: Release['reasons'] = [{ kind: 'first-release' }]
  const common = { name, dir: name, from: '1.0.0', to, bump, private: false, targets: [], needs: [], changes: [] }
  return { ...common, dependencies: {}, rangeEdits: [], reasons, ...over }
}

function plan(releases: readonly Release[], changes: readonly Change[] = []): ReleasePlan {
  return {
    id: 'sha256-0',
    commit: undefined,
    rules: 'changesets@3',
    sources: 'changesets',
    releases,
    rewrites: [],
    changes,
    consumed: [],
    preState: undefined,
    order: releases.map(({ name }) => [name]),
    problems: [],
  }
}

const by = (id: string, bump: Release['bump']): Partial<Release> => ({
  changes: [`changeset:${id}`],
  reasons: [{ kind: 'change', change: `changeset:${id}`, bump }],
})

test('a release is new, raised, lowered, moved or dropped', () => {
  const before = plan([
    released('dropped', '1.0.1', 'patch'),
    released('lowered', '2.0.0', 'major'),
    released('moved', '1.0.1', 'patch'),
    released('raised', '1.0.1', 'patch'),
    released('same', '1.0.1', 'patch'),
  ])
  const after = plan([
    released('lowered', '1.1.0', 'minor'),
    released('moved', '1.0.2', 'patch'),
    released('new', '1.0.1', 'patch'),
    released('raised', '2.0.0', 'major'),
    released('same', '1.0.1', 'patch'),
  ])
  const effect = planEffect(before, after)
  expect(effect.releases.map(({ name, how }) => [name, how])).toEqual([
    ['lowered', 'lowered'],
    ['moved', 'moved'],
    ['new', 'new'],
    ['raised', 'raised'],
    ['dropped', 'dropped'],
  ])
  expect(effect.untouched).toBe(1)
  expect(effect.order).toEqual([['lowered'], ['moved'], ['new'], ['raised']])
})

test('what a change of the pull request names is its own, the rest rides along', () => {
  const after = plan(
    [
      released('db', '2.0.0', 'major', by('break', 'major')),
      released('api', '1.0.1', 'patch', {
        reasons: [{ kind: 'out-of-range', dependency: 'db', field: 'dependencies', range: '^1.0.0', next: '2.0.0' }],
      }),
    ],
    [asked('break', { db: 'major' })],
  )
  expect(planEffect(plan([]), after).releases.map(({ name, own }) => [name, own])).toEqual([
    ['db', true],
    ['api', false],
  ])
})

test('a change that joins a pending release is told, though the release stays as it was', () => {
  const first = asked('first', { db: 'minor' })
  const before = plan([released('db', '1.1.0', 'minor', by('first', 'minor'))], [first])
  const joined = released('db', '1.1.0', 'minor', {
    changes: ['changeset:first', 'changeset:second'],
    reasons: [
      { kind: 'change', change: 'changeset:first', bump: 'minor' },
      { kind: 'change', change: 'changeset:second', bump: 'patch' },
    ],
  })
  const effect = planEffect(before, plan([joined], [first, asked('second', { db: 'patch' })]))
  expect(effect.releases).toMatchObject([{ name: 'db', how: 'joined', own: true }])
  // What the pull request brings is told first.
  expect(effect.releases[0]?.reasons[0]).toMatchObject({ change: 'changeset:second' })
  expect(effect.changes.map(({ id }) => id)).toEqual(['changeset:second'])
})

test('an edited changeset is a change of whoever edits it', () => {
  const release = released('db', '1.1.0', 'minor', by('one', 'minor'))
  const [before, after] = ['old words', 'new words'].map((words) =>
    plan([release], [asked('one', { db: 'minor' }, words)]),
  )
  if (before === undefined || after === undefined) throw new Error('no plans')
  expect(planEffect(before, after).releases).toMatchObject([{ how: 'joined', own: true }])
  expect(planEffect(before, before).releases).toEqual([])
})
