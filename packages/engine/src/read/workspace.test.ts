import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { diskFiles } from '../adapters/disk-files.ts'
import { memoryFiles } from '../adapters/memory-files.ts'
import { createFolder } from '../testing/workspace-folder.ts'
import { findWorkspaceRoot } from './workspace-root.ts'
import { readWorkspace } from './workspace.ts'

const manifest = (name: string, more: object = {}): string => JSON.stringify({ name, version: '1.0.0', ...more })

const members = {
  'packages/a/package.json': manifest('a'),
  'packages/b/package.json': manifest('b'),
  'packages/b/test/package.json': manifest('b-test'),
  'services/x/package.json': manifest('x', { private: true }),
}

function read(files: Readonly<Record<string, string>>) {
  const { workspace, problems } = readWorkspace(memoryFiles(files))
  return { tool: workspace.tool, names: workspace.packages.map(({ name }) => name), problems, workspace }
}

describe('the tool and its members', () => {
  const globs = ['packages/*', 'services/*', '!packages/b']
  test.each([
    [
      'pnpm',
      { 'package.json': '{}', 'pnpm-workspace.yaml': `packages:\n${globs.map((glob) => `  - '${glob}'\n`).join('')}` },
    ],
    ['npm', { 'package.json': JSON.stringify({ workspaces: globs }), 'package-lock.json': '' }],
    ['yarn', { 'package.json': JSON.stringify({ workspaces: { packages: globs } }), 'yarn.lock': '' }],
    ['bun', { 'package.json': JSON.stringify({ workspaces: globs }), 'bun.lock': '' }],
    ['lerna', { 'package.json': '{}', 'lerna.json': `{ "packages": ${JSON.stringify(globs)}, /* of old */ }` }],
    ['npm', { 'package.json': JSON.stringify({ workspaces: { packages: globs } }), 'package-lock.json': '' }],
    ['npm', { 'package.json': JSON.stringify({ workspaces: globs }) }],
    ['yarn', { 'package.json': JSON.stringify({ workspaces: globs, packageManager: 'yarn@4.5.2' }) }],
    ['lerna', { 'package.json': JSON.stringify({ workspaces: globs }), 'lerna.json': '{"useWorkspaces":true}' }],
    ['npm', { 'package.json': '{}', 'topsail.json': JSON.stringify({ packages: globs }) }],
  ])('%s', (tool, root) => {
    expect(read({ ...root, ...members })).toMatchObject({ tool, names: ['a', 'x'], problems: [] })
  })

  test('yarn comes before pnpm, and pnpm before npm, where a folder could be either', () => {
    const both = {
      'package.json': '{"workspaces":["packages/*"]}',
      'pnpm-workspace.yaml': 'packages: ["services/*"]',
      ...members,
    }
    expect(read({ ...both, 'yarn.lock': '' })).toMatchObject({ tool: 'yarn', names: ['a', 'b'] })
    expect(read({ ...both, 'package-lock.json': '' })).toMatchObject({ tool: 'pnpm', names: ['x'] })
  })

  describe('where pnpm and package.json name other members', () => {
    const both = {
      'package.json': '{"workspaces":{"packages":["packages/*"]},"devDependencies":{"@changesets/cli":"^2.27.10"}}',
      'pnpm-workspace.yaml': 'packages: ["packages/*", "!packages/a"]',
      '.changeset/config.json': '{}',
      ...members,
    }

    test('those that Changesets 2 takes for members are members to whoever uses it', () => {
      const { names, workspace } = read(both)
      expect(names).toEqual(['a', 'b'])
      expect(workspace).toMatchObject({ tool: 'pnpm', ofChangesets2Alone: ['packages/a'] })
    })

    test.each([
      ['Changesets 3', { 'package.json': both['package.json'].replace('^2.27.10', '^3.0.0') }],
      ['other rules', { 'topsail.json': '{"rules":"topsail"}' }],
    ])('to %s they are not', (_, files) => {
      const { names, workspace } = read({ ...both, ...files })
      expect(names).toEqual(['b'])
      expect(workspace.ofChangesets2Alone).toBeUndefined()
    })
  })

  test('a lerna.json without packages means packages/*', () => {
    expect(read({ 'package.json': '{}', 'lerna.json': '{}', ...members })).toMatchObject({
      tool: 'lerna',
      names: ['a', 'b'],
    })
  })

  test('packages of topsail.json count only where no package manager has workspaces', () => {
    const files = { 'package.json': '{"workspaces":["services/*"]}', 'topsail.json': '{"packages":["packages/*"]}' }
    expect(read({ ...files, ...members }).names).toEqual(['x'])
  })
  test('the root is a member when a glob names it', () => {
    const files = {
      'package.json': manifest('root'),
      'pnpm-workspace.yaml': 'packages: [".", "packages/a"]',
      ...members,
    }
    expect(read(files)).toMatchObject({ tool: 'pnpm', names: ['root', 'a'] })
  })

  test('a folder without a workspace is one package', () => {
    expect(read({ 'package.json': manifest('only'), 'pnpm-workspace.yaml': 'allowBuilds: {}' })).toMatchObject({
      tool: 'root',
      names: ['only'],
    })
  })

  test('members of yarn may have members of their own', () => {
    const files = {
      'package.json': '{"workspaces":["packages/*"]}',
      'yarn.lock': '',
      'packages/a/package.json': manifest('a', { workspaces: ['sub/*'] }),
      'packages/a/sub/c/package.json': manifest('c'),
    }
    expect(read(files)).toMatchObject({ tool: 'yarn', names: ['a', 'c'] })
  })

  test('a folder without a manifest, or inside of node_modules, is no member', () => {
    const files = { 'packages/node_modules/x/package.json': manifest('x'), 'packages/a/readme.md': '' }
    expect(read({ 'package.json': '{}', 'pnpm-workspace.yaml': 'packages: ["packages/**"]', ...files }).names).toEqual(
      [],
    )
  })
})

