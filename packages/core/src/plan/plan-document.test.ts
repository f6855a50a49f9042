import { expect, test } from 'vitest'
import { parsePlanDocument } from './parse-plan-document.ts'
import { planOfDocument, toPlanDocument } from './plan-document.ts'
import { planDocumentText } from './plan-document-text.ts'
import type { ReleasePlan } from '../release-plan.ts'

const hostile = '__proto__'
const plan: ReleasePlan = {
  id: 'sha256-abc',
  commit: undefined,
  rules: 'changesets@3',
  sources: 'both',
  releases: [
    {
      name: hostile,
      dir: 'packages/x',
      from: '1.0.0',
      to: '2.0.0',
      bump: 'major',
      private: false,
      targets: ['npm'],
      needs: [],
      changes: ['changeset:a'],
      dependencies: Object.fromEntries([
        ['b', '^1.0.0'],
        [hostile, '^2.0.0'],
        ['a', '^1.0.0'],
      ]),
      rangeEdits: [{ field: 'dependencies', dependency: 'a', from: '^1.0.0', to: '^2.0.0' }],
      reasons: [
        { kind: 'change', change: 'changeset:a', bump: 'major' },
        { kind: 'out-of-range', dependency: 'a', field: 'dependencies', range: '^1.0.0', next: '2.0.0', bump: 'patch' },
      ],
    },
  ],
  rewrites: [{ name: 'r', dir: 'r', rangeEdits: [] }],
  changes: [
    {
      kind: 'changeset',
      id: 'changeset:a',
      file: '.changeset/a.md',
      summary: 's',
      bumps: { b: 'major' },
      commit: undefined,
    },
    {
      kind: 'commit',
      id: 'commit:1',
      commit: '1',
      type: 'feat',
      scope: undefined,
      breaking: true,
      summary: 's',
      bumps: {},
    },
    { kind: 'override', id: 'o', by: 'what-if', summary: 's', bumps: {} },
  ],
  consumed: [{ id: 'changeset:a', file: '.changeset/a.md', movedTo: undefined }],
  preState: null,
  order: [[hostile]],
  problems: [{ code: 'MANIFEST_MISSING', severity: 'warning', place: { file: 'package.json' } }],
}

test('a document read back is the plan it was written from', () => {
  const { document, problems } = parsePlanDocument(planDocumentText(plan), 'plan.json')
  expect(problems).toEqual([])
  if (document === undefined) throw new Error('it was just written')
  expect(planOfDocument(document)).toEqual(plan)
})

test('the keys of a release stand in the documented order, packages by name', () => {
  const [release] = toPlanDocument(plan).releases
  expect(Object.keys(release ?? {})).toEqual(
    'name dir from to bump private targets needs changes dependencies rangeEdits reasons'.split(' '),
  )
  expect(Object.keys(release?.dependencies ?? {})).toEqual([hostile, 'a', 'b'])
  expect(Object.keys(release?.reasons[1] ?? {})).toEqual(['kind', 'dependency', 'field', 'range', 'next', 'bump'])
})

test('what is absent is null where readers expect the key, and pre.json left alone is no key', () => {
  const document = toPlanDocument({ ...plan, preState: undefined })
  expect(document.commit).toBeNull()
  expect(document.changes[0]).toHaveProperty('commit', null)
  expect(document.consumed[0]).toHaveProperty('movedTo', null)
  expect(document).not.toHaveProperty('preState')
})

test.each([
  ['', ''],
  ['[]', ''],
  ['null', ''],
  ['{"schema": "topsail/plan@2"}', 'schema'],
])('%s is not a plan', (text, at) => {
  const { document, problems } = parsePlanDocument(text, 'plan.json')
  expect(document).toBeUndefined()
  expect(problems[0]).toMatchObject({ code: 'PLAN_FILE_INVALID', at, place: { file: 'plan.json' } })
})

test.each([
  ['releases[0].bump', { bump: 'none' }],
  ['releases[0].reasons', { reasons: [] }],
  ['releases[0].reasons[0]', { reasons: [{ kind: 'magic' }] }],
  ['releases[0].dependencies["a"]', { dependencies: { a: 1 } }],
  ['releases[0].dir', { dir: undefined }],
])('a document that is wrong at %s says so', (at, over) => {
  const document = { ...toPlanDocument(plan), releases: [{ ...plan.releases[0], ...over }] }
  const { problems } = parsePlanDocument(JSON.stringify(document), 'plan.json')
  expect(problems).toMatchObject([{ code: 'PLAN_FILE_INVALID', at }])
})

test('what a newer version added is no error', () => {
  const document = { ...toPlanDocument(plan), risk: { score: 3 } }
  expect(parsePlanDocument(JSON.stringify(document), 'plan.json').problems).toEqual([])
})

test('all misfits are told, up to a bound', () => {
  const releases = Array.from({ length: 100 }, () => ({}))
  const { problems } = parsePlanDocument(JSON.stringify({ ...toPlanDocument(plan), releases }), 'plan.json')
  expect(problems).toHaveLength(20)
})
