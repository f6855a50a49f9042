import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestWorkspace, makeWorkspace, shopFiles } from '../src/testing/workspace.ts'

let shop: TestWorkspace
beforeAll(() => {
  shop = makeWorkspace(shopFiles())
})
afterAll(() => shop.remove())

test('a smaller bump shows what would no longer be released', async () => {
  const { code, stdout } = await shop.topsail('what-if', '--bump', '@acme/db=minor')
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "3 → 1 package to release
      -  @acme/api  2.1.4  patch  →  not released
      ~  @acme/db   3.0.0  major  →  2.1.0         minor
      -  @acme/web  1.0.1  patch  →  not released
    "
  `)
})

test('a dropped changeset empties the plan', async () => {
  const { code, stdout } = await shop.topsail('what-if', '--drop', 'brave-cats')
  expect(code).toBe(0)
  expect(stdout).toContain('3 → 0 packages to release')
})

test('an added commit shows up', async () => {
  const { code, stdout } = await shop.topsail('what-if', '--add', 'feat(web): a new page')
  expect(code).toBe(0)
  expect(stdout).toMatch(/~ +@acme\/web +1\.0\.1 +patch +→ +1\.1\.0 +minor/)
})

test('a widened range cuts the cascade, names without scope will do, and several are pairs', async () => {
  const widen = ['--widen', 'api->db', '^2.0.0 || ^3.0.0', 'web -> api', '^2.1.3']
  const { code, stdout } = await shop.topsail('what-if', ...widen)
  expect(code).toBe(0)
  expect(stdout).toContain('3 → 1 package to release')
})

test('without an edit the cheapest range edits are named', async () => {
  const { code, stdout } = await shop.topsail('what-if')
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "3 packages to release.

    Range edits that would make the cascade smaller
      2 packages fewer: @acme/api, @acme/web
        @acme/api -> @acme/db  ^2.0.0 → ^2.0.0 || ^3.0.0
    "
  `)
})

test('--json gives both plans, the difference and the cheaper edits', async () => {
  const { code, stdout } = await shop.topsail('what-if', '--bump', 'db=minor', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'topsail/what-if@1',
    before: { schema: 'topsail/plan@1' },
    after: { schema: 'topsail/plan@1' },
    difference: { releases: [{ name: '@acme/api' }, { name: '@acme/db' }, { name: '@acme/web' }] },
  })
})

test('what-if writes nothing', async () => {
  await shop.topsail('what-if', '--bump', '@acme/db=minor', '--widen', 'api->db', '*')
  expect(shop.git('status', '--porcelain')).toBe('')
})

test.each([
  [['--bump', 'nothing=minor'], 'WHAT_IF_UNKNOWN_PACKAGE'],
  [['--drop', 'brave-cat'], 'WHAT_IF_UNKNOWN_CHANGE'],
  [['--add', 'no convention'], 'WHAT_IF_NAMES_NOTHING'],
  [['--widen', 'db->web', '*'], 'WHAT_IF_NO_SUCH_EDGE'],
])('%j is a problem with a name', async (args, expected) => {
  const { code, stdout, stderr } = await shop.topsail('what-if', ...args)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(expected)
})

test.each([[['--bump', 'db']], [['--bump', 'db=huge']], [['--widen', 'db->web']], [['--widen', 'db', '*']]])(
  '%j is wrong usage',
  async (args) => {
    expect((await shop.topsail('what-if', ...args)).code).toBe(2)
  },
)
