import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRepository, faultProxy, gitEnvironment, npmrcFor, startRegistry } from '../testing/index.ts'
import type { FaultProxy, TestRegistry, TestRepository } from '../testing/index.ts'
import type { Fault } from '../testing/faults.ts'
import { publishWorkspace, type PublishEvent, type PublishOptions } from './publish-workspace.ts'
import { systemClock, type Clock } from './clock.ts'
import type { PublishResult } from './publish-result.ts'

let registry: TestRegistry
let proxy: FaultProxy
let repository: TestRepository
const opened: { close(): Promise<void> }[] = []
/** Every text that a run hands out; no credential may be in it. */
const outgoing: string[] = []
let scopes = 0
let scope = ''

beforeAll(async () => {
  registry = await startRegistry()
  proxy = await faultProxy(registry.url)
  Object.assign(process.env, gitEnvironment)
})
afterAll(async () => {
  await proxy.close()
  await registry.close()
})
beforeEach(() => {
  scope = `@t${(scopes += 1)}`
  proxy.clear()
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
  expect(outgoing.join('\n')).not.toContain(registry.token)
  outgoing.length = 0
})

/** Dependencies by short name; each package is at 1.0.0. */
type Shape = Readonly<Record<string, readonly string[]>>

async function open(shape: Shape, more: Readonly<Record<string, string | object>> = {}): Promise<TestRepository> {
  const files: Record<string, string | object> = {
    'package.json': { name: 'shop', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': { baseBranch: 'main', access: 'public' },
    '.npmrc': `${npmrcFor(proxy.url, '${TEST_TOKEN}')}`,
  }
  for (const [name, dependencies] of Object.entries(shape)) {
    const ranges = Object.fromEntries(dependencies.map((other) => [`${scope}/${other}`, 'workspace:^']))
    files[`packages/${name}/package.json`] = {
      name: `${scope}/${name}`,
      version: '1.0.0',
      main: 'index.js',
      dependencies: ranges,
    }
    files[`packages/${name}/index.js`] = `exports.name = '${name}'\n`
  }
  repository = await createRepository({ ...files, ...more })
  opened.push(repository)
  return repository
}

async function publish(options: Partial<PublishOptions> = {}): Promise<PublishResult> {
  const result = await publishWorkspace({
    cwd: repository.root,
    env: { TEST_TOKEN: registry.token, HOME: repository.root, NPM_CONFIG_GLOBALCONFIG: '/nonexistent' },
    patience: 200_000,
    clock: hurried,
    ...options,
    onEvent(event) {
      outgoing.push(JSON.stringify(event))
      options.onEvent?.(event)
    },
  })
  outgoing.push(JSON.stringify(result))
  return result
}

/** Waits a tenth of what it is asked to. */
const hurried: Clock = {
  now: () => performance.now() * 10,
  sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds / 10)),
  random: () => 0.5,
}

const codes = (result: PublishResult): readonly string[] => result.problems.map((problem) => problem.code)
const short = (list: readonly { readonly name: string }[]): readonly string[] =>
  list.map(({ name }) => name.slice(scope.length + 1)).sort()
const puts = (name: string) =>
  proxy.requests.filter((one) => one.purpose === 'upload' && one.name === `${scope}/${name}`)

/** Twenty packages: a chain of six, a diamond on it, and leaves on their own. */
function twenty(): Shape {
  const shape: Record<string, readonly string[]> = { c0: [] }
  for (let at = 1; at < 6; at += 1) shape[`c${at}`] = [`c${at - 1}`]
  Object.assign(shape, { left: ['c2'], right: ['c2'], bottom: ['left', 'right'] })
  for (let at = 0; at < 11; at += 1) shape[`leaf${at}`] = at % 2 === 0 ? [] : ['c0']
  return shape
}

