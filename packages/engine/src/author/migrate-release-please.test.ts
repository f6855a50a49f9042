import { expect, onTestFinished, test } from 'vitest'
import { planWorkspace } from '../read/read-snapshot.ts'
import { createRepository } from '../testing/repository.ts'
import { folderOf, jsonIn, leftBehind, settingsOf } from '../testing/set-up.ts'
import { initWorkspace } from './init.ts'

const pkg = (name: string, more: object = {}) => ({ name, version: '1.0.0', ...more })
const shop = {
  'package.json': { name: 'shop', version: '3.1.0', workspaces: ['packages/*'] },
  'package-lock.json': {},
  'packages/db/package.json': pkg('@acme/db'),
  'packages/log/package.json': pkg('@acme/log', { version: '0.0.0' }),
}

async function init(config: object, files: Record<string, string | object> = {}) {
  const root = await folderOf({ ...shop, ...files, 'release-please-config.json': config })
  const result = await initWorkspace({ cwd: root })
  return { root, result, settings: await settingsOf(root) }
}

test('a root package beside workspaces is released by everything but the folders it excludes', async () => {
  const config = {
    'release-type': 'node',
    packages: {
      '.': { 'package-name': '', 'exclude-paths': ['packages', './docs/'] },
      'packages/db': {},
      'packages/log': { 'initial-version': '0.1.0' },
    },
    plugins: ['node-workspace'],
  }
  const repo = await createRepository({ ...shop, 'release-please-config.json': config })
  onTestFinished(() => repo.close())
  await repo.commit('chore: begin')
  for (const tag of ['v3.1.0', 'db-v1.0.0']) await repo.git('tag', tag)
  const result = await initWorkspace({ cwd: repo.root })
  expect(jsonIn(result, 'topsail.json')).toMatchObject({
    rootPackage: true,
    tagPattern: { '**': '{shortName}-v{version}', shop: 'v{version}' },
  })
  const releases = async () =>
    (await planWorkspace({ cwd: repo.root })).plan.releases.map(({ name, to }) => `${name} ${to}`)
  await repo.commit('chore: topsail')
  await repo.write({ 'packages/db/pool.ts': '1', 'packages/log/x.ts': '1' })
  await repo.commit('feat: below')
  await repo.write({ 'docs/x.md': '1' })
  await repo.commit('fix: words')
  expect(await releases()).toEqual(['@acme/db 1.1.0', '@acme/log 0.1.0'])
  await repo.write({ 'lib/x.ts': '1', 'packages/db/pool.ts': '2' })
  await repo.commit('fix: above and below')
  expect(await releases()).toEqual(['@acme/db 1.1.0', '@acme/log 0.1.0', 'shop 3.1.1'])
})

test('tags are called as release-please calls them, each package by its own setting', async () => {
  const { settings, result } = await init({
    'include-v-in-tag': false,
    'tag-separator': '@',
    packages: {
      'packages/db': { component: '@acme/db' },
      'packages/log': { component: 'logger', 'include-v-in-tag': true },
    },
  })
  expect(settings.tagPatterns).toEqual({ '@acme/db': '{name}@{version}', '@acme/log': 'logger@v{version}' })
  expect(leftBehind(result)).toEqual({})
})

test('packages with and without a scope share a pattern where release-please calls them alike', async () => {
  const packages = { 'packages/db': {}, 'packages/log': {} }
  const bare = { 'packages/log/package.json': pkg('log') }
  expect((await init({ packages }, bare)).settings.tagPattern).toBe('{shortName}-v{version}')
  const both = { ...bare, 'packages/db/package.json': pkg('db') }
  expect((await init({ packages }, both)).settings.tagPattern).toBe('{name}-v{version}')
})

test('a component that is told stands as it is, where versions are linked too', async () => {
  const components = ['@acme/db', 'log']
  const { settings } = await init({
    packages: { 'packages/db': { component: '@acme/db' }, 'packages/log': {} },
    plugins: [{ type: 'linked-versions', groupName: 'all', components }],
  })
  expect(settings.fixed).toEqual([['@acme/db', '@acme/log']])
})

test('strategies that all packages have are carried over, others are named', async () => {
  const of = (versioning: string, more: object = {}) => init({ versioning, ...more, packages: { 'packages/db': {} } })
  expect((await of('always-bump-patch')).settings.maxBump).toBe('patch')
  expect((await of('prerelease', { prerelease: true })).settings.commits.prerelease).toBe('continue')
  expect((await of('prerelease')).settings.commits.prerelease).toBe('finish')
  expect(leftBehind((await of('service-pack')).result)).toMatchObject({
    'packages["packages/db"].versioning': 'versioning',
  })
  const { settings, result } = await init({
    packages: { 'packages/db': { versioning: 'always-bump-minor' }, 'packages/log': { versioning: 'default' } },
  })
  expect(settings.maxBump).toBe('major')
  expect(leftBehind(result)).toEqual({ 'packages["packages/db"].versioning': 'versioning' })
})

