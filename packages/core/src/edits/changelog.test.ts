import { expect, test } from 'vitest'
import { changelogRequests } from './changelog.ts'
import { planRelease } from '../plan/plan.ts'
import type { Release } from '../release-plan.ts'
import { defaultSettings, type Settings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Manifest, Package } from '../workspace.ts'

test('a release asks for a line per change at the bump the change asked for, and for the dependencies it follows', () => {
  const snapshot = snapshotOf(
    [
      { name: 'db', version: '1.0.0' },
      { name: 'log', version: '1.0.0' },
      { name: 'api', version: '1.0.0', dependencies: { db: '^1.0.0', log: '*' }, devDependencies: { log: '^1.0.0' } },
    ],
    { 'a.md': '---\ndb: major\napi: minor\n---\n\nbreak', 'b.md': '---\napi: patch\n---\n\nmend' },
  )
  const plan = planRelease(snapshot, String)
  const api = changelogRequests(plan, snapshot).find((request) => request.release.name === 'api')
  expect(api?.lines.map(({ change, bump }) => [change.summary, bump])).toEqual([
    ['break', 'minor'],
    ['mend', 'patch'],
  ])
  expect(api?.dependencies.map(({ name, to }) => `${name}@${to}`)).toEqual(['db@2.0.0'])
  expect(api?.dependencyChanges.map(({ id }) => id)).toEqual(['changeset:a'])
})

test.each<[what: string, range: string, settings: Partial<Settings>, listed: boolean]>([
  ['workspace:*', 'workspace:*', {}, true],
  ['workspace:^ in range', 'workspace:^', {}, true],
  ['workspace:^ in range, patches not carried', 'workspace:^', { updateInternalDependencies: 'minor' }, false],
  [
    'workspace:^ in range, under a Changesets that lists all of them',
    'workspace:^',
    { updateInternalDependencies: 'minor', everyReleaseRewritesWorkspaceRanges: true },
    true,
  ],
  ['a plain range that follows', '^1.0.0', {}, true],
  ['an alias of an older version', 'npm:db@^0.9.0', {}, false],
  ['a file', 'file:../db', {}, false],
  ['a catalog that holds the new version', 'catalog:', {}, false],
  ['the same under topsail', 'catalog:', { rules: 'topsail' }, true],
  ['a catalog of an older version', 'catalog:old', { rules: 'topsail' }, false],
  ['an alias that holds the new version', 'npm:db@^1.0.0', { rules: 'topsail' }, true],
])('a patched dependency is listed as Changesets lists it: %s', (_what, range, settings, listed) => {
  const snapshot = snapshotOf(
    [
      { name: 'db', version: '1.0.0' },
      { name: 'api', version: '1.0.0', dependencies: { db: range } },
    ],
    { 'a.md': '---\ndb: patch\napi: patch\n---\n\nmend' },
    settings,
  )
  const requests = changelogRequests(planRelease(snapshot, String), snapshot)
  const names = requests.find(({ release }) => release.name === 'api')?.dependencies.map(({ name }) => name)
  expect(names).toEqual(listed ? ['db'] : [])
})

const catalogs = { default: { db: '^1.0.0' }, old: { db: '^0.9.0' } }

test('sections that are not what a manifest should hold list nothing', () => {
  const odd = { name: 'api', version: '1.0.0', dependencies: { db: 1 }, peerDependencies: null } as unknown as Manifest
  const snapshot = snapshotOf([{ name: 'db', version: '1.0.0' }, odd], {
    'a.md': '---\ndb: patch\napi: patch\n---\n\nmend',
  })
  const plan = planRelease({ ...snapshot, workspace: { ...snapshot.workspace, packages: [] } }, String)
  const releases = ['api', 'db'].map((name) => ({ ...releaseOf(name), dir: `packages/${name}` }))
  expect(
    changelogRequests({ ...plan, releases, listed: undefined }, snapshot).map(({ dependencies }) => dependencies),
  ).toEqual([[], []])
})

function releaseOf(name: string): Release {
  return {
    name,
    dir: '.',
    from: '1.0.0',
    to: '1.0.1',
    bump: 'patch',
    private: false,
    targets: [],
    needs: [],
    changes: [],
    dependencies: {},
    rangeEdits: [],
    reasons: [{ kind: 'first-release' }],
  }
}

function snapshotOf(
  manifests: readonly Manifest[],
  changesets: Readonly<Record<string, string>>,
  settings: Partial<Settings> = {},
): Snapshot {
  const packages = manifests.map((manifest) => packageOf(`packages/${manifest.name}`, manifest))
  return {
    workspace: { tool: 'pnpm', root: packageOf('.', { private: true }), packages, catalogs },
    settings: { ...defaultSettings, ...settings },
    changesets: Object.entries(changesets).map(([file, text]) => ({
      id: file.replace('.md', ''),
      path: `.changeset/${file}`,
      text,
    })),
    pre: undefined,
    history: undefined,
    head: undefined,
    now: '2026-01-01T00:00:00.000Z',
    problems: [],
  }
}

function packageOf(dir: string, manifest: Manifest): Package {
  return {
    name: manifest.name ?? '',
    dir,
    version: manifest.version,
    private: manifest.private === true,
    manifest,
    text: JSON.stringify(manifest),
  }
}