test('twenty packages go up in dependency order, each after its own dependencies are confirmed', async () => {
  const shape = twenty()
  await open(shape)
  const result = await publish()
  expect(result.exitCode).toBe(0)
  expect(result.published).toHaveLength(20)
  for (const [name, dependencies] of Object.entries(shape)) {
    for (const dependency of dependencies) {
      const served = proxy.requests.find(
        (one) =>
          one.method === 'GET' &&
          one.name === `${scope}/${dependency}` &&
          one.began > (puts(dependency)[0]?.began ?? Infinity) &&
          one.status === 200,
      )
      expect(puts(name)[0]?.began).toBeGreaterThan(served?.ended ?? Infinity)
    }
  }
  expect(await repository.remoteTags()).toEqual(
    Object.keys(shape)
      .map((name) => `${scope}/${name}@1.0.0`)
      .sort(),
  )
  expect(await repository.git('cat-file', '-t', `${scope}/c0@1.0.0`)).toBe('tag')
})

test('a second publish finds nothing to do and asks once for each package', async () => {
  await open({ db: [], api: ['db'] })
  await publish()
  proxy.clear()
  const again = await publish()
  expect(again).toMatchObject({ exitCode: 0, published: [], steps: [], tags: { made: [], pushed: [] } })
  expect(short(again.alreadyThere)).toEqual(['api', 'db'])
  expect(proxy.requests.map((one) => one.method)).toEqual(['GET', 'GET'])
})

test('a refused package holds its dependents by name, nothing people have moves, and a re-run completes', async () => {
  await open({ db: [], api: ['db'], web: ['api'], mail: [], log: ['mail'] })
  await publish({ only: [`${scope}/mail`] })
  await repository.write({ 'packages/mail/package.json': { name: `${scope}/mail`, version: '1.1.0' } })
  await repository.commit('chore: the next version')
  proxy.add({ method: 'PUT', name: `${scope}/db`, fault: { kind: 'status', status: 403 } })
  const first = await publish()
  expect(first.exitCode).toBe(3)
  expect(first.releases).toMatchObject([{ state: 'open', promotion: 'candidate', resumed: false }])
  expect(codes(first)).toEqual(['UPLOAD_REFUSED'])
  expect(short(first.failed)).toEqual(['db'])
  expect(first.held.map(({ name, by }) => [name, by])).toEqual([
    [`${scope}/api`, [`${scope}/db`]],
    [`${scope}/web`, [`${scope}/db`]],
  ])
  expect(short(first.candidates)).toEqual(['mail'])
  // Never published before: `latest` leads to it from its upload on.
  expect(short(first.published)).toEqual(['log'])
  expect((await registry.packument(`${scope}/mail`))?.['dist-tags']).toMatchObject({ latest: '1.0.0' })
  expect(await repository.remoteTags()).toEqual([`${scope}/mail@1.0.0`])
  expect(short(first.rerun.upload)).toEqual(['api', 'db', 'web'])

  proxy.clear()
  const second = await publish()
  expect(second.exitCode).toBe(0)
  expect(second.releases).toMatchObject([{ state: 'finished', resumed: true }])
  expect(short(second.published)).toEqual(['api', 'db', 'log', 'mail', 'web'])
  expect((await registry.packument(`${scope}/mail`))?.['dist-tags']).toEqual({ latest: '1.1.0' })
  expect(await repository.remoteTags()).toHaveLength(6)
})

test.each([
  ['500 once', { kind: 'status', status: 500 }, 1],
  ['503 three times', { kind: 'status', status: 503 }, 3],
  ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 1],
  ['a reset', { kind: 'reset' }, 1],
] as const)('%s on an upload is tried again', async (_, fault, times) => {
  await open({ db: [], api: ['db'] })
  proxy.add({ method: 'PUT', name: `${scope}/db`, times, fault })
  const result = await publish()
  expect(result).toMatchObject({ exitCode: 0, problems: [] })
  expect(puts('db')).toHaveLength(times + 1)
})

