import { afterEach, expect, test } from 'vitest'
import { diskFiles } from '../../adapters/disk-files.ts'
import { readWorkspace } from '../../read/workspace.ts'
import { createFolder, type WorkspaceFolder } from '../../testing/workspace-folder.ts'
import { planBuild, type BuildChoice, type BuildRequest } from './plan-build.ts'

let folder: WorkspaceFolder | undefined
afterEach(() => folder?.close())

const builds = { build: 'node build.js' }

/** api needs db, and web needs api at development only. */
function shop(more: Readonly<Record<string, string | object>> = {}, scripts: object = builds) {
  folder?.close()
  folder = createFolder({
    'package.json': { name: 'shop', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    'packages/db/package.json': { name: 'db', version: '1.0.0', scripts },
    'packages/api/package.json': { name: 'api', version: '1.0.0', dependencies: { db: 'workspace:^' }, scripts },
    'packages/web/package.json': { name: 'web', version: '1.0.0', devDependencies: { api: 'workspace:^' } },
    'packages/alone/package.json': { name: 'alone', version: '1.0.0', scripts },
    ...more,
  })
  return folder.root
}

function plan(root: string, request: Partial<BuildRequest> = {}): BuildChoice {
  const files = diskFiles(root)
  return planBuild({ files, workspace: readWorkspace(files).workspace, packing: ['api'], setting: 'auto', ...request })
}

test('what is packed is built with the packages of the workspace it depends on, and nothing else', () => {
  expect(plan(shop())).toEqual({
    build: { script: 'build', by: 'packages', names: ['api'], scripted: ['api', 'db'] },
    problems: [],
  })
})

test('a package without a script still has its dependencies built', () => {
  expect(plan(shop(), { packing: ['web'] }).build).toMatchObject({ names: ['web'], scripted: ['api', 'db'] })
})

test('without a build script, without anything to pack, or where builds are off, nothing is built', () => {
  const nothing = { build: undefined, problems: [] }
  expect(plan(shop({}, {}))).toEqual(nothing)
  const root = shop()
  expect(plan(root, { packing: [] })).toEqual(nothing)
  expect(plan(root, { setting: false })).toEqual(nothing)
})

test('the script of the root manifest is taken before those of the packages', () => {
  const root = shop({ 'package.json': { name: 'shop', private: true, scripts: builds } })
  expect(plan(root).build).toMatchObject({ by: 'root' })
})

test('a script can be named, and must exist then', () => {
  const root = shop({}, { compile: 'tsc' })
  expect(plan(root, { setting: 'compile' }).build).toMatchObject({ script: 'compile', by: 'packages' })
  expect(plan(root, { setting: 'bundle' })).toEqual({
    build: undefined,
    problems: [{ code: 'BUILD_SCRIPT_MISSING', severity: 'error', script: 'bundle' }],
  })
})

test.each([
  ['tasks', 'turbo.json', '{ "tasks": { "build": {} } }'],
  ['a pipeline of the first generation', 'turbo.json', '{ "pipeline": { "build": {} } }'],
  ['a task of one package', 'turbo.json', '{ "tasks": { "db#build": {} } }'],
  ['comments', 'turbo.jsonc', '{ /* cached */ "tasks": { "build": {}, } }'],
])('turbo builds where it is installed and has the task: %s', (_, file, text) => {
  const root = shop({ [file]: text, 'node_modules/.bin/turbo': '' })
  expect(plan(root).build).toMatchObject({ by: 'turbo', names: ['api'] })
})

test.each([
  ['it is not installed', { 'turbo.json': '{ "tasks": { "build": {} } }' }],
  ['it has no such task', { 'turbo.json': '{ "tasks": { "lint": {} } }', 'node_modules/.bin/turbo': '' }],
  ['its configuration cannot be read', { 'turbo.json': '{ tasks', 'node_modules/.bin/turbo': '' }],
])('turbo is left alone where %s', (_, files) => {
  expect(plan(shop(files)).build).toMatchObject({ by: 'packages' })
})
