import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startRegistry } from '@topsail/engine/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestWorkspace, makeWorkspace, manifest, shopFiles } from '../src/testing/workspace.ts'

const cli = fileURLToPath(new URL('..', import.meta.url))
const oldestNode = join(cli, '../../tools/oldest-node/node_modules/node/bin/node')
const canPack = spawnSync('pnpm', ['--version']).status === 0 && spawnSync('npm', ['--version']).status === 0

describe.skipIf(!canPack)('the published package (needs pnpm and npm on the PATH)', () => {
  let dir: string
  let shop: TestWorkspace
  beforeAll(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-package-')))
    shop = makeWorkspace(shopFiles())
    execFileSync(process.execPath, ['build.ts'], { cwd: cli })
    execFileSync('pnpm', ['pack', '--pack-destination', dir], { cwd: cli, stdio: 'pipe' })
    const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz')) ?? ''
    writeFileSync(join(dir, 'package.json'), '{ "private": true }\n')
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
    execFileSync('npm', ['install', ...flags, join(dir, tarball)], { cwd: dir, stdio: 'pipe' })
  }, 120_000)
  afterAll(() => {
    shop.remove()
    rmSync(dir, { recursive: true, force: true })
  })

  function topsail(...args: string[]) {
    const bin = join(dir, 'node_modules/topsail/bin/topsail.js')
    const env = { PATH: process.env['PATH'], HOME: dir }
    return spawnSync(process.execPath, [bin, ...args], { cwd: shop.dir, encoding: 'utf8', env })
  }

  test('holds the bundle and no sources', () => {
    expect(readdirSync(join(dir, 'node_modules/topsail')).toSorted()).toEqual(
      expect.arrayContaining(['bin', 'dist', 'package.json', 'page']),
    )
    expect(readdirSync(join(dir, 'node_modules/topsail'))).not.toContain('src')
    expect(readdirSync(join(dir, 'node_modules'))).not.toContain('@topsail')
  })

  test('runs away from the workspace: version, plan in every format, what it would write', () => {
    expect(topsail('--version')).toMatchObject({ status: 0, stderr: '' })
    expect(topsail('plan')).toMatchObject({ status: 0, stdout: expect.stringContaining('3 packages to release') })
    for (const format of ['--json', '--markdown', '--mermaid', '--dot', '--html']) {
      expect(topsail('plan', format)).toMatchObject({ status: 0, stderr: '' })
    }
    expect(topsail('version', '--dry-run')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('+  "version": "3.0.0"'),
    })
  })

  test('publishes with the libraries it brings along', async () => {
    const registry = await startRegistry()
    const bin = join(dir, 'node_modules/topsail/bin/topsail.js')
    const env = { PATH: process.env['PATH'], HOME: dir, NPM_CONFIG_USERCONFIG: registry.userconfig }
    // Not the synchronous kind: the registry answers from this process.
    const args = [bin, 'publish', '--no-tags', '--json']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: shop.dir, env })
    await registry.close()
    expect(JSON.parse(stdout).published).toHaveLength(3)
  })

  test('loads every command', () => {
    const names = [...topsail('--help').stdout.matchAll(/^  (?!help)([a-z][a-z-]*) /gm)].map(([, name]) => name ?? '')
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) expect(topsail(name, '--help')).toMatchObject({ status: 0, stderr: '' })
  })

  describe.skipIf(!existsSync(oldestNode))('on the oldest Node it promises to run on (needs tools/oldest-node)', () => {
    test('the one of "engines"', () => {
      const { engines } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'))
      const version = execFileSync(oldestNode, ['--version'], { encoding: 'utf8' }).trim()
      expect(`v${engines.node.slice('>='.length)}.0`).toBe(version)
    })

    test('a repository goes from init to a second release and back', async () => {
      const registry = await startRegistry()
      const store = makeWorkspace({
        'package.json': manifest('store', '0.0.0', { private: true, workspaces: ['packages/*'] }),
        'packages/db/package.json': manifest('@store/db', '1.0.0'),
        'packages/api/package.json': manifest('@store/api', '1.0.0', { dependencies: { '@store/db': '^1.0.0' } }),
      })
      const PATH = `${dirname(oldestNode)}:${process.env['PATH']}`
      const git = {
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'a@b.c',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'a@b.c',
      }
      const env = { PATH, HOME: dir, CI: 'true', NPM_CONFIG_USERCONFIG: registry.userconfig, ...git }
      const bin = join(dir, 'node_modules/topsail/bin/topsail.js')
      const says = async (...args: string[]): Promise<string> => {
        const { stdout, stderr } = await promisify(execFile)(oldestNode, [bin, ...args], { cwd: store.dir, env })
        expect(stderr, args.join(' ')).not.toMatch(/Warning|^ +at /m)
        return stdout
      }

      await says('init')
      store.commit('chore: set up')
      await says('publish', '--no-tags')
      await says('add', '--package', '@store/db=major', '--message', 'Faster')
      store.commit('feat(db)!: faster')
      await says('check', '--since', 'HEAD~1')
      for (const format of ['--json', '--markdown', '--mermaid', '--dot', '--html']) await says('plan', format)
      await says('plan', '--output', 'plan.json')
      expect(await says('why', '@store/api')).toContain('leaves ^1.0.0')
      await says('what-if', '--bump', '@store/db=minor')
      await says('apply', 'plan.json', '--dry-run')
      await says('version')
      store.commit('chore: release')
      await says('publish', '--dry-run')
      expect(await says('publish', '--no-tags')).toContain('2 packages published')
      expect(await says('resume')).toContain('No release is open')
      expect(await says('history', '@store/db')).toContain('2.0.0')
      expect(await says('diff')).toContain('@store/db')
      await says('rollback')
      expect(await says('status')).toContain('rolled back')
      expect((await registry.packument('@store/db'))?.['dist-tags']).toEqual({ latest: '1.0.0' })
      store.remove()
      await registry.close()
    }, 60_000)
  })
})
