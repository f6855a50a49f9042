import { expect, onTestFinished, test } from 'vitest'
import { planWorkspace } from '../read/read-snapshot.ts'
import { createRepository } from '../testing/repository.ts'
import { folderOf, jsonIn, leftBehind, settingsOf } from '../testing/set-up.ts'
import { initWorkspace } from './init.ts'

const pkg = (name: string, more: object = {}) => ({ name, version: '1.0.0', ...more })
const shop = (nx: string) => ({
  'package.json': { name: 'shop', private: true, workspaces: ['packages/*'], devDependencies: { nx } },
  'package-lock.json': {},
  'packages/db/package.json': pkg('@acme/db'),
  'packages/db/project.json': { name: 'plugin-db', tags: ['type:lib'] },
  'packages/web/package.json': pkg('@acme/web', { dependencies: { '@acme/db': '^1.0.0' } }),
  'packages/docs/package.json': pkg('@acme/docs', { nx: { tags: ['type:site'], implicitDependencies: ['plugin-db'] } }),
})

async function init(release: object, { nx = '24.0.6', ...files }: Record<string, string | object> = {}) {
  const root = await folderOf({ ...shop(String(nx)), ...files, 'nx.json': { release } })
  const result = await initWorkspace({ cwd: root })
  return { root, result, settings: await settingsOf(root) }
}

const conventional = { version: { conventionalCommits: true } }

test('a scope names a project by what Nx calls it, and who depends on it in project.json alone is affected', async () => {
  const release = { projects: ['packages/*'], projectsRelationship: 'independent', ...conventional }
  const repo = await createRepository({ ...shop('24.0.6'), 'nx.json': { release } })
  onTestFinished(() => repo.close())
  await repo.commit('chore: begin')
  await initWorkspace({ cwd: repo.root })
  await repo.commit('chore: topsail')
  await repo.write({ 'packages/db/pool.ts': '1' })
  await repo.commit('feat(plugin-db): a pool')
  const { plan } = await planWorkspace({ cwd: repo.root })
  expect(plan.releases.map(({ name, bump }) => `${name} ${bump}`)).toEqual([
    '@acme/db minor',
    '@acme/docs patch',
    '@acme/web patch',
  ])
})

/** What the last of the commits asks for, each of the files being new. */
async function askedBy(nx: string, message: string, files: readonly string[], more: object = {}) {
  const release = { projects: ['packages/*'], projectsRelationship: 'independent', ...conventional }
  const repo = await createRepository({ ...shop(nx), ...more, 'nx.json': { release } })
  onTestFinished(() => repo.close())
  await repo.commit('chore: begin')
  await initWorkspace({ cwd: repo.root })
  await repo.commit('chore: topsail')
  await repo.write(Object.fromEntries(files.map((file) => [file, '{ }'])))
  await repo.commit(message)
  const plans = [await planWorkspace({ cwd: repo.root }), await planWorkspace({ cwd: repo.root })]
  const [first, second] = plans.map(({ plan }) => plan.releases.map(({ name, bump }) => `${name.slice(6)} ${bump}`))
  expect(second).toEqual(first)
  return first
}

test('a lockfile and nx.json are about every project since Nx 22, whoever a commit names', async () => {
  const lockfile = 'package-lock.json'
  expect(await askedBy('24.0.6', 'feat: x', [lockfile])).toEqual(['db minor', 'docs minor', 'web minor'])
  expect(await askedBy('24.0.6', 'feat(@acme/web): x', [lockfile, 'packages/web/a.ts'])).toEqual([
    'db patch',
    'docs patch',
    'web minor',
  ])
  expect(await askedBy('24.0.6', 'fix(deps): x', ['pnpm-lock.yaml'])).toEqual(['db patch', 'docs patch', 'web patch'])
  expect(await askedBy('24.0.6', 'chore(deps): x', [lockfile])).toEqual([])
  expect(await askedBy('24.0.6', 'feat: x', ['README.md', `packages/web/${lockfile}`])).toEqual(['web minor'])
})

