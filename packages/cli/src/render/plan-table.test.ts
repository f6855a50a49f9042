import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { hostileTexts, plan, release, smallPlan } from '../testing/plans.ts'
import { renderPlanTable } from './plan-table.ts'
import { widthOf } from './text.ts'

const piped = { colours: createColors(false), isTTY: false, columns: () => 80 }

test('a plan is a table in release order, with groups, rewrites and problems below', () => {
  expect(renderPlanTable(smallPlan, piped)).toMatchInlineSnapshot(`
    "6 packages to release · 1 major, 2 minor, 3 patch · rules changesets@3, sources both

      wave  package               from      to      bump   why
      1     @acme/db              2.0.0  →  3.0.0   major  brave-cats: Drop the connection pool
      1     @acme/log             1.4.2  →  1.5.0   minor  89abcde feat(log): levels by module
      1     @acme/log-web         1.4.2  →  1.5.0   minor  fixed with @acme/log
      2     @acme/api             2.1.3  →  2.1.4   patch  @acme/db 3.0.0 leaves ^2.0.0
      2     @acme/tools           0.3.0  →  0.3.1   patch  @acme/db 3.0.0 leaves 2 (peerDependencies)
      3     @acme/shop (private)  5.0.9  →  5.0.10  patch  @acme/api 2.1.4 leaves 2.1.3

    Groups
      fixed   @acme/log, @acme/log-web

    Only ranges rewritten
      @acme/docs  @acme/db ^2.0.0 → ^3.0.0

    quarantined  CHANGESET_UNKNOWN_PACKAGE  .changeset/lost-dogs.md:2
      No package named "@acme/bd" in this workspace.
      hint: did you mean "@acme/db"?
    "
  `)
})

test('a terminal gets lines no longer than itself', () => {
  const text = renderPlanTable({ ...smallPlan, problems: [] }, { ...piped, isTTY: true, columns: () => 72 })
  const table = text.split('\n').slice(1)
  expect(Math.max(...table.map(widthOf))).toBeLessThanOrEqual(72)
})

const longNames = ['one', 'two', 'three'].map((end) => `@some-long-organisation/some-very-long-package-name-${end}`)
const because = (change: string) => ({ kind: 'change', change, bump: 'patch' }) as const
const longPlan = plan({
  releases: longNames.map((name, at) =>
    release(name, {
      from: '10.20.30',
      to: '10.20.31',
      reasons: [because('changeset:cats'), ...Array(at).fill(because('x'))],
    }),
  ),
  changes: [
    {
      kind: 'changeset',
      id: 'changeset:cats',
      file: '.changeset/cats.md',
      summary: `Drop ${'接続プール and everything around it, '.repeat(40)}`,
      bumps: {},
      commit: undefined,
    },
  ],
  order: [longNames],
})

test.each([20, 40, 60, 80, 120, 200])('in %i columns long names and summaries fit, and names stay whole', (columns) => {
  const lines = renderPlanTable(longPlan, { ...piped, isTTY: true, columns: () => columns })
    .split('\n')
    .slice(1)
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
  for (const name of longNames) {
    const isShown = (line: string): boolean =>
      columns < 70 ? line.includes('@some') && line.endsWith(name.slice(-3)) : line.includes(name)
    expect(lines.filter(isShown)).toHaveLength(1)
  }
  const rooms = lines.filter((line) => line.includes('cats: ')).map((line) => columns - line.indexOf('cats: '))
  expect(rooms).toHaveLength(3)
  expect(Math.min(...rooms)).toBeGreaterThanOrEqual(Math.min(36, columns - 4))
})

test('into a pipe each release is one line of bounded length, with its whole name and the number of further reasons', () => {
  const name = `@${'a'.repeat(100)}/${'b'.repeat(100)}`
  const [first] = longPlan.releases
  const releases = [...longPlan.releases, { ...release(name), reasons: first?.reasons ?? [because('x')] }]
  const lines = renderPlanTable({ ...longPlan, releases, order: [releases.map((one) => one.name)] }, piped).split('\n')
  const rows = releases.map((one) => lines.filter((line) => line.includes(`${one.name} `)))
  expect(rows.map((found) => found.length)).toEqual([1, 1, 1, 1])
  expect(rows[2]?.[0]).toMatch(/cats: Drop .*… \(and 2 more\)$/)
  for (const line of rows.flat()) expect(widthOf(line.slice(line.indexOf('cats: ')))).toBeLessThanOrEqual(100)
})

test('a group and a root manifest with hundreds of names are told by the first of them and a count', () => {
  const names = Array.from({ length: 300 }, (_, at) => `@acme/p${at}`)
  const group = { kind: 'fixed-group', group: names, leader: '@acme/p0' } as const
  const rangeEdits = names.map((dependency) => ({ field: 'dependencies', dependency, from: '1', to: '2' }) as const)
  const text = renderPlanTable(
    plan({
      releases: [release('@acme/p0', { reasons: [group] })],
      rewrites: [{ name: 'root', dir: '.', rangeEdits }],
      order: [['@acme/p0']],
    }),
    piped,
  )
  expect(text).toContain(
    '  fixed   @acme/p0, @acme/p1, @acme/p2, @acme/p3, @acme/p4, @acme/p5, @acme/p6, @acme/p7 and 292 more\n',
  )
  expect(text).toMatch(/ {2}root {2}@acme\/p0 1 → 2, .* and 292 more\n/)
})

test('an empty plan says so', () => {
  expect(renderPlanTable(plan({}), piped)).toBe('Nothing to release.  rules changesets@3, sources both\n')
})

test('bumps are coloured, majors loudest', () => {
  const colours = createColors(true)
  const text = renderPlanTable(smallPlan, { ...piped, colours })
  expect(text).toContain(colours.bold(colours.red('major')))
  expect(text).toContain(colours.yellow('minor'))
})

test('hostile names keep their row, aligned and harmless', () => {
  const names = [...new Set(hostileTexts)].toSorted()
  const releases = names.map((name) => release(name, { from: '1.0.0', to: '1.0.1' }))
  const text = renderPlanTable(plan({ releases, order: [names] }), piped)
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2028\ufeff]/)
  const arrows = text.split('\n').filter((line) => line.includes('→'))
  expect(arrows).toHaveLength(names.length)
  expect(new Set(arrows.map((line) => widthOf(line.slice(0, line.lastIndexOf('→'))))).size).toBe(1)
})
