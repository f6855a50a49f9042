/**
 * A release through the staging area of the public registry: staged by a job without a token, decided by a person.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRepository, faultProxy, gitEnvironment, npmrcFor, startRegistry } from '../testing/index.ts'
import type { FaultProxy, TestRegistry, TestRepository } from '../testing/index.ts'
import { resumeWorkspace } from '../release/release-workspace.ts'
import { statusWorkspace } from '../release/status-workspace.ts'
import { npmFront, oneTimePassword, type NpmFront } from '../testing/npm-front.ts'
import { decideStaged } from './approve-workspace.ts'
import type { PublishResult } from './publish-result.ts'
import { publishWorkspace, type PublishEvent, type PublishOptions } from './publish-workspace.ts'

let server: TestRegistry
let proxy: FaultProxy
let front: NpmFront
let repository: TestRepository
let scope = ''
let scopes = 0

beforeAll(async () => {
  server = await startRegistry()
  proxy = await faultProxy(server.url)
  Object.assign(process.env, gitEnvironment)
})
afterAll(async () => {
  await proxy.close()
  await server.close()
})
beforeEach(async () => {
  scope = `@s${(scopes += 1)}`
  proxy.clear()
  front = await npmFront(proxy.url, server.token)
  const member = (name: string, dependencies: object) => ({
    name: `${scope}/${name}`,
    version: '1.0.0',
    dependencies,
  })
  repository = await createRepository({
    'package.json': { name: 'root', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': { baseBranch: 'main', access: 'public' },
    '.npmrc': `registry=${front.url}\n`,
    'packages/db/package.json': member('db', {}),
    'packages/api/package.json': member('api', { [`${scope}/db`]: 'workspace:^' }),
    'packages/web/package.json': member('web', { [`${scope}/api`]: 'workspace:^' }),
  })
  await repository.write({ '../home/.npmrc': npmrcFor(front.url, server.token) })
})
afterEach(async () => {
  await repository.close()
  await front.close()
})

const nobody = { NPM_CONFIG_GLOBALCONFIG: '/nonexistent' }
const job = (): Record<string, string> => ({ ...nobody, ...front.identity, HOME: repository.root })
const publish = (options: Partial<PublishOptions> = {}): Promise<PublishResult> =>
  publishWorkspace({ cwd: repository.root, env: job(), patience: 10_000, ...options })

const home = (): string => `${repository.root}/../home`
const person = () => ({ cwd: repository.root, env: { ...nobody, HOME: home() }, patience: 10_000 })

async function decideAs(decision: 'approve' | 'reject', otp?: string): Promise<PublishResult> {
  return decideStaged({ ...person(), decision, otp })
}

const codes = (result: PublishResult): readonly string[] =>
  result.problems.filter((problem) => problem.severity === 'error').map((problem) => problem.code)
const actions = (verb: string): readonly string[] => front.log.filter((line) => line.startsWith(verb))

test('a job with an identity and no token stages the whole set; one password approves it in dependency order', async () => {
  const staged = await publish()
  expect(staged.promotion).toBe('staged')
  expect(staged.problems.map(({ code }) => code)).not.toContain('REGISTRY_WITHOUT_TOKEN')
  expect(codes(staged)).toEqual(['APPROVAL_WANTED'])
  expect(staged.exitCode).toBe(3)
  expect(actions('stage')).toEqual(['db', 'api', 'web'].map((name) => `stage ${scope}/${name}@1.0.0`))
  expect(await server.packument(`${scope}/db`)).toBeUndefined()

  const approved = await decideAs('approve', oneTimePassword)
  expect(codes(approved)).toEqual([])
  expect(approved.exitCode).toBe(0)
  expect(actions('approve')).toEqual(['db', 'api', 'web'].map((name) => `approve ${scope}/${name}@1.0.0`))
  expect((await server.packument(`${scope}/web`))?.['dist-tags']).toEqual({ latest: '1.0.0' })
  expect(await repository.remoteTags()).toEqual(['api', 'db', 'web'].map((name) => `${scope}/${name}@1.0.0`))
  expect((await publish()).steps).toEqual([])
})

test('without the password nothing is approved, and the same command with it goes on', async () => {
  await publish()
  const refused = await decideAs('approve')
  expect(codes(refused)).toEqual(['UPLOAD_UNAUTHORISED'])
  expect(actions('approve')).toEqual([])
  expect(actions('stage')).toHaveLength(3)
  expect(await server.packument(`${scope}/db`)).toBeUndefined()
  expect((await decideAs('approve', oneTimePassword)).exitCode).toBe(0)
})

test('a rejected release leaves nothing behind', async () => {
  await publish()
  const rejected = await decideAs('reject', oneTimePassword)
  expect(codes(rejected)).toEqual([])
  expect([...actions('reject')].sort()).toEqual(['api', 'db', 'web'].map((name) => `reject ${scope}/${name}@1.0.0`))
  expect(await server.packument(`${scope}/db`)).toBeUndefined()
  expect(await repository.remoteTags()).toEqual([])
  expect(codes(await decideAs('approve', oneTimePassword))).toEqual(['NOTHING_STAGED'])
})

test.each(['approve', 'reject'] as const)(
  'the dry run of %s shows what it then does, and does nothing',
  async (decision) => {
    await publish()
    const before = await repository.git('ls-remote', 'origin')
    const shown = await decideStaged({ ...person(), decision, otp: oneTimePassword, dryRun: true })
    expect(shown).toMatchObject({ exitCode: 0, problems: [] })
    expect(actions(decision)).toEqual([])
    expect(await repository.git('ls-remote', 'origin')).toBe(before)

    const done: string[] = []
    const onEvent = (event: PublishEvent): void => {
      if (event.kind === 'step-done') done.push(event.step.id)
    }
    await decideStaged({ ...person(), decision, otp: oneTimePassword, onEvent })
    expect(done.toSorted()).toEqual(shown.steps.map(({ id }) => id).toSorted())
  },
)

/** The registry takes the first of the set, and refuses the second. */
async function approveHalf(): Promise<void> {
  await publish()
  proxy.add({ method: 'PUT', name: `${scope}/api`, fault: { kind: 'status', status: 403 } })
  expect((await decideAs('approve', oneTimePassword)).exitCode).toBe(3)
  proxy.clear()
  expect((await server.packument(`${scope}/db`))?.['dist-tags']).toEqual({ latest: '1.0.0' })
  expect(await server.packument(`${scope}/web`)).toBeUndefined()
}

