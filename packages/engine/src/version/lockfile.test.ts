import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { planWorkspace } from '../read/read-snapshot.ts'
import { readTree } from '../testing/tree.ts'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { versionWorkspace, type VersionResult } from './version-workspace.ts'

/** bun comes as a dependency of the tests; pnpm and npm are whatever the machine has. */
const installed = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))
process.env['PATH'] = [installed, process.env['PATH'] ?? ''].join(delimiter)

const open: WorkspaceFolder[] = []
const environment = { ...process.env }
afterEach(() => {
  process.env = { ...environment }
  for (const folder of open.splice(0)) folder.close()
})

const packages = {
  'package.json': { name: 'shop', private: true, workspaces: ['packages/*'], devDependencies: { db: '^1.0.0' } },
  '.changeset/config.json': { changelog: false, format: false },
  '.changeset/calm-cats.md': '---\ndb: major\nlog: patch\n---\n\nDrop the pool\n',
  'packages/db/package.json': { name: 'db', version: '1.0.0', dependencies: { log: '*' } },
  'packages/log/package.json': { name: 'log', version: '1.0.0' },
  'packages/api/package.json': {
    name: 'api',
    version: '1.0.0',
    dependencies: { db: '>=1.0.0 <2.0.0' },
    peerDependencies: { log: '^1.0.0' },
  },
}

describe.skipIf(!runs('pnpm', '--version'))('with the real pnpm', () => {
  const workspaceFile = 'packages:\n  - packages/*\nlinkWorkspacePackages: true\n'

  test('the edited lockfile is the one that pnpm writes, and passes its frozen check', async () => {
    const { root } = folder({ ...packages, 'pnpm-workspace.yaml': workspaceFile })
    lock(root, 'pnpm')
    const before = readLock(root, 'pnpm-lock.yaml')
    expect(await version(root)).toMatchObject({ outcome: 'written', problems: [] })
    const edited = readLock(root, 'pnpm-lock.yaml')
    expect(edited).not.toBe(before)
    lock(root, 'pnpm')
    expect(readLock(root, 'pnpm-lock.yaml')).toBe(edited)
    expect(Object.keys(readTree(root)).filter((path) => path.includes('node_modules'))).toEqual([])
  })

  test('where the text cannot tell, pnpm resolves anew without a network', async () => {
    const { root, write } = folder({
      ...packages,
      'pnpm-workspace.yaml': `${workspaceFile}dedupeInjectedDeps: false\n`,
    })
    write({
      'package.json': { name: 'shop', private: true },
      'packages/db/package.json': { name: 'db', version: '1.0.0' },
      'packages/api/package.json': {
        name: 'api',
        version: '1.0.0',
        dependencies: { db: 'workspace:^1.0.0' },
        dependenciesMeta: { db: { injected: true } },
      },
    })
    lock(root, 'pnpm')
    expect(readLock(root, 'pnpm-lock.yaml')).toContain('file:packages/db')
    expect(await version(root)).toMatchObject({ outcome: 'written', problems: [] })
    const written = readLock(root, 'pnpm-lock.yaml')
    expect(written).toContain('workspace:^2.0.0')
    lock(root, 'pnpm')
    expect(readLock(root, 'pnpm-lock.yaml')).toBe(written)
  })

  test('a lockfile that was out of date before is brought up to date as a whole', async () => {
    const { root, write } = folder({ ...packages, 'pnpm-workspace.yaml': workspaceFile })
    lock(root, 'pnpm')
    write({ 'packages/log/package.json': { name: 'log', version: '1.0.0', devDependencies: { db: '*' } } })
    expect(await version(root)).toMatchObject({ outcome: 'written', problems: [] })
    const written = readLock(root, 'pnpm-lock.yaml')
    lock(root, 'pnpm')
    expect(readLock(root, 'pnpm-lock.yaml')).toBe(written)
  })

  test('a package manager pinned to another release does not stand in the way', async () => {
    const pinned = { ...packages['package.json'], packageManager: 'pnpm@9.0.0' }
    const { root, write } = folder({ ...packages, 'pnpm-workspace.yaml': workspaceFile })
    lock(root, 'pnpm')
    write({ 'package.json': pinned })
    expect(await version(root)).toMatchObject({ outcome: 'written', problems: [] })
  })
})

describe.skipIf(!runs('npm', '--version'))('with the real npm', () => {
  test('the edited lockfile is the one that npm writes', async () => {
    const { root } = folder(packages)
    lock(root, 'npm')
    expect(await version(root)).toMatchObject({ outcome: 'written', problems: [] })
    const edited = readLock(root, 'package-lock.json')
    expect(edited).toContain('"version": "2.0.0"')
    lock(root, 'npm')
    expect(readLock(root, 'package-lock.json')).toBe(edited)
  })
})