test('sections that stand with the packages count as well, where they say the same', async () => {
  const sections = [{ type: 'feat' }, { type: 'fix' }, { type: 'docs' }, { type: 'chore', hidden: true }]
  const own = { 'changelog-sections': sections }
  expect((await init({ packages: { 'packages/db': own, 'packages/log': own } })).settings.commits.types).toMatchObject({
    docs: 'patch',
    chore: 'none',
    perf: 'none',
  })
  const { result } = await init({ packages: { 'packages/db': own, 'packages/log': {} } })
  expect(leftBehind(result)).toEqual({ 'packages["packages/db"].changelog-sections': 'types-for-all' })
})

test('the commit that was told to look no further back than is one here too, where there is such a commit', async () => {
  const packages = { 'packages/db': {} }
  const repo = await createRepository({ ...shop, 'release-please-config.json': { packages } })
  onTestFinished(() => repo.close())
  const begin = await repo.commit('feat: begin')
  const since = async (more: object) => {
    await repo.write({ 'release-please-config.json': { packages, ...more } })
    const result = await initWorkspace({ cwd: repo.root, dryRun: true })
    return {
      since: (jsonIn(result, 'topsail.json') as { commits: { since?: string } }).commits.since,
      left: leftBehind(result),
    }
  }
  expect(await since({ 'bootstrap-sha': begin })).toEqual({ since: begin, left: {} })
  const gone = '0123456789'.repeat(4)
  expect(await since({ 'bootstrap-sha': gone, 'last-release-sha': begin })).toEqual({
    since: begin,
    left: { 'bootstrap-sha': 'later-since' },
  })
  expect(await since({ 'bootstrap-sha': gone })).toEqual({
    since: undefined,
    left: { 'bootstrap-sha': 'unknown-commit' },
  })
  expect(await since({ 'last-release-sha': begin.slice(0, 7) })).toEqual({
    since: undefined,
    left: { 'last-release-sha': 'no-whole-hash' },
  })
})

test('every other setting is named with what takes its place, and defaults say nothing', async () => {
  const { result } = await init(
    {
      $schema: 'https://raw.githubusercontent.com/googleapis/release-please/main/schemas/config.json',
      draft: false,
      prerelease: false,
      'release-as': '4.0.0',
      'separate-pull-requests': true,
      'pull-request-title-pattern': 'chore: release ${version}',
      'release-search-depth': 500,
      'skip-changelog': true,
      'always-link-local': true,
      packages: { 'packages/db': { 'extra-files': ['src/version.ts'], 'release-type': 'go', prerelease: true } },
      plugins: [
        'cargo-workspace',
        { type: 'group-priority', groups: ['a'] },
        { type: 'node-workspace', updateAllPackages: true },
      ],
    },
    { '.release-please-manifest.json': { 'packages/db': '1.4.0', 'packages/log': '0.0.0' } },
  )
  const left = result.notes.flatMap((note) =>
    note.kind === 'left-behind' ? [`${note.from.key}: ${note.because}`] : [],
  )
  expect(left).toEqual([
    'plugins: other-files',
    'plugins: one-pull-request',
    'plugins: no-counterpart',
    '["packages/db"]: current-version',
    'release-as: release-as',
    'separate-pull-requests: one-pull-request',
    'pull-request-title-pattern: pull-request',
    'release-search-depth: whole-history',
    'skip-changelog: changelog-format',
    'always-link-local: no-counterpart',
    'packages["packages/db"].extra-files: other-files',
    'packages["packages/db"].release-type: other-files',
    'packages["packages/db"].prerelease: forge-release',
  ])
})

test('without a configuration it is told by its app or by a workflow', async () => {
  const single = { 'package.json': { name: 'acme', version: '0.4.0' } }
  const by = async (files: Record<string, string>) => {
    const root = await folderOf({ ...single, ...files })
    const result = await initWorkspace({ cwd: root })
    return { result, settings: await settingsOf(root) }
  }
  const app = await by({
    '.github/release-please.yml': 'handleGHRelease: true\nreleaseType: node\nbumpMinorPreMajor: true\n',
  })
  expect(app.result.from).toBe('release-please')
  expect(app.settings.commits).toMatchObject({ preset: 'release-please', zeroMajor: { acme: 'major-to-minor' } })
  expect(app.settings.tagPattern).toBe('v{version}')
  const workflow = (inputs: string) =>
    `on: push\njobs:\n  release:\n    steps:\n      - uses: actions/checkout@v6\n      - uses: googleapis/release-please-action@v4\n        with:\n          token: x\n${inputs}`
  const action = await by({ '.github/workflows/release.yml': workflow('          release-type: node\n') })
  expect(action.result.from).toBe('release-please')
  expect(action.settings.ignore).toEqual([])
  const other = await by({ '.github/workflows/release.yml': workflow('') })
  expect(other.result.from).toBeUndefined()
})
