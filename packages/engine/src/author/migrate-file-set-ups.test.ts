import { expect, test } from 'vitest'
import { planWorkspace } from '../read/read-snapshot.ts'
import { folderOf, jsonIn, leftBehind, settingsOf } from '../testing/set-up.ts'
import { readTree } from '../testing/tree.ts'
import { initWorkspace } from './init.ts'

const pkg = (name: string, more: object = {}) => ({ name, version: '1.0.0', ...more })
const shop = (devDependencies: object, more: object = {}) => ({
  'package.json': { name: 'shop', private: true, workspaces: ['packages/*'], devDependencies, ...more },
  'yarn.lock': '',
  'packages/db/package.json': pkg('@acme/db'),
  'packages/log/package.json': pkg('@acme/log', { devDependencies: { '@acme/db': '^1.0.0' } }),
})

async function init(files: Record<string, string | object>) {
  const root = await folderOf(files)
  const result = await initWorkspace({ cwd: root })
  return { root, result, settings: await settingsOf(root) }
}

const changeFile = (packageName: string, type: string, more: object = {}) => ({
  type,
  comment: `What was done to ${packageName}.`,
  packageName,
  email: 'jane.doe@acme.example',
  dependentChangeType: 'patch',
  ...more,
})

test('change files whose names differ in signs alone stay apart', async () => {
  const { result } = await init({
    ...shop({ beachball: '^2.40.0' }),
    'beachball.config.json': {},
    'change/a_b.json': changeFile('@acme/db', 'minor'),
    'change/a-b.json': changeFile('@acme/log', 'patch'),
  })
  const paths = result.files.map(({ path }) => path).filter((path) => path.includes('beachball'))
  expect(paths).toEqual(['.changeset/beachball-a-b.md', '.changeset/beachball-a-b-2.md'])
})

test('from beachball: change files become changesets, and dependents follow as they did', async () => {
  const { root, result, settings } = await init({
    ...shop({ beachball: '^2.40.0' }),
    'beachball.config.js': 'throw new Error("this is not run")',
    'change/@acme-db-0fa67c52-3aad.json': changeFile('@acme/db', 'minor'),
    'change/change-1b.json': {
      changes: [changeFile('@acme/db', 'patch'), changeFile('@acme/log', 'none'), changeFile('ghost', 'major')],
    },
    'change/pre.json': changeFile('@acme/log', 'prerelease', { dependentChangeType: 'minor' }),
    'change/README.md': 'hello',
    'change/broken.json': '{ "type": ',
  })
  expect(result.from).toBe('beachball')
  expect(settings).toMatchObject({ sources: 'changesets', tagPattern: '{name}_v{version}' })
  expect(readTree(root)['.changeset/beachball-acme-db-0fa67c52-3aad.md']).toBe(
    '---\n"@acme/db": minor\n---\n\nWhat was done to @acme/db.\n',
  )
  expect(readTree(root)['.changeset/beachball-change-1b.md']).toContain('"@acme/db": patch\n"@acme/log": none\n')
  expect(leftBehind(result)).toEqual({
    '': 'unreadable',
    '@acme/log': 'pre-mode',
    dependentChangeType: 'dependents-alike',
    ghost: 'has-no-package',
  })
  const { plan } = await planWorkspace({ cwd: root })
  expect(plan.releases.map(({ name, to }) => `${name} ${to}`)).toEqual(['@acme/db 1.1.0', '@acme/log 1.0.1'])
})

test('from beachball: what is out of its scope is not released, and without a workspace every manifest is a package', async () => {
  const files = {
    'package.json': { name: 'shop', private: true, devDependencies: { beachball: '^2.40.0' } },
    'beachball.config.json': { scope: ['lib/*', '!lib/old'] },
    'lib/db/package.json': pkg('@acme/db'),
    'lib/old/package.json': pkg('@acme/old'),
    'samples/deep/shop/package.json': pkg('shop-sample', { dependencies: { '@acme/db': '^1.0.0' } }),
    'change/a.json': changeFile('@acme/db', 'minor'),
  }
  const { root, settings } = await init(files)
  expect(settings.ignore).toEqual(['@acme/old', 'shop-sample'])
  const { plan } = await planWorkspace({ cwd: root })
  expect(plan.releases.map(({ name, to }) => `${name} ${to}`)).toEqual(['@acme/db 1.1.0'])
})

test('change files that wait say that beachball releases, though Nx is set up for it too', async () => {
  const files = {
    ...shop({ beachball: '^2.40.0' }),
    'beachball.config.json': {},
    'nx.json': { release: { projects: ['packages/*'], projectsRelationship: 'independent' } },
  }
  const waiting = { 'change/a.json': { type: 'minor', packageName: '@acme/db', comment: 'Pool' } }
  expect((await init(files)).result.from).toBe('nx')
  expect((await init({ ...files, ...waiting })).result.from).toBe('beachball')
})

