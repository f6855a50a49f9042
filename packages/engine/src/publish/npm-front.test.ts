/**
 * Trusted publishing and staging, against a small server that stands in front of a real registry.
 */
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { npmFront, oneTimePassword, type NpmFront } from '../testing/npm-front.ts'
import { npmrcFor, startRegistry, type TestRegistry } from '../testing/index.ts'
import { readNpmConfig, type Environment } from './npmrc.ts'
import { workspacePacker } from './pack/pack-package.ts'
import { npmRegistry, type Registry, type UploadRequest } from './registry.ts'
import { trustedPublishing } from './trusted-publishing.ts'

let server: TestRegistry
let front: NpmFront
let folder: string

beforeAll(async () => {
  server = await startRegistry()
  front = await npmFront(server.url, server.token)
  folder = await mkdtemp(join(tmpdir(), 'topsail-front-'))
})
afterAll(async () => {
  await front.close()
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function registryFor(env: Environment, otp?: string): Promise<Registry> {
  const home = await mkdtemp(join(folder, 'home-'))
  const { token, ...rest } = env
  if (token !== undefined) await writeFile(join(home, '.npmrc'), npmrcFor(front.url, token))
  const config = readNpmConfig(home, 'pnpm', { ...rest, HOME: home, NPM_CONFIG_REGISTRY: front.url })
  return npmRegistry(front.url, { config, maxSockets: 4, otp, trusted: trustedPublishing(rest) })
}

async function request(name: string, version: string, distTag = 'latest'): Promise<UploadRequest> {
  const dir = await mkdtemp(join(folder, 'package-'))
  const manifest = { name, version }
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'package.json'), JSON.stringify(manifest))
  const pkg = { name, version, dir: '.', private: false, manifest, dependencies: [] }
  const workspace = { root: dir, tool: 'pnpm', packages: [pkg], catalogs: {} } as never
  const packed = await workspacePacker({ root: dir, workspace, out: join(dir, 'out') }).pack(pkg as never)
  if (packed.kind === 'failed') throw new Error(JSON.stringify(packed.problem))
  return { tarball: packed.tarball, bytes: await readFile(packed.tarball.file), distTag, access: 'public' }
}

test('a job of GitHub publishes with its identity alone, and with nothing it cannot', async () => {
  const nobody = await registryFor({})
  expect((await nobody.upload(await request('@front/a', '1.0.0'))).kind).toBe('unauthorised')
  const job = await registryFor(front.identity)
  expect(await job.upload(await request('@front/a', '1.0.0'))).toEqual({ kind: 'stored' })
  expect(front.log).toContain('exchange @front/a')
  expect((await server.packument('@front/a'))?.['dist-tags']).toEqual({ latest: '1.0.0' })
  expect((await job.setDistTag('@front/a', 'next', '1.0.0')).kind).not.toBe('done')
})

test('a job of GitLab brings its identity along', async () => {
  const gitlab = { GITLAB_CI: 'true', NPM_ID_TOKEN: 'identity for npm:127.0.0.1' }
  const job = await registryFor(gitlab)
  expect(await job.upload(await request('@front/lab', '1.0.0'))).toEqual({ kind: 'stored' })
})

test('a registry that does not trust the job gets the configured token', async () => {
  const job = await registryFor({
    ...front.identity,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of another job',
    token: server.token,
  })
  expect(await job.upload(await request('@front/b', '1.0.0'))).toEqual({ kind: 'stored' })
  const plain = { GITLAB_CI: 'true', NPM_ID_TOKEN: 'identity' }
  expect(await trustedPublishing(plain)?.tokenFor('http://registry.example/', '@front/b')).toBeUndefined()
  expect(trustedPublishing({ NPM_ID_TOKEN: 'on a laptop' })).toBeUndefined()
})

test('a staged version is nobody’s to install until it is approved with a one-time password', async () => {
  const job = await registryFor({ ...front.identity })
  const one = await request('@front/staged', '1.0.0')
  expect(await job.staging?.canStage()).toBe(true)
  expect(await job.staging?.stage(one)).toEqual({ kind: 'stored' })
  expect((await job.staging?.stage(one))?.kind).toBe('taken')
  expect(await job.lookup('@front/staged', '1.0.0')).toEqual({ kind: 'absent' })
  const found = await job.staging?.lookupStaged('@front/staged', '1.0.0')
  expect(found).toEqual({ kind: 'present', integrity: one.tarball.integrity })

  const person = await registryFor({ token: server.token })
  const without = await person.staging?.approve('@front/staged', '1.0.0')
  expect(without).toMatchObject({ kind: 'unauthorised', oneTimePassword: true })
  const withPassword = await registryFor({ token: server.token }, oneTimePassword)
  expect(await withPassword.staging?.approve('@front/staged', '1.0.0')).toEqual({ kind: 'done' })
  const listed = await person.lookup('@front/staged', '1.0.0')
  expect(listed).toMatchObject({ kind: 'present', integrity: one.tarball.integrity })
  expect(await person.staging?.lookupStaged('@front/staged', '1.0.0')).toEqual({ kind: 'absent' })
  expect((await withPassword.staging?.approve('@front/staged', '1.0.0'))?.kind).toBe('refused')
})

test('a rejected version is gone, and rejecting it again is done', async () => {
  const person = await registryFor({ token: server.token }, oneTimePassword)
  expect(await person.staging?.stage(await request('@front/no', '1.0.0'))).toEqual({ kind: 'stored' })
  expect(await person.staging?.reject('@front/no', '1.0.0')).toEqual({ kind: 'done' })
  expect(await person.staging?.reject('@front/no', '1.0.0')).toEqual({ kind: 'done' })
  expect(await person.staging?.lookupStaged('@front/no', '1.0.0')).toEqual({ kind: 'absent' })
  expect(await person.lookup('@front/no', '1.0.0')).toEqual({ kind: 'absent' })
})

test('a registry without a staging area says so', async () => {
  const bare = await npmFront(server.url, server.token, false)
  const config = readNpmConfig(folder, 'pnpm', { HOME: folder, NPM_CONFIG_REGISTRY: bare.url })
  const registry = npmRegistry(bare.url, { config, maxSockets: 1 })
  expect(await registry.staging?.canStage()).toBe(false)
  await bare.close()
})