test('a registry that asks for time gets it, from every package', async () => {
  await open({ db: [], mail: [], log: [], web: [] })
  const events: PublishEvent[] = []
  proxy.add({ method: 'PUT', times: 1, fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } } })
  const result = await publish({ clock: systemClock, concurrency: 1, onEvent: (event) => void events.push(event) })
  expect(result).toMatchObject({ exitCode: 0, problems: [] })
  const limited = proxy.requests.find(({ status }) => status === 429)
  const later = proxy.requests
    .map(({ method, began }) => ({ method, after: began - (limited?.ended ?? Infinity) }))
    .filter(({ after }) => after > 0)
  const uploads = later.filter(({ method }) => method === 'PUT')
  expect(uploads).toHaveLength(4)
  expect(Math.min(...uploads.map(({ after }) => after))).toBeGreaterThanOrEqual(990)
  // A look that was sent before the answer was heard may arrive a moment after it.
  expect(later.filter(({ after }) => after > 250 && after < 990)).toEqual([])
  expect(events.filter((event) => event.kind === 'registry-waiting')).toMatchObject([{ wait: 1000, atOnce: 1 }])
})

test('while it looks, too, it waits as it is asked, and asks again after an answer that broke off', async () => {
  await open({ db: [], mail: [] })
  proxy.add({ method: 'GET', times: 1, fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } } })
  expect(await publish({ clock: systemClock, concurrency: 1 })).toMatchObject({ exitCode: 0, problems: [] })
  const limited = proxy.requests.find(({ status }) => status === 429)
  const again = proxy.requests.filter(({ name, began }) => name === limited?.name && began > (limited?.began ?? 0))
  expect((again[0]?.began ?? 0) - (limited?.ended ?? 0)).toBeGreaterThanOrEqual(990)

  await repository.write({ 'packages/mail/package.json': { name: `${scope}/mail`, version: '1.1.0' } })
  await repository.commit('chore: the next version')
  proxy.clear()
  proxy.add({ method: 'GET', name: `${scope}/mail`, times: 1, fault: { kind: 'truncated' } })
  const second = await publish()
  expect(second).toMatchObject({ exitCode: 0, problems: [] })
  expect(short(second.published)).toEqual(['mail'])
})

test('a cafile that is not there is told beside a registry that does not answer', async () => {
  // Nobody listens there.
  const closed = 'https://127.0.0.1:9/'
  await open({ api: [] }, { '.npmrc': `registry=${closed}\n//127.0.0.1:9/:_authToken=hush\ncafile=gone.pem\n` })
  const result = await publish({ dryRun: true })
  expect(codes(result)).toContain('REGISTRY_UNREACHABLE')
  expect(result.problems).toContainEqual({
    code: 'CAFILE_WITHOUT_EFFECT',
    severity: 'warning',
    cafile: join(repository.root, 'gone.pem'),
    from: join(repository.root, '.npmrc'),
    lacks: 'file',
  })
})

test.skipIf(process.platform === 'win32')('nothing is published by settings that cannot be read', async () => {
  await open({ api: [] })
  const npmrc = join(repository.root, 'home', '.npmrc')
  await mkdir(join(repository.root, 'home'))
  await symlink('.npmrc', npmrc)
  const result = await publish({ env: { TEST_TOKEN: registry.token, HOME: join(repository.root, 'home') } })
  expect(result.problems).toContainEqual({ code: 'NPMRC_UNREADABLE', severity: 'error', npmrc, detail: 'ELOOP' })
  expect(result).toMatchObject({ exitCode: 1, published: [] })
})

const page: Fault = {
  kind: 'status',
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html>Log in</html>',
}

test('a page that answers an upload is told at once with its host, and ends the wait for it early', async () => {
  await open({ api: [] })
  proxy.add({ method: 'PUT', purpose: 'upload', fault: page })
  const told: string[] = []
  const result = await publish({
    onEvent: (event) => {
      if (event.kind === 'step-waiting') told.push(event.detail)
    },
  })
  expect(told).toHaveLength(2)
  expect(told[0]).toContain(`${new URL(proxy.url).host} answered with a web page (text/html)`)
  expect(codes(result)).toEqual(['UPLOAD_GAVE_UP'])
  expect(puts('api')).toHaveLength(3)
  proxy.clear()
  expect(await publish()).toMatchObject({ exitCode: 0, published: [{ name: `${scope}/api` }] })
})

test('an upload that a page has answered once is looked for, and sent again where it is not there', async () => {
  await open({ api: [] })
  proxy.add({ method: 'PUT', purpose: 'upload', times: 1, fault: page })
  expect(await publish()).toMatchObject({ exitCode: 0, published: [{ name: `${scope}/api` }] })
  expect(puts('api')).toHaveLength(2)
})

