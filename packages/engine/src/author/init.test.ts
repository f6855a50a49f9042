import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { gitIn } from '../adapters/git-process.ts'
import { planWorkspace, readSnapshot } from '../read/read-snapshot.ts'
import { createRepository } from '../testing/repository.ts'
import { folderOf as workspace, jsonIn, leftBehind, settingsOf } from '../testing/set-up.ts'
import { readTree } from '../testing/tree.ts'
import { initWorkspace, type InitResult } from './init.ts'

const pkg = (name: string, more: object = {}) => ({ name, version: '1.0.0', ...more })
const monorepo = {
  'package.json': { name: 'shop', private: true, workspaces: ['packages/*', 'apps/*'] },
  'package-lock.json': {},
  'packages/db/package.json': pkg('@acme/db'),
  'packages/log/package.json': pkg('@acme/log', { dependencies: { '@acme/db': '^1.0.0' } }),
  'apps/web/package.json': pkg('@acme/web', { private: true, peerDependencies: { '@acme/log': '^1.0.0' } }),
}

describe('a fresh set-up', () => {
  test('writes both configurations and a README, and counts both sources', async () => {
    const root = await workspace(monorepo)
    const result = await initWorkspace({ cwd: join(root, 'packages/db') })
    expect(result.from).toBeUndefined()
    expect(statesOf(result)).toEqual({
      '.changeset/config.json': 'new',
      '.changeset/README.md': 'new',
      'topsail.json': 'new',
    })
    expect(jsonIn(result, 'topsail.json')).toMatchObject({ sources: 'both', rules: 'topsail' })
    expect(jsonIn(result, '.changeset/config.json')).toMatchObject({ baseBranch: 'main', access: 'restricted' })
    expect((await settingsOf(root)).sources).toBe('both')
  })

  test('services are private packages, and are versioned all the same', async () => {
    const root = await workspace(monorepo)
    const result = await initWorkspace({ cwd: root })
    expect(result.notes).toContainEqual({ kind: 'private-packages-versioned', names: ['@acme/web'] })
    expect((await settingsOf(root)).privatePackages).toEqual({ version: true, tag: true })
  })

  test('the base branch is what the repository calls it', async () => {
    const root = await workspace(monorepo)
    await gitIn(root)(['init', '--quiet', '--initial-branch=trunk'])
    expect(jsonIn(await initWorkspace({ cwd: root }), '.changeset/config.json')).toMatchObject({ baseBranch: 'trunk' })
  })

  test('a dry run writes nothing and tells the same', async () => {
    const root = await workspace(monorepo)
    const before = readTree(root)
    const dry = await initWorkspace({ cwd: root, dryRun: true })
    expect(readTree(root)).toEqual(before)
    expect(await initWorkspace({ cwd: root })).toEqual(dry)
  })

  test('what is there stays, and a second run changes nothing', async () => {
    const root = await workspace({
      ...monorepo,
      'topsail.json': '{ "sources": "commits" }',
      '.changeset/README.md': 'ours',
    })
    const first = await initWorkspace({ cwd: root })
    expect(statesOf(first)).toEqual({
      '.changeset/config.json': 'new',
      '.changeset/README.md': 'kept',
      'topsail.json': 'kept',
    })
    const before = readTree(root)
    const second = await initWorkspace({ cwd: root })
    expect(new Set(Object.values(statesOf(second)))).toEqual(new Set(['kept']))
    expect(readTree(root)).toEqual(before)
  })

  test('a folder that is no workspace, and a broken configuration, stop it', async () => {
    const empty = await workspace({})
    expect((await initWorkspace({ cwd: empty })).problems.map(({ code }) => code)).toEqual(['WORKSPACE_NOT_FOUND'])
    const broken = await workspace({ ...monorepo, 'lerna.json': '{ "version": ' })
    const result = await initWorkspace({ cwd: broken })
    expect(result.problems.map(({ code }) => code)).toEqual(['CONFIG_SYNTAX'])
    expect(Object.keys(readTree(broken))).not.toContain('topsail.json')
  })
})

