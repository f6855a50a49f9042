import { expect, test } from 'vitest'
import { readScenario } from '../testing/scenario.ts'
import { whatIf, type WhatIfEdit } from './what-if.ts'

const hash = (text: string) => String(text.length)

const shop = `
  web 1.0.0 -> api ^1.0.0
  api 1.0.0 -> db ^1.0.0
  jobs 1.0.0 -> db ^1.0.0
  db  1.0.0
  --- changesets
  cats db minor
`

function ask(scenario: string, ...edits: readonly WhatIfEdit[]) {
  const answer = whatIf(readScenario(scenario), hash, edits)
  const moves = answer.difference.releases.map(
    ({ name, before, after }) => `${name} ${before?.to ?? '-'} -> ${after?.to ?? '-'}`,
  )
  return { ...answer, moves, codes: answer.problems.map(({ code }) => code) }
}

test('no edits change nothing', () => {
  const { before, after, difference } = ask(shop)
  expect(after).toEqual(before)
  expect(difference).toEqual({ releases: [], appeared: [], gone: [] })
})

test('a bump replaces what the changes ask for', () => {
  expect(ask(shop, { kind: 'bump', name: 'db', bump: 'major' }).moves).toEqual([
    'api - -> 1.0.1',
    'db 1.1.0 -> 2.0.0',
    'jobs - -> 1.0.1',
  ])
  expect(ask(shop, { kind: 'bump', name: 'db', bump: 'patch' }).moves).toEqual(['db 1.1.0 -> 1.0.1'])
})

test('a dropped changeset is as if it had never been written', () => {
  for (const change of ['cats', 'cats.md', '.changeset/cats.md', 'changeset:cats']) {
    expect(ask(shop, { kind: 'drop', change }).moves).toEqual(['db 1.1.0 -> -'])
  }
})

test('commits that came with a dropped changeset speak for themselves', () => {
  const snapshot = readScenario(`
    db 1.0.0
    --- settings
    sources both
    --- changesets
    cats db patch
    --- commits
    feat!: x | db
  `)
  const { history } = snapshot
  if (history === undefined) throw new Error('the history is there')
  const commits = history.commits.map((commit) => ({ ...commit, addedChangesets: ['.changeset/cats.md'] }))
  const answer = whatIf({ ...snapshot, history: { ...history, commits } }, hash, [{ kind: 'drop', change: 'cats' }])
  expect(answer.before.releases.map(({ to }) => to)).toEqual(['1.0.1'])
  expect(answer.after.releases.map(({ to }) => to)).toEqual(['2.0.0'])
})

test('an added line counts for the packages its scope names', () => {
  expect(ask(shop, { kind: 'add', message: 'feat(web): a page' }).moves).toEqual(['web - -> 1.1.0'])
  expect(ask(shop, { kind: 'add', message: 'fix(db)!: a leak' }).moves).toContain('db 1.1.0 -> 2.0.0')
})

test('a wider range ends a cascade, the protocol before it stays', () => {
  const major = shop.replace('db minor', 'db major')
  expect(ask(major, { kind: 'widen', dependent: 'api', dependency: 'db', range: '^1 || ^2' }).moves).toEqual([
    'api 1.0.1 -> -',
  ])
  const workspace = major.replace('api 1.0.0 -> db ^1.0.0', 'api 1.0.0 -> db workspace:^1.0.0')
  expect(ask(workspace, { kind: 'widen', dependent: 'api', dependency: 'db', range: '^1 || ^2' }).moves).toEqual([
    'api 1.0.1 -> -',
  ])
})

test('an edit that means nothing here is a problem, and the others are made', () => {
  const { moves, codes } = ask(
    shop,
    { kind: 'bump', name: 'bd', bump: 'minor' },
    { kind: 'drop', change: 'cat' },
    { kind: 'add', message: 'feat: about nobody' },
    { kind: 'add', message: 'not conventional' },
    { kind: 'widen', dependent: 'web', dependency: 'db', range: '*' },
    { kind: 'widen', dependent: 'web', dependency: '__proto__', range: '*' },
    { kind: 'bump', name: 'web', bump: 'patch' },
  )
  expect(moves).toEqual(['web - -> 1.0.1'])
  expect(codes).toEqual([
    'WHAT_IF_UNKNOWN_PACKAGE',
    'WHAT_IF_UNKNOWN_CHANGE',
    'WHAT_IF_NAMES_NOTHING',
    'WHAT_IF_NAMES_NOTHING',
    'WHAT_IF_NO_SUCH_EDGE',
    'WHAT_IF_UNKNOWN_PACKAGE',
  ])
})

test('the cheapest edits of a cascade come with what they avoid, the best first', () => {
  const { cheaper } = ask(`
    one 1.0.0 -> gate 1.0.0
    two 1.0.0 -> gate 1.0.0
    three 1.0.0 -> gate 1.0.0
    gate 1.0.0 -> db ^1.0.0
    other 1.0.0 -> db workspace:*
    db 1.0.0
    --- changesets
    cats db major
  `)
  expect(cheaper[0]).toEqual({
    edits: [{ dependent: 'gate', dependency: 'db', field: 'dependencies', from: '^1.0.0', to: '^1.0.0 || ^2.0.0' }],
    avoids: ['gate', 'one', 'three', 'two'],
  })
  expect(cheaper.map(({ edits }) => edits.length)).toContain(2)
})

test('where no range would help nothing is suggested', () => {
  expect(
    ask(shop.replace('--- changesets', '--- settings\nupdateInternalDependents always\n--- changesets')).cheaper,
  ).toEqual([])
  expect(ask(shop).cheaper).toEqual([])
})