test('from beachball: a configuration that is JSON is carried over', async () => {
  const beachball = {
    access: 'public',
    branch: 'origin/main',
    changeDir: 'changes',
    groups: [{ name: 'all', include: 'packages/*', exclude: ['!packages/none'], disallowedChangeTypes: ['major'] }],
    ignorePatterns: ['.*ignore', 'packages/*/docs/**'],
    registry: 'https://npm.acme.example',
    disallowedChangeTypes: ['major'],
    gitTags: false,
  }
  const { result, settings } = await init({
    ...shop({ beachball: '^2.40.0' }, { beachball }),
    'changes/a.json': changeFile('@acme/db', 'patch'),
  })
  expect(settings).toMatchObject({
    access: 'public',
    baseBranch: 'main',
    fixed: [['@acme/db', '@acme/log']],
    tagPattern: '{name}@{version}',
  })
  expect(settings.changedFilePatterns).toEqual(['**', '!**/.*ignore'])
  expect(result.files.map(({ path }) => path)).toContain('.changeset/beachball-a.md')
  expect(leftBehind(result)).toEqual({
    ignorePatterns: 'rooted-pattern',
    registry: 'registry',
    disallowedChangeTypes: 'no-counterpart',
  })
})

test('from semantic-release: rules of types, tags and branches are carried over, other plugins are named', async () => {
  const release = {
    branches: ['+([0-9])?(.{+([0-9]),x}).x', 'main', { name: 'beta', prerelease: true }],
    tagFormat: 'release-${version}',
    plugins: [
      [
        '@semantic-release/commit-analyzer',
        {
          preset: 'angular',
          releaseRules: [
            { type: 'docs', release: 'patch' },
            { type: 'perf', release: false },
            { type: 'refactor', scope: 'core-*', release: 'minor' },
          ],
        },
      ],
      '@semantic-release/release-notes-generator',
      ['@semantic-release/npm', { pkgRoot: 'dist' }],
      '@semantic-release/github',
      ['@semantic-release/exec', { prepareCmd: 'make' }],
    ],
  }
  const root = await folderOf({
    'package.json': pkg('acme', {
      version: '0.0.0-development',
      release,
      devDependencies: { 'semantic-release': '25' },
    }),
  })
  const result = await initWorkspace({ cwd: root })
  expect(result.from).toBe('semantic-release')
  expect(jsonIn(result, 'topsail.json')).toMatchObject({
    sources: 'both',
    commits: { preset: 'conventional', types: { docs: 'patch', perf: 'none' } },
    tagPattern: 'release-{version}',
  })
  expect(jsonIn(result, '.changeset/config.json')).toMatchObject({ baseBranch: 'main' })
  const left = result.notes.flatMap((note) =>
    note.kind === 'left-behind' ? [`${note.from.key}: ${note.because}`] : [],
  )
  expect(left).toEqual([
    'release.plugins commit-analyzer.releaseRules: rule-of-types',
    'release.plugins: changelog-format',
    'release.plugins @semantic-release/npm: published-folder',
    'release.plugins: forge-release',
    'release.plugins: pre-command',
    'release.branches: branches',
    'release.branches: pre-mode',
    'version: version-in-tags',
  ])
})

test('from semantic-release in a monorepo: dependents and tags are as its plugin has them', async () => {
  const multi = await init({
    ...shop({ 'semantic-release': '25', '@qiwi/multi-semantic-release': '7' }),
    '.releaserc.yml': 'branches:\n  - main\nplugins:\n  - "@semantic-release/npm"\n',
  })
  expect(multi.result.from).toBe('semantic-release')
  expect(multi.settings).toMatchObject({ updateInternalDependents: 'always', tagPattern: '{name}@{version}' })
  const alone = await init({
    ...shop({ 'semantic-release-monorepo': '8' }),
    'release.config.js': 'module.exports = { extends: "semantic-release-monorepo" }',
  })
  expect(alone.settings).toMatchObject({ updateInternalDependents: 'out-of-range', tagPattern: '{name}-v{version}' })
  expect(alone.settings.cascade['@acme/log']?.dependencies).toMatchObject({ 'out-by-major': 'none' })
  expect(leftBehind(alone.result)).toEqual({ '': 'is-program' })
})

test('from the versions of pnpm: intents stay what they are, and those that were used in part are named', async () => {
  const { result, settings } = await init({
    'package.json': { name: 'shop', private: true },
    'pnpm-workspace.yaml':
      "packages: ['packages/*']\nversioning:\n  fixed:\n    - ['@acme/db', '@acme/log']\n  lanes:\n    '@acme/db': rc\n  maxBump: minor\n",
    'packages/db/package.json': pkg('@acme/db'),
    'packages/log/package.json': pkg('@acme/log'),
    '.changeset/ledger.yaml':
      '"@acme/db@1.0.0":\n  dir: packages/db\n  intents:\n    - brave-cats\n    - gone\n"@acme/log@0.9.0": [gone]\n',
    '.changeset/brave-cats.md': '---\n"@acme/db": minor\n"@acme/log": minor\n---\n\nx\n',
  })
  expect(result.from).toBe('pnpm')
  expect(settings).toMatchObject({
    sources: 'changesets',
    rules: 'changesets@3',
    maxBump: 'minor',
    fixed: [['@acme/db', '@acme/log']],
  })
  expect(leftBehind(result)).toEqual({ 'versioning.lanes': 'pre-mode', '': 'used-intent' })
  expect(result.notes).toContainEqual({
    kind: 'left-behind',
    from: { file: '.changeset/brave-cats.md', key: '' },
    value: ['@acme/db'],
    because: 'used-intent',
  })
})

test('a repository that only runs Nx or Lerna beside them is theirs', async () => {
  const files = {
    ...shop({ beachball: '^2.40.0' }),
    'beachball.config.js': '',
    'nx.json': { release: { version: { preVersionCommand: 'nx build' } } },
    'lerna.json': { version: '1.0.0', npmClient: 'yarn' },
  }
  expect((await init(files)).result.from).toBe('beachball')
})
