import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { encodeRecord, type JournalRecord } from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { publishWorkspace, type PublishOptions } from '../publish/publish-workspace.ts'
import { createRepository, faultProxy, gitEnvironment, npmrcFor, startRegistry } from '../testing/index.ts'
import type { FaultProxy, TestRegistry, TestRepository } from '../testing/index.ts'
import { gitRefStore } from './git-ref-store.ts'
import { sha256 } from './journal-file.ts'
import { releaseSets } from './query-sets.ts'
import { resumeWorkspace, rollbackWorkspace, type RollbackPlan } from './release-workspace.ts'
import { statusWorkspace } from './status-workspace.ts'

let registry: TestRegistry
let proxy: FaultProxy
let repository: TestRepository
const opened: { close(): Promise<void> }[] = []
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
  scope = `@r${(scopes += 1)}`
  proxy.clear()
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

/** `db`, and `api` that depends on it, published at 1.0.0 and versioned to 1.1.0 by a commit of its own. */
async function openNextVersion(
  published: 'published' | 'none' = 'published',
  scripts: Readonly<Record<string, string>> = {},
): Promise<void> {
  manifest = (name, version, dependencies = {}) => ({
    name: `${scope}/${name}`,
    version,
    main: 'index.js',
    scripts,
    dependencies,
  })
  repository = await createRepository({
    'package.json': { name: 'shop', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    'topsail.json': { release: { leaseSeconds: 3 } },
    '.gitignore': 'node_modules\n',
    '.changeset/config.json': { baseBranch: 'main', access: 'public' },
    '.changeset/brave-cats.md': `---\n'${scope}/db': minor\n---\n\nPools.\n`,
    '.npmrc': npmrcFor(proxy.url, '${TEST_TOKEN}'),
    'packages/db/package.json': manifest('db', '1.0.0'),
    'packages/db/index.js': 'exports.one = 1\n',
    'packages/api/package.json': manifest('api', '1.0.0', needsDb()),
    'packages/api/index.js': 'exports.one = 1\n',
  })
  opened.push(repository)
  if (published === 'none') return
  expect((await publish()).exitCode).toBe(0)
  await versionNext()
}

async function versionNext(version = '1.1.0'): Promise<void> {
  await repository.git('rm', '--quiet', '--ignore-unmatch', '.changeset/brave-cats.md')
  await repository.write({
    'packages/db/package.json': manifest('db', version),
    'packages/api/package.json': manifest('api', version, needsDb()),
  })
  await repository.commit('chore: version')
}

let manifest: (name: string, version: string, dependencies?: object) => object
const needsDb = () => ({ [`${scope}/db`]: 'workspace:^' })

const settings = (cwd = repository.root): PublishOptions => ({
  cwd,
  env: { TEST_TOKEN: registry.token, HOME: repository.root, NPM_CONFIG_GLOBALCONFIG: '/nonexistent' },
  patience: 20_000,
})
const publish = (options: Partial<PublishOptions> = {}) => publishWorkspace({ ...settings(), ...options })
const tagsOf = async (name: string) => (await registry.packument(`${scope}/${name}`))?.['dist-tags']
const refuse403 = (name: string) =>
  proxy.add({ method: 'PUT', name: `${scope}/${name}`, fault: { kind: 'status', status: 403 } })

async function freshClone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-clone-'))
  opened.push({ close: () => rm(folder, { recursive: true, force: true }) })
  const clone = join(folder, 'work')
  await repository.git('clone', '--quiet', `file://${repository.remote}`, clone)
  await cp(join(repository.root, '.npmrc'), join(clone, '.npmrc'))
  return clone
}