test('before Nx 22 what lies in no project was about every one, as long as a commit had no scope', async () => {
  expect(await askedBy('21.6.10', 'feat: x', ['README.md'])).toEqual(['db minor', 'docs minor', 'web minor'])
  expect(await askedBy('21.6.10', 'feat: x', ['README.md', 'packages/web/a.ts'])).toEqual([
    'db minor',
    'docs minor',
    'web minor',
  ])
  expect(await askedBy('21.6.10', 'feat(docs): x', ['tools/a/b.ts', 'packages/web/a.ts'])).toEqual(['web minor'])
  const app = { 'apps/shop/project.json': { name: 'shop' } }
  expect(await askedBy('21.6.10', 'feat: x', ['apps/shop/src/a.ts'], app)).toEqual([])
})

test('before Nx 22 the files of a project alone decided', async () => {
  expect((await init(conventional)).settings.commits.preset).toBe('nx')
  expect((await init(conventional, { nx: '~22.5.0' })).settings.commits.preset).toBe('nx')
  expect((await init(conventional, { nx: '21.3.11' })).settings.commits.preset).toBe('nx@21')
  expect((await init(conventional, { nx: '*' })).settings.commits.preset).toBe('nx')
})

test('scopes that Nx was told to pass over say nothing here either', async () => {
  const { settings } = await init({ ...conventional, conventionalCommits: { useCommitScope: false } })
  expect(settings.commits).toMatchObject({ preset: 'nx', scopes: false })
})

test('dependents follow whatever their range holds, or not at all', async () => {
  const independent = { projectsRelationship: 'independent', ...conventional }
  const auto = await init(independent)
  expect(auto.settings.updateInternalDependents).toBe('always')
  expect(auto.settings.cascade['@acme/web']?.devDependencies).toMatchObject({ 'in-range': 'patch' })
  const never = { ...independent, version: { conventionalCommits: true, updateDependents: 'never' } }
  const { settings, result } = await init(never)
  expect(settings.updateInternalDependents).toBe('out-of-range')
  expect(settings.cascade['@acme/web']?.dependencies).toMatchObject({ 'in-range': 'none', 'out-by-major': 'none' })
  expect(leftBehind(result)).not.toHaveProperty('release.version.updateDependents')
})

test('tags are called as Nx calls them: by project, by group', async () => {
  const { settings } = await init({
    groups: {
      libs: { projects: 'tag:type:lib', projectsRelationship: 'independent' },
      site: { projects: ['tag:type:site'], releaseTag: { pattern: '{releaseGroupName}-v{version}' } },
      rest: { projects: ['*', '!tag:type:*'], releaseTagPattern: 'releases/{projectName}/{version}' },
    },
  })
  expect(settings.tagPatterns).toEqual({
    '@acme/db': 'plugin-db@{version}',
    '@acme/docs': 'site-v{version}',
    '@acme/web': 'releases/{name}/{version}',
  })
})

test('a group may shift its 0.x versions alone', async () => {
  const groups = {
    libs: {
      projects: ['plugin-db'],
      version: { conventionalCommits: true, adjustSemverBumpsForZeroMajorVersion: true },
    },
    rest: { projects: ['@acme/web'] },
  }
  const { result } = await init({ groups }, { nx: '22.5.0' })
  expect(jsonIn(result, 'topsail.json')).toMatchObject({
    commits: { preset: 'nx', zeroMajor: { '@acme/db': 'shift' } },
  })
})

