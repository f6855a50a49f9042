/** A version that certainly never reached a registry is free after a rollback; one that may have is burned. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../publish/clock.ts'
import { publishWorkspace } from '../publish/publish-workspace.ts'
import { createRepository, gitEnvironment, npmrcFor, startRegistry } from '../testing/index.ts'
import type { TestRegistry, TestRepository } from '../testing/index.ts'
import { rollbackWorkspace } from './release-workspace.ts'

let registry: TestRegistry
let repository: TestRepository
let front: Server
let uploads: 'pass' | 'busy' | 'forbidden'
let name: string

beforeAll(async () => {
  Object.assign(process.env, gitEnvironment)
  registry = await startRegistry()
})
afterAll(() => registry.close())

beforeEach(async (context) => {
  uploads = 'pass'
  name = `@never-sent/db-${context.task.id.replaceAll(/\W/g, '')}`
  front = createServer({ keepAlive: false }, async (request, response) => {
    response.setHeader('connection', 'close')
    const { method = 'GET', url = '/', headers } = request
    const body = await text(request)
    const isUpload = method === 'PUT' && !url.includes('dist-tags')
    if (isUpload && uploads !== 'pass') return response.writeHead(uploads === 'busy' ? 503 : 403).end('{}')
    const asked = { 'content-type': 'application/json', authorization: String(headers.authorization) }
    const init = { method, headers: asked, ...(body === '' ? {} : { body }) }
    const answer = await fetch(new URL(url, registry.url), init)
    return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  await open(0)
  const url = `http://127.0.0.1:${port()}/`
  repository = await createRepository({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    'package-lock.json': {},
    '.changeset/config.json': { access: 'public' },
    '.npmrc': npmrcFor(url, '${TEST_TOKEN}'),
    'packages/db/package.json': { name, version: '1.0.0' },
  })
  await repository.commit('feat: begin')
})

afterEach(async () => {
  front.close()
  await repository.close()
})

const port = (): number => (front.address() as AddressInfo).port

async function open(at: number): Promise<void> {
  front.listen(at, '127.0.0.1')
  await once(front, 'listening')
}

const settings = () => ({
  cwd: repository.root,
  env: { TEST_TOKEN: registry.token, HOME: repository.root, NPM_CONFIG_GLOBALCONFIG: '/nonexistent' },
  patience: 800,
})

const burned = () => repository.git('for-each-ref', 'refs/topsail/burned')

async function publishesAgain(): Promise<void> {
  uploads = 'pass'
  const again = await publishWorkspace(settings())
  expect(again).toMatchObject({ exitCode: 0, published: [{ name, version: '1.0.0' }] })
}

test('nobody listened when it was to be uploaded: the version is free', async () => {
  const at = port()
  const result = await publishWorkspace({
    ...settings(),
    onEvent: (event) => {
      if (event.kind === 'step-started' && event.step.kind === 'upload' && front.listening) front.close()
    },
  })
  expect(result.problems.map(({ code }) => code)).toContain('UPLOAD_GAVE_UP')
  await open(at)
  expect(await rollbackWorkspace(settings())).toMatchObject({ exitCode: 0, problems: [] })
  expect(await burned()).toBe('')
  await publishesAgain()
})

test('the registry refused it: the version is free, also where versions are to be taken away', async () => {
  uploads = 'forbidden'
  const result = await publishWorkspace(settings())
  expect(result.problems.map(({ code }) => code)).toContain('UPLOAD_REFUSED')
  expect(await rollbackWorkspace({ ...settings(), unpublish: true })).toMatchObject({ exitCode: 0, problems: [] })
  expect(await burned()).toBe('')
  await publishesAgain()
})

test('the registry gave no clear answer: the version is burned', async () => {
  uploads = 'busy'
  const result = await publishWorkspace(settings())
  expect(result.problems.map(({ code }) => code)).toContain('UPLOAD_GAVE_UP')
  const hasty = {
    ...systemClock,
    now: () => performance.now() * 50,
    sleep: (milliseconds: number) => systemClock.sleep(milliseconds / 50),
  }
  const { problems } = await rollbackWorkspace({ ...settings(), patience: 120_000, clock: hasty })
  expect(problems).toMatchObject([{ code: 'UNDO_LEFT', severity: 'warning' }])
  expect(await burned()).not.toBe('')
})