test('until all are confirmed nobody gets any of it, and then everybody gets all of it', async () => {
  await openNextVersion()
  refuse403('api')
  expect((await publish()).exitCode).toBe(3)
  expect(await tagsOf('db')).toEqual({ latest: '1.0.0', 'topsail-candidate': '1.1.0' })
  const { releases, holder } = await statusWorkspace(settings())
  expect(holder).toBeUndefined()
  expect(releases[0]).toMatchObject({ state: 'open', next: ['topsail resume', 'topsail rollback'] })
  expect(releases[0]?.units.map(({ name, state }) => [name, state])).toEqual([
    [`${scope}/api`, 'failed'],
    [`${scope}/db`, 'candidate'],
  ])
  proxy.clear()
  expect((await resumeWorkspace(settings())).exitCode).toBe(0)
  expect([await tagsOf('db'), await tagsOf('api')]).toEqual([{ latest: '1.1.0' }, { latest: '1.1.0' }])
  expect((await statusWorkspace(settings())).releases[0]).toMatchObject({ state: 'finished' })
  expect((await resumeWorkspace(settings())).releases).toEqual([])
})

test('a fresh clone finishes what another began, from the commit of the release though main has moved on', async () => {
  await openNextVersion()
  refuse403('api')
  await publish()
  proxy.clear()
  await repository.write({ 'packages/api/index.js': 'exports.one = 2\n', 'packages/db/index.js': 'exports.one = 2\n' })
  await repository.commit('feat: later work')
  const clone = await freshClone()
  const result = await resumeWorkspace(settings(clone))
  expect(result).toMatchObject({ exitCode: 0, releases: [{ state: 'finished', resumed: true }] })
  expect(await tagsOf('api')).toEqual({ latest: '1.1.0' })
  const tarball = (await registry.packument(`${scope}/api`))?.versions['1.1.0']
  expect(tarball?.['gitHead']).toBe(await repository.git('rev-parse', 'HEAD~1'))
  const remote = await repository.git('ls-remote', 'origin', `refs/tags/${scope}/api@1.1.0^{}`)
  expect(remote).toContain(await repository.git('rev-parse', 'HEAD~1'))
  // The first clone hears of it, and has nothing left to do.
  expect(await publish()).toMatchObject({ exitCode: 0, releases: [], published: [] })
})

test('what is built is built again before it is packed again', { timeout: 60_000 }, async () => {
  const build = `node -e "require('fs').writeFileSync('built.js', 'exports.built = true')"`
  await openNextVersion('published', { build })
  refuse403('api')
  await publish()
  proxy.clear()
  expect((await resumeWorkspace(settings(await freshClone()))).exitCode).toBe(0)
  expect(await filesOf('api', '1.1.0')).toContain('package/built.js')
})

test(
  'where main has moved on, the release’s commit gets its dependencies before it is built, or says what is missing',
  {
    timeout: 120_000,
  },
  async () => {
    await openNextVersion('none')
    // The build of one package takes what the other has installed beside it.
    const script = `require('fs').writeFileSync('built.js', String(require('${scope}/db').one))`
    const api = {
      ...manifest('api', '1.0.0', { [`${scope}/db`]: '^1.0.0' }),
      scripts: { build: `node -e "${script}"` },
    }
    await repository.git('rm', '--quiet', 'pnpm-workspace.yaml')
    await repository.write({
      'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
      'packages/api/package.json': api,
    })
    const npm = (cwd: string) => run('npm', ['install', '--no-audit', '--no-fund'], { cwd })
    await npm(repository.root)
    await repository.commit('chore: npm')
    refuse403('api')
    expect((await publish()).exitCode).toBe(3)
    proxy.clear()
    const clone = await freshClone()
    await repository.git('-C', clone, 'commit', '--quiet', '--allow-empty', '--message', 'chore: later')
    const events: string[] = []
    const onEvent = ({ kind }: { readonly kind: string }) => void events.push(kind)
    expect(await resumeWorkspace({ ...settings(clone), onEvent })).toMatchObject({ exitCode: 0, problems: [] })
    expect(events).toContain('install-ended')
    expect(await filesOf('api', '1.0.0')).toContain('package/built.js')
    expect(await repository.git('-C', clone, 'worktree', 'list')).not.toContain('topsail-worktree')

    // A lockfile that does not fit is said, and nothing is packed without its build.
    const next = { ...api, version: '1.1.0', dependencies: { [`${scope}/db`]: '^1.0.0', 'left-pad': '1.3.0' } }
    await repository.write({ 'packages/api/package.json': next })
    await repository.commit('chore: version')
    refuse403('api')
    expect((await publish()).exitCode).toBe(3)
    proxy.clear()
    const later = await freshClone()
    await repository.git('-C', later, 'commit', '--quiet', '--allow-empty', '--message', 'chore: later')
    expect(await resumeWorkspace(settings(later))).toMatchObject({
      exitCode: 3,
      problems: [{ code: 'INSTALL_FAILED' }],
    })
  },
)

