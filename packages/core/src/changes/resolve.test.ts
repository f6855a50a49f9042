import { expect, test } from 'vitest'
import type { Change } from '../change.ts'
import { planRelease } from '../plan/plan.ts'
import type { Problem } from '../problem.ts'
import { resolveChanges } from './resolve.ts'
import type { RawCommit, Snapshot } from '../snapshot.ts'
import { changesetFile, packageOf, snapshotOf, workspaceOf } from '../testing/build.ts'
import type { Settings } from '../settings.ts'

type Told = Partial<RawCommit> & { readonly message: string; readonly touches?: readonly string[] }

const packages = [
  packageOf({ name: '@acme/api', version: '1.0.0', dependencies: { '@acme/db': '^1.0.0' } }, 'services/api'),
  packageOf({ name: '@acme/db', version: '1.0.0' }, 'libs/db'),
  packageOf({ name: '@shop/db', version: '0.3.0' }, 'libs/shop-db'),
  packageOf({ name: 'hidden', version: '1.0.0', private: true }, 'libs/hidden'),
]
const dirs = ['services/api', 'libs/db/src/deep', 'libs/shop-db', 'libs/hidden', '.', '.changeset']
const dirOf: Readonly<Record<string, number>> = { api: 0, db: 1, shop: 2, hidden: 3, root: 4 }

test('lerna and release-please do not follow peers, even where dependents are always released', () => {
  const plugin = packageOf({ name: 'plugin', version: '1.0.0', peerDependencies: { '@acme/db': '^1.0.0' } })
  const released = (preset: Settings['commits']['preset']) => {
    const workspace = workspaceOf([...packages, plugin])
    const settings = { ...commitsBy(preset), updateInternalDependents: 'always' } as const
    return planRelease(told([{ message: 'fix: x' }], { workspace, settings }), String).releases.map(({ name }) => name)
  }
  expect(released('lerna')).toEqual(['@acme/api', '@acme/db'])
  expect(released('release-please')).toEqual(['@acme/api', '@acme/db'])
  expect(released('nx')).toEqual(['@acme/api', '@acme/db', 'plugin'])
})

/** Oldest first; without parents each commit follows the one before. */
function told(
  commits: readonly Told[],
  facts: Partial<Omit<Snapshot, 'settings'>> & { settings?: Partial<Settings> } = {},
) {
  const raw = commits.map(({ touches = ['db'], ...commit }, index): RawCommit => {
    const sha = commit.sha ?? shaOf(index)
    const parents = index === 0 ? [] : [commits[index - 1]?.sha ?? shaOf(index - 1)]
    const dirsOf = touches.map((name) => dirOf[name] ?? 0)
    return { parents, date: '', dirs: dirsOf, addedChangesets: [], ...commit, sha }
  })
  const { settings, history, ...rest } = facts
  return snapshotOf({
    workspace: workspaceOf(packages),
    ...rest,
    history: { commits: raw.toReversed(), dirs, lastRelease: {}, ...history },
    settings: { sources: 'both', ...settings },
  })
}

function shaOf(index: number): string {
  return `${index}`.repeat(40).slice(0, 40)
}

function asked(snapshot: Snapshot): readonly string[] {
  return resolveChanges(snapshot).changes.map((change) => `${nameOf(change)}: ${bumpsOf(change)}`)
}

function nameOf(change: Change): string {
  return change.kind === 'commit' ? `${change.type} ${change.summary}` : change.id
}

function bumpsOf({ bumps }: Change): string {
  return Object.entries(bumps)
    .map(([name, bump]) => `${name} ${bump}`)
    .join(', ')
}

function problemsOf(snapshot: Snapshot): readonly Problem[] {
  return resolveChanges(snapshot).problems
}

const release = (commit: string) => ({ commit, by: 'tag' as const })

