import { expect, test } from 'vitest'
import { folderOf, leftBehind, settingsOf } from '../testing/set-up.ts'
import { initWorkspace } from './init.ts'

const pkg = (name: string, more: object = {}) => ({ name, version: '1.0.0', ...more })

async function init(lerna: object, scripts: Record<string, string> = {}) {
  const root = await folderOf({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'], scripts },
    'yarn.lock': '',
    'packages/api/package.json': pkg('@acme/api', { dependencies: { '@acme/db': 'file:../db' } }),
    'packages/db/package.json': pkg('@acme/db'),
    'packages/log/package.json': pkg('@acme/log'),
    'lerna.json': lerna,
  })
  const result = await initWorkspace({ cwd: root })
  return { result, settings: await settingsOf(root) }
}

test('packages that publish is told to ignore are not released, other patterns are files', async () => {
  const { settings, result } = await init({
    version: 'independent',
    command: { publish: { conventionalCommits: true, ignore: ['@acme/log', '**/demo/**'] } },
  })
  expect(settings.ignore).toEqual(['@acme/log'])
  expect(settings.commits.ignoreFiles).toEqual(['**/demo/**'])
  expect(leftBehind(result)).toEqual({})
})

test('dependents that are left out of a release are only rewritten', async () => {
  const command = { version: { conventionalCommits: true, excludeDependents: true } }
  const { settings } = await init({ version: 'independent', command })
  expect(settings.updateInternalDependents).toBe('out-of-range')
  expect(settings.cascade['@acme/api']?.dependencies).toMatchObject({ 'in-range': 'none', 'out-by-major': 'none' })
})

test('what every script that versions says holds, be it of private packages or of dependents', async () => {
  const release = 'lerna version --conventional-commits --no-private --exclude-dependents --force-publish'
  const told = async (scripts: Record<string, string>) => (await init({ version: '1.0.0' }, scripts)).settings
  expect(await told({ release, publish: 'lerna publish from-package' })).toMatchObject({
    fixed: [['@acme/api', '@acme/db', '@acme/log']],
    privatePackages: { version: false, tag: false },
    updateInternalDependents: 'out-of-range',
  })
  expect(await told({ release, next: 'lerna version --conventional-prerelease' })).toMatchObject({
    fixed: [],
    updateInternalDependents: 'always',
  })
})

test('prereleases go on, and every option of a release that stays behind is named', async () => {
  const { settings, result } = await init({
    version: 'independent',
    npmClient: 'pnpm',
    command: {
      version: {
        conventionalCommits: true,
        conventionalGraduate: ['@acme/db'],
        forceConventionalGraduate: true,
        preid: 'alpha',
        signoffGitCommit: true,
        gitTagCommand: 'git tag %s -m %s',
        includeMergedTags: true,
        premajorVersionBump: 'force-patch',
        yes: true,
        syncWorkspaceLock: true,
      },
      publish: {
        graphType: 'all',
        skipBumpOnlyReleases: true,
        preDistTag: 'next',
        contents: 'dist',
        verifyAccess: false,
      },
      run: { stream: true },
    },
  })
  expect(settings).toMatchObject({ zeroMajor: 'shift', commits: { preset: 'lerna' } })
  expect(leftBehind(result)).toEqual({
    'command.version.conventionalGraduate': 'pre-mode',
    'command.version.forceConventionalGraduate': 'pre-mode',
    'command.version.gitTagCommand': 'commits-and-pushes',
    'command.version.includeMergedTags': 'no-counterpart',
    'command.version.preid': 'pre-mode',
    'command.version.signoffGitCommit': 'signature',
    'command.publish.contents': 'published-folder',
    'command.publish.graphType': 'no-counterpart',
    'command.publish.preDistTag': 'dist-tag',
    'command.publish.skipBumpOnlyReleases': 'no-counterpart',
  })
})
