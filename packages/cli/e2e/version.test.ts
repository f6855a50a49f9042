import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestWorkspace, changeset, makeWorkspace, shopFiles } from '../src/testing/workspace.ts'

let shop: TestWorkspace
beforeEach(() => {
  shop = makeWorkspace(shopFiles())
})
afterEach(() => shop.remove())

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(shop.dir, `packages/${name}/package.json`), 'utf8')).version
}

test('version writes versions and ranges, removes the changeset, and lists the files', async () => {
  const { code, stdout, stderr } = await shop.topsail('version')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(['db', 'api', 'web'].map(versionOf)).toEqual(['3.0.0', '2.1.4', '1.0.1'])
  expect(existsSync(join(shop.dir, '.changeset/brave-cats.md'))).toBe(false)
  expect(stdout).toContain('D .changeset/brave-cats.md')
  expect(stdout).toContain('M packages/db/package.json')
})

test('--dry-run shows the differences and writes nothing', async () => {
  const { code, stdout } = await shop.topsail('version', '--dry-run')
  expect(code).toBe(0)
  expect(stdout).toContain('-  "version": "2.0.0"\n+  "version": "3.0.0"\n')
  expect(shop.git('status', '--porcelain')).toBe('')
})

test('--json prints one document with the plan and the files', async () => {
  const { code, stdout } = await shop.topsail('version', '--dry-run', '--json')
  expect(code).toBe(0)
  const document = JSON.parse(stdout)
  expect(document).toMatchObject({
    schema: 'topsail/version@1',
    outcome: 'dry-run',
    plan: { schema: 'topsail/plan@1' },
  })
  expect(document.files).toContainEqual({ path: '.changeset/brave-cats.md', change: 'removed' })
})

test('a second version finds nothing to write', async () => {
  await shop.topsail('version')
  shop.commit('chore: release')
  const { code, stdout } = await shop.topsail('version')
  expect(code).toBe(0)
  expect(stdout).toContain('Nothing to write')
})

test('--ignore of what is no package writes nothing, as with Changesets', async () => {
  for (const name of ['@acme/wbe', '']) {
    const { code, stderr } = await shop.topsail('version', '--ignore', name)
    expect({ code, told: stderr.includes('CONFIG_PATTERN_UNMATCHED') }).toEqual({ code: 1, told: true })
  }
  expect(shop.git('status', '--porcelain')).toBe('')
})

test('--ignore leaves packages and their changesets alone', async () => {
  shop.write({ '.changeset/calm-dogs.md': changeset({ '@acme/web': 'minor' }, 'Web') })
  shop.commit('feat: web')
  const { code } = await shop.topsail('version', '--ignore', '@acme/web')
  expect(code).toBe(0)
  expect(versionOf('web')).toBe('1.0.0')
  expect(existsSync(join(shop.dir, '.changeset/calm-dogs.md'))).toBe(true)
})

test('uncommitted work in a file to be written is named, not trampled', async () => {
  const path = 'packages/db/package.json'
  shop.write({
    [path]: readFileSync(join(shop.dir, path), 'utf8').replace('@acme/db"', '@acme/db", "description": "mine"'),
  })
  const { code, stderr } = await shop.topsail('version')
  expect(code).toBe(1)
  expect(stderr).toContain('TREE_DIRTY')
  expect(versionOf('db')).toBe('2.0.0')
})

/** Reads what it is to format, says so, and writes a second later, whatever is asked of it meanwhile. */
const stubborn = `#!/usr/bin/env node
const { readFileSync, writeFileSync } = require('node:fs')
const files = process.argv.slice(2).filter((file) => file.startsWith('./'))
const texts = files.map((file) => readFileSync(file, 'utf8'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
writeFileSync('node_modules/began', String(process.pid))
setTimeout(() => files.forEach((file, at) => writeFileSync(file, texts[at] + '\\n')), 1000)
`

test.skipIf(process.platform === 'win32')('who is told to stop leaves no formatter that writes later', async () => {
  const formatter = 'node_modules/.bin/prettier'
  const config = '{ "baseBranch": "main" }\n'
  shop.write({
    '.changeset/config.json': config,
    '.gitignore': 'node_modules\n',
    '.prettierrc': '{}\n',
    [formatter]: stubborn,
  })
  chmodSync(join(shop.dir, formatter), 0o755)
  shop.commit('chore: format')
  const bin = process.env['TOPSAIL_BIN'] ?? fileURLToPath(new URL('../bin/topsail.js', import.meta.url))
  const child = spawn(process.execPath, [bin, 'version'], { cwd: shop.dir, stdio: 'ignore' })
  const began = join(shop.dir, 'node_modules/began')
  const pid = (): number => (existsSync(began) ? Number(readFileSync(began, 'utf8')) : 0)
  await expect.poll(pid, { timeout: 20_000 }).toBeGreaterThan(0)
  const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)))
  child.kill('SIGTERM')
  expect(await ended).toBe('SIGTERM')
  await expect.poll(() => isRunning(pid()), { timeout: 20_000 }).toBe(false)
  expect(shop.git('status', '--porcelain')).toBe('')
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('apply writes exactly the plan of the file', async () => {
  await shop.topsail('plan', '-o', 'plan.json')
  const { code, stdout, stderr } = await shop.topsail('apply', 'plan.json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('M packages/db/package.json')
  expect(['db', 'api', 'web'].map(versionOf)).toEqual(['3.0.0', '2.1.4', '1.0.1'])
})

test('apply refuses when something moved, says what, and writes nothing', async () => {
  await shop.topsail('plan', '-o', 'plan.json')
  shop.write({ '.changeset/calm-dogs.md': changeset({ '@acme/web': 'minor' }, 'Web') })
  shop.commit('feat: web')
  const { code, stderr } = await shop.topsail('apply', 'plan.json')
  expect(code).toBe(1)
  expect(stderr).toContain('PLAN_MOVED')
  expect(versionOf('db')).toBe('2.0.0')
})

test.each([
  ['not JSON', '{'],
  ['another schema', '{"schema": "topsail/plan@9"}'],
  ['a list', '[]'],
])('apply of a file that is %s names what is wrong', async (_, text) => {
  shop.write({ 'plan.json': text })
  const { code, stderr } = await shop.topsail('apply', 'plan.json')
  expect(code).toBe(1)
  expect(stderr).toContain('PLAN_FILE_INVALID  plan.json')
})

test('apply of a file that is not there is a problem', async () => {
  const { code, stderr } = await shop.topsail('apply', 'none.json')
  expect(code).toBe(1)
  expect(stderr).toContain('PLAN_FILE_UNREADABLE')
})

test('apply without a file is wrong usage', async () => {
  expect((await shop.topsail('apply')).code).toBe(2)
})