describe('from Changesets', () => {
  const first = {
    $schema: 'https://unpkg.com/@changesets/config@2.3.1/schema.json',
    changelog: '@changesets/cli/changelog',
    commit: false,
    fixed: [],
    linked: [],
    access: 'restricted',
    updateInternalDependencies: 'patch',
    ignore: [],
  }

  test('Changesets 2 keeps its configuration and its answers, and hears what 3 would change', async () => {
    const text = `${JSON.stringify(first)}\n`
    const root = await workspace({ ...monorepo, '.changeset/config.json': text })
    const result = await initWorkspace({ cwd: root })
    expect(result.from).toBe('changesets')
    expect(readTree(root)['.changeset/config.json']).toBe(text)
    expect(jsonIn(result, 'topsail.json')).toMatchObject({ sources: 'both', rules: 'changesets@2' })
    expect(result.notes.flatMap((note) => (note.kind === 'changes-in-3' ? [note.change] : []))).toEqual([
      { setting: 'privatePackages', names: ['@acme/web'] },
      { setting: 'baseBranch', before: 'master', after: 'main' },
      { setting: 'peers', dependents: ['@acme/web'] },
    ])
  })

  test('explicit settings leave nothing to change', async () => {
    const explicit = { ...first, baseBranch: 'main', privatePackages: { version: true, tag: false }, prettier: false }
    const files = { ...monorepo, '.changeset/config.json': explicit, 'apps/web/package.json': pkg('@acme/web') }
    const result = await initWorkspace({ cwd: await workspace(files) })
    expect(result.notes).toEqual([
      { kind: 'changes-in-3', change: { setting: 'prettier', value: false } },
      { kind: 'commits-count', since: undefined },
    ])
  })

  test('Changesets 3 is told by its schema, and its plan stays what it was', async () => {
    const config = { $schema: 'https://unpkg.com/@changesets/config@4.0.1/schema.json', baseBranch: 'main' }
    const files = {
      ...monorepo,
      '.changeset/config.json': config,
      '.changeset/one.md': '---\n"@acme/db": major\n---\n\nx\n',
    }
    const root = await workspace(files)
    const before = await planWorkspace({ cwd: root, now: '2026-01-01T00:00:00Z' })
    const result = await initWorkspace({ cwd: root, sources: 'changesets' })
    expect(result.notes).toEqual([])
    expect(jsonIn(result, 'topsail.json')).toMatchObject({ sources: 'changesets', rules: 'changesets@3' })
    const after = await planWorkspace({ cwd: root, now: '2026-01-01T00:00:00Z' })
    expect(after.plan.releases).toEqual(before.plan.releases)
  })

  test('commits count as well from now on, and that is told', async () => {
    const config = { $schema: 'https://unpkg.com/@changesets/config@4.0.1/schema.json', baseBranch: 'main' }
    const result = await initWorkspace({ cwd: await workspace({ ...monorepo, '.changeset/config.json': config }) })
    expect(result.notes).toEqual([{ kind: 'commits-count', since: undefined }])
    expect(jsonIn(result, 'topsail.json')).toMatchObject({ sources: 'both', rules: 'changesets@3' })
  })

  test('in git only the commits to come count: the next release is the one that Changesets would make', async () => {
    const repo = await createRepository({
      ...monorepo,
      '.changeset/config.json': { ...first, baseBranch: 'main' },
    })
    onTestFinished(() => repo.close())
    await repo.commit('chore: begin')
    await repo.write({ 'packages/db/pool.ts': '1' })
    const tip = await repo.commit('feat(db)!: nobody wrote a changeset for this, and nobody wants one')
    await repo.git('switch', '-q', '-c', 'move-to-topsail')
    await repo.write({ 'notes.txt': '1' })
    await repo.commit('chore: what will be squashed')
    const result = await initWorkspace({ cwd: repo.root })
    expect(result.notes).toContainEqual({ kind: 'commits-count', since: tip })
    expect(jsonIn(result, 'topsail.json')).toMatchObject({ sources: 'both', commits: { since: tip } })
    await repo.commit('chore: topsail')
    expect((await planWorkspace({ cwd: repo.root })).plan).toMatchObject({ releases: [], problems: [] })
    await repo.write({ 'packages/db/pool.ts': '2' })
    await repo.commit('fix(db): the first that counts')
    expect((await planWorkspace({ cwd: repo.root })).plan.releases).toMatchObject([{ name: '@acme/db', bump: 'patch' }])
  })

  test('the state of pre mode is told, in either form', async () => {
    const pre = { mode: 'pre', tag: 'next', initialVersions: { '@acme/db': '1.0.0' }, changesets: ['one', 'two'] }
    const root = await workspace({ ...monorepo, '.changeset/config.json': first, '.changeset/pre.json': pre })
    const { notes } = await initWorkspace({ cwd: root })
    expect(notes).toContainEqual({ kind: 'pre-state', tag: 'next', mode: 'pre', used: 2, generation: 2 })
  })
})

