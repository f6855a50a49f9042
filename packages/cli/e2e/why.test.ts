import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestWorkspace, changeset, makeWorkspace, manifest, shopFiles } from '../src/testing/workspace.ts'

let shop: TestWorkspace
beforeAll(() => {
  shop = makeWorkspace({
    ...shopFiles(),
    'packages/docs/package.json': manifest('@acme/docs', '1.0.0', { dependencies: { '@acme/db': '^2.0.0 || ^3.0.0' } }),
    'packages/lone/package.json': manifest('@acme/lone', '1.0.0'),
    'packages/hidden/package.json': manifest('@acme/hidden', '1.0.0', { private: true }),
  })
})
afterAll(() => shop.remove())

test('why prints the whole chain, each step with its file and line', async () => {
  const { code, stdout } = await shop.topsail('why', '@acme/web')
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "@acme/web 1.0.0 → 1.0.1 patch
    └─ @acme/api 2.1.4 leaves 2.1.3  packages/web/package.json:5
       └─ @acme/db 3.0.0 leaves ^2.0.0  packages/api/package.json:5
          └─ brave-cats: Drop the connection pool major  .changeset/brave-cats.md:2
    "
  `)
})

test('a group as large as the workspace is named once, by its first members and a count; --json has all', async () => {
  const names = Array.from({ length: 40 }, (_, at) => `@acme/p${10 + at}`)
  const packages = names.map((name, at) => {
    const dependencies = at === 0 ? {} : { [names[at - 1] ?? '']: '^1.0.0' }
    return [`packages/${name.slice(6)}/package.json`, manifest(name, '1.0.0', { dependencies })] as const
  })
  const big = makeWorkspace({
    'package.json': manifest('big', '0.0.0', { private: true }),
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': '{ "fixed": [["**"]] }',
    '.changeset/cats.md': changeset({ '@acme/p10': 'major' }, 'Drop the pool '.repeat(50)),
    ...Object.fromEntries(packages),
  })
  try {
    const { stdout } = await big.topsail('why', 'p12')
    expect(stdout.split('(@acme/p10, @acme/p11, @acme/p12, @acme/p13 and 36 more)')).toHaveLength(2)
    expect(stdout).not.toContain('@acme/p14')
    expect(stdout).toMatch(/ cats: Drop the pool .{60,80}… major {2}\.changeset\/cats\.md:2\n/)
    const json = (await big.topsail('why', 'p12', '--json')).stdout
    for (const name of names) expect(json).toContain(`"${name}"`)
  } finally {
    big.remove()
  }
})

test('a name without its scope will do where it is clear', async () => {
  expect((await shop.topsail('why', 'web')).stdout).toBe((await shop.topsail('why', '@acme/web')).stdout)
})

test('why not: a dependency that stays in range', async () => {
  const { code, stdout } = await shop.topsail('why', '@acme/docs')
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "@acme/docs is not released.
    └─ @acme/db 3.0.0 stays inside ^2.0.0 || ^3.0.0  packages/docs/package.json:5
    "
  `)
})

test('why not: nothing names it', async () => {
  expect((await shop.topsail('why', '@acme/lone')).stdout).toMatchInlineSnapshot(`
    "@acme/lone is not released.
    └─ No change names it, and no dependency of it is released.
    "
  `)
})

test('why not: it takes no part', async () => {
  expect((await shop.topsail('why', '@acme/hidden')).stdout).toMatchInlineSnapshot(`
    "@acme/hidden is not released.
    └─ It is private, and private packages are not versioned here ("privatePackages" in .changeset/config.json).
    "
  `)
})

test('a name that is not there gets the closest one, and exit code 1', async () => {
  const { code, stdout, stderr } = await shop.topsail('why', '@acme/wbe')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('did you mean "@acme/web"?')
})

test.each(['__proto__', 'constructor', '\u001b[2J', ''])('%j is only a name that is not there', async (name) => {
  const { code, stderr } = await shop.topsail('why', name)
  expect(code).toBe(1)
  expect(stderr).toContain('PACKAGE_UNKNOWN')
  expect(stderr).not.toContain('\u001b')
})

test('--json gives the same tree as data', async () => {
  const { code, stdout } = await shop.topsail('why', '@acme/web', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'topsail/why@1',
    kind: 'released',
    name: '@acme/web',
    causes: [{ kind: 'dependency', because: { name: '@acme/api', causes: [{ because: { name: '@acme/db' } }] } }],
  })
})

test('no package at all is wrong usage', async () => {
  expect((await shop.topsail('why')).code).toBe(2)
})

test('why not: the commit that brought a new package counts as its release, and that is said', async () => {
  const young = makeWorkspace({ ...shopFiles(), 'topsail.json': '{"sources":"both"}' })
  try {
    young.write({ 'packages/new/package.json': manifest('@acme/new', '0.0.0') })
    const commit = young.commit('feat(new): begin')
    const { stdout } = await young.topsail('why', 'new')
    expect(stdout).toContain(`its 0.0.0 was written into the manifest (commit ${commit.slice(0, 9)})`)
    young.git('tag', '@acme/new@0.0.0')
    expect((await young.topsail('why', 'new')).stdout).toContain('since 0.0.0 was released (tag @acme/new@0.0.0)')
  } finally {
    young.remove()
  }
})
