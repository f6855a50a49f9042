import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { validateConfig } from '@changesets/config'
import { memoryFiles } from '../adapters/memory-files.ts'
import { schemaOf } from './config-schema.ts'
import { readSettings, type SettingsOverrides } from './settings.ts'
import { topsailConfig } from './topsail-config.ts'
import { readWorkspace } from './workspace.ts'

const names = ['@acme/a', '@acme/b', '@acme/web', 'c', 'cli', '__proto__']
const packages = Object.fromEntries(
  names.map((name, at) => [`packages/${at}/package.json`, JSON.stringify({ name, version: '1.0.0' })]),
)

type Input = {
  readonly root?: object
  readonly config?: unknown
  readonly topsail?: unknown
  readonly options?: SettingsOverrides
  readonly files?: Readonly<Record<string, string>>
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

function read({ root = {}, config, topsail, options, files: more = {} }: Input) {
  const files = memoryFiles({
    'package.json': JSON.stringify(root),
    'pnpm-workspace.yaml': 'packages: ["packages/*"]\ncatalog:\n  "@changesets/cli": ^2.29.0\n',
    ...packages,
    ...more,
    ...(config === undefined ? {} : { '.changeset/config.json': textOf(config) }),
    ...(topsail === undefined ? {} : { 'topsail.json': textOf(topsail) }),
  })
  return readSettings(files, readWorkspace(files).workspace, options)
}

describe('what an untouched repository gets', () => {
  test('with .changeset: changesets alone, by the rules of Changesets 3', () => {
    expect(read({ config: {} }).settings).toMatchObject({
      sources: 'changesets',
      rules: 'changesets@3',
      privatePackages: { version: false, tag: false },
      baseBranch: 'main',
    })
  })

  test('without: commits, by the rules for services, private packages included', () => {
    expect(read({}).settings).toMatchObject({
      sources: 'commits',
      rules: 'topsail',
      privatePackages: { version: true, tag: true },
    })
  })

  test.each([
    ['^2.27.1', 'changesets@2'],
    ['2.0.0-next.3', 'changesets@2'],
    ['catalog:', 'changesets@2'],
    ['npm:@changesets/cli@^2.0.0', 'changesets@2'],
    ['patch:@changesets/cli@npm:2.27.9#~/.yarn/patches/@changesets-cli-npm-2.27.9-5df61a909e.patch', 'changesets@2'],
    ['patch:@changesets/cli@npm%3A2.27.9#./patches/cli.patch', 'changesets@2'],
    ['^3.0.0', 'changesets@3'],
    ['latest', 'changesets@3'],
    ['*', 'changesets@3'],
    ['workspace:^', 'changesets@3'],
    ['9'.repeat(400), 'changesets@3'],
  ])('the rules follow the declared @changesets/cli %s', (range, rules) => {
    const { settings } = read({ root: { devDependencies: { '@changesets/cli': range } }, config: {} })
    expect(settings.rules).toBe(rules)
  })

  test.each([
    ['latest', { 'yarn.lock': '"@changesets/cli@npm:latest":\n  version: 2.29.8\n' }, '2.29.8'],
    ['latest', { 'pnpm-lock.yaml': "  '@changesets/cli@3.0.1(@types/node@22.0.0)':\n    resolution: {}\n" }, '3.0.1'],
    ['^3.0.0', { 'yarn.lock': '"@changesets/cli@npm:^2.0.0":\n  version: 2.29.8\n' }, '^3.0.0'],
  ])('where the declared %s says nothing the lockfile does', (range, lockfile, changesetsCli) => {
    const { settings } = read({ root: { devDependencies: { '@changesets/cli': range } }, config: {}, files: lockfile })
    const rules = changesetsCli.startsWith('2') ? 'changesets@2' : 'changesets@3'
    expect(settings).toMatchObject({ rules, chosen: { changesetsCli } })
  })

  test.each([
    ['2.3.0', 'changesets@2'],
    ['4.0.0', 'changesets@3'],
    ['14', 'changesets@3'],
  ])('run through npx, the schema of the configuration speaks: %s', (version, rules) => {
    const config = { $schema: `https://unpkg.com/@changesets/config@${version}/schema.json` }
    expect(read({ config }).settings.rules).toBe(rules)
    const declared = { devDependencies: { '@changesets/cli': rules === 'changesets@2' ? '^3.0.0' : '^2.0.0' } }
    expect(read({ config, root: declared }).settings.rules).not.toBe(rules)
  })

  test('what the second generation took for granted: private packages are versioned, the branch is master', () => {
    const { settings } = read({ root: { devDependencies: { '@changesets/cli': '^2.0.0' } }, config: {} })
    expect(settings).toMatchObject({ privatePackages: { version: true, tag: false }, baseBranch: 'master' })
    expect(settings.chosen).toEqual({ rules: 'default', changesetsCli: '^2.0.0' })
  })

  test('a single package is tagged by its version alone', () => {
    const files = memoryFiles({ 'package.json': '{"name":"only","version":"1.0.0"}' })
    expect(readSettings(files, readWorkspace(files).workspace).settings.tagPattern).toBe('v{version}')
  })
})

test('an option wins over topsail.json, and topsail.json over config.json', () => {
  const config = { baseBranch: 'a', ignore: ['c'], fixed: [['c', 'cli']] }
  const topsail = { rules: 'topsail', sources: 'both', baseBranch: 'b', ignore: ['cli'] }
  expect(read({ config, topsail }).settings).toMatchObject({
    rules: 'topsail',
    sources: 'both',
    baseBranch: 'b',
    ignore: ['cli'],
    fixed: [['c', 'cli']],
  })
  const options = { rules: 'changesets@2', sources: 'commits', ignore: ['@acme/*'] } as const
  expect(read({ config, topsail, options }).settings).toMatchObject({
    rules: 'changesets@2',
    sources: 'commits',
    ignore: ['@acme/a', '@acme/b', '@acme/web'],
  })
})

test('everything of topsail.json arrives', () => {
  const { settings, problems } = read({
    topsail: {
      cascade: {
        '@acme/*': { peerDependencies: { 'out-by-major': 'major' } },
        '@acme/web': { peerDependencies: { 'in-range': 'none' } },
      },
      commits: { preset: 'lerna', types: { docs: 'patch' } },
      zeroMajor: 'shift',
      maxBump: 'minor',
      tagPattern: 'release/{name}/{version}',
      check: { exclude: ['c*'], ignore: ['**/*.md'] },
      privatePackages: true,
      changelog: false,
    },
  })
  expect(problems).toEqual([])
  expect(settings).toMatchObject({
    cascade: {
      '@acme/a': { peerDependencies: { 'out-by-major': 'major' } },
      '@acme/web': { peerDependencies: { 'out-by-major': 'major', 'in-range': 'none' } },
    },
    commits: { preset: 'lerna', types: { docs: 'patch' } },
    zeroMajor: 'shift',
    maxBump: 'minor',
    tagPattern: 'release/{name}/{version}',
    checkExclude: ['c', 'cli'],
    changedFilePatterns: ['**', '!**/*.md'],
    privatePackages: { version: true, tag: true },
    changelog: false,
  })
})

test('what is said of packages by name or glob arrives by name, the last word for each', () => {
  const { settings, problems } = read({
    topsail: {
      tagPattern: { '**': '{shortName}-v{version}', '@acme/web': 'web/{version}' },
      commits: {
        initialVersion: { '@acme/*': '0.1.0' },
        excludePaths: { '@acme/web': ['./docs/', 'a/b', '.'] },
        prerelease: 'continue',
        scopes: false,
      },
    },
  })
  expect(problems).toEqual([])
  expect(settings.tagPatterns).toMatchObject({ '@acme/a': '{shortName}-v{version}', '@acme/web': 'web/{version}' })
  expect(settings.commits).toMatchObject({
    initialVersion: { '@acme/a': '0.1.0', '@acme/web': '0.1.0' },
    excludePaths: { '@acme/web': ['docs', 'a/b'] },
    prerelease: 'continue',
    scopes: false,
  })
})

test('per package as for all, a tag has to hold the version', () => {
  const { settings, problems } = read({ topsail: { tagPattern: { '@acme/web': 'web' } } })
  expect(problems).toMatchObject([{ code: 'CONFIG_VALUE_INVALID', key: 'tagPattern' }])
  expect(settings.tagPattern).toBe('{name}@{version}')
})

describe('problems', () => {
  test('a key that is a comment is nothing to report', () => {
    const config = { $schema: '', '//': 'of ours', __comment: 'one package a group', fixed: [], comments: ['x'] }
    expect(read({ config }).problems).toEqual([])
  })

  test('every wrong key is told with its line, all at once, and its default stands in', () => {
    const { settings, problems } = read({
      topsail:
        '{\n  // ours\n  "sources": "all",\n  "tagPattern": "v",\n  "sorces": "both",\n  "check": { "exclude": "c" },\n  "commits": { "types": { "docs": "tiny", "perf": "minor" } },\n}',
      config: '{\n  "fixed": ["c"],\n  "access": "everybody",\n  "unheard": 1\n}',
    })
    expect(
      problems.map((problem) => [problem.code, problem.severity, problem.place?.file, problem.place?.line]),
    ).toEqual([
      ['CONFIG_VALUE_INVALID', 'error', '.changeset/config.json', 2],
      ['CONFIG_VALUE_INVALID', 'error', '.changeset/config.json', 3],
      ['CONFIG_KEY_UNKNOWN', 'warning', '.changeset/config.json', 4],
      ['CONFIG_VALUE_INVALID', 'error', 'topsail.json', 3],
      ['CONFIG_VALUE_INVALID', 'error', 'topsail.json', 4],
      ['CONFIG_KEY_UNKNOWN', 'error', 'topsail.json', 5],
      ['CONFIG_VALUE_INVALID', 'error', 'topsail.json', 6],
      ['CONFIG_VALUE_INVALID', 'error', 'topsail.json', 7],
    ])
    expect(problems).toContainEqual(expect.objectContaining({ key: 'sorces', closest: 'sources' }))
    expect(settings).toMatchObject({
      sources: 'changesets',
      tagPattern: '{name}@{version}',
      commits: { types: { perf: 'minor' } },
    })
  })

  test.each([
    ['{'],
    [''],
    ['[]'],
    ['null'],
    ['"x"'],
    ['{"a":'.repeat(10_000)],
    ['{"__proto__": {"sources": "both"}}'],
    ['\0'],
  ])('a topsail.json of %j is a problem and no setting', (text) => {
    const { settings, problems } = read({ topsail: text.slice(0, 60_000) })
    expect(problems.map(({ severity }) => severity)).toEqual(['error'])
    expect(settings.sources).toBe('commits')
  })

  test('a package in two groups, a pattern that matches nothing, tags without versions', () => {
    const config = {
      fixed: [['c', '@acme/*']],
      linked: [['c'], ['gone-*', 'gone']],
      privatePackages: { version: false, tag: true },
    }
    const { settings, problems } = read({ config })
    expect(settings).toMatchObject({ fixed: [['@acme/a', '@acme/b', '@acme/web', 'c']], linked: [[], []] })
    expect(problems).toMatchObject([
      { code: 'CONFIG_GROUPS_OVERLAP', name: 'c', groups: ['fixed.0', 'linked.0'] },
      { code: 'CONFIG_PATTERN_UNMATCHED', pattern: 'gone-*' },
      { code: 'CONFIG_PATTERN_UNMATCHED', pattern: 'gone' },
      { code: 'CONFIG_PRIVATE_TAG_WITHOUT_VERSION', severity: 'error' },
    ])
  })
})

describe('.changeset/config.json', () => {
  test.each([
    {},
    { ignore: ['@acme/*', '!@acme/b'] },
    { ignore: ['!@acme/b', '@acme/*'] },
    { ignore: ['!@acme/*'] },
    { ignore: ['*', '!c', 'c'] },
    { fixed: [['@acme/{a,b}'], ['c*']] },
    { linked: [['**']] },
    { ignore: ['__proto__', 'c'] },
    { privatePackages: true },
    { privatePackages: {} },
    { privatePackages: { version: true } },
    {
      updateInternalDependencies: 'minor',
      bumpVersionsWithWorkspaceProtocolOnly: true,
      access: 'public',
      format: false,
    },
    { snapshot: { useCalculatedVersion: true, prereleaseTemplate: '{tag}-{commit}' } },
    { changelog: false },
    { changelog: ['./own.js', { repo: 'a/b' }] },
    {
      ___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH: {
        onlyUpdatePeerDependentsWhenOutOfRange: true,
        updateInternalDependents: 'always',
      },
    },
  ])('%j means what Changesets 3 says it means', (config) => {
    const members = names.map((name) => ({ dir: name, relativeDir: name, packageJson: { name, version: '1.0.0' } }))
    const { config: theirs } = validateConfig(config, {
      rootDir: '/',
      tool: { type: 'pnpm' },
      packages: members,
    } as never)
    const { settings, problems } = read({ config })
    expect(problems).toEqual([])
    const unsafe = theirs?.___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH
    expect(settings).toMatchObject({
      ignore: theirs?.ignore.toSorted(byMember),
      fixed: theirs?.fixed.map((group) => group.toSorted(byMember)),
      linked: theirs?.linked.map((group) => group.toSorted(byMember)),
      privatePackages: theirs?.privatePackages,
      updateInternalDependencies: theirs?.updateInternalDependencies,
      bumpVersionsWithWorkspaceProtocolOnly: theirs?.bumpVersionsWithWorkspaceProtocolOnly,
      access: theirs?.access,
      format: theirs?.format,
      snapshot: {
        useCalculatedVersion: theirs?.snapshot.useCalculatedVersion,
        prereleaseTemplate: theirs?.snapshot.prereleaseTemplate,
      },
      onlyUpdatePeerDependentsWhenOutOfRange: unsafe?.onlyUpdatePeerDependentsWhenOutOfRange,
      updateInternalDependents: unsafe?.updateInternalDependents,
    })
    if (config.changelog !== undefined) expect(settings.changelog).toEqual(theirs?.changelog)
  })

  const second = { root: { devDependencies: { '@changesets/cli': '^2.0.0' } } }
  test('lists of the second generation: negations count wherever they stand, and alone they start from all', () => {
    expect(read({ ...second, config: { ignore: ['!@acme/b', '@acme/*'] } }).settings.ignore).toEqual([
      '@acme/a',
      '@acme/b',
      '@acme/web',
    ])
    expect(read({ ...second, config: { ignore: ['@acme/*', '!@acme/b'] } }).settings.ignore).toEqual([
      '@acme/a',
      '@acme/web',
    ])
    expect(read({ ...second, config: { ignore: ['!@acme/*'] } }).settings.ignore).toEqual(['c', 'cli', '__proto__'])
  })

  test('a group of the second generation stands in the order of its patterns, and so do its members in changelogs', () => {
    const config = { fixed: [['c', '@acme/*', '!@acme/b']], linked: [['cli', '__proto__']] }
    expect(read({ ...second, config }).settings).toMatchObject({
      fixed: [['c', '@acme/a', '@acme/web']],
      linked: [['cli', '__proto__']],
    })
    const third = read({ config, options: { rules: 'changesets@3' } }).settings
    expect(third).toMatchObject({ fixed: [['@acme/a', '@acme/web', 'c']], linked: [['cli', '__proto__']] })
  })

  test('keys of the second generation are understood', () => {
    const config = {
      access: 'private',
      prettier: false,
      ___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH: { useCalculatedVersionForSnapshots: true },
    }
    const { settings, problems } = read({ ...second, config })
    expect(problems).toEqual([])
    expect(settings).toMatchObject({ access: 'restricted', format: false, snapshot: { useCalculatedVersion: true } })
    const third = read({ ...second, config, options: { rules: 'changesets@3' } }).settings
    expect(third.snapshot.useCalculatedVersion).toBe(false)
  })
})

const byMember = (a: string, b: string): number => names.indexOf(a) - names.indexOf(b)

test('the published schema is the one the check is made from', () => {
  const file = new URL('../../../cli/schema/topsail.schema.json', import.meta.url)
  const id = 'https://unpkg.com/topsail/schema/topsail.schema.json'
  const schema = `${JSON.stringify(schemaOf(topsailConfig, id, 'topsail.json'), null, 2)}\n`
  if (process.env['TOPSAIL_UPDATE'] !== undefined) writeFileSync(file, schema)
  expect(readFileSync(file, 'utf8')).toBe(schema)
})
