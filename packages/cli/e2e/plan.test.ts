import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePlanDocument } from '@topsail/core'
import { type TestWorkspace, changeset, makeWorkspace, manifest, shopFiles } from '../src/testing/workspace.ts'

describe('topsail plan in a workspace of three', () => {
  let shop: TestWorkspace
  beforeAll(() => {
    shop = makeWorkspace(shopFiles())
  })
  afterAll(() => shop.remove())

  test('prints the cascade in release order', async () => {
    const { code, stdout, stderr } = await shop.topsail('plan')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "3 packages to release · 1 major, 2 patch · rules changesets@3, sources changesets

        wave  package    from      to     bump   why
        1     @acme/db   2.0.0  →  3.0.0  major  brave-cats: Drop the connection pool
        2     @acme/api  2.1.3  →  2.1.4  patch  @acme/db 3.0.0 leaves ^2.0.0
        3     @acme/web  1.0.0  →  1.0.1  patch  @acme/api 2.1.4 leaves 2.1.3
      "
    `)
  })

  test('--json prints one document of the stable schema, its keys in the documented order', async () => {
    const { code, stdout } = await shop.topsail('plan', '--json')
    expect(code).toBe(0)
    const document = JSON.parse(stdout)
    expect(Object.keys(document).slice(0, 4)).toEqual(['schema', 'id', 'commit', 'rules'])
    expect(document.schema).toBe('topsail/plan@1')
    expect(document.commit).toBe(shop.git('rev-parse', 'HEAD'))
    expect(document.order).toEqual([['@acme/db'], ['@acme/api'], ['@acme/web']])
    expect(document.releases[0]).toMatchObject({
      name: '@acme/api',
      from: '2.1.3',
      to: '2.1.4',
      dependencies: { '@acme/db': '^3.0.0' },
      reasons: [
        { kind: 'out-of-range', dependency: '@acme/db', field: 'dependencies', range: '^2.0.0', next: '3.0.0' },
      ],
    })
    expect(parsePlanDocument(stdout, 'plan.json').problems).toEqual([])
  })

  test('the same workspace gives the same document, byte for byte', async () => {
    expect((await shop.topsail('plan', '--json')).stdout).toBe((await shop.topsail('plan', '--json')).stdout)
  })

  test('-o writes the document and still prints the table', async () => {
    const { code, stdout } = await shop.topsail('plan', '-o', 'plan.json')
    expect(code).toBe(0)
    expect(stdout).toContain('3 packages to release')
    expect(readFileSync(join(shop.dir, 'plan.json'), 'utf8')).toBe((await shop.topsail('plan', '--json')).stdout)
  })

  test('-o with a format writes that format', async () => {
    await shop.topsail('plan', '--html', '-o', 'plan.html')
    expect(readFileSync(join(shop.dir, 'plan.html'), 'utf8')).toMatch(/^<!doctype html>/)
  })

  test('-o into a folder that does not exist is a problem, not a crash', async () => {
    const { code, stderr } = await shop.topsail('plan', '-o', 'nowhere/plan.json')
    expect(code).toBe(1)
    expect(stderr).toContain('OUTPUT_UNWRITABLE')
    expect(existsSync(join(shop.dir, 'nowhere'))).toBe(false)
  })

  test.each([
    ['--markdown', '### 3 packages to release'],
    ['--mermaid', 'flowchart LR'],
    ['--dot', 'digraph release {'],
    ['--html', '<!doctype html>'],
  ])('%s prints that format alone', async (flag, start) => {
    const { code, stdout } = await shop.topsail('plan', flag)
    expect(code).toBe(0)
    expect(stdout.startsWith(start)).toBe(true)
  })

  test('two formats at once are wrong usage', async () => {
    expect((await shop.topsail('plan', '--json', '--html')).code).toBe(2)
    expect((await shop.topsail('plan', '--dot', '--html')).code).toBe(2)
  })

  test.each([[['--rules', 'nonsense']], [['--sources', 'x']], [['--unknown']], [['surplus']]])(
    '%j is wrong usage',
    async (args) => {
      const { code, stdout, stderr } = await shop.topsail('plan', ...args)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('error: ')
    },
  )

  test('--cwd names another folder, a sub-folder of the workspace too', async () => {
    const elsewhere = makeWorkspace({ 'package.json': manifest('other', '1.0.0') })
    const { stdout } = await elsewhere.topsail('plan', '--cwd', join(shop.dir, 'packages/api'))
    elsewhere.remove()
    expect(stdout).toContain('3 packages to release')
  })

  test('--snapshot plans snapshot versions', async () => {
    const { code, stdout } = await shop.topsail('plan', '--snapshot', 'canary', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout).releases[0].to).toMatch(/^0\.0\.0-canary-/)
  })
})

describe('topsail plan with an unknown name in a changeset', () => {
  let shop: TestWorkspace
  beforeAll(() => {
    shop = makeWorkspace({ ...shopFiles(), '.changeset/lost-dogs.md': changeset({ '@acme/bd': 'minor' }, 'Lost') })
  })
  afterAll(() => shop.remove())

  test('plans the rest and names the file, the closest name and the line', async () => {
    const { code, stdout } = await shop.topsail('plan')
    expect(code).toBe(0)
    expect(stdout).toContain('3 packages to release')
    expect(stdout).toContain('CHANGESET_UNKNOWN_PACKAGE  .changeset/lost-dogs.md:2')
    expect(stdout).toContain('did you mean "@acme/db"?')
  })

  test('--strict turns it into exit code 1', async () => {
    expect((await shop.topsail('plan', '--strict')).code).toBe(1)
  })

  test('a document on standard output stays clean, the problem goes to standard error too', async () => {
    const { stdout, stderr } = await shop.topsail('plan', '--json')
    expect(JSON.parse(stdout).problems[0].code).toBe('CHANGESET_UNKNOWN_PACKAGE')
    expect(stderr).toContain('CHANGESET_UNKNOWN_PACKAGE')
  })
})

test('without any change there is nothing to release, and that is no error', async () => {
  const { '.changeset/brave-cats.md': _, ...files } = shopFiles()
  const shop = makeWorkspace(files)
  const { code, stdout } = await shop.topsail('plan')
  shop.remove()
  expect(code).toBe(0)
  expect(stdout).toContain('Nothing to release.')
})

test('a folder that is no workspace is a problem', async () => {
  const empty = makeWorkspace({ 'notes.txt': 'none\n' })
  const { code, stdout, stderr } = await empty.topsail('plan')
  empty.remove()
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout).toContain('MANIFEST_MISSING')
  expect(stdout).not.toContain('Nothing to release')
})

test.each(['nowhere', 'package.json'])('--cwd %s is wrong usage when that is no folder', async (folder) => {
  const shop = makeWorkspace(shopFiles())
  const { code, stderr } = await shop.topsail('plan', '--cwd', folder)
  shop.remove()
  expect(code).toBe(2)
  expect(stderr).toBe(`error: --cwd ${folder} is not a folder\n`)
})

test('without git the plan is made from changesets', async () => {
  const shop = makeWorkspace(shopFiles())
  rmSync(join(shop.dir, '.git'), { recursive: true })
  const { code, stdout } = await shop.topsail('plan', '--json')
  shop.remove()
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ commit: null, order: [['@acme/db'], ['@acme/api'], ['@acme/web']] })
})