test('with changesets as the only source commits say nothing', () => {
  const snapshot = told([{ message: 'feat: x' }], { settings: { sources: 'changesets' } })
  expect(resolveChanges(snapshot)).toEqual({ changes: [], problems: [] })
})

test('a commit counts for each package whose files it touches, and for none that is left out of releases', () => {
  expect(asked(told([{ message: 'feat: x', touches: ['api', 'db', 'hidden', 'root'] }]))).toEqual([
    'feat x: @acme/api minor, @acme/db minor',
  ])
})

test('a scope narrows to the packages it names, by full name, short name or folder', () => {
  const touches = ['api', 'shop']
  expect(asked(told([{ message: 'feat(@acme/api): x', touches }]))).toEqual(['feat x: @acme/api minor'])
  expect(asked(told([{ message: 'feat(api): x', touches }]))).toEqual(['feat x: @acme/api minor'])
  expect(asked(told([{ message: 'feat(shop-db): x', touches }]))).toEqual(['feat x: @shop/db minor'])
  expect(asked(told([{ message: 'feat(api, shop-db): x', touches }]))).toEqual([
    'feat x: @acme/api minor, @shop/db minor',
  ])
  expect(asked(told([{ message: 'feat(api/shop-db): x', touches }]))).toEqual([
    'feat x: @acme/api minor, @shop/db minor',
  ])
})

test('a scope that names no touched package leaves the answer to the files', () => {
  expect(asked(told([{ message: 'fix(deps): x', touches: ['api'] }]))).toEqual(['fix x: @acme/api patch'])
  expect(asked(told([{ message: 'fix(shop-db): x', touches: ['api'] }]))).toEqual(['fix x: @acme/api patch'])
})

test('an ambiguous scope counts for each package it may mean, with a warning, unless the files tell', () => {
  expect(asked(told([{ message: 'fix(db): x', touches: ['db', 'api'] }]))).toEqual(['fix x: @acme/db patch'])
  const snapshot = told([{ message: 'fix(db): x', touches: ['db', 'shop', 'api'] }])
  expect(asked(snapshot)).toEqual(['fix x: @acme/db patch, @shop/db patch'])
  expect(problemsOf(snapshot)).toMatchObject([
    { code: 'COMMIT_SCOPE_AMBIGUOUS', scope: 'db', candidates: ['@acme/db', '@shop/db'] },
  ])
})

test('what a package has released does not count for it again', () => {
  const snapshot = told([
    { message: 'feat: old', touches: ['api', 'db'] },
    { message: 'fix: new', touches: ['api', 'db'] },
  ])
  const { history } = snapshot
  if (history === undefined) throw new Error('the history is there')
  const lastRelease = { '@acme/db': release(shaOf(0)) }
  expect(asked({ ...snapshot, history: { ...history, lastRelease } })).toEqual([
    'feat old: @acme/api minor',
    'fix new: @acme/api patch, @acme/db patch',
  ])
})

test('several conventional lines of one commit are changes with ids of their own', () => {
  const snapshot = told([{ message: 'feat: x (#1)\n\n* fix(api): y\n* chore: z', touches: ['api', 'db'] }])
  expect(resolveChanges(snapshot).changes.map(({ id }) => id)).toEqual([`commit:${shaOf(0)}`, `commit:${shaOf(0)}#2`])
  expect(asked(snapshot)).toEqual(['feat x (#1): @acme/api minor, @acme/db minor', 'fix y: @acme/api patch'])
})

test('types may be given other bumps, and a table entry of the user may decline', () => {
  const settings = { commits: { preset: 'conventional', types: { docs: 'patch', feat: 'none' } } } as const
  expect(asked(told([{ message: 'docs: x' }, { message: 'feat: y' }, { message: 'feat!: z' }], { settings }))).toEqual([
    'docs x: @acme/db patch',
    'feat z: @acme/db major',
  ])
  const folded = { commits: { preset: 'conventional', types: { Deps: 'patch' } } } as const
  expect(asked(told([{ message: 'deps: x' }, { message: 'Deps: y' }], { settings: folded }))).toEqual([
    'deps x: @acme/db patch',
    'Deps y: @acme/db patch',
  ])
})