test('an approval that broke off stands: resume goes on with it, and asks nobody again', async () => {
  await approveHalf()
  const status = await statusWorkspace(person())
  expect(status.releases[0]).toMatchObject({ state: 'open', next: ['topsail resume', 'topsail rollback'] })
  expect(status.releases[0]?.units.map(({ state }) => state)).toEqual(['failed', 'live', 'staged'])
  expect((await resumeWorkspace({ ...person(), otp: oneTimePassword })).exitCode).toBe(0)
  expect((await server.packument(`${scope}/web`))?.['dist-tags']).toEqual({ latest: '1.0.0' })
})

test('an approval that broke off can be taken back: what is public is deprecated, what is staged is dropped', async () => {
  await approveHalf()
  const rejected = await decideAs('reject', oneTimePassword)
  expect(rejected).toMatchObject({ exitCode: 0, releases: [{ state: 'rolled-back' }] })
  expect([...actions('reject')].sort()).toEqual(['api', 'web'].map((name) => `reject ${scope}/${name}@1.0.0`))
  expect((await server.packument(`${scope}/db`))?.versions['1.0.0']?.['deprecated']).toContain('rolled back')
  expect(await server.packument(`${scope}/web`)).toBeUndefined()
  expect(codes(await decideAs('approve', oneTimePassword))).toEqual(['NOTHING_STAGED'])
})

test('while nobody has decided, status and a dry run say so', async () => {
  await publish()
  const { releases } = await statusWorkspace(person())
  expect(releases[0]?.next).toEqual(['topsail approve --otp CODE', 'topsail reject'])
  expect(releases[0]?.units.map(({ state, seen }) => [state, seen])).toEqual(Array(3).fill(['staged', 'yes']))
  const dry = await publish({ dryRun: true })
  expect(dry.steps.map(({ kind }) => kind)).toContain('gate')
  expect(dry.steps.some(({ kind }) => kind === 'upload')).toBe(false)
  expect(codes(await publish())).toEqual(['APPROVAL_WANTED'])
})

test('a registry without a staging area cannot stage, and says so before anything is packed', async () => {
  const bare = await npmFront(server.url, server.token, false)
  await repository.write({ '.npmrc': npmrcFor(bare.url, server.token) })
  await repository.commit('chore: another registry')
  const result = await publish({ promotion: 'staged' })
  expect(codes(result)).toContain('PROMOTION_IMPOSSIBLE')
  await bare.close()
})
