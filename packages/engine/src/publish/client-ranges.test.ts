/**
 * What people get for `^1.0.0` while a candidate 1.1.0 lies in the registry under a dist-tag of its own, asked of the
 * real clients; docs/promotion.md shows the same table.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRegistry, type TestRegistry } from '../testing/index.ts'
import { readNpmConfig } from './npmrc.ts'
import { workspacePacker } from './pack/pack-package.ts'
import { npmRegistry, type Registry } from './registry.ts'

const run = promisify(execFile)
const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))
const path = [bin, process.env['PATH']].join(delimiter)

/** `highest`: takes the highest version in a range, whatever `latest` is. */
type Client = { readonly name: string; readonly args: readonly string[]; readonly highest?: boolean }

const clients: readonly Client[] = [
  { name: 'npm', args: ['install', '--no-audit', '--no-fund', '--ignore-scripts'] },
  { name: 'pnpm', args: ['install', '--no-frozen-lockfile', '--ignore-scripts', '--config.minimum-release-age=0'] },
  { name: 'yarn', args: ['install', '--no-immutable'], highest: true },
  { name: 'bun', args: ['install', '--no-save', '--ignore-scripts'] },
]

let server: TestRegistry
let registry: Registry
let folder: string

beforeAll(async () => {
  server = await startRegistry()
  folder = await mkdtemp(join(tmpdir(), 'topsail-clients-'))
  const env = { NPM_CONFIG_USERCONFIG: server.userconfig, HOME: folder }
  registry = npmRegistry(server.url, { config: readNpmConfig(folder, 'pnpm', env), maxSockets: 4 })
  await put('ranged', '1.0.0', 'latest')
  await put('ranged', '1.1.0', 'topsail-candidate')
  await put('promoted', '1.0.0', 'latest')
  await put('promoted', '1.1.0', 'topsail-candidate')
  await registry.setDistTag('promoted', 'latest', '1.1.0')
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
})

for (const client of clients) {
  const isHere = spawnSync(client.name, ['--version'], { env: { ...process.env, PATH: path } }).status === 0

  const taken = client.highest === true ? 'the candidate' : 'latest, not the candidate,'
  test.skipIf(!isHere)(`${client.name} takes ${taken} for a range that holds both`, async () => {
    const got = await install(client, { ranged: '^1.0.0', promoted: '^1.0.0' })
    expect(got).toEqual({ ranged: client.highest === true ? '1.1.0' : '1.0.0', promoted: '1.1.0' })
  })

  test.skipIf(!isHere)(`${client.name} takes the candidate where a range leaves nothing else`, async () => {
    expect(await install(client, { ranged: '^1.1.0' })).toEqual({ ranged: '1.1.0' })
  })
}

async function install(client: Client, dependencies: Record<string, string>): Promise<Record<string, string>> {
  const root = await mkdtemp(join(folder, `${client.name}-`))
  const home = join(root, 'home')
  const app = join(root, 'app')
  await mkdir(home)
  await mkdir(app)
  await writeFile(
    join(app, 'package.json'),
    JSON.stringify({ name: 'app', version: '1.0.0', private: true, dependencies }),
  )
  await writeFile(join(app, '.npmrc'), `registry=${server.url}\n`)
  if (client.name === 'yarn') {
    await writeFile(join(app, 'yarn.lock'), '')
    const settings = [
      `npmRegistryServer: "${server.url}"`,
      'unsafeHttpWhitelist: ["127.0.0.1"]',
      'nodeLinker: node-modules',
      'enableGlobalCache: false',
      'enableTelemetry: false',
      'npmMinimalAgeGate: 0',
    ]
    await writeFile(join(app, '.yarnrc.yml'), `${settings.join('\n')}\n`)
  }
  const env = { PATH: path, HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, BUN_INSTALL_CACHE_DIR: home }
  await run(client.name, [...client.args], { cwd: app, env, timeout: 60_000 })
  const versions = Object.keys(dependencies).map(async (name) => {
    const manifest = await readFile(join(app, 'node_modules', name, 'package.json'), 'utf8')
    return [name, (JSON.parse(manifest) as { version: string }).version] as const
  })
  return Object.fromEntries(await Promise.all(versions))
}

async function put(name: string, version: string, distTag: string): Promise<void> {
  const dir = `${name}-${version}`
  const manifest = { name, version }
  await mkdir(join(folder, dir))
  await writeFile(join(folder, dir, 'package.json'), JSON.stringify(manifest))
  const pkg = { name, version, dir, private: false, manifest, dependencies: [] }
  const workspace = { root: folder, tool: 'pnpm', packages: [pkg], catalogs: {} } as never
  const packed = await workspacePacker({ root: folder, workspace, out: join(folder, 'out') }).pack(pkg as never)
  if (packed.kind === 'failed') throw new Error(JSON.stringify(packed.problem))
  const bytes = await readFile(packed.tarball.file)
  await registry.upload({ tarball: packed.tarball, bytes, distTag, access: undefined })
}