const run = promisify(execFile)

async function filesOf(name: string, version: string): Promise<string> {
  const address = (await registry.packument(`${scope}/${name}`))?.versions[version]?.dist.tarball ?? ''
  const bytes = Buffer.from(await (await fetch(address)).arrayBuffer())
  return execFileSync('tar', ['-tzf', '-'], { input: bytes, encoding: 'utf8' })
}

test('a prerelease goes to its channel in two phases, and back, and latest stays where it is', async () => {
  await openNextVersion('published')
  await versionNext('1.1.0-beta.0')
  refuse403('api')
  expect((await publish()).exitCode).toBe(3)
  expect(await tagsOf('db')).toEqual({ latest: '1.0.0', 'topsail-candidate': '1.1.0-beta.0' })
  proxy.clear()
  expect((await resumeWorkspace(settings())).exitCode).toBe(0)
  expect([await tagsOf('db'), await tagsOf('api')]).toEqual(Array(2).fill({ latest: '1.0.0', beta: '1.1.0-beta.0' }))
  expect((await rollbackWorkspace(settings())).exitCode).toBe(0)
  expect([await tagsOf('db'), await tagsOf('api')]).toEqual(Array(2).fill({ latest: '1.0.0' }))
})

test('however late a registry shows the last of the set, nothing becomes public before it does', async () => {
  await openNextVersion()
  proxy.add({ method: 'PUT', purpose: 'upload', fault: { kind: 'delayed-visibility', milliseconds: 800 } })
  const order: string[] = []
  const result = await publish({
    onEvent: (event) => void (event.kind === 'step-done' && order.push(event.step.kind)),
  })
  expect(result.exitCode).toBe(0)
  const upTo = (kind: string) => order.slice(0, order.indexOf(kind))
  expect(upTo('promote').filter((kind) => kind === 'confirm')).toHaveLength(2)
  expect(order.filter((kind) => ['gate', 'promote', 'tag', 'push', 'announce'].includes(kind))).toEqual([
    'gate',
    'promote',
    'promote',
    'tag',
    'push',
    'announce',
  ])
  expect([await tagsOf('db'), await tagsOf('api')]).toEqual(Array(2).fill({ latest: '1.1.0' }))
})

test('a first release beside a later one is public at its upload, after what it needs, and the plan says so', async () => {
  await openNextVersion()
  await repository.write({ 'packages/web/package.json': manifest('web', '1.0.0', { [`${scope}/api`]: 'workspace:^' }) })
  await repository.commit('feat: web')
  const { steps } = await publish({ dryRun: true })
  const upload = steps.find(({ id }) => id === `upload:${scope}/web@1.0.0`)
  expect(upload).toMatchObject({ first: true, distTag: 'latest', needs: ['check', `confirm:${scope}/api@1.1.0`] })
  expect(steps.some(({ id }) => id === `promote:${scope}/web@1.0.0`)).toBe(false)
  expect((await publish()).exitCode).toBe(0)
  expect(await tagsOf('web')).toEqual({ latest: '1.0.0' })
})

test('a candidate goes back without a trace but its version', async () => {
  await openNextVersion()
  refuse403('api')
  await publish()
  proxy.clear()
  const plans: RollbackPlan[] = []
  const result = await rollbackWorkspace({ ...settings(), onPlan: (plan) => plans.push(plan) })
  expect(result).toMatchObject({ exitCode: 0, releases: [{ state: 'rolled-back' }] })
  expect(plans).toMatchObject([{ wasPublic: false }])
  expect(plans[0]?.leftovers).toContainEqual({
    kind: 'version',
    name: `${scope}/db`,
    version: '1.1.0',
    registry: proxy.url,
  })
  expect(await tagsOf('db')).toEqual({ latest: '1.0.0' })
  const packument = await registry.packument(`${scope}/db`)
  expect(packument?.versions['1.1.0']?.['deprecated']).toContain('1.0.0')
  expect(await repository.remoteTags()).toEqual([`${scope}/api@1.0.0`, `${scope}/db@1.0.0`])
  expect((await publish()).problems.map(({ code }) => code)).toEqual([
    'PUBLISH_VERSIONS_BURNED',
    'PUBLISH_NEEDS_BURNED',
  ])
})