test('when the reply is lost after the registry stored the tarball, it is recognised by its integrity', async () => {
  await open({ db: [], api: ['db'] })
  proxy.add({ method: 'PUT', name: `${scope}/db`, times: 1, fault: { kind: 'lost-reply' } })
  const result = await publish()
  expect(result).toMatchObject({ exitCode: 0, problems: [] })
  expect(puts('db')).toHaveLength(1)
  expect(short(result.published)).toEqual(['api', 'db'])
})

test('a dependent waits until its dependency is served, however late that is', async () => {
  await open({ db: [], api: ['db'] })
  proxy.add({ method: 'PUT', name: `${scope}/db`, times: 1, fault: { kind: 'delayed-visibility', milliseconds: 700 } })
  const result = await publish()
  expect(result.exitCode).toBe(0)
  expect((puts('api')[0]?.began ?? 0) - (puts('db')[0]?.began ?? 0)).toBeGreaterThanOrEqual(690)
})

test('a reply lost before the registry shows anything ends well too', async () => {
  await open({ db: [] })
  const name = `${scope}/db`
  proxy.add({ method: 'PUT', name, times: 1, fault: { kind: 'lost-reply' } })
  proxy.add({ method: 'PUT', name, times: 1, fault: { kind: 'delayed-visibility', milliseconds: 500 } })
  proxy.add({ method: 'GET', name, times: 2, fault: { kind: 'status', status: 404 } })
  expect(await publish()).toMatchObject({ exitCode: 0, problems: [] })
})

test('what a registry never serves is given up after a while, and its dependents are held', async () => {
  await open({ db: [], api: ['db'] })
  proxy.add({
    method: 'PUT',
    name: `${scope}/db`,
    times: 1,
    fault: { kind: 'delayed-visibility', milliseconds: 60_000 },
  })
  const result = await publish({ patience: 3000 })
  expect(result.exitCode).toBe(3)
  expect(codes(result)).toEqual(['CONFIRM_TIMED_OUT'])
  expect(short(result.held)).toEqual(['api'])
  expect(short(result.rerun.confirm)).toEqual(['db'])
})

test('a version that somebody else published is never taken for ours', async () => {
  await open({ db: [] })
  await publish()
  await repository.write({ 'packages/db/index.js': 'exports.name = "other"\n' })
  await repository.commit('fix: something else under the same version')
  // The registry forgets for a moment that it has the version, as a stale cache does.
  proxy.add({ method: 'GET', name: `${scope}/db`, times: 1, fault: { kind: 'status', status: 404 } })
  const result = await publish()
  expect(result.exitCode).toBe(3)
  expect(codes(result)).toContain('VERSION_TAKEN_BY_OTHER')
})

test('a registry that does not answer stops everything before the first byte', async () => {
  await open({ db: [], api: ['db'] })
  proxy.add({ method: 'GET', fault: { kind: 'status', status: 503 } })
  const result = await publish()
  expect(result).toMatchObject({ exitCode: 1, published: [] })
  expect(codes(result)).toEqual(['REGISTRY_UNREACHABLE'])
  expect(proxy.requests.filter((one) => one.method === 'PUT')).toEqual([])
})

test('a wrong token fails once for a registry, not once for each package', async () => {
  await open({ a: [], b: [], c: [], d: [] })
  proxy.add({ method: 'PUT', fault: { kind: 'status', status: 401 } })
  const result = await publish({ concurrency: 1 })
  expect(new Set(codes(result))).toEqual(new Set(['UPLOAD_UNAUTHORISED']))
  expect(proxy.requests.filter((one) => one.method === 'PUT')).toHaveLength(1)
})

