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
import { watchLatest, type Watcher } from './watcher.ts'

const bin =
  process.env['TOPSAIL_BIN'] ?? fileURLToPath(new URL('../../../packages/cli/bin/topsail.js', import.meta.url))

export async function playActs(demo: Demo): Promise<void> {
  await openShop(demo)
  await look(demo)
  await version(demo)
  const watcher = watchLatest(
    demo.registry,
    manifestsOf(demo.shop).map(({ name }) => name),
  )
  const { latest } = await published(demo)
  try {
    await publish(demo)
    await install(demo)
    await rollBack(demo, latest)
  } finally {
    await report(demo, await watcher.stop())
  }
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
    ({ count }: Published) => `a registry on ${registry.url} holds the ${count} packages of its last release`,
    () => publishLastRelease(demo, packages),
  )
  stage.note('Since then:')
  for (const subject of git(shop, ['log', '--format=%s', '-9']).trim().split('\n')) stage.note(`  ${subject}`)
}

async function publishLastRelease(demo: Demo, packages: readonly ShopPackage[]): Promise<Published> {
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
  stage.heading('Publish in dependency order, and die in the middle')
  const before = await published(demo)
  await stage.work(
    (uploaded: number) => `$ topsail publish   killed with SIGKILL when it had told of ${uploaded} uploads,`,
    () => publishAndDie(demo),
  )
  const halfway = await published(demo)
  stage.note(`the registry has ${gained(before, halfway)} of the new versions, and latest leads to none of them`)
  if (before.latest !== halfway.latest) throw new Error('latest moved before the whole set was there')

  stage.heading('Another machine, with a clone of its own, finishes what the dead one began')
  const clone = join(folder, 'clone')
  git(folder, ['clone', '-q', '--', join(folder, 'origin.git'), clone])
  stage.note('a fresh clone cannot tell dead from slow: it waits for the lease, 5 s here')
  await topsail({ ...demo, shop: clone }, ['resume'], [30, 0], /✓ (live|promoted|pushed)/)
  const after = await published(demo)
  const tags = new Set(git(folder, ['ls-remote', '--tags', 'origin.git']).match(/(?<=refs\/tags\/).+/g))
  const missing = manifestsOf(shop).filter(({ name, version }) => !tags.has(`${name}@${version}`))
  if (missing.length > 0) throw new Error(`no tag for ${missing.map(({ name }) => name).join(', ')}`)
  stage.note(`the registry has ${gained(before, after)} new versions, each with its tag on the remote`)

  stage.heading('Publish once more: there is nothing left to do')
  await topsail(demo, ['publish'], [6, 2])
  if ((await published(demo)).versions !== after.versions) throw new Error('the second publish published')
}

/** Kills the release, and everything that it started, when a third of the set is uploaded. */
async function publishAndDie({ shop, env }: Demo): Promise<number> {
  const release = execa(process.execPath, [bin, 'publish'], {
    cwd: shop,
    env: { ...env },
    extendEnv: false,
    reject: false,
    detached: process.platform !== 'win32',
  })
  let uploaded = 0
  for await (const line of release.iterable({ from: 'stderr' })) {
    if (!/uploaded/.test(line)) continue
    uploaded += 1
    if (uploaded === 4) kill(release.pid)
  }
  const { exitCode } = await release
  if (exitCode !== undefined) throw new Error(`the release ended by itself, with ${exitCode}`)
  return uploaded
}

function kill(pid: number | undefined): void {
  if (pid !== undefined) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
}

async function rollBack(demo: Demo, latest: string): Promise<void> {
  demo.stage.heading('Take the whole set back')
  await topsail(demo, ['rollback'], [14, 4])
  if ((await published(demo)).latest !== latest) throw new Error('latest does not lead to where it led before')
  demo.stage.note('latest of every package leads to where it led before the release')
  await topsail(demo, ['status'], [12, 2])
}

async function report({ stage }: Demo, { looks, broken }: Awaited<ReturnType<Watcher['stop']>>): Promise<void> {
  stage.heading('Meanwhile somebody asked the registry all the time')
  stage.note(`${looks} looks at the latest of every package and at all that it needs: ${broken.length} broken`)
  for (const finding of broken) stage.note(`  ${finding}`)
  if (looks === 0 || broken.length > 0) throw new Error('latest pointed at a broken set')
}

/** Of every package that the registry holds: its versions, and where `latest` leads, as texts to compare. */
type Published = { readonly versions: string; readonly latest: string; readonly count: number }

async function published({ shop, registry }: Demo): Promise<Published> {
  const versions: string[] = []
  const latest: string[] = []
  for (const { name } of manifestsOf(shop)) {
    const document = await registry.packument(name)
    if (document === undefined) continue
    versions.push(...Object.keys(document.versions).map((version) => `${name}@${version}`))
    latest.push(`${name}@${document['dist-tags']['latest']}`)
  }
  return { versions: versions.join(' '), latest: latest.join(' '), count: versions.length }
}

function gained(before: Published, after: Published): number {
  if (after.count === before.count) throw new Error('nothing was published')
  return after.count - before.count
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