test('a finished release goes back to the exact dist-tags, without its tags, and onto a branch', async () => {
  await openNextVersion()
  expect((await publish()).exitCode).toBe(0)
  const dry = await rollbackWorkspace({ ...settings(), dryRun: true })
  expect(dry.rollback).toMatchObject({ wasPublic: true })
  expect(await tagsOf('db')).toEqual({ latest: '1.1.0' })
  const result = await rollbackWorkspace(settings())
  expect(result).toMatchObject({ exitCode: 0, problems: [] })
  expect([await tagsOf('db'), await tagsOf('api')]).toEqual([{ latest: '1.0.0' }, { latest: '1.0.0' }])
  expect(await repository.remoteTags()).toEqual([`${scope}/api@1.0.0`, `${scope}/db@1.0.0`])
  expect(await repository.git('tag')).not.toContain('1.1.0')
  const branch = `origin/topsail/rollback-${result.rollback?.release}`
  await repository.git('fetch', '--quiet', 'origin')
  expect(await repository.git('show', `${branch}:packages/db/package.json`)).toContain('1.0.0')
  expect(await repository.git('show', `${branch}:.changeset/brave-cats.md`)).toContain('Pools.')
  expect(await repository.git('for-each-ref', 'refs/topsail/burned')).not.toBe('')
  expect((await statusWorkspace(settings())).releases[0]).toMatchObject({ state: 'rolled-back', next: [] })
  const clone = await freshClone()
  const again = await publish({ cwd: clone })
  expect(again).toMatchObject({ exitCode: 0, published: [], tags: { made: [] } })
  expect(again.problems.map(({ code }) => code)).toEqual(['PUBLISH_VERSIONS_BURNED'])
  expect((await rollbackWorkspace({ ...settings(), release: result.rollback?.release })).problems).toMatchObject([
    { code: 'RELEASE_ALREADY_ROLLED_BACK' },
  ])
})

test('what a rollback could not take back, and nobody was told of before, is told at its end', async () => {
  await openNextVersion()
  expect((await publish()).exitCode).toBe(0)
  const refusing = '#!/bin/sh\nwhile read old new ref; do case $ref in refs/heads/topsail/*) exit 1;; esac; done\n'
  await writeFile(join(repository.remote, 'hooks', 'pre-receive'), refusing, { mode: 0o755 })
  const result = await rollbackWorkspace(settings())
  expect(result).toMatchObject({ exitCode: 0, releases: [{ state: 'rolled-back' }] })
  expect(result.problems).toMatchObject([{ code: 'UNDO_LEFT', severity: 'warning', step: 'revert' }])
})

test('a rollback that failed half-way is finished by resume', async () => {
  await openNextVersion()
  await publish()
  proxy.add({ method: 'PUT', fault: { kind: 'status', status: 401 } })
  const first = await rollbackWorkspace(settings())
  expect(first.exitCode).toBe(3)
  expect((await statusWorkspace(settings())).releases[0]).toMatchObject({
    state: 'rolling-back',
    next: ['topsail resume'],
  })
  proxy.clear()
  expect((await resumeWorkspace(settings())).releases).toMatchObject([{ state: 'rolled-back' }])
  expect(await tagsOf('api')).toEqual({ latest: '1.0.0' })
})

test('of two that publish at once one releases, and the other says who', async () => {
  await openNextVersion()
  const clone = await freshClone()
  const both = await Promise.all([publish(), publish({ cwd: clone })])
  const codes = both.map(({ exitCode }) => exitCode).toSorted()
  const winners = both.filter(({ releases }) => releases.some(({ state }) => state === 'finished'))
  expect(winners).toHaveLength(1)
  const loser = both.find((one) => !winners.includes(one))
  if (codes[1] === 1) expect(loser?.problems).toMatchObject([{ code: 'LEASE_HELD' }])
  else expect(loser?.published).toEqual([])
})

