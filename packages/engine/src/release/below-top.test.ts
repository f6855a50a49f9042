/** A workspace that is a folder of its repository, with other things beside it. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishWorkspace, type PublishOptions } from '../publish/publish-workspace.ts'
import { createRepository, faultProxy, gitEnvironment, npmrcFor, startRegistry } from '../testing/index.ts'
import type { FaultProxy, TestRegistry, TestRepository } from '../testing/index.ts'
import { releaseSets } from './query-sets.ts'
import { resumeWorkspace, rollbackWorkspace } from './release-workspace.ts'
import { statusWorkspace } from './status-workspace.ts'

let registry: TestRegistry
let proxy: FaultProxy
let repository: TestRepository
let clones: string

beforeAll(async () => {
  registry = await startRegistry()
  proxy = await faultProxy(registry.url)
  clones = await mkdtemp(join(tmpdir(), 'topsail-clone-'))
  Object.assign(process.env, gitEnvironment)
  repository = await createRepository({
    'README.md': 'Two things live here.\n',
    'journal.ndjson': 'of nobody\n',
    'services/shop/package.json': { name: 'shop', private: true },
    'services/shop/pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    'services/shop/topsail.json': { release: { leaseSeconds: 3 } },
    'services/shop/.changeset/config.json': { baseBranch: 'main', access: 'public' },
    'services/shop/.npmrc': npmrcFor(proxy.url, '${TEST_TOKEN}'),
    'services/shop/packages/db/package.json': { name: '@below/db', version: '1.0.0' },
    'services/shop/packages/db/index.js': 'exports.one = 1\n',
    'services/shop/packages/db/openapi.yaml': 'openapi: 3.1.0\n',
    'services/shop/packages/api/package.json': {
      name: '@below/api',
      version: '1.0.0',
      dependencies: { '@below/db': 'workspace:^' },
    },
  })
})
afterAll(async () => {
  await proxy.close()
  await registry.close()
  await repository.close()
  await rm(clones, { recursive: true, force: true })
})

const settings = (root = repository.root): PublishOptions => ({
  cwd: join(root, 'services/shop'),
  env: { TEST_TOKEN: registry.token, HOME: repository.root, NPM_CONFIG_GLOBALCONFIG: '/nonexistent' },
  patience: 20_000,
})

test('what one clone began another sees, finishes and takes back', { timeout: 60_000 }, async () => {
  proxy.add({ method: 'PUT', name: '@below/api', fault: { kind: 'status', status: 403 } })
  expect((await publishWorkspace(settings())).exitCode).toBe(3)
  proxy.clear()
  const clone = join(clones, 'work')
  await repository.git('clone', '--quiet', `file://${repository.remote}`, clone)
  await cp(join(repository.root, 'services/shop/.npmrc'), join(clone, 'services/shop/.npmrc'))
  expect((await statusWorkspace(settings(clone))).releases).toMatchObject([{ state: 'open' }])
  const resumed = await resumeWorkspace(settings(clone))
  expect(resumed).toMatchObject({ exitCode: 0, releases: [{ state: 'finished', resumed: true }] })
  expect((await registry.packument('@below/api'))?.['dist-tags']).toEqual({ latest: '1.0.0' })
  const { chain } = await releaseSets(settings(clone))
  const units = chain[0]?.set.units.map(({ name, contracts }) => [name, Object.keys(contracts)])
  expect(units).toEqual([
    ['@below/api', []],
    ['@below/db', ['openapi.yaml']],
  ])
  const back = await rollbackWorkspace(settings(clone))
  expect(back).toMatchObject({ exitCode: 0, problems: [] })
  expect(await repository.remoteTags()).toEqual([])
  expect((await statusWorkspace(settings())).releases[0]).toMatchObject({ state: 'rolled-back' })
})
