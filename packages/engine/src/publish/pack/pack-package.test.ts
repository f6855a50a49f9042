import { execFile, execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diskFiles } from '../../adapters/disk-files.ts'
import { readWorkspace } from '../../read/workspace.ts'
import { workspacePacker } from './pack-package.ts'

/**
 * Each package of the table is packed by the real package manager and by us; file list, modes and manifest must agree.
 * One workspace holds them all.
 */
const table: Readonly<Record<string, Readonly<Record<string, string | object>>>> = {
  plain: {
    'index.js': '1',
    'README.md': 'r',
    'CHANGELOG.md': 'c',
    'HISTORY.md': 'h',
    'src/deep/a.js': '1',
    '.hidden': 'h',
  },
  'files-list': {
    'package.json': { files: ['lib', 'extra/*.txt', '!lib/secret.js'], main: './entry/main.js' },
    'lib/a.js': '1',
    'lib/secret.js': 's',
    'lib/deep/b.js': '1',
    'extra/a.txt': '1',
    'extra/b.md': '1',
    'entry/main.js': 'main lies outside of files',
    'other.js': '1',
    LICENSE: 'own',
    'readme.txt': 'r',
    'CHANGELOG.md': 'c',
  },
  npmignore: {
    '.npmignore': 'tests\n*.map\n!keep.map\n/only-root.js\n',
    '.gitignore': 'dist\n',
    'dist/a.js': '1',
    'dist/a.js.map': '1',
    'keep.map': '1',
    'tests/a.js': '1',
    'only-root.js': '1',
    'deep/only-root.js': '1',
  },
  gitignore: { '.gitignore': 'dist/\n*.log\n', 'dist/a.js': '1', 'a.log': '1', 'src/a.js': '1', 'src/b.log': '1' },
  'nested-ignore': {
    'src/.npmignore': '*.spec.js\n',
    'src/a.js': '1',
    'src/a.spec.js': '1',
    'other/.gitignore': 'generated\n',
    'other/generated/a.js': '1',
    'other/b.js': '1',
  },
  'files-and-ignore': {
    'package.json': { files: ['dist'] },
    '.npmignore': 'dist/a.js\n',
    'dist/.npmignore': '*.map\n',
    'dist/a.js': '1',
    'dist/b.js.map': '1',
  },
  'bin-object': {
    'package.json': { bin: { one: './bin/one.js', two: 'bin/two' }, files: ['lib'] },
    'bin/one.js': '#!',
    'bin/two': '#!',
    'lib/a.js': '1',
  },
  'bin-text': { 'package.json': { bin: 'cli.js' }, 'cli.js': '#!/usr/bin/env node\n', 'b.js': '1' },
  'empty-files': { 'package.json': { files: [] }, 'a.js': '1', 'README.md': 'r', 'licence.md': 'l' },
  'dot-files': {
    'package.json': { files: ['./dist/', '.config'] },
    'dist/.keep': '',
    '.config/a': '1',
    '.npmrc': 'secret=1',
    'a.js': '1',
  },
  'always-out': {
    '.DS_Store': 'x',
    'node_modules/dep/index.js': '1',
    'a.js.orig': '1',
    '.a.swp': '1',
    'npm-debug.log': '1',
    'package-lock.json': '{}',
    'yarn.lock': '',
    'pnpm-lock.yaml': '',
    '.git-not/a': '1',
    'a.js': '1',
  },
  'publish-config': {
    'package.json': {
      main: 'src/index.ts',
      types: 'src/index.ts',
      exports: { '.': './src/index.ts' },
      publishConfig: {
        access: 'public',
        main: 'dist/index.js',
        types: 'dist/index.d.ts',
        exports: { '.': './dist/index.js' },
      },
      files: ['dist'],
    },
    'src/index.ts': '1',
    'dist/index.js': '1',
    'dist/index.d.ts': '1',
  },
  'only-overrides': {
    'package.json': { publishConfig: { main: 'b.js', bin: { x: 'b.js' } } },
    'a.js': '1',
    'b.js': '1',
  },
  unicode: { 'ünïcode/日本.js': '1', [`${'long/'.repeat(30)}name.js`]: '1', 'with space.js': '1' },
  browser: { 'package.json': { browser: 'web/index.js', files: ['lib'] }, 'web/index.js': '1', 'lib/a.js': '1' },
}