describe('from Lerna', () => {
  test('one version line is a linked group, its tags keep their form, commits count as Lerna counts them', async () => {
    const lerna = {
      $schema: 'node_modules/lerna/schemas/lerna-schema.json',
      version: '1.4.0',
      npmClient: 'npm',
      command: {
        version: {
          allowBranch: ['main', 'release/*'],
          conventionalCommits: true,
          changelogPreset: 'conventionalcommits',
          createRelease: 'github',
          exact: true,
          message: 'chore(release): publish %s',
        },
        publish: { registry: 'https://npm.acme.example', access: 'public', distTag: 'latest' },
        run: { stream: true },
      },
      ignoreChanges: ['**/*.md', '*.test.js', 'packages/*/docs/**', 'tools/**'],
    }
    const root = await workspace({ ...monorepo, 'lerna.json': lerna })
    const result = await initWorkspace({ cwd: root })
    expect(result.from).toBe('lerna')
    const settings = await settingsOf(root)
    expect(settings).toMatchObject({
      sources: 'both',
      linked: [['@acme/web', '@acme/db', '@acme/log']],
      fixed: [],
      tagPattern: 'v{version}',
      commits: { preset: 'lerna', exclamationMark: true, ignoreFiles: lerna.ignoreChanges },
      updateInternalDependents: 'always',
      access: 'public',
      baseBranch: 'main',
      privatePackages: { version: true, tag: true },
    })
    expect(settings.changedFilePatterns).toEqual(['**', '!**/*.md', '!**/*.test.js'])
    expect(leftBehind(result)).toEqual({
      'command.version.allowBranch': 'branches',
      'command.version.createRelease': 'forge-release',
      'command.version.exact': 'exact-ranges',
      'command.version.message': 'commits-and-pushes',
      'command.publish.distTag': 'dist-tag',
      'command.publish.registry': 'registry',
      ignoreChanges: 'rooted-pattern',
    })
  })

  test('scripts may force all packages and name the preset', async () => {
    const settingsWith = async (scripts: Record<string, string>) => {
      const manifest = { ...monorepo['package.json'], scripts }
      const root = await workspace({ ...monorepo, 'package.json': manifest, 'lerna.json': { version: '1.0.0' } })
      await initWorkspace({ cwd: root })
      return settingsOf(root)
    }
    const all = ['@acme/web', '@acme/db', '@acme/log']
    const release = 'lerna version --conventional-commits --force-publish --changelog-preset conventionalcommits'
    expect(await settingsWith({ release, push: 'lerna publish from-package' })).toMatchObject({
      fixed: [all],
      commits: { preset: 'lerna', exclamationMark: true },
    })
    expect(await settingsWith({ next: release, release: 'lerna version --force-publish=@acme/db' })).toMatchObject({
      fixed: [],
      linked: [all],
    })
  })

  test('packages that lerna.json does not name are not released', async () => {
    const lerna = { version: '1.0.0', packages: ['./packages/*'], command: { version: { conventionalCommits: true } } }
    const root = await workspace({ ...monorepo, 'lerna.json': lerna })
    const result = await initWorkspace({ cwd: root })
    expect(await settingsOf(root)).toMatchObject({ ignore: ['@acme/web'] })
    expect(result.notes.some((note) => note.kind === 'private-packages-versioned')).toBe(false)
  })

  test('independent versions without conventional commits: changesets alone, dependents always released', async () => {
    const lerna = { version: 'independent', packages: ['packages/*'], ignoreChanges: ['packages/*/docs/**'] }
    const { 'apps/web/package.json': _, ...libraries } = monorepo
    const root = await workspace({ ...libraries, 'lerna.json': lerna })
    await initWorkspace({ cwd: root })
    expect(await settingsOf(root)).toMatchObject({
      sources: 'changesets',
      fixed: [],
      linked: [],
      tagPattern: '{name}@{version}',
      updateInternalDependents: 'always',
      changedFilePatterns: ['**', '!docs/**'],
    })
  })

  test('conventional commits that only a script asks for count as well', async () => {
    const scripts = { release: 'npm whoami && lerna publish --conventional-commits --yes && echo --no-private' }
    const manifest = { ...monorepo['package.json'], scripts }
    const root = await workspace({ ...monorepo, 'package.json': manifest, 'lerna.json': { version: '1.0.0' } })
    const { notes } = await initWorkspace({ cwd: root })
    expect(await settingsOf(root)).toMatchObject({ sources: 'both', commits: { preset: 'lerna' } })
    expect(notes).toContainEqual({
      kind: 'carried',
      from: { file: 'package.json', key: 'scripts.release' },
      value: true,
      to: { file: 'topsail.json', key: 'commits' },
      as: { preset: 'lerna' },
    })
  })

  test('forcePublish is a fixed group, tagVersionPrefix its tag', async () => {
    const lerna = { version: '2.0.0', command: { version: { forcePublish: '*', tagVersionPrefix: 'shop-' } } }
    const root = await workspace({ ...monorepo, 'lerna.json': lerna })
    await initWorkspace({ cwd: root })
    const settings = await settingsOf(root)
    expect(settings.fixed).toHaveLength(1)
    expect(settings.tagPattern).toBe('shop-{version}')
  })

  test('a second run leaves everything as the first one left it', async () => {
    const root = await workspace({ ...monorepo, 'lerna.json': { version: '1.0.0' } })
    await initWorkspace({ cwd: root })
    const before = readTree(root)
    const second = await initWorkspace({ cwd: root })
    expect(second.from).toBe('changesets')
    expect(second.notes).toContainEqual({ kind: 'other-tool', tool: 'lerna', file: 'lerna.json' })
    expect(readTree(root)).toEqual(before)
  })

  test('Lerna that only runs scripts has no release set-up', async () => {
    const root = await workspace({ ...monorepo, 'lerna.json': { npmClient: 'npm' } })
    expect((await initWorkspace({ cwd: root })).from).toBeUndefined()
  })
})