test('what a registry never answered is failed by name, what needs it is held by that name, and resume tries again', async () => {
  await openNextVersion()
  proxy.add({ method: 'PUT', name: `${scope}/db`, fault: { kind: 'status', status: 503 } })
  const result = await publish({ patience: 1_200 })
  expect(result).toMatchObject({ exitCode: 3, problems: [{ code: 'UPLOAD_GAVE_UP' }] })
  const { releases } = await statusWorkspace(settings())
  expect(releases[0]?.units).toMatchObject([
    { name: `${scope}/api`, state: 'held', heldBy: [`${scope}/db`], seen: 'yes' },
    { name: `${scope}/db`, state: 'failed', detail: expect.stringContaining('UPLOAD_GAVE_UP'), seen: 'yes' },
  ])
  proxy.clear()
  expect(await resumeWorkspace(settings())).toMatchObject({ exitCode: 0, releases: [{ state: 'finished' }] })
})

test('status asks the registries, says which did not answer, and asks nobody when it shall not', async () => {
  await openNextVersion()
  await publish()
  const [newest, before] = (await statusWorkspace(settings())).releases
  expect(newest?.units.map(({ state, seen }) => [state, seen])).toEqual([
    ['live', 'yes'],
    ['live', 'yes'],
  ])
  expect(before?.units.map(({ state, detail }) => [state, detail])).toEqual([
    ['replaced', 'latest leads to 1.1.0'],
    ['replaced', 'latest leads to 1.1.0'],
  ])
  proxy.add({ method: 'GET', name: `${scope}/db`, fault: { kind: 'status', status: 503 } })
  const unread = await statusWorkspace(settings())
  expect(unread).toMatchObject({ exitCode: 0, problems: [{ code: 'REGISTRY_NOT_READ', names: [`${scope}/db`] }] })
  expect(unread.releases[0]?.units.map(({ state, seen }) => [state, seen])).toEqual([
    ['live', 'yes'],
    ['live', 'unreachable'],
  ])
  const offline = await statusWorkspace({ ...settings(), offline: true })
  expect(offline).toMatchObject({ problems: [], exitCode: 0 })
})

test('where the remote cannot be reached, status shows what this clone began, and says that it asked in vain', async () => {
  await openNextVersion()
  proxy.add({ method: 'PUT', name: `${scope}/db`, fault: { kind: 'status', status: 403 } })
  await publish()
  await repository.git('remote', 'set-url', 'origin', 'http://ada:hunter2222@127.0.0.1:1/shop.git')
  const seen = await statusWorkspace(settings())
  expect(seen).toMatchObject({ exitCode: 1, isWhole: false, problems: [{ code: 'GIT_REMOTE_UNREACHABLE' }] })
  expect(seen.releases).toMatchObject([{ state: 'open', next: ['topsail resume', 'topsail rollback'] }])
  expect(seen.releases[0]?.units.map(({ seen }) => seen)).toEqual(['yes', 'yes'])
  expect(JSON.stringify(seen)).not.toContain('hunter2222')
})

test('a web page in the place of the remote is not taken for a remote without releases', async () => {
  await openNextVersion()
  await repository.git('fetch', '--quiet')
  const page = createServer((_, response) => response.end('<html>log in</html>')).listen(0, '127.0.0.1')
  await once(page, 'listening')
  await repository.git('remote', 'set-url', 'origin', `http://127.0.0.1:${(page.address() as AddressInfo).port}/x.git`)
  expect(await statusWorkspace(settings())).toMatchObject({
    exitCode: 1,
    problems: [{ code: 'GIT_REMOTE_UNREACHABLE' }],
  })
  expect(await resumeWorkspace(settings())).toMatchObject({ problems: [{ code: 'GIT_REMOTE_UNREACHABLE' }] })
  page.closeAllConnections()
  page.close()
})