test('commits of a change that carries a changeset are documentation', () => {
  const changesets = [changesetFile('cats', { '@acme/db': 'minor' })]
  const commit = { message: 'feat: x (#1)', touches: ['db', 'api'], addedChangesets: ['.changeset/cats.md'] }
  expect(asked(told([commit, { message: 'fix: y', touches: ['api'] }], { changesets }))).toEqual([
    'changeset:cats: @acme/db minor',
    'fix y: @acme/api patch',
  ])
})

test('a message that follows no convention is no problem where a changeset speaks for it', () => {
  const changesets = [changesetFile('cats', { '@acme/db': 'minor' })]
  const commit = { message: 'Drop the pool (#1)', addedChangesets: ['.changeset/cats.md'] }
  expect(problemsOf(told([commit], { changesets }))).toEqual([])
  expect(problemsOf(told([commit, { message: 'tidy up' }], { changesets }))).toMatchObject([
    { code: 'COMMIT_NOT_CONVENTIONAL', count: 1, examples: [{ subject: 'tidy up' }] },
  ])
})

test('an empty changeset declines for its whole change', () => {
  const changesets = [changesetFile('none', {})]
  const snapshot = told([{ message: 'fix: x', addedChangesets: ['.changeset/none.md'] }], { changesets })
  expect(asked(snapshot)).toEqual(['changeset:none: '])
  expect(problemsOf(snapshot)).toMatchObject([{ code: 'CHANGESET_BELOW_COMMIT', given: 'none', asked: 'patch' }])
})

test('with commits as the only source changesets do not silence them', () => {
  const changesets = [changesetFile('cats', { '@acme/db': 'minor' })]
  const commit = { message: 'fix: x', addedChangesets: ['.changeset/cats.md'] }
  expect(asked(told([commit], { changesets, settings: { sources: 'commits' } }))).toEqual(['fix x: @acme/db patch'])
})

test('where a commit asks for more than its changeset both are named, and the changeset stands', () => {
  const changesets = [changesetFile('cats', { '@acme/db': 'patch' })]
  const addedChangesets = ['.changeset/cats.md']
  const snapshot = told([{ message: 'feat!: x', addedChangesets }], { changesets })
  expect(asked(snapshot)).toEqual(['changeset:cats: @acme/db patch'])
  expect(problemsOf(snapshot)).toMatchObject([
    {
      code: 'CHANGESET_BELOW_COMMIT',
      severity: 'warning',
      place: { file: '.changeset/cats.md' },
      name: '@acme/db',
      given: 'patch',
      asked: 'major',
      commit: shaOf(0),
    },
  ])
  expect(problemsOf(told([{ message: 'fix: x', addedChangesets }], { changesets }))).toEqual([])
})

test('a merge and its side branch are one change: a changeset in one commit speaks for all', () => {
  const commits = [
    { sha: 'base', message: 'chore: x' },
    { sha: 'side1', parents: ['base'], message: 'feat: on the side' },
    { sha: 'side2', parents: ['side1'], message: 'chore: cats', addedChangesets: ['.changeset/cats.md'], touches: [] },
    { sha: 'main1', parents: ['base'], message: 'fix: on main' },
    {
      sha: 'merge',
      parents: ['main1', 'side2'],
      message: 'Merge pull request #1 from a/b\n\nfeat: title',
      touches: [],
    },
  ]
  const changesets = [changesetFile('cats', { '@acme/api': 'patch' })]
  expect(asked(told(commits, { changesets }))).toEqual([
    'changeset:cats: @acme/api patch',
    'fix on main: @acme/db patch',
  ])
  const plain = commits.map((commit) => ({ ...commit, addedChangesets: [] }))
  expect(asked(told(plain))).toEqual([
    'feat on the side: @acme/db minor',
    'fix on main: @acme/db patch',
    'feat title: @acme/db minor',
  ])
})