test(
  'a run that is killed in the middle is completed by the next one, with every tag',
  { timeout: 60_000 },
  async () => {
    await open(twenty())
    const code = `
    const { publishWorkspace } = await import(process.argv[1])
    await publishWorkspace({ cwd: process.argv[2], concurrency: 2, onEvent: (event) => console.log(event.kind, event.step?.kind) })
  `
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', code, new URL('publish-workspace.ts', import.meta.url).href, repository.root],
      {
        env: { ...process.env, TEST_TOKEN: registry.token, HOME: repository.root },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let confirmed = 0
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'step-done confirm' && (confirmed += 1) === 7) child.kill('SIGKILL')
    }
    expect(confirmed).toBeGreaterThanOrEqual(7)
    expect(await repository.remoteTags()).toEqual([])

    const result = await publish()
    expect(result.exitCode).toBe(0)
    expect(result.published.length).toBeGreaterThan(0)
    expect(result.published.length + result.alreadyThere.length).toBe(20)
    expect(await repository.remoteTags()).toHaveLength(20)
  },
)

test('the tag of an already published version goes to the commit that wrote it', async () => {
  await open({ db: [] })
  const released = await repository.git('rev-parse', 'HEAD')
  await publish({ tags: false })
  expect(await repository.remoteTags()).toEqual([])
  await repository.write({ 'packages/db/index.js': 'exports.name = "next"\n' })
  await repository.commit('feat: later work')
  const result = await publish()
  expect(result.tags).toEqual({ made: [`${scope}/db@1.0.0`], pushed: [`${scope}/db@1.0.0`] })
  expect(await repository.git('rev-parse', `${scope}/db@1.0.0^{commit}`)).toBe(released)
})

test('a shallow clone is deepened to find that commit, and where it cannot be no tag is made', async () => {
  await open({ db: [] })
  const released = await repository.git('rev-parse', 'HEAD')
  await publish({ tags: false })
  for (const word of ['one', 'two']) {
    await repository.write({ 'packages/db/index.js': word })
    await repository.commit(`fix: ${word}`)
  }
  const clone = join(repository.root, '..', 'clone')
  await repository.git('clone', '--quiet', '--depth=1', `file://${repository.remote}`, clone)
  await repository.git('-C', clone, 'remote', 'rename', 'origin', 'gone')
  await repository.git('-C', clone, 'remote', 'set-url', 'gone', 'file:///nonexistent')
  expect(await publish({ cwd: clone, push: false })).toMatchObject({
    problems: [{ code: 'TAG_COMMIT_UNKNOWN' }],
    tags: { made: [] },
  })
  await repository.git('-C', clone, 'remote', 'set-url', 'gone', `file://${repository.remote}`)
  expect(await publish({ cwd: clone })).toMatchObject({ problems: [], tags: { pushed: [`${scope}/db@1.0.0`] } })
  expect(await repository.git('-C', clone, 'rev-parse', `${scope}/db@1.0.0^{commit}`)).toBe(released)
})

test('into an empty registry all goes again, and a tag elsewhere is reported only where the content differs', async () => {
  await open({ db: [], api: [] })
  for (const name of ['db', 'api']) await repository.git('tag', '-a', '-m', 'old', `${scope}/${name}@1.0.0`)
  await repository.write({ 'packages/db/index.js': 'later work\n' })
  await repository.commit('fix: later work')
  const result = await publish()
  expect(result).toMatchObject({ exitCode: 0, problems: [{ code: 'TAG_AT_OTHER_COMMIT', name: `${scope}/db` }] })
  expect(short(result.published)).toEqual(['api', 'db'])
})

test('tags that were made and not pushed are pushed by the next run', async () => {
  await open({ db: [] })
  await publish({ push: false })
  expect(await repository.remoteTags()).toEqual([])
  const result = await publish()
  expect(result).toMatchObject({ exitCode: 0, tags: { made: [], pushed: [`${scope}/db@1.0.0`] } })
})

test('tags go to the remote all together or not at all', async () => {
  await open({ db: [], api: [] })
  await repository.write({ '../remote.git/hooks/update': '#!/bin/sh\ncase "$1" in *api*) exit 1;; esac\n' })
  await repository.git('-C', repository.remote, 'config', 'core.hooksPath', 'hooks')
  const { chmod } = await import('node:fs/promises')
  await chmod(join(repository.remote, 'hooks/update'), 0o755)
  const result = await publish()
  expect(result.exitCode).toBe(3)
  expect(codes(result)).toEqual(['TAGS_NOT_PUSHED'])
  expect(await repository.remoteTags()).toEqual([])
  expect(result.rerun.push).toHaveLength(2)
})

