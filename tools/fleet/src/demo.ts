/**
 * `pnpm demo`: a shop with history is written into a temporary folder, a real npm registry starts, and the real
 * `topsail` plans, explains, versions and publishes. It ends with a service installed from that registry that runs.
 * Nothing outside the folder is touched, and the folder is removed at the end unless `--keep` is given. The exit code
 * is 0 only when every step did what it says.
 */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startRegistry } from '@topsail/engine/testing'
import { git } from './repository.ts'
import { writeShop, type ShopPackage } from './shop.ts'
import { openStage, type Stage } from './stage.ts'

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-demo-')))
const stage = openStage((text) => process.stdout.write(text), wantsColours())
process.stdout.on('error', () => {})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(130))

try {
  await playDemo(stage, folder)
  end(0)
} catch (error) {
  stage.note(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`)
  end(1)
}

async function playDemo(stage: Stage, folder: string): Promise<void> {
  const started = performance.now()
  const shop = join(folder, 'shop')
  const demo: Demo = { stage, folder, shop, env: cleanEnvironment(folder) }
  stage.title('Topsail releases a shop of services')

  const packages = await openShop(demo)
  await look(demo)
  await version(demo)
  const registry = await stage.work(({ url }: { url: string }) => `a registry listens on ${url}`, startRegistry)
  try {
    const withRegistry = { ...demo, env: { ...demo.env, NPM_CONFIG_USERCONFIG: registry.userconfig } }
    await publish(withRegistry, packages, registry)
    await install(withRegistry)
  } finally {
    await registry.close()
  }
  stage.note(`\nAll of it took ${((performance.now() - started) / 1000).toFixed(0)} s.`)
}

type Demo = {
  readonly stage: Stage
  readonly folder: string
  readonly shop: string
  readonly env: Readonly<Record<string, string | undefined>>
}

async function openShop({ stage, folder, shop }: Demo): Promise<readonly ShopPackage[]> {
  stage.heading('A shop: libraries, services, and the history of both')
  const packages = await stage.work(
    (written: readonly ShopPackage[]) => `${written.length} packages written to ${shop}`,
    () => writeShop(shop),
  )
  const remote = join(folder, 'origin.git')
  mkdirSync(remote)
  git(remote, ['init', '-q', '--bare', '-b', 'main'])
  git(shop, ['remote', 'add', 'origin', remote])
  git(shop, ['push', '-q', 'origin', 'main', '--tags'])
  stage.note('Since its last release:')
  for (const subject of git(shop, ['log', '--format=%s', '-8']).trim().split('\n')) stage.note(`  ${subject}`)
  return packages
}

async function look(demo: Demo): Promise<void> {
  demo.stage.heading('What would be released, from commits and changesets together?')
  await topsail(demo, ['plan'], 30)
  demo.stage.heading('Why would the payments service be released?')
  await topsail(demo, ['why', '@chandlery/payments'], 16)
}

async function version(demo: Demo): Promise<void> {
  demo.stage.heading('Write versions, ranges and changelogs')
  await topsail(demo, ['version'], 14)
  git(demo.shop, ['add', '--all'])
  const who = ['-c', 'user.name=Release job', '-c', 'user.email=release@chandlery.example']
  git(demo.shop, [...who, 'commit', '-q', '-m', 'chore(release): version packages'])
  git(demo.shop, ['push', '-q', 'origin', 'main'])
  const changed = git(demo.shop, ['show', '--shortstat', '--format=', 'HEAD']).trim()
  if (changed === '') throw new Error('topsail version changed nothing')
  demo.stage.note(`committed and pushed: ${changed}`)
}

type Registry = Awaited<ReturnType<typeof startRegistry>>

async function publish(demo: Demo, packages: readonly ShopPackage[], registry: Registry): Promise<void> {
  demo.stage.heading('Publish in dependency order')
  await topsail(demo, ['publish'], 14)
  const before = await published(packages, registry)
  const missing = packages.filter((pkg) => !pkg.private && !before.has(pkg.name))
  if (missing.length > 0) throw new Error(`the registry lacks ${missing.map((pkg) => pkg.name).join(', ')}`)
  const tags = new Set(git(demo.folder, ['ls-remote', '--tags', 'origin.git']).match(/(?<=refs\/tags\/).+/g))
  const untagged = [...before].filter(([name, versions]) => !tags.has(`${name}@${versions}`))
  if (untagged.length > 0) throw new Error(`no tag for ${untagged.map((entry) => entry.join('@')).join(', ')}`)
  demo.stage.note(`${before.size} packages are in the registry, each with its tag on the remote`)

  demo.stage.heading('Publish once more: there is nothing left to do')
  await topsail(demo, ['publish'], 6)
  const after = await published(packages, registry)
  if (JSON.stringify([...after]) !== JSON.stringify([...before])) throw new Error('the second publish published')
}

async function published(packages: readonly ShopPackage[], registry: Registry): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>()
  for (const { name } of packages) {
    const document = await registry.packument(name)
    if (document !== undefined) versions.set(name, Object.keys(document.versions).join(' '))
  }
  return versions
}

async function install(demo: Demo): Promise<void> {
  demo.stage.heading('Install a service from that registry, and start it')
  const cwd = join(demo.folder, 'customer')
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), '{ "name": "customer", "private": true }\n')
  const npm = ['install', '--no-audit', '--no-fund', '--no-update-notifier', '@chandlery/checkout']
  await demo.stage.run({ ...demo, cwd, shown: 'npm install @chandlery/checkout', file: 'npm', args: npm })
  const main = join('node_modules', '@chandlery', 'checkout', 'src', 'main.js')
  const printed = await demo.stage.run({
    ...demo,
    cwd,
    shown: 'npx chandlery-checkout --once',
    file: process.execPath,
    args: [main, '--once'],
  })
  if (!printed.includes('103.50 EUR')) throw new Error('the installed service gave the wrong answer')
}

async function topsail({ stage, shop, env }: Demo, args: readonly string[], lines: number): Promise<string> {
  const bin = fileURLToPath(new URL('../../../packages/cli/bin/topsail.js', import.meta.url))
  const shown = `topsail ${args.join(' ')}`
  return stage.run({ shown, file: process.execPath, args: [bin, ...args], cwd: shop, env, lines })
}

/** What the machine's own settings would change is left out, so that the demo is the same everywhere. */
function cleanEnvironment(folder: string): Record<string, string | undefined> {
  const home = join(folder, 'home')
  mkdirSync(home)
  const dropped = /^(npm_|pnpm_|git_|topsail_|node_options$|node_auth_token$)/i
  const kept = Object.entries(process.env).filter(([name]) => !dropped.test(name))
  const colours = wantsColours() ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }
  return {
    ...Object.fromEntries(kept),
    ...colours,
    HOME: home,
    USERPROFILE: home,
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    npm_config_cache: join(folder, 'npm-cache'),
  }
}

function wantsColours(): boolean {
  return process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
}

function end(code: number): never {
  if (values.keep) stage.note(`Kept for you to look at: ${folder} (${readdirSync(folder).join(', ')})`)
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}
