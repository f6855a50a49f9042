import { expect, test } from 'vitest'
import { desiredRelease, type DesiredOptions } from './desired.ts'
import { tagNameOf } from './release-tag.ts'
import type { PackageFacts, ReleasedWorld } from './released-world.ts'
import { defaultSettings, type Settings } from '../settings.ts'
import type { Manifest, Package } from '../workspace.ts'

type Member = Manifest & { readonly name: string }

const absent: PackageFacts = { kind: 'known', versions: new Map(), distTags: new Map() }

function listed(versions: readonly string[], distTags: Readonly<Record<string, string>> = {}): PackageFacts {
  return {
    kind: 'known',
    versions: new Map(versions.map((version) => [version, 'sha512-x'])),
    distTags: new Map(Object.entries(distTags)),
  }
}

function packageOf(manifest: Member): Package {
  const { name, version = '1.0.0', private: isPrivate = false } = manifest
  return { name, dir: `packages/${name}`, version, private: isPrivate, manifest, text: '' }
}

function worldOf(
  members: readonly Member[],
  facts: Readonly<Record<string, PackageFacts>> = {},
  more: Partial<ReleasedWorld> & { readonly over?: Partial<Settings> } = {},
): ReleasedWorld {
  const packages = members.map(packageOf)
  const root = packageOf({ name: 'root', private: true })
  return {
    workspace: { tool: 'pnpm', root, packages, catalogs: {} } as ReleasedWorld['workspace'],
    settings: { ...defaultSettings, ...more.over },
    pre: undefined,
    head: 'head',
    registries: new Map(packages.filter((pkg) => !pkg.private).map((pkg) => [pkg.name, 'https://registry/'])),
    facts: new Map(packages.map((pkg) => [pkg.name, facts[pkg.name] ?? absent])),
    localTags: new Map(),
    remoteTags: new Map(),
    unchangedSinceTag: new Set(),
    versionCommits: new Map(),
    ...more,
  }
}

function decide(world: ReleasedWorld, options?: DesiredOptions) {
  const { units, alreadyThere, problems } = desiredRelease(world, options)
  return {
    uploads: units.flatMap((unit) =>
      unit.upload === undefined ? [] : [`${unit.name}@${unit.version} ${unit.upload.distTag}`],
    ),
    tags: units.flatMap(({ tag }) =>
      tag === undefined
        ? []
        : [[tag.name, tag.commit, tag.make && 'make', tag.push && 'push'].filter(Boolean).join(' ')],
    ),
    there: alreadyThere.map(({ name }) => name),
    problems: problems.map((problem) => problem.code),
    units,
  }
}

test('what the registry lacks is uploaded, what it has is not', () => {
  const decided = decide(worldOf([{ name: 'api' }, { name: 'db' }], { db: listed(['1.0.0']) }))
  expect(decided).toMatchObject({ uploads: ['api@1.0.0 latest'], there: ['db'], problems: [] })
})

test('a candidate that no open release knows is told, until its dist-tag leads to it', () => {
  const left = (tags: Readonly<Record<string, string>>) =>
    decide(worldOf([{ name: 'db', version: '1.1.0' }], { db: listed(['1.0.0', '1.1.0'], tags) }))
  expect(left({ latest: '1.0.0', 'topsail-candidate': '1.1.0' })).toMatchObject({
    uploads: [],
    there: ['db'],
    problems: ['CANDIDATE_LEFT'],
  })
  expect(left({ latest: '1.1.0', 'topsail-candidate': '1.1.0' }).problems).toEqual([])
  expect(left({ latest: '1.0.0', 'topsail-candidate': '1.0.0' }).problems).toEqual([])
})

test('a tag is made at HEAD for what is uploaded, and where its version was written for what is there', () => {
  const world = worldOf(
    [{ name: 'api' }, { name: 'db' }],
    { db: listed(['1.0.0']) },
    { versionCommits: new Map([['db', 'old']]) },
  )
  expect(decide(world).tags).toEqual(['api@1.0.0 head make push', 'db@1.0.0 old make push'])
})

test.each([
  ['made and pushed', { local: undefined, remote: undefined }, ['db@1.0.0 head make push']],
  ['only pushed', { local: 'old', remote: undefined }, ['db@1.0.0 old push']],
  ['left alone when the remote has it', { local: undefined, remote: 'old' }, []],
  ['left alone when both have it', { local: 'old', remote: 'old' }, []],
] as const)('the tag of a published version is %s', (_, { local, remote }, tags) => {
  const one = (sha: string | undefined) => new Map(sha === undefined ? [] : [['db@1.0.0', sha]])
  const world = worldOf([{ name: 'db' }], { db: listed(['1.0.0']) }, { localTags: one(local), remoteTags: one(remote) })
  expect(decide(world).tags).toEqual(tags)
})