test('a pull request squashed onto a branch that is merged later stays a change of its own', () => {
  const commits = [
    { sha: 'base', message: 'chore: x' },
    { sha: 'side1', parents: ['base'], message: 'feat: one (#1)', addedChangesets: ['.changeset/cats.md'] },
    { sha: 'side2', parents: ['side1'], message: 'feat: two (#2)' },
    { sha: 'merge', parents: ['base', 'side2'], message: "Merge branch 'develop'", touches: [] },
  ]
  expect(asked(told(commits))).toEqual(['feat two (#2): @acme/db minor'])
})

test('a title that repeats a commit of its side branch is said once', () => {
  const commits = [
    { sha: 'base', message: 'chore: x' },
    { sha: 'side', parents: ['base'], message: 'feat: pool' },
    { sha: 'merge', parents: ['base', 'side'], message: 'Merge pull request #1 from a/b\n\nfeat: pool', touches: [] },
  ]
  expect(asked(told(commits))).toEqual(['feat pool: @acme/db minor'])
})

test('a revert of an unreleased commit cancels both, and the changeset that came with it', () => {
  const changesets = [changesetFile('cats', { '@acme/db': 'minor' })]
  const commits = [
    { message: 'feat: x (#1)', addedChangesets: ['.changeset/cats.md'] },
    { message: 'fix: y' },
    { message: 'Revert "feat: x (#1)" (#2)\n\nReverts acme/shop#1' },
  ]
  const snapshot = told(commits, { changesets })
  expect(asked(snapshot)).toEqual(['changeset:cats: ', 'fix y: @acme/db patch'])
  expect(problemsOf(snapshot)).toMatchObject([{ code: 'CHANGESET_REVERTED', commit: shaOf(0), revert: shaOf(2) }])
  const undone = `Revert "Revert "feat: x""\n\nThis reverts commit ${shaOf(2)}.`
  for (const message of ['Reapply "feat: x (#1)"', undone]) {
    expect(asked(told([...commits, { message }], { changesets }))).toEqual([
      'changeset:cats: @acme/db minor',
      'fix y: @acme/db patch',
    ])
  }
})

test('a revert of a released commit is a fix for those who had released it', () => {
  const commits = [
    { message: 'feat: x', touches: ['api', 'db'] },
    { message: 'Revert "feat: x"', touches: ['api', 'db'] },
  ]
  const snapshot = told(commits)
  const { history } = snapshot
  if (history === undefined) throw new Error('the history is there')
  const lastRelease = { '@acme/db': release(shaOf(0)) }
  expect(asked({ ...snapshot, history: { ...history, lastRelease } })).toEqual([
    'revert Revert "feat: x": @acme/db patch',
  ])
})

test('reverting a merge takes back what it brought in', () => {
  const commits = [
    { sha: 'base', message: 'fix: x' },
    { sha: 'side', parents: ['base'], message: 'feat: pool' },
    { sha: 'a1b2c3d4', parents: ['base', 'side'], message: 'Merge pull request #1 from a/b', touches: [] },
    {
      sha: 'undo',
      parents: ['a1b2c3d4'],
      message: 'Revert "Merge"\n\nThis reverts commit a1b2c3d4, reversing\nchanges made to base.',
    },
  ]
  expect(asked(told(commits))).toEqual(['fix x: @acme/db patch'])
})

test.each([
  'Version Packages',
  'Version Packages (beta) (#12)',
  'RELEASING: Releasing 3 package(s)',
  'Publish',
  'v1.2.0',
  '1.2.0-rc.1',
])('the commit of a release, %s, is no commit that forgot a convention', (message) => {
  const snapshot = told([{ message }])
  expect(asked(snapshot)).toEqual([])
  expect(problemsOf(snapshot)).toEqual([])
})