test('from Nx 23 on 0.x versions are shifted unless it is told not to, whoever asks for the bump', async () => {
  const zeroMajor = async (release: object, nx: string) => (await init(release, { nx })).settings.zeroMajor
  expect(await zeroMajor(conventional, '22.5.0')).toBe('none')
  expect(await zeroMajor(conventional, '23.0.0')).toBe('shift')
  expect(await zeroMajor({ versionPlans: true }, '24.0.6')).toBe('shift')
  const told = { version: { conventionalCommits: true, adjustSemverBumpsForZeroMajorVersion: false } }
  expect(await zeroMajor(told, '24.0.6')).toBe('none')
  expect(await zeroMajor({ version: { adjustSemverBumpsForZeroMajorVersion: true } }, '22.5.0')).toBe('shift')
})

test('how commits are to be read does not make them count, and version plans go before them', async () => {
  const sources = async (release: object) => (await init(release)).settings.sources
  const types = { conventionalCommits: { types: { docs: { semverBump: 'patch' } } } }
  expect(await sources({ ...types, ...conventional })).toBe('both')
  expect(await sources(types)).toBe('changesets')
  expect(await sources({ ...types, version: { conventionalCommits: false } })).toBe('changesets')
  expect(await sources({ ...conventional, versionPlans: true })).toBe('changesets')
  expect(leftBehind((await init(types)).result)).toHaveProperty('release.conventionalCommits', 'changelog-format')
})

test('private projects are released only where they are named', async () => {
  const files = { 'packages/web/package.json': pkg('@acme/web', { private: true }) }
  const usual = (await init(conventional, files)).settings
  expect(usual).toMatchObject({ fixed: [['@acme/db', '@acme/docs']], ignore: ['@acme/web'] })
  const named = (await init({ projects: ['*'], ...conventional }, files)).settings
  expect(named).toMatchObject({ fixed: [['@acme/db', '@acme/docs', '@acme/web']], ignore: [] })
})

test('where Nx was told whom an update of a dependency is about, lockfiles are not about everybody', async () => {
  const lockfiles = async (told: string | string[] | undefined) => {
    const pluginsConfig = { '@nx/js': { projectsAffectedByDependencyUpdates: told } }
    const root = await folderOf({ ...shop('24.0.6'), 'nx.json': { release: conventional, pluginsConfig } })
    await initWorkspace({ cwd: root })
    return (await settingsOf(root)).commits.lockfiles
  }
  expect(await lockfiles(undefined)).toBeUndefined()
  expect(await lockfiles('all')).toBeUndefined()
  expect(await lockfiles('auto')).toBe(false)
  expect(await lockfiles(['@acme/db'])).toBe(false)
})

test('version plans leave changesets as the source; what stays behind is named with its reason', async () => {
  const { settings, result } = await init({
    versionPlans: { ignorePatternsForPlanCheck: ['**/*.spec.ts'] },
    version: {
      preVersionCommand: 'npx nx run-many -t build',
      currentVersionResolver: 'git-tag',
      fallbackCurrentVersionResolver: 'disk',
      preserveLocalDependencyProtocols: false,
      preserveMatchingDependencyRanges: true,
      versionActionsOptions: { skipLockFileUpdate: true },
    },
    releaseTag: { checkAllBranchesWhen: ['beta'], strictPreid: true },
    changelog: { workspaceChangelog: false, projectChangelogs: { createRelease: 'github', file: false } },
  })
  expect(settings.sources).toBe('changesets')
  expect(leftBehind(result)).toEqual({
    'release.changelog.projectChangelogs.createRelease': 'forge-release',
    'release.changelog.projectChangelogs.file': 'changelog-format',
    'release.releaseTag.checkAllBranchesWhen': 'no-counterpart',
    'release.releaseTag.strictPreid': 'pre-mode',
    'release.version.currentVersionResolver': 'current-version',
    'release.version.fallbackCurrentVersionResolver': 'current-version',
    'release.version.preVersionCommand': 'pre-command',
    'release.version.preserveLocalDependencyProtocols': 'range-prefix',
    'release.version.preserveMatchingDependencyRanges': 'range-prefix',
    'release.version.versionActionsOptions': 'no-counterpart',
    'release.versionPlans.ignorePatternsForPlanCheck': 'rooted-pattern',
  })
})
