/**
 * The acts of the demo, in order. Each shows what it does and fails loudly when the world is not as it should be
 * afterwards: what is asked of the registry and of the remote is asked of them, never of what `topsail` printed.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestRegistry } from '@topsail/engine/testing'
import { execa } from 'execa'
import { git } from './repository.ts'
import { writeShop, type ShopPackage } from './shop.ts'
import type { ShownCommand, Stage } from './stage.ts'

const bin = fileURLToPath(new URL('../../../packages/cli/bin/topsail.js', import.meta.url))

export async function playActs(demo: Demo): Promise<void> {
  await openShop(demo)
  await look(demo)
  await version(demo)
  await publish(demo)
  await install(demo)
}

export type Demo = {
  readonly stage: Stage
  readonly folder: string
  readonly shop: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly registry: TestRegistry
}

/** The registry starts with what the shop released last, so that the next release is only what changed since. */
async function openShop(demo: Demo): Promise<void> {
  const { stage, folder, shop, registry } = demo
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
  await stage.work(
    (versions: Versions) => `a registry on ${registry.url} holds the ${versions.size} packages of its last release`,
    () => publishLastRelease(demo, packages),
  )
  stage.note('Since then:')
  for (const subject of git(shop, ['log', '--format=%s', '-9']).trim().split('\n')) stage.note(`  ${subject}`)
}

async function publishLastRelease(demo: Demo, packages: readonly ShopPackage[]): Promise<Versions> {
  const { shop, env } = demo
  git(shop, ['checkout', '-q', `${packages[0]?.name}@${packages[0]?.version}`])
  await execa(process.execPath, [bin, 'publish'], { cwd: shop, env, extendEnv: false })
  git(shop, ['checkout', '-q', 'main'])
  return published(demo)
}

async function look(demo: Demo): Promise<void> {
  demo.stage.heading('What would be released, from commits and changesets together?')
  await topsail(demo, ['plan'], [40, 5])
  demo.stage.heading('Why would the payments service be released?')
  await topsail(demo, ['why', '@chandlery/payments'], [16, 2])
}

async function version(demo: Demo): Promise<void> {
  demo.stage.heading('Write versions, ranges and changelogs')
  await topsail(demo, ['version'], [0, 12], /^ {2}[MDA] /)
  git(demo.shop, ['add', '--all'])
  const who = ['-c', 'user.name=Release job', '-c', 'user.email=release@chandlery.example']
  git(demo.shop, [...who, 'commit', '-q', '-m', 'chore(release): version packages'])
  git(demo.shop, ['push', '-q', 'origin', 'main'])
  const changed = git(demo.shop, ['show', '--shortstat', '--format=', 'HEAD']).trim()
  if (changed === '') throw new Error('topsail version changed nothing')
  demo.stage.note(`committed and pushed: ${changed}`)
}

async function publish(demo: Demo): Promise<void> {
  const { stage, folder, shop } = demo
  stage.heading('Publish in dependency order')
  const before = await published(demo)
  await topsail(demo, ['publish'], [30, 0], /✓ live|✓ pushed/)
  const after = await published(demo)
  const gained = [...after].filter(([name, versions]) => before.get(name) !== versions)
  if (gained.length === 0) throw new Error('nothing was published')
  const tags = new Set(git(folder, ['ls-remote', '--tags', 'origin.git']).match(/(?<=refs\/tags\/).+/g))
  const missing = gained.filter(
    ([name]) => !tags.has(`${name}@${manifestsOf(shop).find((manifest) => manifest.name === name)?.version}`),
  )
  if (missing.length > 0) throw new Error(`no tag for ${missing.map(([name]) => name).join(', ')}`)
  stage.note(`the registry has ${gained.length} new versions, each with its tag on the remote`)

  stage.heading('Publish once more: there is nothing left to do')
  await topsail(demo, ['publish'], [6, 2])
  const again = await published(demo)
  if (JSON.stringify([...again]) !== JSON.stringify([...after])) throw new Error('the second publish published')
}

/** Every package that the registry holds, with its versions. */
type Versions = ReadonlyMap<string, string>

async function published({ shop, registry }: Demo): Promise<Versions> {
  const versions = new Map<string, string>()
  for (const name of manifestsOf(shop).map((manifest) => manifest.name)) {
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
  await demo.stage.run({ ...demo, cwd, shown: 'npm install @chandlery/checkout', file: 'npm', args: npm, show: [6, 2] })
  const main = join('node_modules', '@chandlery', 'checkout', 'src', 'main.js')
  const printed = await demo.stage.run({
    ...demo,
    cwd,
    shown: 'npx chandlery-checkout --once',
    file: process.execPath,
    args: [main, '--once'],
    show: [6, 2],
  })
  if (!printed.includes('103.50 EUR')) throw new Error('the installed service gave the wrong answer')
}

async function topsail(
  { stage, shop, env }: Demo,
  args: readonly string[],
  show: ShownCommand['show'],
  only?: RegExp,
): Promise<string> {
  const shown = `topsail ${args.join(' ')}`
  const command = { shown, file: process.execPath, args: [bin, ...args], cwd: shop, env, show }
  return stage.run(only === undefined ? command : { ...command, only })
}

function manifestsOf(shop: string): readonly { readonly name: string; readonly version: string }[] {
  const folders = ['libs', 'services'].flatMap((folder) =>
    readdirSync(join(shop, folder)).map((name) => join(folder, name)),
  )
  return folders.map((folder) => JSON.parse(readFileSync(join(shop, folder, 'package.json'), 'utf8')))
}