describe('catalogs', () => {
  test('of pnpm', () => {
    const yaml =
      'packages: []\ncatalog:\n  a: ^1.0.0\n  __proto__: ^9.0.0\ncatalogs:\n  next:\n    a: ^2.0.0\n    wrong: [1]\n'
    const { catalogs } = read({ 'package.json': '{}', 'pnpm-workspace.yaml': yaml }).workspace
    expect(Object.entries(catalogs['default'] ?? {})).toEqual([
      ['a', '^1.0.0'],
      ['__proto__', '^9.0.0'],
    ])
    expect(Object.entries(catalogs['next'] ?? {})).toEqual([['a', '^2.0.0']])
  })

  test('of yarn and of bun', () => {
    const yarn = {
      'package.json': '{"workspaces":[]}',
      'yarn.lock': '',
      '.yarnrc.yml': 'catalog:\n  a: ^1.0.0\ncatalogs:\n  next: { a: ^2.0.0 }\n',
    }
    expect(read(yarn).workspace.catalogs['next']).toMatchObject({ a: '^2.0.0' })
    const bun = {
      'package.json': '{"workspaces":{"packages":[],"catalog":{"a":"^1.0.0"}},"catalogs":{"next":{"a":"^2.0.0"}}}',
      'bun.lock': '',
    }
    expect(read(bun).workspace.catalogs).toMatchObject({ default: { a: '^1.0.0' }, next: { a: '^2.0.0' } })
  })
})