const withWorkspaceRanges: Readonly<Record<string, Readonly<Record<string, string | object>>>> = {
  ranges: {
    'package.json': {
      dependencies: {
        '@pack/plain': 'workspace:^',
        '@pack/gitignore': 'workspace:~',
        '@pack/npmignore': 'workspace:*',
      },
      devDependencies: { '@pack/browser': 'workspace:^1.0.0' },
      peerDependencies: { '@pack/unicode': 'workspace:>=1' },
      optionalDependencies: { '@pack/bin-text': '^1.0.0' },
    },
    'a.js': '1',
  },
  catalogs: {
    'package.json': {
      dependencies: { '@pack/plain': 'catalog:' },
      peerDependencies: { '@pack/plain': 'catalog:old' },
    },
    'a.js': '1',
  },
  scripts: {
    'package.json': {
      scripts: {
        prepack: `node -e "require('fs').writeFileSync('built.js', 'by prepack')"`,
        postpack: `node -e "require('fs').rmSync('built.js')"`,
        test: 'true',
      },
    },
    'a.js': '1',
  },
}

const onlyPnpm: typeof table = {
  directory: {
    'package.json': { publishConfig: { directory: 'dist' } },
    'dist/package.json': {
      name: '@pack/directory',
      version: '1.0.0',
      main: 'x.js',
      dependencies: { '@pack/plain': 'workspace:*' },
    },
    'dist/x.js': '1',
    'other.js': '1',
  },
  'path-range': {
    'package.json': { dependencies: { '@pack/plain': 'workspace:../plain', alias: 'workspace:@pack/plain@~' } },
  },
  'peer-choice': {
    'package.json': {
      peerDependencies: { '@pack/plain': '^0.5.0 || workspace:^' },
      dependencies: { '@std/x': 'jsr:^1.0.0' },
    },
  },
  executables: {
    'package.json': {
      publishConfig: { executableFiles: ['./tool.sh'] },
      packageManager: 'pnpm@12.0.0',
      pnpm: { x: 1 },
    },
    'tool.sh': '#!',
    'other.sh': '#!',
  },
}

const bundled: typeof table = {
  bundled: {
    'package.json': { dependencies: { inner: '1.0.0' }, bundleDependencies: ['inner'] },
    'node_modules/inner/package.json': { name: 'inner', version: '1.0.0', dependencies: { deeper: '1.0.0' } },
    'node_modules/inner/index.js': '1',
    'node_modules/inner/.npmignore': 'index.js\n',
    'node_modules/deeper/package.json': { name: 'deeper', version: '1.0.0' },
    'node_modules/deeper/a.js': '1',
    'node_modules/unrelated/package.json': { name: 'unrelated', version: '1.0.0' },
    'a.js': '1',
  },
}

type Client = {
  readonly name: 'pnpm' | 'npm' | 'yarn'
  readonly command: readonly string[] | undefined
  readonly packages: typeof table
  readonly root: Readonly<Record<string, string | object>>
  /** Packs every member into a folder in one process. */
  readonly args: (folder: string) => readonly string[]
}

const execute = promisify(execFile)

function commandOf(name: string): readonly string[] | undefined {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return [name]
  } catch {
    return undefined
  }
}

function yarnCommand(): readonly string[] | undefined {
  try {
    return [process.execPath, createRequire(import.meta.url).resolve('@yarnpkg/cli-dist/bin/yarn.js')]
  } catch {
    return undefined
  }
}

const catalogs = { default: { '@pack/plain': '^1.0.0' }, old: { '@pack/plain': '^0.9.0 || ^1.0.0' } }
const workspaces = { name: 'root', private: true, workspaces: ['packages/*'] }

const clients: readonly Client[] = [
  {
    name: 'pnpm',
    command: commandOf('pnpm'),
    packages: { ...table, ...withWorkspaceRanges, ...onlyPnpm },
    root: {
      'package.json': { name: 'root', private: true },
      'pnpm-workspace.yaml': `packages:\n  - packages/*\ncatalog: ${JSON.stringify(catalogs.default)}\ncatalogs: ${JSON.stringify({ old: catalogs.old })}\n`,
      LICENSE: 'of the workspace',
    },
    args: (out) => ['--recursive', 'pack', '--pack-destination', out],
  },
  {
    name: 'npm',
    command: commandOf('npm'),
    packages: { ...table, ...bundled, scripts: withWorkspaceRanges['scripts'] ?? {} },
    root: { 'package.json': workspaces, '.gitignore': 'node_modules\n', LICENSE: 'of the workspace' },
    args: (out) => ['pack', '--workspaces', '--pack-destination', out],
  },
  {
    name: 'yarn',
    command: yarnCommand(),
    packages: { ...table, ...withWorkspaceRanges },
    root: {
      'package.json': workspaces,
      '.yarnrc.yml': `yarnPath: ${JSON.stringify(yarnCommand()?.at(-1) ?? '')}\nenableTelemetry: false\nenableImmutableInstalls: false\nenableScripts: true\ncatalog: ${JSON.stringify(catalogs.default)}\ncatalogs: ${JSON.stringify({ old: catalogs.old })}\n`,
      'yarn.lock': '',
      LICENSE: 'of the workspace',
    },
    args: (out) => ['workspaces', 'foreach', '--all', '--no-private', 'pack', '--out', join(out, '%s.tgz')],
  },
]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-pack-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

