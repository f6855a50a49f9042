import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { diskFiles } from '../../adapters/disk-files.ts'
import { readWorkspace } from '../../read/workspace.ts'
import { createFolder } from '../../testing/workspace-folder.ts'
import { redactor } from '../secrets.ts'
import { planBuild } from './plan-build.ts'
import { runBuild, type BuildEvent } from './run-build.ts'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const append = (text: string) => `node -e "require('fs').appendFileSync('../../log', '${text} ')"`

/** npm runs the scripts: it is there with every Node. */
function shop(packages: Readonly<Record<string, object>>, more: Readonly<Record<string, string | object>> = {}) {
  const files = Object.entries(packages).map(([name, manifest]): [string, object] => [
    `packages/${name}/package.json`,
    { name, version: '1.0.0', ...manifest },
  ])
  const folder = createFolder({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'], packageManager: 'npm@11.0.0' },
    ...Object.fromEntries(files),
    ...more,
  })
  opened.push(() => folder.close())
  return folder.root
}

async function build(root: string, packing: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const files = diskFiles(root)
  const { workspace } = readWorkspace(files)
  const { build: planned } = planBuild({ files, workspace, packing, setting: 'auto' })
  const events: BuildEvent[] = []
  const redact = redactor(['s3cret-token'])
  const problem = await runBuild({
    build: planned,
    files,
    workspace,
    env,
    redact,
    onEvent: (event) => events.push(event),
  })
  const output = events.flatMap((event) => (event.kind === 'build-output' ? [event.line] : [])).join('\n')
  return { problem, events, output }
}

test('packages are built after those they depend on, each once', async () => {
  const root = shop({
    web: { scripts: { build: append('web') }, dependencies: { api: '^1.0.0', db: '^1.0.0' } },
    api: { scripts: { build: append('api') }, dependencies: { plain: '^1.0.0' } },
    plain: { dependencies: { db: '^1.0.0' } },
    db: { scripts: { build: append('db') } },
    other: { scripts: { build: append('other') } },
  })
  const { problem, events } = await build(root, ['web', 'api'])
  expect(problem).toBeUndefined()
  expect(readFileSync(join(root, 'log'), 'utf8')).toBe('db api web ')
  expect(events.at(0)).toMatchObject({ kind: 'build-started' })
  expect(events.at(-1)).toMatchObject({ kind: 'build-ended', problem: undefined })
})

test('packages that need one another are both built', async () => {
  const root = shop({
    a: { scripts: { build: append('a') }, dependencies: { b: '^1.0.0' } },
    b: { scripts: { build: append('b') }, devDependencies: { a: '^1.0.0' } },
  })
  await build(root, ['a'])
  expect(readFileSync(join(root, 'log'), 'utf8').trim().split(' ').toSorted()).toEqual(['a', 'b'])
})

test('a build that fails stops what depends on it, says which it was, and shows no credential', async () => {
  const root = shop({
    api: { scripts: { build: append('api') }, dependencies: { db: '^1.0.0' } },
    db: { scripts: { build: `node -e "console.log('with ' + process.env.TOKEN); process.exit(3)"` } },
  })
  const { problem, output, events } = await build(root, ['api'], { TOKEN: 's3cret-token' })
  expect(problem).toMatchObject({ code: 'BUILD_FAILED', name: 'db', script: 'build' })
  expect(existsSync(join(root, 'log'))).toBe(false)
  expect(output).toContain('db: with ***')
  expect(JSON.stringify(events)).not.toContain('s3cret')
})

const require = createRequire(import.meta.url)
const turbo = fileURLToPath(new URL('../../../../../node_modules/.bin/turbo', import.meta.url))
const hasTurbo = existsSync(turbo) && process.platform !== 'win32'

const turboJson = { tasks: { build: { dependsOn: ['^build'], outputs: ['dist/**'] } } }
const compile = `node -e "fs.mkdirSync('dist',{recursive:true});fs.writeFileSync('dist/out.txt', process.cwd())"`

async function turboShop(): Promise<string> {
  const root = shop(
    {
      api: { scripts: { build: compile }, dependencies: { db: '^1.0.0' } },
      db: { scripts: { build: compile } },
      other: { scripts: { build: compile } },
    },
    { 'turbo.json': turboJson, 'package-lock.json': { name: 'shop', lockfileVersion: 3, packages: {} } },
  )
  await mkdir(join(root, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(turbo, join(root, 'node_modules', '.bin', 'turbo'))
  return root
}

test.skipIf(!hasTurbo)('turbo builds what is released and what that depends on, and nothing else', async () => {
  const root = await turboShop()
  const { problem } = await build(root, ['api'], turboEnvironment)
  expect(problem).toBeUndefined()
  const built = ['api', 'db', 'other'].map((name) => existsSync(join(root, 'packages', name, 'dist', 'out.txt')))
  expect(built).toEqual([true, true, false])
})

test.skipIf(!hasTurbo)('a task that fails under turbo is a failed build', async () => {
  const root = await turboShop()
  const folder = { name: 'db', version: '1.0.0', scripts: { build: 'node -e "process.exit(2)"' } }
  const { writeFile } = await import('node:fs/promises')
  await writeFile(join(root, 'packages/db/package.json'), JSON.stringify(folder))
  const { problem } = await build(root, ['api'], turboEnvironment)
  expect(problem).toMatchObject({ code: 'BUILD_FAILED', name: undefined, command: 'turbo run build --filter=api' })
})

const turboEnvironment = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', CI: '1' }

function hasCacheServer(): boolean {
  try {
    return require.resolve('turborepo-remote-cache') !== ''
  } catch {
    return false
  }
}

test.skipIf(!hasTurbo || !hasCacheServer())(
  'a second clone takes what the first has built from the remote cache they share',
  async () => {
    const storage = await mkdtemp(join(tmpdir(), 'topsail-cache-'))
    opened.push(() => rm(storage, { recursive: true, force: true }))
    const { createApp } = await import('turborepo-remote-cache')
    const app = createApp({
      logger: false,
      configOverrides: {
        STORAGE_PROVIDER: 'local',
        STORAGE_PATH: storage,
        STORAGE_PATH_USE_TMP_FOLDER: false,
        TURBO_TOKEN: 's3cret-token',
      },
    })
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    opened.push(() => app.close())
    const env = { ...turboEnvironment, TURBO_API: address, TURBO_TOKEN: 's3cret-token', TURBO_TEAM: 'team_shop' }
    const [first, second] = [await turboShop(), await turboShop()]

    const one = await build(first, ['api'], env)
    const two = await build(second, ['api'], env)
    expect([one.problem, two.problem]).toEqual([undefined, undefined])
    expect(one.output).toContain('cache miss')
    expect(two.output).not.toContain('cache miss')
    // What the second has was built in the folder of the first.
    expect(readFileSync(join(second, 'packages/db/dist/out.txt'), 'utf8')).toBe(join(first, 'packages/db'))
    expect(`${one.output}${two.output}`).not.toContain('s3cret')
  },
)
