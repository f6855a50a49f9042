/** A workspace without git: the same protocol, among the processes of one machine. */
import { spawn } from 'node:child_process'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { publishWorkspace } from '../publish/publish-workspace.ts'
import { faultProxy, npmrcFor, startRegistry } from '../testing/index.ts'
import type { FaultProxy, TestRegistry } from '../testing/index.ts'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { diskHolders } from './disk-state.ts'
import { fileRefStore } from './file-ref-store.ts'
import { acquireLease } from './lease.ts'
import { resumeWorkspace, rollbackWorkspace } from './release-workspace.ts'
import { statusWorkspace } from './status-workspace.ts'

let registry: TestRegistry
let proxy: FaultProxy
let folder: WorkspaceFolder
let scopes = 0
let scope = ''

beforeAll(async () => {
  registry = await startRegistry()
  proxy = await faultProxy(registry.url)
})
afterAll(async () => {
  await proxy.close()
  await registry.close()
})
beforeEach(() => {
  scope = `@nogit${(scopes += 1)}`
  proxy.clear()
  folder = createFolder({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    'package-lock.json': {},
    '.changeset/config.json': { access: 'public' },
    'topsail.json': { release: { leaseSeconds: 30 } },
    '.npmrc': npmrcFor(proxy.url, '${TEST_TOKEN}'),
    'packages/db/package.json': { name: `${scope}/db`, version: '1.0.0' },
    'packages/api/package.json': {
      name: `${scope}/api`,
      version: '1.0.0',
      dependencies: { [`${scope}/db`]: '^1.0.0' },
    },
  })
})
afterEach(() => folder.close())

const settings = () => ({
  cwd: folder.root,
  env: { TEST_TOKEN: registry.token, HOME: folder.root, NPM_CONFIG_GLOBALCONFIG: '/nonexistent' },
  patience: 10_000,
})

test('of two processes that publish at once one releases, and the other says who or finds nothing to do', async () => {
  const both = await Promise.all([publishWorkspace(settings()), publishWorkspace(settings())])
  const winners = both.filter(({ releases }) => releases.some(({ state }) => state === 'finished'))
  expect(winners).toHaveLength(1)
  const loser = both.find((one) => !winners.includes(one))
  if (loser?.exitCode === 1) expect(loser.problems).toMatchObject([{ code: 'LEASE_HELD' }])
  else expect(loser?.published).toEqual([])
  expect((await publishWorkspace(settings())).published).toEqual([])
})

test('what failed is resumed by another process, and taken back', async () => {
  proxy.add({ method: 'PUT', name: `${scope}/api`, fault: { kind: 'status', status: 403 } })
  expect((await publishWorkspace(settings())).exitCode).toBe(3)
  expect((await statusWorkspace(settings())).releases).toMatchObject([{ state: 'open' }])
  proxy.clear()
  expect(await resumeWorkspace(settings())).toMatchObject({ exitCode: 0, releases: [{ state: 'finished' }] })
  expect(await rollbackWorkspace(settings())).toMatchObject({ exitCode: 0, releases: [{ state: 'rolled-back' }] })
  expect((await publishWorkspace(settings())).problems.map(({ code }) => code)).toContain('PUBLISH_VERSIONS_BURNED')
})

test('a process that died with the lease keeps nobody waiting', async () => {
  const state = `${folder.root}/node_modules/.topsail`
  const script = `
    const { diskHolders } = await import(${JSON.stringify(new URL('./disk-state.ts', import.meta.url).href)})
    process.stdout.write(await diskHolders(process.argv[1], undefined).claim())`
  const dead = await outputOf(process.execPath, ['--input-type=module', '--eval', script, state])
  const clock = { monotonic: () => performance.now(), sleep: async () => {} }
  const options = { refs: fileRefStore(state), places: ['refs/topsail/lease'], seconds: 3600, wait: 0, clock }
  expect(await acquireLease({ ...options, holder: dead })).toMatchObject({ kind: 'acquired' })
  // Whoever is still alive is waited for.
  const mine = await diskHolders(state, undefined).claim()
  expect(await acquireLease({ ...options, holder: mine })).toMatchObject({ kind: 'held-by-other' })
  expect(await publishWorkspace(settings())).toMatchObject({ exitCode: 0 })
})

function outputOf(file: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
    child.on('error', reject)
    child.on('close', () => resolve(text))
  })
}