describe('manifests', () => {
  const workspaceOf = (files: Readonly<Record<string, string>>) =>
    read({ 'package.json': '{"private":true}', 'pnpm-workspace.yaml': 'packages: ["p/*"]', ...files })

  test('are kept byte for byte', () => {
    const text = '\uFEFF{\r\n  "name": "a"\r\n}\r\n'
    expect(workspaceOf({ 'p/a/package.json': text }).workspace.packages[0]).toMatchObject({
      name: 'a',
      version: undefined,
      text,
    })
  })

  test('that cannot be read are left out with the line, and all others stay', () => {
    const { names, problems } = workspaceOf({
      'p/a/package.json': '{\n  "name": "a"\n  "version": "1.0.0"\n}',
      'p/b/package.json': '[]',
      'p/c/package.json': '',
      'p/d/package.json': '{"a":'.repeat(100_000),
      'p/e/package.json': manifest('e'),
      'p/f/package.json': '[1,]',
    })
    expect(names).toEqual(['e'])
    expect(problems.map(({ code, place }) => [code, place?.file, place?.line])).toEqual([
      ['MANIFEST_INVALID', 'p/a/package.json', 3],
      ['MANIFEST_INVALID', 'p/b/package.json', 1],
      ['MANIFEST_INVALID', 'p/c/package.json', 1],
      ['MANIFEST_INVALID', 'p/d/package.json', 1],
      ['MANIFEST_INVALID', 'p/f/package.json', 1],
    ])
  })

  test.each([
    '../x',
    '@acme',
    '@acme/',
    'a b',
    'a/b',
    '@a/b/c',
    '.hidden',
    'ü',
    'a\u0000',
    'x'.repeat(215),
    5,
    {},
    'a%2fb',
    '@../x',
  ])('no package is called %j', (name) => {
    const { names, problems } = workspaceOf({ 'p/a/package.json': JSON.stringify({ name, version: '1.0.0' }) })
    expect({ names, codes: problems.map(({ code }) => code) }).toEqual({ names: [], codes: ['PACKAGE_NAME_INVALID'] })
  })

  test.each(['__proto__', 'constructor', '@acme/db', 'Old.Name', "it's", 'a_b'])(
    'a package may be called %s',
    (name) => {
      expect(workspaceOf({ 'p/a/package.json': manifest(name) })).toMatchObject({ names: [name], problems: [] })
    },
  )

  test.each(['examples/react/todo', '@acme/tool/fixture', '@examples'])(
    'a private package may be called by its path or its scope: %s',
    (name) => {
      expect(workspaceOf({ 'p/a/package.json': manifest(name, { private: true }) })).toMatchObject({
        names: [name],
        problems: [],
      })
      expect(workspaceOf({ 'p/a/package.json': manifest(name) }).names).toEqual([])
    },
  )

  test('a private package with another name stops nobody', () => {
    const { problems } = workspaceOf({ 'p/a/package.json': manifest('Our Demo', { private: true }) })
    expect(problems).toMatchObject([{ code: 'PACKAGE_NAME_INVALID', severity: 'warning' }])
  })

  test('what is private and has no version may be called anything that can be shown, and the last folder keeps it', () => {
    const named = (name: string): string => JSON.stringify({ name, private: true })
    const template = named('@acme/<%- name %>')
    const { workspace, problems } = workspaceOf({ 'p/a/package.json': template, 'p/b/package.json': template })
    expect(workspace.packages).toMatchObject([{ name: '@acme/<%- name %>', dir: 'p/b' }])
    expect(problems).toMatchObject([{ code: 'PACKAGE_NAME_DUPLICATE', severity: 'warning' }])
    for (const name of ['a\nb', 'a\u0000', '\u202Eb', 'x'.repeat(215)]) {
      expect(workspaceOf({ 'p/a/package.json': named(name) }).names).toEqual([])
    }
  })

  test('a name is only asked of what can be released', () => {
    const codes = (text: string) =>
      workspaceOf({ 'p/a/package.json': text }).problems.map(({ code, severity }) => [code, severity])
    expect(codes('{"version":"1.0.0"}')).toEqual([['PACKAGE_NAME_MISSING', 'quarantined']])
    expect(codes('{"private":true}')).toEqual([['PACKAGE_NAME_MISSING', 'warning']])
  })

  test.each(['1.0', 'v1.0.0', ' 1.0.0', 'latest', '01.0.0', 5, '1.0.0\n'])('%j is no version', (version) => {
    const { workspace, problems } = workspaceOf({ 'p/a/package.json': JSON.stringify({ name: 'a', version }) })
    expect(problems).toMatchObject([{ code: 'PACKAGE_VERSION_INVALID', place: { file: 'p/a/package.json' } }])
    expect(workspace.packages[0]).toMatchObject({ name: 'a', version: undefined })
  })

  test('a package without a version is no problem', () => {
    expect(
      workspaceOf({ 'p/a/package.json': '{"name":"a"}', 'p/b/package.json': '{"name":"b","version":null}' }).problems,
    ).toEqual([])
  })

  test('of two packages with one name the last is kept, and the other is told to be left out', () => {
    const { workspace, problems } = workspaceOf({
      'p/a/package.json': manifest('a'),
      'p/b/package.json': manifest('a'),
    })
    expect(workspace.packages.map(({ dir }) => dir)).toEqual(['p/b'])
    expect(problems).toMatchObject([
      { code: 'PACKAGE_NAME_DUPLICATE', severity: 'quarantined', place: { file: 'p/a/package.json' }, keeper: 'p/b' },
    ])
  })

  test('a private one of them, an example that was copied, stops nobody', () => {
    const { problems } = workspaceOf({
      'p/a/package.json': manifest('a', { private: true }),
      'p/b/package.json': manifest('a'),
    })
    expect(problems).toMatchObject([{ code: 'PACKAGE_NAME_DUPLICATE', severity: 'warning' }])
  })

  test('sections keep what is a range, and each that is not is told', () => {
    const text = '{"name":"a",\n"dependencies": {"x": "^1.0.0",\n "y": 5},\n"devDependencies": "all"}'
    const { workspace, problems } = workspaceOf({ 'p/a/package.json': text })
    expect(workspace.packages[0]?.manifest).toMatchObject({ dependencies: { x: '^1.0.0' }, devDependencies: undefined })
    expect(problems).toMatchObject([
      { code: 'MANIFEST_SECTION_INVALID', field: 'dependencies', key: 'y', place: { line: 3 } },
      { code: 'MANIFEST_SECTION_INVALID', field: 'devDependencies', key: undefined, place: { line: 4 } },
    ])
  })
})