test('private packages are never uploaded, and tagged when the configuration asks for it', async () => {
  await open(
    { db: [] },
    {
      '.changeset/config.json': { baseBranch: 'main', access: 'public', privatePackages: { version: true, tag: true } },
      'packages/shop/package.json': { name: 'shop-service', version: '2.0.0', private: true },
    },
  )
  const result = await publish()
  expect(short(result.published)).toEqual(['db'])
  expect(await repository.remoteTags()).toEqual([`${scope}/db@1.0.0`, 'shop-service@2.0.0'])
  expect(await registry.packument('shop-service')).toBeUndefined()
})

test('prereleases leave latest alone', async () => {
  await open({ db: [] })
  await publish()
  await repository.write({ 'packages/db/package.json': { name: `${scope}/db`, version: '1.1.0-beta.0' } })
  await repository.commit('chore: a prerelease')
  const result = await publish()
  expect(result.published.map((each) => each.distTag)).toEqual(['beta'])
  const packument = await registry.packument(`${scope}/db`)
  expect(packument?.['dist-tags']).toEqual({ latest: '1.0.0', beta: '1.1.0-beta.0' })
})

test('a fix to an old line does not take latest', async () => {
  await open({ db: [] })
  await repository.write({ 'packages/db/package.json': { name: `${scope}/db`, version: '2.0.0' } })
  await repository.commit('chore: two')
  await publish()
  await repository.write({ 'packages/db/package.json': { name: `${scope}/db`, version: '1.0.1' } })
  await repository.commit('fix: one')
  const result = await publish()
  expect(codes(result)).toEqual(['DIST_TAG_WOULD_GO_BACK'])
  const packument = await registry.packument(`${scope}/db`)
  expect(packument?.['dist-tags']).toEqual({ latest: '2.0.0', 'release-1.x': '1.0.1' })
})

// No folder of Windows can be called so.
test.skipIf(process.platform === 'win32')('a folder with a line end in its name is told as that', async () => {
  await open({ db: [] })
  await repository.write({ 'packages/a\nb/package.json': { name: `${scope}/odd`, version: '1.0.0' } })
  await repository.commit('feat: odd')
  expect((await publish()).problems).toMatchObject([
    { code: 'FOLDER_NAME_UNUSABLE', severity: 'error', name: `${scope}/odd`, dir: 'packages/a\nb' },
  ])
  expect(await registry.packument(`${scope}/db`)).toBeUndefined()
})

test('a new version on disk that is not committed is refused', async () => {
  await open({ db: [] })
  await repository.write({ 'packages/db/package.json': { name: `${scope}/db`, version: '1.1.0' } })
  const result = await publish()
  expect(codes(result)).toContain('PUBLISH_VERSIONS_UNCOMMITTED')
  expect(result).toMatchObject({ exitCode: 1, published: [] })
})

test('a dirty tree is named and published all the same', async () => {
  await open({ db: [], api: [] })
  await repository.write({ 'packages/db/index.js': 'changed\n', 'notes.txt': 'outside of every package\n' })
  const result = await publish()
  expect(result.problems).toEqual([
    { code: 'PUBLISH_TREE_DIRTY', severity: 'warning', files: ['packages/db/index.js'] },
  ])
  expect(result.exitCode).toBe(0)
})

test('a dry run shows the steps and changes nothing', async () => {
  await open({ db: [], api: ['db'] })
  const dry = await publish({ dryRun: true })
  expect(dry.exitCode).toBe(0)
  expect(proxy.requests.filter((one) => one.method === 'PUT')).toEqual([])
  const events: PublishEvent[] = []
  const real = await publish({ onEvent: (event) => events.push(event) })
  expect(real.steps).toEqual(dry.steps)
  const started = events.flatMap((event) => (event.kind === 'step-started' ? event.step.id : []))
  expect(started.toSorted()).toEqual(dry.steps.map((step) => step.id).toSorted())
})