describe('from Nx Release', () => {
  test('groups by name, folder and tag; fixed groups, what is not released, tags, types and version plans', async () => {
    const nx = `{
      // Nx allows comments
      "release": {
        "groups": {
          "core": { "projects": ["packages/*"], "projectsRelationship": "fixed" },
          "apps": { "projects": "tag:type:app", "projectsRelationship": "independent" }
        },
        "version": { "conventionalCommits": true, "preVersionCommand": "npx nx run-many -t build", "updateDependents": "always" },
        "conventionalCommits": { "types": { "perf": { "semverBump": "patch" }, "docs": false, "feat": true } },
        "changelog": { "projectChangelogs": { "createRelease": "github" } },
        "releaseTagPattern": "{projectName}-v{version}",
        "git": { "commitMessage": "chore: release {version}" },
      }
    }`
    const root = await workspace({
      ...monorepo,
      'nx.json': nx,
      'apps/web/project.json': { name: 'web', tags: ['type:app'] },
      'apps/docs/package.json': pkg('@acme/docs', { nx: { name: 'docs' } }),
      '.nx/version-plans/version-plan-1723732065047.md':
        '---\ncore: minor\nweb: prepatch\nghost: major\n---\n\nFaster everywhere\n\n- really\n',
      '.nx/version-plans/broken.md': 'no front matter',
    })
    const result = await initWorkspace({ cwd: root })
    expect(result.from).toBe('nx')
    expect(await settingsOf(root)).toMatchObject({
      sources: 'both',
      fixed: [['@acme/db', '@acme/log']],
      ignore: ['@acme/docs'],
      tagPatterns: { '@acme/db': '{name}-v{version}', '@acme/web': '{shortName}-v{version}' },
      commits: { preset: 'nx', types: { perf: 'patch', docs: 'none', feat: 'minor' } },
      updateInternalDependents: 'always',
    })
    expect(readTree(root)['.changeset/nx-version-plan-1723732065047.md']).toBe(
      '---\n"@acme/db": minor\n"@acme/log": minor\n"@acme/web": patch\n---\n\nFaster everywhere\n\n- really\n',
    )
    expect(leftBehind(result)).toMatchObject({
      'release.version.preVersionCommand': 'pre-command',
      'release.changelog.projectChangelogs.createRelease': 'forge-release',
      'release.git': 'commits-and-pushes',
      ghost: 'has-no-package',
      web: 'pre-mode',
    })
    const { plan } = await planWorkspace({ cwd: root, sources: 'changesets', now: '2026-01-01T00:00:00Z' })
    expect(plan.releases.map(({ name, bump }) => `${name} ${bump}`)).toEqual([
      '@acme/db minor',
      '@acme/log minor',
      '@acme/web patch',
    ])
  })

  test('without groups every public package is in one fixed group with tags v1.2.3, and a person decides the bump', async () => {
    const root = await workspace({ ...monorepo, 'nx.json': { release: {} } })
    await initWorkspace({ cwd: root })
    expect(await settingsOf(root)).toMatchObject({
      sources: 'changesets',
      fixed: [['@acme/db', '@acme/log']],
      ignore: ['@acme/web'],
      tagPattern: 'v{version}',
    })
  })

  test('a package that a released one needs is not ignored, since Changesets refuses such a tree', async () => {
    const nx = { release: { projects: ['@acme/log'], projectsRelationship: 'independent' } }
    const db = pkg('@acme/db', { optionalDependencies: { '@acme/os': '*' } })
    const files = { ...monorepo, 'packages/db/package.json': db, 'packages/os/package.json': pkg('@acme/os') }
    const root = await workspace({ ...files, 'nx.json': nx })
    const result = await initWorkspace({ cwd: root })
    expect((await settingsOf(root)).ignore).toEqual(['@acme/web'])
    expect(result.notes).toContainEqual({
      kind: 'left-behind',
      from: { file: 'nx.json', key: 'release.projects' },
      value: '@acme/db',
      because: 'is-needed',
    })
  })

  test('Nx that only runs tasks has no release set-up', async () => {
    const root = await workspace({ ...monorepo, 'nx.json': { targetDefaults: {} }, 'lerna.json': { version: '1.0.0' } })
    expect((await initWorkspace({ cwd: root })).from).toBe('lerna')
  })
})

