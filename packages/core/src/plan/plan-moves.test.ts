import { expect, test } from 'vitest'
import { toPlanDocument, type PlanDocument } from './plan-document.ts'
import { planMoves } from './plan-moves.ts'
import type { ReleasePlan } from '../release-plan.ts'

const plan: ReleasePlan = {
  id: 'sha256-1',
  commit: 'c'.repeat(40),
  rules: 'changesets@3',
  sources: 'changesets',
  releases: [
    {
      name: 'db',
      dir: 'packages/db',
      from: '1.0.0',
      to: '1.1.0',
      bump: 'minor',
      private: false,
      targets: ['npm'],
      needs: [],
      changes: ['changeset:a'],
      dependencies: {},
      rangeEdits: [],
      reasons: [{ kind: 'change', change: 'changeset:a', bump: 'minor' }],
    },
  ],
  rewrites: [],
  changes: [
    {
      kind: 'changeset',
      id: 'changeset:a',
      file: '.changeset/a.md',
      summary: 's',
      bumps: { db: 'minor' },
      commit: undefined,
    },
  ],
  consumed: [{ id: 'changeset:a', file: '.changeset/a.md', movedTo: undefined }],
  preState: undefined,
  order: [['db']],
  problems: [],
}

test('the same plan has not moved', () => {
  expect(planMoves(toPlanDocument(plan), plan)).toEqual([])
})

test('another version, a new change and another commit are each named', () => {
  const planned: PlanDocument = toPlanDocument(plan)
  const [release] = plan.releases
  const [change] = plan.changes
  const now: ReleasePlan = {
    ...plan,
    id: 'sha256-2',
    commit: undefined,
    releases: release === undefined ? [] : [{ ...release, to: '2.0.0', bump: 'major' }],
    changes: change === undefined ? [] : [change, { ...change, id: 'changeset:b' }],
  }
  expect(planMoves(planned, now).map(({ what, name }) => [what, name])).toEqual([
    ['commit', ''],
    ['release', 'db'],
    ['change', 'changeset:b'],
  ])
})

test('a later commit that decides nothing otherwise is the same plan', () => {
  expect(planMoves(toPlanDocument(plan), { ...plan, commit: undefined })).toEqual([])
})

test('a document that was altered has moved although its id is the same', () => {
  const document = toPlanDocument(plan)
  const altered = { ...document, releases: document.releases.map((release) => ({ ...release, to: '9.0.0' })) }
  expect(planMoves(altered, plan).map(({ what }) => what)).toEqual(['release'])
})

test('facts that decide nothing visible still count', () => {
  expect(planMoves(toPlanDocument(plan), { ...plan, id: 'sha256-2' }).map(({ what }) => what)).toEqual(['snapshot'])
})
