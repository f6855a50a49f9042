/**
 * Releases of Go modules for real: tags in a bare remote, a module proxy that serves them from there, and Go itself
 * where it is installed.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { hasGo, startGoModuleProxy, type GoModuleProxy } from '../../testing/go-module-proxy.ts'
import { createRepository, gitEnvironment, type TestRepository } from '../../testing/index.ts'
import { rollbackWorkspace } from '../../release/release-workspace.ts'
import { publishWorkspace } from '../publish-workspace.ts'
import type { PublishResult } from '../publish-result.ts'
import { goProxyFor } from './go-proxy.ts'

const run = promisify(execFile)
const root = 'example.test/Acme'
const dir = 'services/greet'
const module = `${root}/${dir}`

let folder: string
let repository: TestRepository
let proxy: GoModuleProxy

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-go-'))
  Object.assign(process.env, gitEnvironment)
})
afterEach(async () => {
  await proxy.close()
  await repository.close()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function begin(version: string, path = module): Promise<void> {
  repository = await createRepository({
    'package.json': { name: 'root', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - services/*\n',
    '.changeset/config.json': { baseBranch: 'main', access: 'public' },
    'topsail.json': { targets: { '@acme/greet': [{ kind: 'go' }] } },
    [`${dir}/package.json`]: { name: '@acme/greet', version, private: true },
    [`${dir}/go.mod`]: `module ${path}\n\ngo 1.19\n`,
    [`${dir}/greet.go`]: 'package greet\n\nfunc Hello() string { return "hello" }\n',
  })
  proxy = await startGoModuleProxy(repository.remote, root)
}

async function toVersion(version: string): Promise<string> {
  await repository.write({ [`${dir}/package.json`]: { name: '@acme/greet', version, private: true } })
  return repository.commit('chore: version packages')
}

function environment(): Record<string, string | undefined> {
  return { HOME: folder, PATH: process.env['PATH'], GOPROXY: `${proxy.url},direct` }
}

function publish(patience = 20_000): Promise<PublishResult> {
  return publishWorkspace({ cwd: repository.root, env: environment(), patience })
}

async function goIn(name: string, ...args: readonly string[]): Promise<string> {
  const cwd = join(folder, name)
  await mkdir(cwd, { recursive: true })
  const env = {
    ...environment(),
    GOPROXY: proxy.url,
    GOSUMDB: 'off',
    GOFLAGS: '-modcacherw -mod=mod',
    GOPATH: join(cwd, 'gopath'),
    GOCACHE: join(cwd, 'cache'),
  }
  return (await run('go', [...args], { cwd, env })).stdout.trim()
}

test('a version is a tag at the commit of the release, confirmed by the module proxy', async () => {
  await begin('1.0.0')
  const head = await repository.git('rev-parse', 'HEAD')
  const result = await publish()
  expect(result.problems.filter((problem) => problem.severity === 'error')).toEqual([])
  expect(result.exitCode).toBe(0)
  expect(await repository.remoteTags()).toEqual(['@acme/greet@1.0.0', `${dir}/v1.0.0`])
  expect(await repository.git('rev-parse', `${dir}/v1.0.0^{commit}`)).toBe(head)
  expect((await publish()).steps).toEqual([])
})

test.skipIf(!hasGo)('Go lists the released versions, gets one and runs it', async () => {
  await begin('1.0.0')
  expect((await publish()).exitCode).toBe(0)
  await toVersion('1.1.0')
  expect((await publish()).exitCode).toBe(0)
  expect(await goIn('lists', 'list', '-m', '-versions', module)).toBe(`${module} v1.0.0 v1.1.0`)
  await goIn('lists', 'mod', 'init', 'example.test/user')
  await goIn('lists', 'get', `${module}@v1.1.0`)
  const source = `package main\n\nimport "${module}"\n\nfunc main() { println(greet.Hello()) }\n`
  await writeFile(join(folder, 'lists', 'main.go'), source)
  await goIn('lists', 'build', '-o', 'user', '.')
  expect((await run(join(folder, 'lists', 'user'))).stderr.trim()).toBe('hello')
})

test('a major version without its path stops the release before anything is begun', async () => {
  await begin('2.0.0')
  const result = await publish()
  expect(result.problems).toMatchObject([
    { code: 'GO_MODULE_PATH', place: { file: `${dir}/go.mod`, line: 1 }, wanted: `/${dir}/v2` },
  ])
  expect(result.exitCode).not.toBe(0)
  expect(await repository.remoteTags()).toEqual([])
})

test('a package without a go.mod is told by name', async () => {
  await begin('1.0.0')
  await repository.git('rm', '--quiet', `${dir}/go.mod`)
  await repository.commit('fix: no module')
  const result = await publish()
  expect(result.problems.map(({ code }) => code)).toEqual(['GO_MODULE_MISSING'])
})

test('a version that the proxy keeps of another commit is taken, although its tag is gone', async () => {
  await begin('1.0.0')
  proxy.remembered.set(`${module}@v1.0.0`, 'a'.repeat(40))
  const result = await publish()
  expect(result.failed.map(({ problem }) => problem.code)).toContain('VERSION_TAKEN_BY_OTHER')
  expect(await repository.remoteTags()).toEqual([])
})

test('a proxy that does not serve the version keeps the release open', async () => {
  await begin('1.0.0')
  proxy.serves = false
  const result = await publish(300)
  expect(result.failed.map(({ problem }) => problem.code)).toContain('CONFIRM_TIMED_OUT')
  proxy.serves = true
  const again = await publish()
  expect(again.exitCode).toBe(0)
  expect(await repository.remoteTags()).toContain('@acme/greet@1.0.0')
})

test('a rollback leaves the tag where it is, and its branch retracts the version', async () => {
  await begin('1.0.0')
  expect((await publish()).exitCode).toBe(0)
  await toVersion('1.1.0')
  expect((await publish()).exitCode).toBe(0)
  const tagged = await repository.git('rev-parse', `${dir}/v1.1.0`)
  const result = await rollbackWorkspace({ cwd: repository.root, env: environment(), patience: 20_000 })
  expect(result.problems.filter((problem) => problem.severity === 'error')).toEqual([])
  const branches = (await repository.git('ls-remote', '--heads', 'origin')).split('\n')
  const [branch = ''] = branches.flatMap((line) => line.split('refs/heads/')[1] ?? []).filter((name) => name !== 'main')
  expect(branch).toMatch(/^topsail\/rollback-/)
  const mod = await repository.git('show', `${branch}:${dir}/go.mod`)
  expect(mod).toBe(`module ${module}\n\ngo 1.19\n\nretract v1.1.0 // This version was rolled back.`)
  expect(JSON.parse(await repository.git('show', `${branch}:${dir}/package.json`))).toMatchObject({ version: '1.0.0' })
  expect(await repository.remoteTags()).toEqual(['@acme/greet@1.0.0', `${dir}/v1.0.0`, `${dir}/v1.1.0`])
  expect(await repository.git('rev-parse', `${dir}/v1.1.0`)).toBe(tagged)
})

test.skipIf(!hasGo)('Go takes the retraction from the next version', async () => {
  await begin('1.0.0')
  expect((await publish()).exitCode).toBe(0)
  await toVersion('1.1.0')
  expect((await publish()).exitCode).toBe(0)
  await rollbackWorkspace({ cwd: repository.root, env: environment(), patience: 20_000 })
  const heads = await repository.git('for-each-ref', '--format=%(refname)', 'refs/heads/topsail')
  await repository.git('merge', '--quiet', '--no-edit', heads)
  await toVersion('1.1.1')
  expect((await publish()).exitCode).toBe(0)
  expect(await goIn('retracted', 'list', '-m', '-versions', module)).toBe(`${module} v1.0.0 v1.1.1`)
})

test('a proxy may be a folder', async () => {
  await begin('1.0.0')
  const file = join(folder, 'proxy/example.test/!acme/@v/v1.0.0.info')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, '{}')
  const onDisk = goProxyFor(root, pathToFileURL(join(folder, 'proxy')).href, {})
  expect(await onDisk?.info(root, 'v1.0.0')).toEqual({ kind: 'served', text: '{}' })
  expect(await onDisk?.info(root, 'v1.0.1')).toEqual({ kind: 'absent' })
})