test('only what is named is published, and not without its dependencies', async () => {
  await open({ db: [], api: ['db'], mail: [] })
  expect(codes(await publish({ only: [`${scope}/api`] }))).toEqual(['PUBLISH_NEEDS_LEFT_OUT'])
  expect(codes(await publish({ only: [`${scope}/ap`] }))).toEqual(['PUBLISH_ONLY_UNKNOWN'])
  expect(short((await publish({ only: [`${scope}/api`, `${scope}/db`] })).published)).toEqual(['api', 'db'])
})

test('a range that only the workspace understands stops the release before the first byte', async () => {
  await open(
    { db: [], mail: [] },
    {
      'packages/api/package.json': {
        name: `${scope}/api`,
        version: '1.0.0',
        dependencies: { [`${scope}/gone`]: 'workspace:^' },
      },
    },
  )
  const result = await publish()
  expect(codes(result)).toEqual(['TARBALL_RANGE_UNPUBLISHABLE'])
  expect(result).toMatchObject({ exitCode: 1, published: [] })
  expect(proxy.requests.filter((one) => one.method === 'PUT')).toEqual([])
})

test('a script that fails while packing stops the release before the first byte', async () => {
  await open(
    { db: [] },
    {
      'packages/api/package.json': {
        name: `${scope}/api`,
        version: '1.0.0',
        scripts: { prepack: `node -e "console.error('no ' + process.env.TEST_WORD); process.exit(3)"` },
      },
    },
  )
  const result = await publish()
  expect(codes(result)).toEqual(['PACK_SCRIPT_FAILED'])
  expect(result.published).toEqual([])
})

test('scripts run in the order of the dependencies, and after publishing as well', async () => {
  const script = (text: string) => `node -e "require('fs').appendFileSync('../../log', '${text} ')"`
  await open(
    {},
    {
      '.gitignore': 'log\n',
      'packages/a/package.json': {
        name: `${scope}/a`,
        version: '1.0.0',
        scripts: { prepack: script('a'), prepublishOnly: script('first'), postpublish: script('last') },
      },
      'packages/b/package.json': {
        name: `${scope}/b`,
        version: '1.0.0',
        scripts: { prepack: script('b'), postpublish: 'exit 7' },
        dependencies: { [`${scope}/a`]: 'workspace:*' },
      },
    },
  )
  const result = await publish()
  expect(await readFile(join(repository.root, 'log'), 'utf8')).toBe('first a b last ')
  expect(result.problems.map(({ code, severity }) => [code, severity])).toEqual([['PUBLISH_SCRIPT_FAILED', 'warning']])
  expect(result.exitCode).toBe(0)
})

test('a registry that wants a one-time password gets the one given, and says so when there is none', async () => {
  await open({ db: [] })
  const headers = { 'www-authenticate': 'OTP' }
  proxy.add({ method: 'PUT', times: 1, fault: { kind: 'status', status: 401, headers } })
  const first = await publish()
  expect(first.problems).toMatchObject([{ code: 'UPLOAD_UNAUTHORISED', oneTimePassword: true }])
  await publish({ otp: '123456' })
  expect(puts('db').map((one) => one.headers['npm-otp'])).toEqual([undefined, '123456'])
})

test('without a remote tags stay here, and without git everything is published untagged', async () => {
  await open({ db: [] })
  await repository.git('remote', 'remove', 'origin')
  expect(await publish()).toMatchObject({ exitCode: 0, tags: { made: [`${scope}/db@1.0.0`], pushed: [] } })
  scope = `@t${(scopes += 1)}`
  await open({ db: [] })
  await rm(join(repository.root, '.git'), { recursive: true })
  const result = await publish()
  expect(result).toMatchObject({ exitCode: 0, problems: [], tags: { made: [], pushed: [] } })
  expect(short(result.published)).toEqual(['db'])
})

test('a remote that does not answer stops everything, and its password is not shown', async () => {
  await open({ db: [] })
  await repository.git('remote', 'set-url', 'origin', 'http://ada:hunter2222@127.0.0.1:1/shop.git')
  const result = await publish()
  expect(codes(result)).toEqual(['GIT_REMOTE_UNREACHABLE'])
  expect(result.published).toEqual([])
  expect(JSON.stringify(result)).not.toContain('hunter2222')
})

