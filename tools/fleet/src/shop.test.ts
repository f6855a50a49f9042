import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { git, writeShop, type ShopPackage } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'topsail-shop-'))
const dir = join(root, 'shop')
let packages: readonly ShopPackage[] = []

beforeAll(() => {
  packages = writeShop(dir)
  mkdirSync(join(dir, 'node_modules/@chandlery'), { recursive: true })
  for (const pkg of packages) symlinkSync(join(dir, pkg.dir), join(dir, 'node_modules', pkg.name), 'junction')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const services = (): readonly ShopPackage[] => packages.filter((pkg) => pkg.dir.startsWith('services/') && !pkg.private)

test('the shop has at least twelve services and eight libraries, each released and tagged', () => {
  expect(services().length).toBeGreaterThanOrEqual(12)
  expect(packages.filter((pkg) => pkg.dir.startsWith('libs/')).length).toBeGreaterThanOrEqual(8)
  const tags = git(dir, ['tag']).trim().split('\n')
  expect(tags.toSorted()).toEqual(
    packages
      .filter((pkg) => !pkg.private)
      .map((pkg) => `${pkg.name}@${pkg.version}`)
      .toSorted(),
  )
})

test('git finds nothing wrong with the shop, and nobody left anything lying about', () => {
  expect(git(dir, ['fsck', '--full', '--strict'])).toBe('')
  expect(git(dir, ['status', '--porcelain'])).toBe('')
})

test('a revert names the commit it reverts', () => {
  const message = git(dir, ['log', '--grep=^Revert', '--format=%b', '-1'])
  const sha = /This reverts commit ([0-9a-f]{40})\./.exec(message)?.[1] ?? ''
  expect(git(dir, ['log', '-1', '--format=%s', sha])).toBe('feat(search): forgive typing errors (#64)\n')
})

test('every service answers', () => {
  const script = 'for (const n of process.argv.slice(1)) { const { routes } = await import(n); routes["/"]() }'
  execFileSync(process.execPath, ['--input-type=module', '-e', script, ...services().map((pkg) => pkg.name)], {
    cwd: dir,
    stdio: 'ignore',
  })
})

test('a service started with --once prints its answer and ends', () => {
  const answer = execFileSync(process.execPath, ['services/checkout/src/main.js', '--once'], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  })
  expect(JSON.parse(answer)).toEqual({ order: 1001, to: 'payments', total: '103.50 EUR' })
})

test('no package needs anything from outside the shop', () => {
  const names = new Set(packages.map((pkg) => pkg.name))
  for (const pkg of packages) {
    const manifest = JSON.parse(readFileSync(join(dir, pkg.dir, 'package.json'), 'utf8'))
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(
      needed.filter((name) => !names.has(name)),
      basename(pkg.dir),
    ).toEqual([])
  }
})

test('the answer of `topsail why` in README.md is the one that the shop gives', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const [, name = '', shown] = /^\$ topsail why (\S+)\n([\s\S]*?)```$/m.exec(readme) ?? []
  const bin = process.env['TOPSAIL_BIN'] ?? fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url))
  const answer = execFileSync(process.execPath, [bin, 'why', name], { cwd: dir, encoding: 'utf8', stdio: 'pipe' })
  expect(answer).toBe(shown)
})