test('a rollback takes back the newest release, also where clocks were ahead before', async () => {
  await openNextVersion()
  const { remote } = repository
  const first = await repository.git('-C', remote, 'for-each-ref', '--format=%(objectname)', 'refs/topsail/releases')
  for (const at of [0, 1, 2, 3, 4, 5]) {
    const name = `refs/topsail/releases/20990101-00000000${at}-aaaa`
    await repository.git('-C', remote, 'update-ref', name, first.trim())
  }
  await publish()
  const { rollback } = await rollbackWorkspace({ ...settings(), dryRun: true })
  expect(rollback?.release).toMatch(/^20990101-000000006-/)
})

test('an unknown release is said to be unknown, and nothing is changed', async () => {
  await openNextVersion()
  expect((await rollbackWorkspace({ ...settings(), release: 'r7' })).problems).toMatchObject([
    { code: 'RELEASE_UNKNOWN', release: 'r7' },
  ])
})

/** As forges do that take branches and tags and nothing else. */
const refusals: Readonly<Record<string, () => Promise<unknown>>> = {
  'hides them': () => repository.git('-C', repository.remote, 'config', 'receive.hideRefs', 'refs/topsail'),
  'refuses them in a hook': async () => {
    const script =
      '#!/bin/sh\ncase "$1" in refs/heads/*|refs/tags/*) exit 0;; esac\necho "only branches and tags" >&2\nexit 1\n'
    await writeFile(join(repository.remote, 'hooks', 'update'), script, { mode: 0o755 })
  },
}

test.each(Object.entries(refusals))('where a forge %s, branches serve, and that is said once', async (_, refuse) => {
  await openNextVersion('none')
  await refuse()
  const first = await publish()
  expect(first.problems).toMatchObject([{ code: 'REFS_ON_BRANCHES', namespace: 'refs/heads/topsail' }])
  expect(first.exitCode).toBe(0)
  expect(await repository.git('ls-remote', 'origin', 'refs/topsail/*')).toBe('')
  await versionNext()
  refuse403('api')
  expect(await publish()).toMatchObject({ exitCode: 3, problems: [{ code: 'UPLOAD_REFUSED' }] })
  proxy.clear()
  // Another runner finds it there.
  const clone = await freshClone()
  expect((await statusWorkspace(settings(clone))).releases[0]).toMatchObject({ state: 'open' })
  expect(await resumeWorkspace(settings(clone))).toMatchObject({ exitCode: 0, problems: [] })
  expect(await rollbackWorkspace(settings(clone))).toMatchObject({ exitCode: 0, problems: [] })
  expect(await repository.git('ls-remote', 'origin', 'refs/heads/topsail/burned')).not.toBe('')
  const { chain } = await releaseSets({ cwd: clone })
  expect(chain).toHaveLength(3)
})

/** A line for each push that arrives: the kinds of refs in it. */
async function watchPushes(): Promise<() => Promise<readonly string[]>> {
  const log = join(repository.remote, 'pushes')
  const script = `#!/bin/sh\nwhile read _ _ ref; do printf '%s ' "$ref"; done >> '${log}'\necho >> '${log}'\n`
  await writeFile(join(repository.remote, 'hooks', 'pre-receive'), script, { mode: 0o755 })
  return async () => {
    const lines = (await readFile(log, 'utf8')).trim().split('\n')
    const kindOf = (ref: string): string => ref.split('/').slice(0, 3).join('/')
    return lines.map((line) => [...new Set(line.trim().split(' ').map(kindOf))].toSorted().join(' '))
  }
}

const ends = ['refs/tags', 'refs/topsail/lease', 'refs/topsail/open', 'refs/topsail/releases', 'refs/topsail/sets']

test('tags, release set and the end of the release arrive in one push', async () => {
  await openNextVersion('none')
  const pushes = await watchPushes()
  expect(await publish()).toMatchObject({ exitCode: 0, problems: [] })
  expect((await pushes()).at(-1)).toBe(ends.join(' ').replace('refs/tags', `refs/tags/${scope}`))
  expect((await pushes()).filter((line) => line.includes('refs/tags'))).toHaveLength(1)
  expect((await statusWorkspace(settings(await freshClone()))).releases).toMatchObject([{ state: 'finished' }])
})

