/**
 * A release through the staging area of the public registry: staged by a job without a token, decided by a person.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRepository, gitEnvironment, npmrcFor, startRegistry } from '../testing/index.ts'
import type { TestRegistry, TestRepository } from '../testing/index.ts'
import { npmFront, oneTimePassword, type NpmFront } from '../testing/npm-front.ts'
import { decideStaged } from './approve-workspace.ts'
import type { PublishResult } from './publish-result.ts'
import { publishWorkspace, type PublishOptions } from './publish-workspace.ts'

let server: TestRegistry
let front: NpmFront
let repository: TestRepository
let scope = ''
let scopes = 0

beforeAll(async () => {
  server = await startRegistry()
  Object.assign(process.env, gitEnvironment)
})
afterAll(() => server.close())
beforeEach(async () => {
  scope = `@s${(scopes += 1)}`
  front = await npmFront(server.url, server.token)
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
})
afterEach(async () => {
  await repository.close()
  await front.close()
})

const nobody = { NPM_CONFIG_GLOBALCONFIG: '/nonexistent' }
const job = (): Record<string, string> => ({ ...nobody, ...front.identity, HOME: repository.root })
const publish = (options: Partial<PublishOptions> = {}): Promise<PublishResult> =>
  publishWorkspace({ cwd: repository.root, env: job(), patience: 10_000, ...options })

async function decideAs(decision: 'approve' | 'reject', otp?: string): Promise<PublishResult> {
  const home = `${repository.root}/../home`
  await repository.write({ '../home/.npmrc': npmrcFor(front.url, server.token) })
  return decideStaged({ cwd: repository.root, decision, otp, env: { ...nobody, HOME: home }, patience: 10_000 })
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

test('a registry without a staging area cannot stage, and says so before anything is packed', async () => {
  const bare = await npmFront(server.url, server.token, false)
  await repository.write({ '.npmrc': npmrcFor(bare.url, server.token) })
  await repository.commit('chore: another registry')
  const result = await publish({ promotion: 'staged' })
  expect(codes(result)).toContain('PROMOTION_IMPOSSIBLE')
  await bare.close()
})