test('from release-please: types, 0.x, shared versions and followers', async () => {
  const config = {
    'release-type': 'node',
    'bump-minor-pre-major': true,
    'changelog-sections': [{ type: 'feat' }, { type: 'docs', hidden: false }, { type: 'fix', hidden: true }],
    packages: {
      'packages/db': { 'exclude-paths': ['docs'] },
      'packages/log': { component: 'logger', 'bump-patch-for-minor-pre-major': true },
      'python/jobs': { 'release-type': 'python' },
      '.': {},
    },
    plugins: [{ type: 'linked-versions', groupName: 'core', components: ['db', 'logger', 'jobs'] }, 'sentence-case'],
    'include-component-in-tag': false,
  }
  const root = await workspace({ ...monorepo, 'release-please-config.json': config })
  const result = await initWorkspace({ cwd: root })
  expect(result.from).toBe('release-please')
  const settings = await settingsOf(root)
  expect(settings).toMatchObject({
    sources: 'both',
    commits: {
      preset: 'release-please',
      types: { feat: 'minor', docs: 'patch', fix: 'none', perf: 'none' },
      zeroMajor: { '@acme/db': 'major-to-minor', '@acme/log': 'shift' },
      excludePaths: { '@acme/db': ['docs'] },
    },
    fixed: [['@acme/db', '@acme/log']],
    ignore: ['@acme/web'],
    tagPattern: 'v{version}',
  })
  expect(settings.cascade['@acme/log']?.dependencies).toMatchObject({ 'out-by-major': 'none' })
  expect(leftBehind(result)).toEqual({
    plugins: 'changelog-format',
    'packages["python/jobs"]': 'no-package-there',
    'packages["."]': 'no-package-there',
  })
})