test('the members of a dependency cycle are published together', async () => {
  await open({ a: ['b'], b: ['a', 'base'], base: [], top: ['a'] })
  const result = await publish()
  expect(result.exitCode).toBe(0)
  expect(short(result.published)).toEqual(['a', 'b', 'base', 'top'])
})

test('npm installs a published service and its dependencies, and it runs', { timeout: 60_000 }, async () => {
  await open(
    { db: [] },
    {
      'pnpm-workspace.yaml': 'packages:\n  - packages/*\ncatalog:\n  left: 1.0.0\n',
      'packages/left/package.json': { name: 'left', version: '1.0.0', private: true },
      'packages/api/package.json': {
        name: `${scope}/api`,
        version: '1.0.0',
        main: 'src/index.ts',
        bin: './bin.js',
        dependencies: { [`${scope}/db`]: 'workspace:~' },
        devDependencies: { left: 'catalog:' },
        publishConfig: { main: './bin.js' },
      },
      'packages/api/bin.js': `#!/usr/bin/env node\nconsole.log('api on ' + require('${scope}/db').name)\n`,
    },
  )
  const result = await publish()
  expect(result).toMatchObject({ exitCode: 0 })
  const folder = await mkdtemp(join(tmpdir(), 'topsail-install-'))
  opened.push({ close: () => rm(folder, { recursive: true, force: true }) })
  const npm = (...args: readonly string[]) => run('npm', args, folder)
  await npm(
    'install',
    `${scope}/api`,
    '--no-audit',
    '--no-fund',
    '--registry',
    proxy.url,
    '--cache',
    join(folder, '.cache'),
  )
  expect(await readdir(join(folder, 'node_modules', scope))).toEqual(['api', 'db'])
  expect(await npm('exec', '--', 'api')).toContain('api on db')
})

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { execa } = await import('execa')
  const { stdout } = await execa(command, [...args], { cwd })
  return stdout
}

test('what is published is built first, and a build that fails stops before anything is packed or uploaded', async () => {
  const build = `node -e "require('fs').writeFileSync('built.js', '')"`
  const manifest = { name: `${scope}/db`, version: '1.0.0', scripts: { build } }
  await open({ api: ['db'] }, { 'packages/db/package.json': manifest, '.gitignore': 'built.js\n' })
  const failing = { ...manifest, scripts: { build: 'node -e "process.exit(1)"' } }
  await repository.write({ 'packages/db/package.json': failing })
  const stopped = await publish()
  expect(codes(stopped)).toContain('BUILD_FAILED')
  expect(stopped).toMatchObject({ exitCode: 1, published: [], failed: [], tags: { made: [] } })
  expect(puts('db')).toEqual([])

  await repository.write({ 'packages/db/package.json': manifest })
  expect((await publish({ dryRun: true })).build).toMatchObject({ by: 'packages', scripted: [`${scope}/db`] })
  const result = await publish()
  expect(result.exitCode).toBe(0)
  const packument = await registry.packument(`${scope}/db`)
  const tarball = await fetch(packument?.versions['1.0.0']?.dist.tarball ?? '')
  const { gunzipSync } = await import('node:zlib')
  expect(gunzipSync(Buffer.from(await tarball.arrayBuffer())).toString('latin1')).toContain('package/built.js')
})

test('a finished release leaves its release set at the remote and in this clone', async () => {
  await open({ db: [], api: ['db'] })
  const result = await publish()
  const [first] = result.releases
  expect(first?.set).toMatch(/^sha256-[0-9a-f]{64}$/)
  const here = await repository.git('rev-parse', 'refs/topsail/sets')
  expect(await repository.git('ls-remote', 'origin', 'refs/topsail/sets')).toBe(`${here}\trefs/topsail/sets`)
  const set: unknown = JSON.parse(await repository.git('cat-file', 'blob', `${here}:set.json`))
  const artefacts = [{ target: 'npm', where: proxy.url, digest: expect.stringMatching(/^sha512-/) }]
  expect(set).toMatchObject({
    schema: 'topsail/set@1',
    release: first?.id,
    units: [
      { name: `${scope}/api`, version: '1.0.0', artefacts },
      { name: `${scope}/db`, version: '1.0.0', artefacts },
    ],
  })
})