test('where somebody is to be told, the release ends after that', async () => {
  await openNextVersion('none')
  await repository.write({ 'topsail.json': { release: { announce: ['node', '-e', 'process.exitCode = 1'] } } })
  await repository.commit('chore: tell nobody')
  const pushes = await watchPushes()
  expect(await publish()).toMatchObject({ exitCode: 3, problems: [{ code: 'ANNOUNCE_FAILED' }] })
  const [withTags = ''] = (await pushes()).filter((line) => line.includes('refs/tags'))
  expect(withTags).toContain('refs/topsail/sets')
  expect(withTags).not.toContain('refs/topsail/releases')
  expect((await statusWorkspace(settings(await freshClone()))).releases).toMatchObject([{ state: 'open' }])
})

test('a hook of the user’s sees the tags and nothing else', async () => {
  await openNextVersion('none')
  const log = join(repository.root, '.git', 'seen')
  const script = `#!/bin/sh\ncut -d' ' -f3 >> '${log}'\n`
  await writeFile(join(repository.root, '.git', 'hooks', 'pre-push'), script, { mode: 0o755 })
  const pushes = await watchPushes()
  expect(await publish()).toMatchObject({ exitCode: 0, problems: [] })
  expect((await readFile(log, 'utf8')).trim().split('\n').toSorted()).toEqual([
    `refs/tags/${scope}/api@1.0.0`,
    `refs/tags/${scope}/db@1.0.0`,
  ])
  expect(await pushes()).toContain(`refs/tags/${scope}`)
})

test('tags that the remote refuses leave the release open, its journal there', async () => {
  await openNextVersion('none')
  const script = '#!/bin/sh\ncase "$1" in refs/tags/*) echo "tags are protected" >&2; exit 1;; esac\n'
  const hook = join(repository.remote, 'hooks', 'update')
  await writeFile(hook, script, { mode: 0o755 })
  expect(await publish()).toMatchObject({ exitCode: 3, problems: [{ code: 'TAGS_NOT_PUSHED' }] })
  await rm(hook)
  // Another clone has none of the tags that this one made.
  const clone = await freshClone()
  expect(await resumeWorkspace(settings(clone))).toMatchObject({ exitCode: 0, problems: [] })
  expect(await repository.git('ls-remote', '--tags', 'origin')).toContain(`refs/tags/${scope}/api@1.0.0`)
  expect((await statusWorkspace(settings(clone))).releases).toMatchObject([{ state: 'finished' }])
})

test('a place of one’s own choice is the only one', async () => {
  await openNextVersion('none')
  await repository.write({ 'topsail.json': { release: { refs: 'refs/private/ours' } } })
  await repository.commit('chore: where the journal goes')
  expect((await publish()).exitCode).toBe(0)
  const listed = await repository.git('ls-remote', 'origin', 'refs/private/ours/*')
  expect(listed).toContain('refs/private/ours/lease')
  await repository.git('-C', repository.remote, 'config', 'receive.hideRefs', 'refs/private')
  await versionNext()
  expect((await publish()).problems).toMatchObject([{ code: 'LEASE_FORBIDDEN', ref: 'refs/private/ours/lease' }])
})

test('a journal that would hand git anything but commits and tags is not trusted', async () => {
  await openNextVersion()
  const refs = gitRefStore(gitIn(repository.root), 'origin')
  const units = [{ name: 'x', version: '1.0.0', dir: 'x', needs: [], upload: undefined, tag: undefined }]
  const opened = { v: 1, n: 0, at: '', fence: 1, kind: 'opened', promotion: 'direct', integrities: {}, units } as const
  const record: JournalRecord = { ...opened, release: 'r', commit: '--output=stolen', steps: [] }
  const { line } = encodeRecord(record, '', sha256)
  const to = await refs.write({ message: 'x', files: { 'journal.ndjson': line } }, undefined)
  await refs.swap([{ ref: 'refs/topsail/open/r', from: undefined, to }])
  expect((await publish()).problems).toMatchObject([{ code: 'JOURNAL_CORRUPT', release: 'r' }])
})