test('where it cannot be told what wrote a version, what is uploaded is tagged all the same, and what is there is not', () => {
  const versionCommits = new Map([
    ['api', null],
    ['db', null],
  ])
  const world = worldOf([{ name: 'api' }, { name: 'db' }], { db: listed(['1.0.0']) }, { versionCommits })
  expect(decide(world).tags).toEqual(['api@1.0.0 head make push'])
})

test('a tag at another commit than HEAD is reported and stays when its version has to be uploaded', () => {
  const world = worldOf([{ name: 'db' }], {}, { localTags: new Map([['db@1.0.0', 'old']]) })
  expect(decide(world)).toMatchObject({ problems: ['TAG_AT_OTHER_COMMIT'], tags: ['db@1.0.0 old push'] })
})

test('a tag at another commit with the same content says nothing', () => {
  const localTags = new Map([['db@1.0.0', 'old']])
  const world = worldOf([{ name: 'db' }], {}, { localTags, unchangedSinceTag: new Set(['db']) })
  expect(decide(world)).toMatchObject({ problems: [], tags: ['db@1.0.0 old push'] })
})

test('a tag that differs on the remote is never forced', () => {
  const world = worldOf(
    [{ name: 'db' }],
    { db: listed(['1.0.0']) },
    {
      localTags: new Map([['db@1.0.0', 'a']]),
      remoteTags: new Map([['db@1.0.0', 'b']]),
    },
  )
  expect(decide(world)).toMatchObject({ problems: ['TAG_DIFFERS_ON_REMOTE'], tags: [] })
})

test('without a remote tags are made here, without a commit none', () => {
  expect(decide(worldOf([{ name: 'db' }], {}, { remoteTags: undefined })).tags).toEqual(['db@1.0.0 head make'])
  expect(decide(worldOf([{ name: 'db' }], {}, { head: undefined })).tags).toEqual([])
})

test('a private package is never uploaded, and tagged when asked', () => {
  const members = [{ name: 'shop', private: true }]
  expect(decide(worldOf(members))).toMatchObject({ uploads: [], tags: [] })
  const over = { privatePackages: { version: true, tag: true } }
  expect(decide(worldOf(members, {}, { over }))).toMatchObject({ uploads: [], tags: ['shop@1.0.0 head make push'] })
})

test('ignored packages and those without a version are left alone', () => {
  const members = [{ name: 'a' }, { name: 'b' }]
  expect(decide(worldOf(members, {}, { over: { ignore: ['a'] } })).uploads).toEqual(['b@1.0.0 latest'])
})

test('a registry that does not answer is named once with everything it was asked for', () => {
  const silent: PackageFacts = { kind: 'unreachable', detail: '503' }
  const world = worldOf([{ name: 'a' }, { name: 'b' }], { a: silent, b: silent })
  const { problems, units } = desiredRelease(world)
  expect(problems).toEqual([
    {
      code: 'REGISTRY_UNREACHABLE',
      severity: 'error',
      registry: 'https://registry/',
      names: ['a', 'b'],
      detail: '503',
    },
  ])
  expect(units).toEqual([])
})

test('only dependencies that an installer gets and that the workspace provides are waited for', () => {
  const world = worldOf([
    {
      name: 'api',
      dependencies: { db: 'workspace:^', old: '^0.1.0', alias: 'npm:mail@^1.0.0' },
      devDependencies: { tool: 'workspace:*' },
      peerDependencies: { ui: '^1.0.0' },
    },
    ...['db', 'mail', 'old', 'tool', 'ui'].map((name) => ({ name })),
  ])
  expect(decide(world).units.find((unit) => unit.name === 'api')?.needs).toEqual(['db', 'mail', 'ui'])
})

test('a dependency has to be there or to come; one that was left out or rolled back stops the release', () => {
  const members: readonly Member[] = [{ name: 'api', dependencies: { db: '^1.0.0' } }, { name: 'db' }]
  const there = { db: listed(['1.0.0']) }
  const burned = { db: ['1.0.0'] }
  expect(decide(worldOf(members)).problems).toEqual([])
  expect(decide(worldOf(members, there), { only: ['api'] }).problems).toEqual([])
  expect(decide(worldOf(members), { only: ['api'] }).problems).toEqual(['PUBLISH_NEEDS_LEFT_OUT'])
  expect(decide(worldOf(members, {}, { burned }))).toMatchObject({
    uploads: ['api@1.0.0 latest'],
    problems: ['PUBLISH_VERSIONS_BURNED', 'PUBLISH_NEEDS_BURNED'],
  })
  expect(decide(worldOf(members), { only: ['api', 'nobody'] }).problems).toContain('PUBLISH_ONLY_UNKNOWN')
})