test('from release-please: node-workspace releases dependents whatever their range holds', async () => {
  const config = { packages: { 'packages/db': {}, 'packages/log': {} }, plugins: [{ type: 'node-workspace' }] }
  const root = await workspace({ ...monorepo, 'release-please-config.json': config })
  await initWorkspace({ cwd: root })
  const settings = await settingsOf(root)
  expect(settings).toMatchObject({ updateInternalDependents: 'always' })
})

test.each([
  [
    'release-please-config.json',
    { packages: { 'packages/db': {}, 'packages/log': {}, 'packages/dev': {}, 'packages/peer': {} } },
  ],
  ['lerna.json', { version: 'independent', command: { version: { conventionalCommits: true } } }],
])('from %s: who only develops with a package is released with it', async (file, config) => {
  const { 'apps/web/package.json': _, ...libraries } = monorepo
  const repo = await createRepository({
    ...libraries,
    'packages/dev/package.json': pkg('@acme/dev', { devDependencies: { '@acme/db': '^1.0.0' } }),
    'packages/peer/package.json': pkg('@acme/peer', { peerDependencies: { '@acme/db': '^1.0.0' } }),
    [file]: { ...config, plugins: ['node-workspace'] },
  })
  onTestFinished(() => repo.close())
  await repo.commit('chore: begin')
  await repo.write({ 'packages/db/pool.ts': '1' })
  await repo.commit('fix: the pool')
  await initWorkspace({ cwd: repo.root })
  const { plan } = await planWorkspace({ cwd: repo.root })
  const released = plan.releases.map(({ name, bump }) => `${name} ${bump}`)
  expect(released).toEqual(expect.arrayContaining(['@acme/db patch', '@acme/dev patch', '@acme/log patch']))
  // Lerna leaves peers alone, and so does release-please unless it is told otherwise.
  expect(released).not.toContain('@acme/peer patch')
})

test('from release-please: peers follow where node-workspace is told so', async () => {
  const plugins = [{ type: 'node-workspace', updatePeerDependencies: true }]
  const root = await workspace({ ...monorepo, 'release-please-config.json': { packages: {}, plugins } })
  await initWorkspace({ cwd: root })
  expect((await settingsOf(root)).cascade['@acme/db']).toMatchObject({
    peerDependencies: {
      'in-range': 'patch',
      'out-by-patch': 'patch',
      'out-by-minor': 'patch',
      'out-by-major': 'patch',
    },
  })
})

test('from release-please: its configuration is found where `config-file` commonly points', async () => {
  const config = { packages: { 'packages/db': { 'extra-files': ['docs'] } } }
  for (const file of ['.release-please.json', '.github/release-please-config.json']) {
    const root = await workspace({ ...monorepo, [file]: config })
    const result = await initWorkspace({ cwd: root, dryRun: true })
    expect(result.from).toBe('release-please')
    expect(result.notes.flatMap((note) => (note.kind === 'left-behind' ? [note.from.file] : []))).toContain(file)
  }
})

test('from release-please: private packages that it lists are versioned', async () => {
  const config = { packages: { 'packages/db': {}, 'apps/web': {} } }
  const root = await workspace({ ...monorepo, 'release-please-config.json': config })
  const result = await initWorkspace({ cwd: root })
  expect(result.notes).toContainEqual({ kind: 'private-packages-versioned', names: ['@acme/web'] })
  expect((await settingsOf(root)).privatePackages).toEqual({ version: true, tag: true })
})

