import { expect, test } from 'vitest'
import { memoryFiles } from '../adapters/memory-files.ts'
import { readSettings } from './settings.ts'
import { readWorkspace } from './workspace.ts'

function leaves(cli: string, lockfiles?: Readonly<Record<string, string>>, range?: string): boolean | undefined {
  return settingsOf(cli, lockfiles, range).everyReleaseLeavesWorkspaceOperators
}

function settingsOf(cli: string, lockfiles: Readonly<Record<string, string>> = {}, range = 'workspace:^') {
  const files = memoryFiles({
    'package.json': JSON.stringify({ name: 'root', private: true, devDependencies: { '@changesets/cli': cli } }),
    'pnpm-workspace.yaml': 'packages: [packages/*]\n',
    '.changeset/config.json': '{}',
    'packages/db/package.json': JSON.stringify({ name: 'db', version: '1.0.0' }),
    'packages/api/package.json': JSON.stringify({ name: 'api', version: '1.0.0', dependencies: { db: range } }),
    ...lockfiles,
  })
  return readSettings(files, readWorkspace(files).workspace, {}).settings
}

test.each([
  ['^2.27.1', true],
  ['2.29.4', true],
  ['^2.29.5', false],
  ['^3.0.0', undefined],
])('%s of @changesets/cli lets every release leave workspace:^: %s', (cli, expected) => {
  expect(leaves(cli)).toBe(expected)
})

test.each([
  ['pnpm-lock.yaml', "packages:\n  '@changesets/assemble-release-plan@VERSION':\n    resolution: {}\n"],
  ['pnpm-lock.yaml', '  /@changesets/assemble-release-plan/VERSION:\n    resolution: {}\n'],
  ['package-lock.json', '"node_modules/@changesets/assemble-release-plan": {\n      "version": "VERSION",\n'],
  ['yarn.lock', '"@changesets/assemble-release-plan@^6.0.4":\n  version "VERSION"\n'],
  ['yarn.lock', '"@changesets/assemble-release-plan@npm:^6.0.4":\n  version: VERSION\n'],
  ['bun.lock', '"@changesets/assemble-release-plan": ["@changesets/assemble-release-plan@VERSION", "", {}]'],
])('%s decides over the declared range', (name, text) => {
  expect(leaves('^2.27.1', { [name]: text.replace('VERSION', '6.0.9') })).toBe(false)
  expect(leaves('^2.29.5', { [name]: text.replace('VERSION', '6.0.5') })).toBe(true)
})

test('without such ranges nothing is asked', () => {
  expect(leaves('^2.27.1', {}, 'workspace:*')).toBe(false)
})

test.each([
  ['^2.27.1', undefined, true],
  ['^2.29.3', undefined, undefined],
  ['^2.27.1', '6.0.8', undefined],
  ['^2.30.0', '6.0.6', true],
  ['^3.0.0', undefined, undefined],
])('%s, its planner locked at %s, spares what is left out at the exit of pre mode: %s', (cli, locked, expected) => {
  const lock = locked && { 'yarn.lock': `"@changesets/assemble-release-plan@^6.0.4":\n  version "${locked}"\n` }
  const pre = { '.changeset/pre.json': '{ "mode": "exit", "tag": "beta" }' }
  expect(settingsOf(cli, { ...lock, ...pre }).exitSparesLeftOut).toBe(expected)
  expect(settingsOf(cli, { ...lock }).exitSparesLeftOut).toBe(undefined)
})

test.each([
  ['^2.30.0', undefined, 'workspace:^', true],
  ['^2.31.0', undefined, 'workspace:^1.0.0', undefined],
  ['^2.30.0', '7.1.1', 'workspace:^1.0.0', undefined],
  ['^2.31.0', '7.1.0', 'workspace:^1.0.0', true],
  ['^2.30.0', '7.1.0', 'workspace:*', undefined],
  ['^2.30.0', '7.1.0', '^1.0.0', undefined],
  ['^3.0.0', undefined, 'workspace:^', undefined],
])('%s, its writer locked at %s, rewrites and lists %s at every release: %s', (cli, locked, range, expected) => {
  const lock = locked && { 'yarn.lock': `"@changesets/apply-release-plan@^7.1.0":\n  version "${locked}"\n` }
  expect(settingsOf(cli, { ...lock }, range).everyReleaseRewritesWorkspaceRanges).toBe(expected)
})
