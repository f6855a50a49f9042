import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRegistry, type TestRegistry } from '../testing/index.ts'
import { createFolder } from '../testing/workspace-folder.ts'
import { readNpmConfig } from './npmrc.ts'
import { workspacePacker } from './pack/pack-package.ts'
import { npmRegistry, type Registry } from './registry.ts'

let server: TestRegistry
let registry: Registry
let out: string

beforeAll(async () => {
  server = await startRegistry()
  out = await mkdtemp(join(tmpdir(), 'topsail-changes-'))
  const env = { NPM_CONFIG_USERCONFIG: server.userconfig, HOME: out }
  registry = npmRegistry(server.url, { config: readNpmConfig(out, 'pnpm', env), maxSockets: 4 })
})
afterAll(async () => {
  await server.close()
  await rm(out, { recursive: true, force: true })
})

async function put(name: string, version: string, distTag: string): Promise<void> {
  const manifest = { name, version }
  const folder = createFolder({ 'package.json': manifest })
  const pkg = { name, version, dir: '.', private: false, manifest, dependencies: [] }
  const workspace = { root: folder.root, tool: 'pnpm', packages: [pkg], catalogs: {} } as never
  const packed = await workspacePacker({ root: folder.root, workspace, out }).pack(pkg as never)
  folder.close()
  if (packed.kind === 'failed') throw new Error(JSON.stringify(packed.problem))
  const bytes = await readFile(packed.tarball.file)
  const outcome = await registry.upload({ tarball: packed.tarball, bytes, distTag, access: 'public' })
  expect(outcome).toEqual({ kind: 'stored' })
}

test('a dist-tag is moved, moved back and taken away; taking away what is not there is done', async () => {
  await put('@c/a', '1.0.0', 'latest')
  await put('@c/a', '1.1.0', 'candidate')
  expect(await registry.setDistTag('@c/a', 'latest', '1.1.0')).toEqual({ kind: 'done' })
  expect(await registry.setDistTag('@c/a', 'candidate', undefined)).toEqual({ kind: 'done' })
  expect(await registry.setDistTag('@c/a', 'candidate', undefined)).toEqual({ kind: 'done' })
  expect((await server.packument('@c/a'))?.['dist-tags']).toEqual({ latest: '1.1.0' })
  expect(await registry.setDistTag('@c/a', 'latest', '1.0.0')).toEqual({ kind: 'done' })
  expect((await server.packument('@c/a'))?.['dist-tags']).toEqual({ latest: '1.0.0' })
})

test('a version is deprecated with its message, and others are left alone', async () => {
  await put('@c/b', '1.0.0', 'latest')
  await put('@c/b', '1.0.1', 'latest')
  expect(await registry.deprecate('@c/b', '1.0.1', 'use 1.0.2')).toEqual({ kind: 'done' })
  const versions = (await server.packument('@c/b'))?.versions
  expect(versions?.['1.0.1']?.['deprecated']).toBe('use 1.0.2')
  expect(versions?.['1.0.0']?.['deprecated']).toBeUndefined()
  expect(await registry.deprecate('@c/b', '9.9.9', 'never was')).toEqual({ kind: 'done' })
})

test('a version is taken away, and its neighbour stays installable', async () => {
  await put('@c/c', '1.0.0', 'latest')
  await put('@c/c', '1.1.0', 'latest')
  expect(await registry.unpublish('@c/c', '1.1.0')).toEqual({ kind: 'done' })
  expect(Object.keys((await server.packument('@c/c'))?.versions ?? {})).toEqual(['1.0.0'])
  expect((await registry.confirm('@c/c', '1.0.0')).kind).toBe('present')
  expect(await registry.lookup('@c/c', '1.1.0')).toEqual({ kind: 'absent' })
})

test('what the registry refuses is a failure with its own words', async () => {
  const without = npmRegistry(server.url, { config: readNpmConfig(out, 'pnpm', { HOME: out }), maxSockets: 1 })
  expect((await without.setDistTag('@c/a', 'latest', '1.0.0')).kind).toMatch(/unauthorised|refused/)
})

// What runs tests makes more of a CommonJS module than Node does.
test('a version is taken away by a process of its own', async () => {
  await put('@c/own', '1.0.0', 'latest')
  await put('@c/own', '1.1.0', 'candidate')
  const from = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
  const script = `
    import { readNpmConfig } from ${from('npmrc.ts')}
    import { npmRegistry } from ${from('registry.ts')}
    const env = { NPM_CONFIG_USERCONFIG: ${JSON.stringify(server.userconfig)}, HOME: ${JSON.stringify(out)} }
    const config = readNpmConfig(env.HOME, 'pnpm', env)
    const registry = npmRegistry(${JSON.stringify(server.url)}, { config, maxSockets: 4 })
    console.log(JSON.stringify(await registry.unpublish('@c/own', '1.1.0')))
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  expect(JSON.parse(stdout)).toEqual({ kind: 'done' })
  expect(Object.keys((await server.packument('@c/own'))?.versions ?? {})).toEqual(['1.0.0'])
})