test('a public package that needs a private one is reported, unless it bundles it', () => {
  const inner = { name: 'inner', private: true }
  const api = { name: 'api', dependencies: { inner: 'workspace:*' } }
  expect(decide(worldOf([api, inner])).problems).toEqual(['PUBLISH_NEEDS_PRIVATE'])
  expect(decide(worldOf([{ ...api, bundledDependencies: ['inner'] }, inner])).problems).toEqual([])
})

test.each([
  ['1.0.0', [], {}, 'latest'],
  ['1.1.0', ['1.0.0'], { latest: '1.0.0' }, 'latest'],
  ['1.0.1', ['1.0.0', '2.0.0'], { latest: '2.0.0' }, 'release-1.x'],
  ['1.0.0', ['2.0.0-beta.0'], { latest: '2.0.0-beta.0' }, 'latest'],
  ['2.0.0-beta.0', ['1.0.0'], { latest: '1.0.0' }, 'beta'],
  ['2.0.0-0', ['1.0.0'], { latest: '1.0.0' }, 'next'],
  ['0.0.0-canary-20260102', ['1.0.0'], { latest: '1.0.0' }, 'canary'],
  ['0.0.0-pr-7-20260102030405', ['1.0.0'], { latest: '1.0.0' }, 'pr-7'],
  ['1.1.0-pr-7-1767323045000', ['1.0.0'], { latest: '1.0.0' }, 'pr-7'],
  ['0.0.0-v2-20260102030405', ['1.0.0'], { latest: '1.0.0' }, 'v'],
  ['0.0.0-20260102030405', ['1.0.0'], { latest: '1.0.0' }, 'next'],
] as const)('%s over %j goes under %s', (version, versions, distTags, expected) => {
  const world = worldOf([{ name: 'db', version }], { db: listed(versions, distTags) })
  expect(decide(world).uploads).toEqual([`db@${version} ${expected}`])
})

test('in pre mode the tag is that of the mode, and latest for a package that has nothing else', () => {
  const pre = { mode: 'pre', tag: 'rc' } as const
  const member = { name: 'db', version: '1.0.0-rc.1' }
  const under = (versions: readonly string[]) => decide(worldOf([member], { db: listed(versions) }, { pre })).uploads
  expect(under(['0.9.0'])).toEqual(['db@1.0.0-rc.1 rc'])
  expect(under([])).toEqual(['db@1.0.0-rc.1 rc'])
  expect(under(['1.0.0-rc.0'])).toEqual(['db@1.0.0-rc.1 latest'])
})

test('a dist-tag that was asked for wins over the manifest, and that over the version', () => {
  const world = worldOf([{ name: 'db', publishConfig: { tag: 'lts' } }])
  expect(decide(world).uploads).toEqual(['db@1.0.0 lts'])
  expect(decide(world, { distTag: 'canary' }).uploads).toEqual(['db@1.0.0 canary'])
})

test('access is that of the command, the manifest, the configuration; a name without a scope has none', () => {
  const members = [{ name: '@a/x', publishConfig: { access: 'restricted' as const } }, { name: '@a/y' }, { name: 'z' }]
  const access = (options?: DesiredOptions) =>
    decide(worldOf(members, {}, { over: { access: 'public' } }), options).units.map((unit) => unit.upload?.access)
  expect(access()).toEqual(['restricted', 'public', undefined])
  expect(access({ access: 'public' })).toEqual(['public', 'public', undefined])
})

test('a name cannot write into the tag pattern', () => {
  expect(tagNameOf({ tagPattern: '{name}@{version}' }, '{version}$&', '1.0.0')).toBe('{version}$&@1.0.0')
  const tagPatterns = { '@acme/log': 'logger-v{version}' }
  const named = (name: string) => tagNameOf({ tagPattern: '{shortName}-v{version}', tagPatterns }, name, '1.0.0')
  expect([named('@acme/db'), named('db'), named('@acme/log')]).toEqual(['db-v1.0.0', 'db-v1.0.0', 'logger-v1.0.0'])
})
