import { describe, expect, test } from 'vitest'
import type { Change } from '../change.ts'
import { coverageOf, type BranchWork } from './coverage.ts'
import { recordOf } from '../record.ts'
import { defaultSettings, type Settings } from '../settings.ts'
import type { Manifest, Package, Workspace } from '../workspace.ts'

const shop = workspaceOf([
  ['packages/db', '@acme/db', {}],
  ['packages/db/plugin', '@acme/db-plugin', {}],
  ['services/api', '@acme/api', { dependencies: { zod: 'catalog:' } }],
  ['services/web', '@acme/web', { devDependencies: { zod: 'catalog:' }, peerDependencies: { react: 'catalog:ui' } }],
])

describe('who owns a file', () => {
  test('a file belongs to the deepest package around it', () => {
    expect(statesOf({ files: ['packages/db/plugin/src/a.ts'] })).toEqual({ '@acme/db-plugin': 'uncovered' })
  })

  test('a folder that only begins like a package is not that package', () => {
    const { packages, unowned } = coverage({ files: ['packages/db-old/a.ts', 'README.md'] })
    expect(packages).toEqual([])
    expect(unowned).toEqual(['packages/db-old/a.ts', 'README.md'])
  })

  test('changesets are nobody’s files, not even the root package’s', () => {
    const single = workspaceOf([['.', 'single', {}]])
    const work = workOf({ files: ['.changeset/a.md', 'index.js'] })
    expect(coverageOf(single, settings({}), work, () => true).packages[0]?.files).toEqual(['index.js'])
  })

  test('what is left of a removed package asks for nothing, what is taken from a living one does', () => {
    const files = ['libs/old/package.json', 'libs/old/a.ts', 'packages/db/fixture/package.json']
    const deleted = files.map((path) => ({ path, how: 'deleted' as const }))
    const { packages, unowned } = coverageOf(shop, settings({}), { ...workOf({}), files: deleted }, () => true)
    expect(packages.map(({ name }) => name)).toEqual(['@acme/db'])
    expect(unowned).toEqual([])
  })
})

describe('answers', () => {
  test('any changeset is not enough: the one for db leaves api uncovered', () => {
    const work = {
      files: ['packages/db/a.ts', 'services/api/a.ts'],
      changes: [changeset('one', { '@acme/db': 'minor' })],
    }
    expect(statesOf(work)).toEqual({ '@acme/db': 'bumped', '@acme/api': 'uncovered' })
    expect(codesOf(work)).toEqual(['COVERAGE_MISSING'])
  })

  test('the highest bump wins over another changeset’s none', () => {
    const changes = [changeset('one', { '@acme/db': 'none' }), changeset('two', { '@acme/db': 'patch' })]
    const state = coverage({ files: ['packages/db/a.ts'], changes }).packages[0]?.state
    expect(state).toEqual({ kind: 'bumped', bump: 'patch', by: ['changeset:two'] })
  })

  test('none declines with its summary as the reason', () => {
    const changes = [changeset('one', { '@acme/db': 'none' }, 'Only comments')]
    const state = coverage({ files: ['packages/db/a.ts'], changes }).packages[0]?.state
    expect(state).toEqual({ kind: 'declined', reason: 'Only comments', by: ['changeset:one'] })
  })

  test('an empty changeset declines what nothing else answers for, and must say why', () => {
    const work = { files: ['packages/db/a.ts', 'services/api/a.ts'] }
    const changes = [changeset('one', {}, ''), changeset('two', { '@acme/db': 'major' })]
    expect(statesOf({ ...work, changes })).toEqual({ '@acme/db': 'bumped', '@acme/api': 'declined' })
    expect(codesOf({ ...work, changes })).toEqual(['DECLINED_WITHOUT_REASON'])
    expect(codesOf({ ...work, changes: [changeset('one', {}, 'Docs alone')] })).toEqual([])
  })

  test('packages may be called as objects’ own things are', () => {
    const odd = workspaceOf([
      ['a', '__proto__', {}],
      ['b', 'constructor', {}],
    ])
    const work = workOf({ files: ['a/x', 'b/x'], changes: [changeset('one', { ['__proto__']: 'minor' })] })
    const states = coverageOf(odd, settings({}), work, () => true).packages.map(({ state }) => state.kind)
    expect(states).toEqual(['bumped', 'uncovered'])
  })
})