for (const client of clients) {
  describe.skipIf(client.command === undefined)(`as ${client.name} packs it`, () => {
    let root: string
    let out: string
    beforeAll(async () => {
      root = join(folder, client.name)
      await writeAll(root, client.root)
      for (const [name, files] of Object.entries(client.packages)) {
        const manifest = { name: `@pack/${name}`, version: '1.0.0', ...(files['package.json'] as object | undefined) }
        await writeAll(join(root, 'packages', name), { ...files, 'package.json': manifest })
      }
      if (client.name === 'yarn') await theirs(client, ['install', '--mode=skip-build'], root)
      out = join(folder, `${client.name}-out`)
      await mkdir(out)
      await theirs(client, client.args(out), root)
    })

    test.for(Object.keys(client.packages))('%s', async (name) => {
      const { workspace } = readWorkspace(diskFiles(root))
      const pkg = workspace.packages.find((each) => each.name === `@pack/${name}`)
      if (pkg?.version === undefined) throw new Error(`${name} is not in the workspace`)
      const outcome = await workspacePacker({ root, workspace, out: join(out, 'ours', name) }).pack({
        ...pkg,
        version: pkg.version,
      })
      if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome.problem))

      const expected = readTarball(
        await readFile(join(out, client.name === 'yarn' ? `@pack-${name}.tgz` : `pack-${name}-1.0.0.tgz`)),
      )
      const ours = readTarball(await readFile(outcome.tarball.file))
      expect([...ours.keys()].sort()).toEqual([...expected.keys()].sort())
      expect(manifestOf(ours)).toEqual(manifestOf(expected))
      for (const [path, entry] of expected) {
        expect([path, ours.get(path)?.executable]).toEqual([path, entry.executable])
        if (path !== 'package.json') expect([path, ours.get(path)?.text]).toEqual([path, entry.text])
      }
    })
  })
}

test('the same files give the same bytes, whenever and wherever they are packed', async () => {
  const root = join(folder, 'twice')
  const bytes: Buffer[] = []
  for (const mode of [0o644, 0o600]) {
    await writeAll(root, { 'package.json': { name: 'twice', version: '1.0.0' }, 'b.js': '1', 'a/c.js': '2' })
    await chmod(join(root, 'b.js'), mode)
    const { workspace } = readWorkspace(diskFiles(root))
    const [pkg] = [...workspace.packages, workspace.root]
    const outcome = await workspacePacker({ root, workspace, out: join(folder, 'twice-out') }).pack({
      ...workspace.root,
      ...pkg,
      version: '1.0.0',
    })
    if (outcome.kind === 'failed') throw new Error(outcome.problem.code)
    bytes.push(await readFile(outcome.tarball.file))
    await rm(root, { recursive: true })
  }
  expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(true)
})

async function writeAll(root: string, files: Readonly<Record<string, string | object>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`)
  }
}

async function theirs(client: Client, args: readonly string[], cwd: string): Promise<string> {
  const [command = '', ...before] = client.command ?? []
  const env = { ...process.env, HOME: folder, npm_config_update_notifier: 'false', npm_config_loglevel: 'silent' }
  const { stdout } = await execute(command, [...before, ...args], { cwd, env })
  return stdout
}

type Entry = { readonly text: string; readonly executable: boolean }

/** A reader of its own, so that a mistake of the writer cannot hide. */
function readTarball(bytes: Buffer): ReadonlyMap<string, Entry> {
  const tar = gunzipSync(bytes)
  const entries = new Map<string, Entry>()
  let longName: string | undefined
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const field = (from: number, length: number) =>
      tar.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(field(124, 12).trim() || '0', 8)
    const type = field(156, 1)
    const content = tar.subarray(at + 512, at + 512 + size)
    if (type === 'x') longName = /\d+ path=(.*)\n/.exec(content.toString('utf8'))?.[1]
    else if (type === 'L') longName = content.toString('utf8').replace(/\0.*$/s, '')
    else {
      const plain = field(345, 155) === '' ? field(0, 100) : `${field(345, 155)}/${field(0, 100)}`
      const path = (longName ?? plain).replace(/^package\//, '')
      longName = undefined
      if (type === '0' || type === '') {
        entries.set(path, {
          text: content.toString('utf8'),
          executable: (Number.parseInt(field(100, 8), 8) & 0o111) !== 0,
        })
      }
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}

function manifestOf(entries: ReadonlyMap<string, Entry>): unknown {
  return JSON.parse(entries.get('package.json')?.text ?? 'null')
}