describe.skipIf(!runs('bun', '--version'))('with the real bun', () => {
  test('the edited lockfile is the one that bun writes', async () => {
    const { root } = folder(packages)
    lock(root, 'bun')
    expect(await version(root)).toMatchObject({ outcome: 'written', problems: [] })
    const edited = readLock(root, 'bun.lock')
    expect(edited).toContain('"version": "2.0.0"')
    lock(root, 'bun')
    expect(readLock(root, 'bun.lock')).toBe(edited)
  })
})

const yarn = yarnPath()
describe.skipIf(yarn === undefined)('with the real yarn', () => {
  test('the pinned yarn brings its lockfile up to date without a network', async () => {
    const { root } = folder({
      ...packages,
      '.yarnrc.yml': `yarnPath: ${JSON.stringify(yarn)}\nenableTelemetry: false\nenableGlobalCache: false\n`,
    })
    lock(root, 'yarn')
    const before = readLock(root, 'yarn.lock')
    const { outcome, edits, problems } = await version(root)
    const written = readLock(root, 'yarn.lock')
    expect(written).toContain('db@npm:^2.0.0')
    expect({ outcome, problems, lockfile: edits.find(({ path }) => path === 'yarn.lock') }).toEqual({
      outcome: 'written',
      problems: [],
      lockfile: { path: 'yarn.lock', before, after: written },
    })
    lock(root, 'yarn')
    expect(readLock(root, 'yarn.lock')).toBe(written)
  })
})

test('without the package manager the edited lockfile stands, and a warning says what verifies it', async () => {
  const { root } = folder({
    ...packages,
    'package-lock.json': {
      lockfileVersion: 3,
      packages: { 'packages/db': { version: '1.0.0' }, 'packages/api': { peerDependencies: { log: '^1.0.0' } } },
    },
  })
  process.env = { PATH: join(root, 'nowhere') }
  const { outcome, problems } = await version(root)
  expect([outcome, problems.map(({ code, severity }) => [code, severity])]).toEqual([
    'written',
    [['LOCKFILE_NOT_VERIFIED', 'warning']],
  ])
  expect(problems[0]).toMatchObject({ command: expect.stringContaining('npm install --package-lock-only') })
  expect(JSON.parse(readLock(root, 'package-lock.json')).packages['packages/db'].version).toBe('2.0.0')
})

test('a lockfile that only the absent package manager could write stays as it was, and a warning says so', async () => {
  const { root } = folder({ ...packages, 'yarn.lock': '__metadata:\n  version: 8\n' })
  process.env = { PATH: join(root, 'nowhere') }
  const { outcome, problems } = await version(root)
  expect([outcome, problems.map(({ code }) => code)]).toEqual(['written', ['LOCKFILE_NOT_UPDATED']])
  expect(readLock(root, 'yarn.lock')).toBe('__metadata:\n  version: 8\n')
})

test('the lockfile is left alone on request, and when it is an empty marker', async () => {
  const stale = { lockfileVersion: 3, packages: { 'packages/db': { version: '1.0.0' } } }
  const { root } = folder({ ...packages, 'package-lock.json': stale })
  expect(await version(root, false)).toMatchObject({ outcome: 'written', problems: [] })
  expect(JSON.parse(readLock(root, 'package-lock.json'))).toEqual(stale)
  const marked = folder({ ...packages, 'yarn.lock': '' })
  expect(await version(marked.root)).toMatchObject({ outcome: 'written', problems: [] })
})

async function version(cwd: string, lockfile = true): Promise<VersionResult> {
  return versionWorkspace({ cwd, lockfile, ...(await planWorkspace({ cwd })) })
}

/** What the package manager itself writes, offline. */
function lock(root: string, manager: 'pnpm' | 'npm' | 'bun' | 'yarn'): void {
  const commands = {
    pnpm: ['pnpm', 'install', '--lockfile-only', '--offline', '--ignore-scripts'],
    npm: ['npm', 'install', '--package-lock-only', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'],
    bun: ['bun', 'install', '--lockfile-only', '--ignore-scripts'],
    yarn: [process.execPath, yarn ?? '', 'install', '--mode=update-lockfile'],
  }
  const [program = '', ...args] = commands[manager]
  const env = {
    ...process.env,
    pnpm_config_pm_on_fail: 'ignore',
    YARN_ENABLE_NETWORK: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  }
  execFileSync(program, args, { cwd: root, env, stdio: 'pipe' })
}

function readLock(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function runs(...[program = '', ...args]: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function yarnPath(): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve('@yarnpkg/cli-dist/bin/yarn.js'))
  } catch {
    return undefined
  }
}

function folder(files: Readonly<Record<string, string | object>>): WorkspaceFolder {
  const created = createFolder(files)
  open.push(created)
  return created
}