describe('commits as answers', () => {
  const chore = { sha: 'c1', subject: 'chore(db): tidy', understood: true, files: ['packages/db/a.ts'] }

  test('a commit that asks for no release declines, when commits count', () => {
    const work = { files: ['packages/db/a.ts'], commits: [chore] }
    expect(statesOf(work, { sources: 'commits' })).toEqual({ '@acme/db': 'declined' })
    expect(statesOf(work, { sources: 'changesets' })).toEqual({ '@acme/db': 'uncovered' })
  })

  test('it does not speak for files that are not committed', () => {
    const work = { files: ['packages/db/a.ts', 'packages/db/new.ts'], commits: [chore] }
    expect(statesOf(work, { sources: 'both' })).toEqual({ '@acme/db': 'uncovered' })
  })

  test('a commit that was not understood takes the word from the others', () => {
    const other = { sha: 'c2', subject: 'stuff', understood: false, files: ['packages/db/b.ts'] }
    const work = { files: ['packages/db/a.ts', 'packages/db/b.ts'], commits: [chore, other] }
    expect(statesOf(work, { sources: 'commits' })).toEqual({ '@acme/db': 'uncovered' })
  })

  test('a feature whose branch carries a changeset for something else is asked about, not declined', () => {
    const feat = { ...chore, subject: 'feat(db): pool' }
    const proposals = new Map([['@acme/db', 'minor' as const]])
    const found = coverage({ files: ['packages/db/a.ts'], commits: [feat], proposals }, { sources: 'both' })
    expect(found.packages[0]?.state).toEqual({ kind: 'uncovered', proposed: 'minor' })
  })
})

describe('exclusions', () => {
  test.each([
    ['ignored', { ignore: ['@acme/db'] }],
    ['check-exclude', { checkExclude: ['@acme/db'] }],
  ] as const)('%s', (why, over) => {
    expect(coverage({ files: ['packages/db/a.ts'] }, over).packages[0]?.state).toEqual({ kind: 'excluded', why })
  })

  test('a private package is asked for only where private packages are versioned', () => {
    const own = workspaceOf([['a', 'a', { private: true }]])
    const state = (version: boolean) => {
      const over = settings({ privatePackages: { version, tag: false } })
      return coverageOf(own, over, workOf({ files: ['a/x'] }), () => true).packages[0]?.state.kind
    }
    expect([state(false), state(true)]).toEqual(['excluded', 'uncovered'])
  })

  test('files that the patterns leave out ask for nothing', () => {
    const found = coverageOf(
      shop,
      settings({}),
      workOf({ files: ['packages/db/README.md'] }),
      (file) => !file.endsWith('.md'),
    )
    expect(found.packages[0]?.state).toEqual({ kind: 'excluded', why: 'file-patterns' })
  })

  test('a branch that moves a version is a release branch, on which ranges are rewritten too', () => {
    const baseVersions = new Map([['packages/db', '0.9.0']])
    const files = [
      'packages/db/package.json',
      'services/api/package.json',
      'services/web/package.json',
      'services/web/a.ts',
    ]
    const found = coverage({ files, baseVersions })
    expect(found.packages.map(({ state }) => (state.kind === 'excluded' ? state.why : state.kind))).toEqual([
      'versioned',
      'versioned',
      'uncovered',
    ])
  })
})

describe('catalogs', () => {
  const edit = (catalog: string, dependency: string) => ({ catalog, dependency, from: '^1.0.0', to: '^2.0.0' })

  test('a changed entry touches those that ship it, not those that only develop with it', () => {
    expect(statesOf({ catalogEdits: [edit('default', 'zod')] })).toEqual({ '@acme/api': 'uncovered' })
  })

  test('a named catalog touches its own consumers', () => {
    expect(statesOf({ catalogEdits: [edit('ui', 'react'), edit('default', 'react')] })).toEqual({
      '@acme/web': 'uncovered',
    })
  })
})

type Work = Partial<Omit<BranchWork, 'files'>> & { readonly files?: readonly string[] }

function workOf({ files = [], ...over }: Work): BranchWork {
  const none = { catalogEdits: [], changes: [], commits: [], proposals: new Map(), baseVersions: new Map() }
  return { ...none, ...over, files: files.map((path) => ({ path, how: 'changed' })) }
}

function settings(over: Partial<Settings>): Settings {
  return { ...defaultSettings, ...over }
}

function coverage(work: Work, over: Partial<Settings> = {}) {
  return coverageOf(shop, settings(over), workOf(work), () => true)
}

function statesOf(work: Work, over: Partial<Settings> = {}): Record<string, string> {
  return Object.fromEntries(coverage(work, over).packages.map(({ name, state }) => [name, state.kind]))
}

function codesOf(work: Work): string[] {
  return coverage(work).problems.map(({ code }) => code)
}

function changeset(
  id: string,
  bumps: Record<string, 'none' | 'patch' | 'minor' | 'major'>,
  summary = 'Something',
): Change {
  const file = `.changeset/${id}.md`
  return {
    kind: 'changeset',
    id: `changeset:${id}`,
    file,
    summary,
    bumps: recordOf(Object.entries(bumps)),
    commit: undefined,
  }
}

function workspaceOf(packages: readonly (readonly [dir: string, name: string, manifest: Manifest])[]): Workspace {
  const members = packages.map(([dir, name, manifest]): Package => {
    return { name, dir, version: '1.0.0', private: manifest.private === true, manifest, text: '' }
  })
  const root: Package = { name: '', dir: '.', version: undefined, private: true, manifest: {}, text: '' }
  return { tool: 'pnpm', root, packages: members, catalogs: {} }
}