test('commits that are not conventional are listed once, with a few examples, and ask for nothing', () => {
  const snapshot = told(Array.from({ length: 30 }, (_, index) => ({ message: `update ${index}` })))
  expect(asked(snapshot)).toEqual([])
  expect(problemsOf(snapshot)).toMatchObject([{ code: 'COMMIT_NOT_CONVENTIONAL', severity: 'warning', count: 30 }])
})

const commitsBy = (preset: Settings['commits']['preset']) =>
  ({ sources: 'commits', commits: { preset, types: {} } }) as const

test('lerna: every commit in the folder is at least a patch, scopes say nothing, and 0.x moves its major down', () => {
  const settings = commitsBy('lerna')
  expect(asked(told([{ message: 'update', touches: ['api', 'shop'] }], { settings }))).toEqual([
    ' update: @acme/api patch, @shop/db patch',
  ])
  const breaking = { message: 'feat(api): x\n\nBREAKING CHANGE: y', touches: ['api', 'shop'] }
  expect(asked(told([breaking], { settings }))).toEqual(['feat x: @acme/api major, @shop/db minor'])
})

test('release-please: hidden types ask for nothing, reverts do not cancel, and 0.x does what each package says', () => {
  const settings = commitsBy('release-please')
  const commits = [
    { message: 'feat: x', touches: ['shop'] },
    { message: 'revert: feat: x', touches: ['shop'] },
  ]
  expect(asked(told([...commits, { message: 'chore: y' }], { settings }))).toEqual([
    'feat x: @shop/db minor',
    'revert feat: x: @shop/db patch',
  ])
  const own = { ...settings, commits: { ...settings.commits, zeroMajor: { '@shop/db': 'shift' } } } as const
  expect(asked(told(commits, { settings: own }))[0]).toBe('feat x: @shop/db patch')
  expect(asked(told([{ message: 'feat!: x', touches: ['shop'] }], { settings: own }))).toEqual([
    'feat x: @shop/db minor',
  ])
  expect(asked(told([{ message: 'fix: everywhere', touches: [] }], { settings }))).toEqual([
    'fix everywhere: @acme/db patch, @shop/db patch, @acme/api patch',
  ])
})

test('nx: dependents of a touched package are affected, in full without a scope and by a patch with one', () => {
  const settings = commitsBy('nx')
  expect(asked(told([{ message: 'feat!: x' }], { settings }))).toEqual(['feat x: @acme/db major, @acme/api major'])
  expect(asked(told([{ message: 'feat(@acme/db)!: x' }], { settings }))).toEqual([
    'feat x: @acme/db major, @acme/api patch',
  ])
  expect(asked(told([{ message: 'docs(@acme/db): x' }], { settings }))).toEqual([])
  expect(asked(told([{ message: 'feat(API)!: x' }], { settings }))).toEqual(['feat x: @acme/api major, @acme/db patch'])
  expect(asked(told([{ message: 'feat(nobody)!: x' }], { settings }))).toEqual([
    'feat x: @acme/db patch, @acme/api patch',
  ])
})

test('release-please: a Release-As footer asks for that very version, the newest one stands, and none goes back', () => {
  const settings = commitsBy('release-please')
  const versionsOf = (...footers: readonly string[]) => {
    const commits = footers.map((version) => ({
      message: `chore: go\n\nRelease-As: ${version}`,
      touches: ['db', 'shop'],
    }))
    const { releases } = planRelease(told(commits, { settings }), String)
    return releases.filter(({ name }) => name !== '@acme/api').map(({ name, to }) => `${name} ${to}`)
  }
  expect(versionsOf('2.1.0')).toEqual(['@acme/db 2.1.0', '@shop/db 2.1.0'])
  expect(versionsOf('3.0.0', '1.5.0')).toContain('@acme/db 1.5.0')
  expect(versionsOf('0.9.0')).toEqual(['@shop/db 0.9.0'])
  expect(versionsOf('not a version')).toEqual([])
})