test('Lerna and Nx beside release-please only run tasks, unless they say how releases are made', async () => {
  const releasePlease = { 'release-please-config.json': { packages: { 'packages/db': {} } } }
  const toolOf = async (files: Record<string, object>): Promise<string | undefined> => {
    const root = await workspace({ ...monorepo, ...releasePlease, ...files })
    return (await initWorkspace({ cwd: root, dryRun: true })).from
  }
  const scripts = (release: string) => ({ 'package.json': { ...monorepo['package.json'], scripts: { release } } })
  const lerna = { version: 'independent', npmClient: 'npm' }
  expect(await toolOf({ 'lerna.json': lerna, ...scripts('lerna run build') })).toBe('release-please')
  expect(await toolOf({ 'lerna.json': lerna, ...scripts('lerna publish') })).toBe('lerna')
  expect(await toolOf({ 'lerna.json': lerna, ...scripts('lerna publish from-package') })).toBe('release-please')
  const told = (version: object) => ({ 'lerna.json': { ...lerna, command: { version } } })
  expect(await toolOf(told({ message: 'chore: release' }))).toBe('release-please')
  expect(await toolOf(told({ conventionalCommits: true }))).toBe('lerna')
  expect(await toolOf({ 'nx.json': { release: { version: {} } } })).toBe('release-please')
  expect(await toolOf({ 'nx.json': { release: { projects: ['packages/*'] } } })).toBe('nx')
})

describe('packages that no package manager knows of', () => {
  const files = { ...monorepo, 'package.json': { name: 'shop', private: true } }

  test('release-please: the folders it names', async () => {
    const config = { packages: { 'packages/db': {}, './packages/log/': {}, 'apps/none': {} } }
    const root = await workspace({ ...files, 'release-please-config.json': config })
    const result = await initWorkspace({ cwd: root })
    expect(jsonIn(result, 'topsail.json')).toMatchObject({ packages: ['packages/*'] })
    expect(await namesOf(root)).toEqual(['@acme/db', '@acme/log'])
    expect(result.notes).toContainEqual({
      kind: 'carried',
      from: { file: 'release-please-config.json', key: 'packages' },
      value: null,
      to: { file: 'topsail.json', key: 'packages' },
      as: ['packages/*'],
    })
    expect((await initWorkspace({ cwd: root })).problems).toEqual([])
  })

  test('Nx: folders with a project and a manifest', async () => {
    const projects = {
      'packages/db/project.json': { name: 'db' },
      'apps/web/project.json': { name: 'web' },
      'apps/docs/project.json': { name: 'docs' },
    }
    const nx = { release: { projects: ['packages/*'], version: { conventionalCommits: true } } }
    const root = await workspace({ ...files, ...projects, 'nx.json': nx })
    await initWorkspace({ cwd: root })
    expect(await namesOf(root)).toEqual(['@acme/web', '@acme/db'])
    expect(await settingsOf(root)).toMatchObject({ ignore: ['@acme/web'], commits: { preset: 'nx' } })
  })

  test('a single package stays one', async () => {
    const single = { 'package.json': pkg('acme'), 'release-please-config.json': { packages: { '.': {} } } }
    const result = await initWorkspace({ cwd: await workspace(single) })
    expect(jsonIn(result, 'topsail.json')).not.toHaveProperty('packages')
  })
})

test('scripts that call the tool before are named', async () => {
  const scripts = { release: 'npm run build && lerna publish', build: 'lerna run build', ci: 'changeset version' }
  const root = await workspace({ ...monorepo, 'package.json': { ...monorepo['package.json'], scripts } })
  const named = (await initWorkspace({ cwd: root })).notes.flatMap((note) =>
    note.kind === 'script' ? [note.name] : [],
  )
  expect(named).toEqual(['release', 'ci'])
})

function statesOf(result: InitResult): Record<string, string> {
  return Object.fromEntries(result.files.map(({ path, state }) => [path, state]))
}

async function namesOf(root: string): Promise<readonly string[]> {
  const { workspace } = await readSnapshot({ cwd: root, now: '2026-01-01T00:00:00Z' })
  return workspace.packages.map(({ name }) => name)
}
