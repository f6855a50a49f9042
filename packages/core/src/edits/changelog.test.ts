import { expect, test } from 'vitest'
import { changelogRequests, prependChangelog, renderChangelogEntry } from './changelog.ts'
import { planRelease } from '../plan/plan.ts'
import type { Release } from '../release-plan.ts'
import { defaultSettings, type Settings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Manifest, Package } from '../workspace.ts'

test('sections stand from major to patch, and empty ones are left out', () => {
  expect(renderChangelogEntry('2.0.0', { major: ['- a', '- b'], minor: [], patch: ['', '- c'] }, 'topsail')).toBe(
    '## 2.0.0\n\n### Major Changes\n\n- a\n- b\n\n### Patch Changes\n\n- c',
  )
})

test('a release without a line says so, but not under the rules of Changesets 2', () => {
  const nothing = { major: [], minor: [], patch: [''] }
  expect(renderChangelogEntry('1.0.1', nothing, 'topsail')).toBe('## 1.0.1\n\nNo changes in this release.')
  expect(renderChangelogEntry('1.0.1', nothing, 'changesets@3')).toBe('## 1.0.1\n\nNo changes in this release.')
  expect(renderChangelogEntry('1.0.1', nothing, 'changesets@2')).toBe('## 1.0.1')
})

test('a generator that ends or begins its lines with an empty line gets a loose list', () => {
  expect(
    renderChangelogEntry('1.0.1', { major: [], minor: [], patch: ['\n\n- a\n\n', '- b\n', '\n- c'] }, 'topsail'),
  ).toBe('## 1.0.1\n\n### Patch Changes\n\n- a\n\n- b\n\n- c')
})

const entry = '## 1.1.0\n\n- new'

test.each([
  ['no file', undefined, '# a\n\n## 1.1.0\n\n- new\n'],
  ['an empty file', '', '# a\n\n## 1.1.0\n\n- new\n'],
  ['a title alone', '# A', '# A\n\n## 1.1.0\n\n- new\n'],
  ['a title and words', '# A\n\nwords\n', '# A\n\n## 1.1.0\n\n- new\n\nwords\n'],
  [
    'words above the newest entry',
    '# A\n\nwords\n\n## 1.0.0\n\n- old\n',
    '# A\n\nwords\n\n## 1.1.0\n\n- new\n\n## 1.0.0\n\n- old\n',
  ],
  ['entries without a title', '## 1.0.0\n\n- old\n', '## 1.1.0\n\n- new\n\n## 1.0.0\n\n- old\n'],
  ['CRLF', '# A\r\n\r\n## 1.0.0\r\n\r\n- old\r\n', '# A\r\n\r\n## 1.1.0\r\n\r\n- new\r\n\r\n## 1.0.0\r\n\r\n- old\r\n'],
])('an entry goes above the newest one: %s', (_what, before, after) => {
  expect(prependChangelog(before, entry, 'a')).toBe(after)
})

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
  ['a plain range that follows', '^1.0.0', {}, true],
  ['an alias of an older version', 'npm:db@^0.9.0', {}, false],
  ['a file', 'file:../db', {}, false],
  ['a catalog that holds the new version', 'catalog:', {}, true],
  ['a catalog of an older version', 'catalog:old', {}, false],
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
  expect(changelogRequests({ ...plan, releases }, snapshot).map(({ dependencies }) => dependencies)).toEqual([[], []])
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
