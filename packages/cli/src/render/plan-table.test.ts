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
            @acme/log             1.4.2  →  1.5.0   minor  89abcde feat(log): levels by module
            @acme/log-web         1.4.2  →  1.5.0   minor  fixed with @acme/log
      2     @acme/api             2.1.3  →  2.1.4   patch  @acme/db 3.0.0 leaves ^2.0.0
            @acme/tools           0.3.0  →  0.3.1   patch  @acme/db 3.0.0 leaves 2 (peerDependencies)
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