test('a prerelease moves on as the tool of the preset moves it', () => {
  const next = (preset: Settings['commits']['preset'], message: string) => {
    const workspace = workspaceOf([packageOf({ name: '@acme/db', version: '2.0.0-rc.1' }, 'libs/db')])
    return planRelease(told([{ message }], { workspace, settings: commitsBy(preset) }), String).releases[0]?.to
  }
  expect(next('conventional', 'feat: x')).toBe('2.0.0')
  expect(next('lerna', 'feat: x')).toBe('2.0.0-rc.2')
  expect(next('release-please', 'feat: x')).toBe('2.1.0-rc.1')
  expect(next('nx', 'feat: x')).toBe('2.0.0-rc.2')
})

test('release-please: what follows 0.0.0 is 1.0.0, where commits alone decide', () => {
  const workspace = workspaceOf([packageOf({ name: '@acme/db', version: '0.0.0' }, 'libs/db')])
  const next = (preset: Settings['commits']['preset'], sources: Settings['sources'], message: string) => {
    const settings = { ...commitsBy(preset), sources }
    return planRelease(told([{ message }], { workspace, settings }), String).releases[0]?.to
  }
  expect(next('release-please', 'commits', 'fix: x')).toBe('1.0.0')
  expect(next('release-please', 'commits', 'chore: x')).toBeUndefined()
  expect(next('release-please', 'both', 'fix: x')).toBe('0.0.1')
  expect(next('conventional', 'commits', 'fix: x')).toBe('0.0.1')
})

test('release-please: dependents follow by the name of a dependency, whatever range they write', () => {
  const stale = packageOf({ name: 'stale', version: '1.0.0', dependencies: { '@acme/db': '^0.1.0' } })
  const released = (preset: Settings['commits']['preset']) => {
    const workspace = workspaceOf([...packages, stale])
    const { releases } = planRelease(told([{ message: 'fix: x' }], { workspace, settings: commitsBy(preset) }), String)
    return releases.map(({ name }) => name)
  }
  expect(released('release-please')).toEqual(['@acme/api', '@acme/db', 'stale'])
  expect(released('lerna')).toEqual(['@acme/api', '@acme/db'])
})

test('a commit counts only where it touched something outside of the folders that a package excludes', () => {
  const root = packageOf({ name: 'shop', version: '2.0.0' }, '.')
  const excludePaths = { shop: ['services', 'libs'], '@acme/db': ['libs/db/src'] }
  const by = (commits: readonly Told[]) =>
    asked(
      told(commits, {
        workspace: workspaceOf([root, ...packages]),
        settings: { commits: { preset: 'release-please', types: {}, excludePaths } },
      }),
    )
  expect(by([{ message: 'fix: x', touches: ['api'] }])).toEqual(['fix x: @acme/api patch'])
  expect(by([{ message: 'fix: x', touches: ['db'] }])).toEqual([])
  expect(by([{ message: 'fix: x', touches: ['root', 'db'] }])).toEqual(['fix x: shop patch'])
  expect(by([{ message: 'fix: x', touches: [] }])).toEqual(['fix x: @shop/db patch, @acme/api patch'])
})

test('under the presets of Nx a scope names projects by what Nx calls them, and projects need what Nx was told', () => {
  const projects = {
    '@acme/db': { name: 'storage' },
    '@shop/db': { needs: ['@acme/db'] },
    '@acme/api': { needsNot: ['@acme/db'] },
  }
  const by = (message: string, facts: Settings['commits']['projects'], preset: 'nx' | 'nx@21' = 'nx') =>
    asked(told([{ message }], { settings: { commits: { preset, types: {}, ...(facts && { projects: facts }) } } }))
  expect(by('feat(storage): x', projects)).toEqual(['feat x: @acme/db minor, @shop/db patch'])
  expect(by('feat(storage): x', undefined)).toEqual(['feat x: @acme/db patch, @acme/api patch'])
  expect(by('feat(other): x', projects, 'nx@21')).toEqual(['feat x: @acme/db minor'])
})

