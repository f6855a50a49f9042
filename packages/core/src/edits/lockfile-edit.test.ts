import { expect, test } from 'vitest'
import { editLockfile } from './lockfile-edit.ts'
import type { RangeEdit, ReleasePlan } from '../release-plan.ts'

const edit: RangeEdit = { field: 'dependencies', dependency: '@acme/db', from: '^1.0.0', to: '^2.0.0' }

const pnpm = `lockfileVersion: '9.0'

importers:

  .: {}

  services/api:
    dependencies:
      '@acme/db':
        specifier: ^1.0.0
        version: link:../../packages/db
    devDependencies:
      '@acme/log':
        specifier: workspace:^
        version: link:../../packages/log

packages:

  '@acme/db@1.0.0':
    resolution: {integrity: sha512-x}
`

test('pnpm: the range of a linked package changes, and nothing else', () => {
  expect(editLockfile('pnpm-lock.yaml', pnpm, planOf([edit]))).toEqual({
    kind: 'edited',
    text: pnpm.replace('specifier: ^1.0.0', 'specifier: ^2.0.0'),
  })
})

test('pnpm: with CRLF the line keeps its end, and a range that YAML would misread is quoted', () => {
  const windows = pnpm.replaceAll('\n', '\r\n')
  expect(editLockfile('pnpm-lock.yaml', windows, planOf([{ ...edit, to: '>=2.0.0' }]))).toEqual({
    kind: 'edited',
    text: windows.replace('specifier: ^1.0.0', "specifier: '>=2.0.0'"),
  })
})

test('pnpm: a dependency that came from a registry is for pnpm to resolve', () => {
  const text = pnpm.replace('version: link:../../packages/db', 'version: 1.0.0')
  expect(editLockfile('pnpm-lock.yaml', text, planOf([edit]))).toEqual({ kind: 'unknown' })
})

test('pnpm: a release that rewrites no range changes nothing', () => {
  expect(editLockfile('pnpm-lock.yaml', pnpm, planOf([]))).toEqual({ kind: 'unchanged' })
})

test('pnpm: another generation of lockfile is for pnpm to write', () => {
  expect(editLockfile('pnpm-lock.yaml', 'lockfileVersion: 5.4\nspecifiers: {}\n', planOf([edit])).kind).toBe('unknown')
})

test('npm: versions and ranges of workspace packages change in place', () => {
  const text = `{
  "lockfileVersion": 3,
  "packages": {
    "": { "name": "root" },
    "node_modules/@acme/db": { "resolved": "packages/db", "link": true },
    "services/api": { "version": "1.0.0", "dependencies": { "@acme/db": "^1.0.0" } }
  }
}`
  expect(editLockfile('package-lock.json', text, planOf([edit]))).toEqual({
    kind: 'edited',
    text: text.replace('"version": "1.0.0"', '"version": "1.0.1"').replace('"^1.0.0"', '"^2.0.0"'),
  })
})

test('npm: the second generation repeats ranges elsewhere and is for npm to write', () => {
  expect(editLockfile('package-lock.json', '{ "lockfileVersion": 2 }', planOf([edit]))).toEqual({ kind: 'unknown' })
})

test('bun: versions and ranges change in place, trailing commas stay', () => {
  const text = `{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "root", },
    "services/api": { "name": "api", "version": "1.0.0", "dependencies": { "@acme/db": "^1.0.0", }, },
  },
}`
  expect(editLockfile('bun.lock', text, planOf([edit]))).toEqual({
    kind: 'edited',
    text: text.replace('"version": "1.0.0"', '"version": "1.0.1"').replace('"^1.0.0"', '"^2.0.0"'),
  })
})

test('yarn 1 records no workspaces; later ones are for yarn to write', () => {
  expect(editLockfile('yarn.lock', '# yarn lockfile v1\n', planOf([edit]))).toEqual({ kind: 'unchanged' })
  expect(editLockfile('yarn.lock', '__metadata:\n  version: 8\n', planOf([edit]))).toEqual({ kind: 'unknown' })
  expect(editLockfile('yarn.lock', '__metadata:\n  version: 8\n', planOf([]))).toEqual({ kind: 'unchanged' })
})

function planOf(rangeEdits: readonly RangeEdit[]): ReleasePlan {
  const release = {
    name: 'api',
    dir: 'services/api',
    from: '1.0.0',
    to: '1.0.1',
    bump: 'patch',
    private: false,
    targets: [],
    needs: [],
    changes: [],
    dependencies: {},
    rangeEdits,
    reasons: [{ kind: 'first-release' }],
  } as const
  return {
    id: '',
    commit: undefined,
    rules: 'changesets@3',
    sources: 'changesets',
    releases: [release],
    rewrites: [],
    changes: [],
    consumed: [],
    preState: undefined,
    order: [],
    problems: [],
  }
}
