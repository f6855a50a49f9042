import { symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import type { CommitChange } from '@topsail/core'
import { afterEach, expect, test } from 'vitest'
import { planWorkspace } from '../read/read-snapshot.ts'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { generateChangelogs } from './changelog-generators.ts'
import { gitChangelog } from './git-changelog.ts'

const layout = { rules: 'changesets@3', isUnformatted: false } as const

const open: WorkspaceFolder[] = []
afterEach(() => {
  for (const folder of open.splice(0)) folder.close()
})

/** Writes its arguments as the line, so that a test sees exactly what it was called with. */
const echo = `
  getReleaseLine: async (...args) => '- ' + JSON.stringify(args),
  getDependencyReleaseLine: (...args) => '- ' + JSON.stringify(args)`

test('a generator gets exactly the arguments that Changesets gives', async () => {
  const { root } = workspace(
    { changelog: ['./lines.mjs', { repo: 'acme/shop' }] },
    { 'lines.mjs': `export default {${echo}}` },
  )
  const entries = await generate(root)
  const api = entries.get('@acme/api') ?? ''
  const [line, dependencies] = [...api.matchAll(/^- (.*)$/gm)].map((match) => JSON.parse(match[1] ?? ''))
  const changeset = {
    id: 'calm-cats',
    summary: 'Drop the pool\n\nand more',
    releases: [
      { name: '@acme/db', type: 'major' },
      { name: '@acme/api', type: 'minor' },
    ],
  }
  expect(line).toEqual([changeset, 'minor', { repo: 'acme/shop' }])
  expect(dependencies).toEqual([
    [changeset],
    [
      {
        name: '@acme/db',
        type: 'major',
        oldVersion: '1.0.0',
        newVersion: '2.0.0',
        changesets: ['calm-cats'],
        packageJson: { name: '@acme/db', version: '1.0.0', license: 'MIT' },
        dir: join(root, 'packages/db'),
        relativeDir: 'packages/db',
      },
    ],
    { repo: 'acme/shop' },
  ])
})

test('a root among the members is told without a folder', async () => {
  const folder = createFolder({
    'package.json': { name: '@acme/db', version: '1.0.0' },
    'pnpm-workspace.yaml': 'packages: [".", "packages/*"]\n',
    '.changeset/config.json': { changelog: './lines.mjs' },
    '.changeset/lines.mjs': `export default {${echo}}`,
    '.changeset/calm-cats.md': '---\n"@acme/db": major\n---\n\nDrop the pool\n',
    'packages/api/package.json': { name: '@acme/api', version: '1.0.0', dependencies: { '@acme/db': '^1.0.0' } },
  })
  open.push(folder)
  const said = /^- (.*)$/m.exec((await generate(folder.root)).get('@acme/api') ?? '')
  expect(JSON.parse(said?.[1] ?? '')[1]).toMatchObject([{ name: '@acme/db', dir: folder.root, relativeDir: '' }])
})

test.each([
  ['ESM with a default', 'lines.mjs', `export default {${echo}}`],
  [
    'ESM with named functions',
    'lines.mjs',
    `const all = {${echo}}; export const { getReleaseLine, getDependencyReleaseLine } = all`,
  ],
  ['a path without its extension', 'lines.js', `module.exports = {${echo}}`, './lines'],
  ['CommonJS', 'lines.cjs', `module.exports = {${echo}}`],
  ['CommonJS from a compiler', 'lines.cjs', `exports.__esModule = true; exports.default = {${echo}}`],
  ['TypeScript', 'lines.mts', `const all: object = {${echo}}; export default all`],
])('a module of the repository is found from .changeset: %s', async (_what, file, text, changelog = `./${file}`) => {
  const { root } = workspace({ changelog }, { [file]: text })
  expect((await generate(root)).get('@acme/db')).toContain('Drop the pool')
})

test('a package installed in the repository is found, also one that only exports to import', async () => {
  const folder = workspace({ changelog: '@acme/changelog' })
  folder.write({
    'node_modules/@acme/changelog/package.json': { name: '@acme/changelog', exports: { import: './lines.mjs' } },
    'node_modules/@acme/changelog/lines.mjs': `export default {${echo}}`,
  })
  expect((await generate(folder.root)).get('@acme/db')).toContain('Drop the pool')
})

test('false writes no changelog', async () => {
  expect((await generate(workspace({ changelog: false }).root)).size).toBe(0)
})

test('where changelog-git is named but not installed, the same lines are written', async () => {
  const { root } = workspace({ changelog: '@changesets/changelog-git' })
  expect((await generate(root)).get('@acme/db')).toBe(
    '## 2.0.0\n\n### Major Changes\n\n- Drop the pool\n  \n  and more',
  )
})

test('ours and the genuine changelog-git agree, also on commits and odd summaries', async () => {
  const genuine = (await import(genuinePath())).default
  const release = { name: '@acme/db', newVersion: '2.0.0' }
  for (const summary of ['one', 'one  \n\n  two\n- three\t', '']) {
    for (const commit of [undefined, 'abcdef0123456789']) {
      const changeset = { id: 'x', summary, releases: [], commit }
      expect(await gitChangelog.getReleaseLine(changeset, 'patch', null)).toBe(await genuine.getReleaseLine(changeset))
      for (const dependencies of [[], [release]]) {
        const args = [[changeset], dependencies, null] as unknown as Parameters<
          typeof gitChangelog.getDependencyReleaseLine
        >
        expect(await gitChangelog.getDependencyReleaseLine(...args)).toBe(
          await genuine.getDependencyReleaseLine(...args),
        )
      }
    }
  }
})

test('the genuine changelog-git is used where it is installed', async () => {
  const folder = workspace({ changelog: '@changesets/changelog-git' })
  folder.write({ 'node_modules/@changesets/placeholder': '' })
  symlinkSync(dirname(dirname(genuinePath())), join(folder.root, 'node_modules/@changesets/changelog-git'), 'junction')
  expect((await generate(folder.root)).get('@acme/api')).toBe(
    '## 1.1.0\n\n### Minor Changes\n\n- Drop the pool\n  \n  and more\n\n### Patch Changes\n\n' +
      '- Updated dependencies\n  - @acme/db@2.0.0',
  )
})

test('a commit of the second source stands in the same sections, named by its own hash', async () => {
  const { root } = workspace({ changelog: '@changesets/changelog-git' })
  const { plan, snapshot } = await planWorkspace({ cwd: root })
  const commit: CommitChange = {
    kind: 'commit',
    id: `commit:${'c'.repeat(40)}`,
    commit: 'c'.repeat(40),
    type: 'fix',
    scope: 'db',
    breaking: false,
    summary: 'close handles',
    bumps: { '@acme/db': 'patch' },
  }
  const releases = plan.releases.map((release) => ({ ...release, changes: [...release.changes, commit.id] }))
  const both = { ...plan, releases, changes: [...plan.changes, commit] }
  const { entries } = await generateChangelogs(root, both, snapshot, layout)
  expect(entries.find(({ release }) => release.name === '@acme/db')?.entry).toBe(
    '## 2.0.0\n\n### Major Changes\n\n- Drop the pool\n  \n  and more\n\n### Patch Changes\n\n- ccccccc: close handles',
  )
})

test.each([
  ['CHANGELOG_GENERATOR_MISSING', './nowhere.mjs', ''],
  ['CHANGELOG_GENERATOR_MISSING', '@acme/not-installed', ''],
  ['CHANGELOG_GENERATOR_MISSING', 'fs', ''],
  ['CHANGELOG_GENERATOR_INVALID', './lines.mjs', 'export default { getReleaseLine: () => "" }'],
  ['CHANGELOG_GENERATOR_FAILED', './lines.mjs', 'throw new Error("no token")'],
  ['CHANGELOG_GENERATOR_FAILED', './lines.mjs', 'export default {'],
  [
    'CHANGELOG_GENERATOR_FAILED',
    './lines.mjs',
    'export const getReleaseLine = () => { throw new Error("no token") }; export const getDependencyReleaseLine = () => ""',
  ],
  [
    'CHANGELOG_GENERATOR_FAILED',
    './lines.mjs',
    'export const getReleaseLine = () => ""; export const getDependencyReleaseLine = async () => { throw "no token" }',
  ],
])('%s: %s', async (code, changelog, text) => {
  const { root } = workspace({ changelog }, { 'lines.mjs': text })
  const { plan, snapshot } = await planWorkspace({ cwd: root })
  const { entries, problems } = await generateChangelogs(root, plan, snapshot, layout)
  expect([entries, problems.map((problem) => problem.code)]).toEqual([[], [code]])
})

test('what is declared and not installed is told with the command that installs it', async () => {
  const inner = 'import "@acme/github-info"'
  const installFor = async (changelog: string, manifest: object, more: object = {}): Promise<unknown> => {
    const folder = workspace({ changelog }, { 'lines.mjs': inner })
    folder.write({ 'package.json': { name: 'shop', private: true, workspaces: ['packages/*'], ...manifest }, ...more })
    const { plan, snapshot } = await planWorkspace({ cwd: folder.root })
    const [problem] = (await generateChangelogs(folder.root, plan, snapshot, layout)).problems
    return problem !== undefined && 'install' in problem ? problem.install : 'no such fact'
  }
  const declared = { devDependencies: { '@acme/changelog': '^1.0.0', '@acme/github-info': '^1.0.0' } }
  expect(await installFor('@acme/changelog', {})).toBeUndefined()
  expect(await installFor('@acme/changelog', declared)).toBe('npm install')
  expect(await installFor('@acme/changelog/lines.js', declared, { 'package-lock.json': '{}' })).toBe('npm ci')
  expect(await installFor('@acme/changelog', { ...declared, packageManager: 'pnpm@10.1.0' })).toBe('pnpm install')
  expect(await installFor('@acme/changelog', declared, { 'yarn.lock': '' })).toBe('yarn install')
  expect(await installFor('./lines.mjs', declared)).toBe('npm install')
  expect(await installFor('./lines.mjs', {})).toBeUndefined()
  expect(await installFor('./nowhere.mjs', declared)).toBeUndefined()
})

function genuinePath(): string {
  const changesetsCli = createRequire(join(import.meta.dirname, '../../../cli/package.json')).resolve('@changesets/cli')
  return createRequire(changesetsCli).resolve('@changesets/changelog-git')
}

async function generate(root: string): Promise<ReadonlyMap<string, string>> {
  const { plan, snapshot } = await planWorkspace({ cwd: root })
  const { entries, problems } = await generateChangelogs(root, plan, snapshot, layout)
  expect(problems).toEqual([])
  return new Map(entries.map(({ release, entry }) => [release.name, entry]))
}

function workspace(config: object, modules: Readonly<Record<string, string>> = {}): WorkspaceFolder {
  const folder = createFolder({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    '.changeset/config.json': config,
    '.changeset/calm-cats.md': '---\n"@acme/db": major\n"@acme/api": minor\n---\n\nDrop the pool\n\nand more\n',
    'packages/db/package.json': { name: '@acme/db', version: '1.0.0', license: 'MIT' },
    'packages/api/package.json': { name: '@acme/api', version: '1.0.0', dependencies: { '@acme/db': '^1.0.0' } },
    ...Object.fromEntries(Object.entries(modules).map(([file, text]) => [`.changeset/${file}`, text])),
  })
  open.push(folder)
  return folder
}
