/** A dry run prints exactly the steps that the run after it takes: held together for every way into a release. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Step } from '@topsail/core'
import { publishWorkspace, type PublishEvent } from '../publish/publish-workspace.ts'
import type { PublishResult } from '../publish/publish-result.ts'
import { execShelf, type ExecShelf } from '../testing/exec-shelf.ts'
import { createRepository, faultProxy, gitEnvironment, npmrcFor, startRegistry } from '../testing/index.ts'
import type { FaultProxy, TestRegistry, TestRepository } from '../testing/index.ts'
import { resumeWorkspace, rollbackWorkspace } from './release-workspace.ts'

let registry: TestRegistry
let proxy: FaultProxy
let shelf: ExecShelf
let folder: string
let repository: TestRepository
let scopes = 0
let scope = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-dry-'))
  registry = await startRegistry()
  proxy = await faultProxy(registry.url)
  shelf = await execShelf(join(folder, 'shelf'))
  Object.assign(process.env, gitEnvironment)
})
afterAll(async () => {
  await proxy.close()
  await registry.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  scope = `@dry${(scopes += 1)}`
  proxy.clear()
  repository = await createRepository({
    'package.json': { name: 'shop', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': { access: 'public' },
    'topsail.json': {
      release: { leaseSeconds: 3 },
      targets: {
        [`${scope}/api`]: [{ kind: 'npm' }, { kind: 'exec', name: 'chart', commands: shelf.commands, after: ['npm'] }],
      },
    },
    '.npmrc': npmrcFor(proxy.url, '${TEST_TOKEN}'),
    ...files('1.0.0'),
  })
})
afterEach(() => repository.close())

const files = (version: string) => ({
  'packages/db/package.json': { name: `${scope}/db`, version },
  'packages/api/package.json': { name: `${scope}/api`, version, dependencies: { [`${scope}/db`]: 'workspace:^' } },
  'packages/api/content': `chart of ${version}`,
})

async function version(next: string): Promise<void> {
  await repository.write(files(next))
  await repository.commit('chore: version')
}

const settings = () => ({
  cwd: repository.root,
  env: { TEST_TOKEN: registry.token, HOME: folder, NPM_CONFIG_GLOBALCONFIG: '/nonexistent' },
  patience: 10_000,
})

type Run = (options: {
  readonly dryRun: boolean
  readonly onEvent: (event: PublishEvent) => void
}) => Promise<PublishResult>

/** By id: a plan that is made a second time is another object. */
const idsOf = (steps: readonly Step[]): readonly string[] => steps.map(({ id }) => id)

async function expectSame(run: Run): Promise<PublishResult> {
  const dry = await run({ dryRun: true, onEvent: () => {} })
  const done: string[] = []
  const real = await run({
    dryRun: false,
    onEvent: (event) => void (event.kind === 'step-done' && done.push(event.step.id)),
  })
  expect(idsOf(dry.steps)).toEqual(idsOf(real.steps))
  expect(done.toSorted()).toEqual(idsOf(dry.steps).toSorted())
  return real
}

const publish =
  (promotion: 'candidate' | 'direct'): Run =>
  (options) =>
    publishWorkspace({ ...settings(), promotion, ...options })

test.each(['candidate', 'direct'] as const)(
  'publish, first and later releases, %s, and the way back',
  async (promotion) => {
    const first = await expectSame(publish(promotion))
    expect(first.exitCode).toBe(0)
    await version('1.1.0')
    const later = await expectSame(publish(promotion))
    expect(idsOf(later.steps).some((id) => id.startsWith('promote:'))).toBe(true)
    expect(idsOf(later.steps).at(-1)).toBe('announce')
    const back = await expectSame((options) => rollbackWorkspace({ ...settings(), ...options }))
    expect(back).toMatchObject({ exitCode: 0, releases: [{ state: 'rolled-back' }] })
  },
)

test('an upload that an own command can retract has its undo', async () => {
  const { steps } = await publish('candidate')({ dryRun: true, onEvent: () => {} })
  const undoOf = (id: string) => steps.find((step) => step.id === id)?.undo
  expect(undoOf(`upload:${scope}/api:chart@1.0.0`)).toEqual({ kind: 'compensating', by: 'retract' })
  expect(undoOf(`upload:${scope}/db@1.0.0`)).toEqual({ kind: 'compensating', by: 'deprecate' })
})

async function openRelease(): Promise<void> {
  await publish('candidate')({ dryRun: false, onEvent: () => {} })
  await version('1.1.0')
  proxy.add({ method: 'PUT', name: `${scope}/api`, fault: { kind: 'status', status: 403 } })
  expect((await publish('candidate')({ dryRun: false, onEvent: () => {} })).exitCode).toBe(3)
  proxy.clear()
}

test('resume, and publish that finishes an open release before it plans what main has by now', async () => {
  await openRelease()
  await expectSame((options) => resumeWorkspace({ ...settings(), ...options }))

  await version('1.2.0')
  proxy.add({ method: 'PUT', name: `${scope}/api`, fault: { kind: 'status', status: 403 } })
  expect((await publish('candidate')({ dryRun: false, onEvent: () => {} })).exitCode).toBe(3)
  proxy.clear()
  await version('1.3.0')
  const both = await expectSame(publish('candidate'))
  expect(both.releases.map(({ state, resumed }) => [state, resumed])).toEqual([
    ['finished', true],
    ['finished', false],
  ])
})

test('resume of a rollback that broke off', async () => {
  await openRelease()
  proxy.add({ method: 'PUT', fault: { kind: 'status', status: 401 } })
  expect((await rollbackWorkspace(settings())).exitCode).toBe(3)
  proxy.clear()
  const back = await expectSame((options) => resumeWorkspace({ ...settings(), ...options }))
  expect(back.releases).toMatchObject([{ state: 'rolled-back' }])
})