test('scopes can be switched off', () => {
  const commits = (more: object) => ({ settings: { commits: { preset: 'conventional', types: {}, ...more } } }) as const
  const scoped = [{ message: 'feat(api): x', touches: ['api', 'db'] }]
  expect(asked(told(scoped, commits({})))).toEqual(['feat x: @acme/api minor'])
  expect(asked(told(scoped, commits({ scopes: false })))).toEqual(['feat x: @acme/api minor, @acme/db minor'])
})

test('lerna: a prerelease goes on by its number, and anew where its numbers do not hold the bump', () => {
  const next = (version: string, message: string, prerelease?: 'finish', pre?: Snapshot['pre']) => {
    const workspace = workspaceOf([packageOf({ name: '@acme/db', version }, 'libs/db')])
    const commits = { preset: 'lerna', types: {}, ...(prerelease && { prerelease }) } as const
    const settings = { ...commitsBy('lerna'), commits }
    return planRelease(told([{ message }], { workspace, settings, pre }), String).releases[0]?.to
  }
  expect(next('8.0.0-alpha.48', 'fix: x\n\nBREAKING CHANGE: y')).toBe('8.0.0-alpha.49')
  expect(next('8.1.0-alpha.3', 'feat: x')).toBe('8.1.0-alpha.4')
  expect(next('8.1.0-alpha.3', 'fix: x\n\nBREAKING CHANGE: y')).toBe('9.0.0-alpha.0')
  expect(next('8.1.1-alpha.3', 'feat: x')).toBe('8.2.0-alpha.0')
  expect(next('8.0.0-alpha.48', 'feat: x', 'finish')).toBe('8.0.0')
  expect(next('8.0.0-alpha.48', 'feat: x', undefined, { mode: 'exit', tag: 'alpha' })).toBe('8.0.0')
})

test('what follows 0.0.0 may be told, and then holds beside changesets too', () => {
  const workspace = workspaceOf([packageOf({ name: '@acme/db', version: '0.0.0' }, 'libs/db')])
  const next = (sources: Settings['sources']) => {
    const commits = { preset: 'release-please', types: {}, initialVersion: { '@acme/db': '0.1.0' } } as const
    return planRelease(told([{ message: 'feat: x' }], { workspace, settings: { sources, commits } }), String)
      .releases[0]?.to
  }
  expect(next('both')).toBe('0.1.0')
  expect(next('commits')).toBe('0.1.0')
})

test('lerna: a dependency on the folder of a package is one on the package', () => {
  const web = packageOf(
    { name: 'web', version: '1.0.0', dependencies: { '@acme/db': 'file:../../libs/db' } },
    'apps/web',
  )
  const dev = packageOf({ name: 'dev', version: '1.0.0', devDependencies: { web: 'link:../web/' } }, 'apps/dev')
  const far = packageOf({ name: 'far', version: '1.0.0', dependencies: { '@acme/db': 'file:../db' } }, 'apps/far')
  const released = (settings: Partial<Settings>) => {
    const workspace = workspaceOf([...packages, web, dev, far])
    const plan = planRelease(told([{ message: 'fix: x' }], { workspace, settings }), String)
    return plan.releases.map(({ name }) => name)
  }
  expect(released(commitsBy('lerna'))).toEqual(['@acme/api', '@acme/db', 'dev', 'web'])
  const always = { sources: 'both', rules: 'changesets@3', updateInternalDependents: 'always' } as const
  const { commits } = commitsBy('lerna')
  expect(released({ ...always, commits })).toEqual(['@acme/api', '@acme/db', 'web'])
  expect(released({ ...always, commits: commitsBy('conventional').commits })).toEqual(['@acme/api', '@acme/db'])
})