describe('a workspace file that is wrong', () => {
  const bomb = `a: &a [x]\n${'bcdefghi'
    .split('')
    .map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(20)}]\n`)
    .join('')}packages: [*i]`
  test.each([
    ['a list that is none', 'packages: all\n'],
    ['an item that is no text', 'packages: [1]\n'],
    ['broken YAML', 'packages: [\n  "a"\n'],
    ['aliases that would grow without end', bomb],
    ['nesting without end', `packages: ${'['.repeat(100_000)}`],
    ['two megabytes', `packages: []\n# ${'x'.repeat(2 * 1024 * 1024)}`],
  ])('%s is told, and the root is still read', (_, yaml) => {
    const { tool, problems } = read({ 'package.json': manifest('root'), 'pnpm-workspace.yaml': yaml })
    expect({ tool, codes: problems.map(({ code }) => code) }).toEqual({
      tool: 'pnpm',
      codes: ['WORKSPACE_FILE_INVALID'],
    })
  })

  test('a glob that leaves the workspace is told and not followed', () => {
    const { problems } = read({
      'package.json': '{}',
      'pnpm-workspace.yaml': 'packages: ["../*", "packages/*"]',
      ...members,
    })
    expect(problems).toMatchObject([{ code: 'PATH_OUTSIDE_WORKSPACE', path: '../*' }])
  })

  test('without a root manifest there is nothing to plan', () => {
    expect(read({}).problems).toMatchObject([{ code: 'MANIFEST_MISSING', severity: 'error' }])
  })
})

describe('on disk', () => {
  test('links that leave the workspace are told, links inside of it are second ways, loops end', () => {
    const outside = createFolder({ 'package.json': manifest('outside') })
    const folder = createFolder({
      'package.json': '{}',
      'pnpm-workspace.yaml': 'packages: ["packages/**", "packages/*"]\n',
      ...members,
    })
    onTestFinished(() => [outside, folder].forEach((one) => one.close()))
    symlinkSync(outside.root, join(folder.root, 'packages/away'))
    symlinkSync('..', join(folder.root, 'packages/a/up'))
    symlinkSync('a', join(folder.root, 'packages/again'))
    const { workspace, problems } = readWorkspace(diskFiles(folder.root))
    expect(workspace.packages.map(({ dir }) => dir)).toEqual(['packages/a', 'packages/b', 'packages/b/test'])
    expect(problems).toMatchObject([{ code: 'PATH_OUTSIDE_WORKSPACE', path: 'packages/away' }])
  })

  test('the root is found from any folder below it', () => {
    const folder = createFolder({
      'package.json': '{}',
      'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
      ...members,
    })
    onTestFinished(folder.close)
    expect(findWorkspaceRoot(join(folder.root, 'packages/b/test'))).toBe(folder.root)
    expect(findWorkspaceRoot(join(folder.root, 'packages/not-there/yet'))).toBe(folder.root)
  })

  test('a certain root further up wins over a likely one, and the repository top ends the search', () => {
    const folder = createFolder({
      'package.json': '{}',
      'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
      'packages/a/package.json': manifest('a', { workspaces: ['x/*'] }),
      'vendor/inner/package.json': manifest('inner'),
    })
    onTestFinished(folder.close)
    mkdirSync(join(folder.root, 'vendor/inner/.git'))
    expect(findWorkspaceRoot(join(folder.root, 'packages/a'))).toBe(folder.root)
    expect(findWorkspaceRoot(join(folder.root, 'vendor/inner'))).toBe(join(folder.root, 'vendor/inner'))
  })
})
