/**
 * What every target has to keep, whatever it is, seen as the loop sees it: the same tests against a real npm registry, a
 * real container registry, a git remote with a module proxy, and commands that keep files in a folder.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultSettings, targetKey, type Package, type TargetSettings, type Workspace } from '@topsail/core'
import { hasDockerRegistry, startDockerRegistry, writeImageLayout } from '../../testing/docker-registry.ts'
import { execShelf } from '../../testing/exec-shelf.ts'
import { startGoModuleProxy } from '../../testing/go-module-proxy.ts'
import { createRepository, startRegistry } from '../../testing/index.ts'
import { readNpmConfig } from '../npmrc.ts'
import { workspacePacker, type PackOutcome } from '../pack/pack-package.ts'
import type { Tarball } from '../pack/tarball.ts'
import { npmRegistry, type Registry, type UploadOutcome } from '../registry.ts'
import { redactor } from '../secrets.ts'
import { otherTargets } from './target-registry.ts'

type Place = { readonly registry: Registry; readonly name: string; pack(): Promise<PackOutcome> }

type Bench = {
  /** Where a release goes whose artefact holds this content. */
  make(name: string, version: string, content: string): Promise<Place>
  /** After this nothing answers. */
  breakDown(): Promise<void>
  close(): Promise<void>
}

type Kind = {
  readonly name: string
  readonly isHere: boolean
  /** Whether anything leads to a version by name. */
  readonly channels: boolean
  /** Whether whoever uses a version can be warned of it. */
  readonly warns: boolean
  open(folder: string): Promise<Bench>
}

const kinds: readonly Kind[] = [
  { name: 'npm', isHere: true, channels: true, warns: true, open: npmBench },
  { name: 'oci', isHere: hasDockerRegistry, channels: true, warns: false, open: ociBench },
  { name: 'go', isHere: true, channels: false, warns: false, open: goBench },
  { name: 'exec', isHere: true, channels: true, warns: true, open: execBench },
]

describe.for(kinds)('$name', ({ isHere, channels, warns, open }) => {
  let bench: Bench
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'topsail-target-'))
    if (isHere) bench = await open(folder)
  })
  afterAll(async () => {
    if (isHere) await bench.close()
    await rm(folder, { recursive: true, force: true })
  })
  const it = test.skipIf(!isHere)

  async function put(short: string, version: string, content = version): Promise<Stored> {
    const { registry, name, pack } = await bench.make(short, version, content)
    const tarball = tarballIn(await pack())
    const bytes = await readFile(tarball.file)
    const send = () => registry.upload({ tarball, bytes, distTag: 'candidate', access: undefined })
    return { registry, name, integrity: tarball.integrity, send, outcome: await send() }
  }

  it('what was never uploaded is absent', async () => {
    const { registry, name } = await bench.make('absent', '1.0.0', 'a')
    expect(await registry.lookup(name, '1.0.0')).toEqual({ kind: 'absent' })
    expect(await registry.facts(name)).toEqual({ kind: 'known', versions: new Map(), distTags: new Map() })
    expect((await registry.confirm(name, '1.0.0')).kind).not.toBe('present')
  })

  it('packing changes nothing in the world, and the same content gives the same integrity', async () => {
    const { registry, name, pack } = await bench.make('packed', '1.0.0', 'a')
    expect(tarballIn(await pack()).integrity).toBe(tarballIn(await pack()).integrity)
    expect(await registry.lookup(name, '1.0.0')).toEqual({ kind: 'absent' })
  })

  it('what was uploaded is present under the integrity that was packed, and confirmed', async () => {
    const { registry, name, integrity, outcome } = await put('stored', '1.0.0')
    expect(outcome).toEqual({ kind: 'stored' })
    expect(await registry.lookup(name, '1.0.0')).toMatchObject({ kind: 'present', integrity })
    expect((await registry.confirm(name, '1.0.0')).kind).toBe('present')
    const facts = await registry.facts(name)
    expect(facts.kind === 'known' && facts.versions.has('1.0.0')).toBe(true)
  })

  it('the same bytes again are ours, other bytes under the same version are taken', async () => {
    const { registry, name, integrity, send } = await put('twice', '1.0.0', 'ours')
    expect(['stored', 'taken']).toContain((await send()).kind)
    expect((await put('twice', '1.0.0', 'theirs')).outcome.kind).toBe('taken')
    expect(await registry.lookup(name, '1.0.0')).toMatchObject({ kind: 'present', integrity })
  })

  it('a channel is moved, and led back to exactly where it was', async () => {
    const first = await put('channel', '1.0.0')
    const { name } = first
    expect(await first.registry.setDistTag(name, 'latest', '1.0.0')).toEqual({ kind: 'done' })
    if (!channels) return expect(await latestOf(first)).toBeUndefined()
    expect(await latestOf(first)).toBe('1.0.0')

    const second = await put('channel', '1.1.0')
    const previous = await latestOf(second)
    expect(previous).not.toBe('1.1.0')
    expect(await second.registry.setDistTag(name, 'latest', '1.1.0')).toEqual({ kind: 'done' })
    expect(await latestOf(second)).toBe('1.1.0')
    expect(await second.registry.setDistTag(name, 'latest', previous)).toEqual({ kind: 'done' })
    expect(await latestOf(second)).toBe(previous)
    expect(await latestOf(first)).toBe('1.0.0')
  })

  it('a channel leads nowhere but to what is there, and one that is not there is taken away', async () => {
    const { registry, name } = await put('nowhere', '1.0.0')
    expect((await registry.setDistTag(name, 'latest', '9.9.9')).kind).toBe('refused')
    expect(await registry.setDistTag(name, 'no-such-channel', undefined)).toEqual({ kind: 'done' })
  })

  it('whoever uses a version is warned where that can be, and can be warned again', async () => {
    const { registry, name } = await put('warned', '1.0.0')
    const outcome = await registry.deprecate(name, '1.0.0', 'use 1.0.1')
    expect(outcome.kind).toBe(warns ? 'done' : 'refused')
    expect((await registry.deprecate(name, '1.0.0', 'use 1.0.1')).kind).toBe(outcome.kind)
  })

  it('a place that does not answer is unreachable, which is not absent', async () => {
    const { registry, name } = await bench.make('silent', '1.0.0', 'a')
    await bench.breakDown()
    expect((await registry.lookup(name, '1.0.0')).kind).toBe('unreachable')
    expect((await registry.facts(name)).kind).toBe('unreachable')
    expect((await registry.setDistTag(name, 'latest', '1.0.0')).kind).toBe('unknown')
  })
})

type Stored = {
  readonly registry: Registry
  readonly name: string
  readonly integrity: string
  readonly outcome: UploadOutcome
  send(): Promise<UploadOutcome>
}

function tarballIn(outcome: PackOutcome): Tarball {
  if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome.problem))
  return outcome.tarball
}

async function latestOf({ registry, name }: Pick<Stored, 'registry' | 'name'>): Promise<string | undefined> {
  const facts = await registry.facts(name)
  return facts.kind === 'known' ? facts.distTags.get('latest') : 'unreachable'
}

let made = 0

async function member(
  folder: string,
  short: string,
  version: string,
  content: string,
): Promise<Package & { version: string }> {
  const name = `@contract/${short}`
  const dir = `packages/${(made += 1)}`
  const manifest = { name, version, description: content }
  await mkdir(join(folder, dir), { recursive: true })
  await mkdir(join(folder, 'out'), { recursive: true })
  await writeFile(join(folder, dir, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, dir, 'content'), content)
  return { name, version, dir, private: false, manifest, dependencies: [] } as never
}

function workspaceOf(folder: string, pkg: Package): Workspace {
  return { root: folder, tool: 'pnpm', packages: [pkg], catalogs: {} } as never
}

function placeOf(folder: string, pkg: Package & { version: string }, settings: TargetSettings, remote?: string): Place {
  const name = targetKey(pkg.name, settings.id)
  const targets = otherTargets({
    workspace: workspaceOf(folder, pkg),
    settings: { ...defaultSettings, targets: { [pkg.name]: [settings] } },
    root: folder,
    out: join(folder, 'out'),
    remote,
    env: { HOME: folder },
    redact: redactor([]),
  })
  const registry = targets.registryAt(targets.addresses.get(name) ?? '')
  if (registry === undefined) throw new Error(`${name} has no place`)
  return {
    registry,
    name,
    pack: async () => (await targets.pack(name, pkg.version)) ?? Promise.reject(new Error(name)),
  }
}

async function npmBench(folder: string): Promise<Bench> {
  const server = await startRegistry()
  const config = readNpmConfig(folder, 'pnpm', { NPM_CONFIG_USERCONFIG: server.userconfig, HOME: folder })
  const registry = npmRegistry(server.url, { config, maxSockets: 4 })
  let isOpen = true
  const breakDown = async (): Promise<void> => {
    if (isOpen) await server.close()
    isOpen = false
  }
  return {
    async make(short, version, content) {
      const pkg = await member(folder, short, version, content)
      const packer = workspacePacker({ root: folder, workspace: workspaceOf(folder, pkg), out: join(folder, 'out') })
      return { registry, name: pkg.name, pack: () => packer.pack(pkg) }
    },
    breakDown,
    close: breakDown,
  }
}

async function ociBench(folder: string): Promise<Bench> {
  const server = await startDockerRegistry()
  return {
    async make(short, version, content) {
      const pkg = await member(folder, short, version, content)
      await writeImageLayout(join(folder, pkg.dir, 'image'), content, ['linux/amd64', 'linux/arm64'])
      const image = `${server.host}/contract/${short}`
      const source = { kind: 'layout', path: 'image' } as const
      return placeOf(folder, pkg, { kind: 'oci', id: 'oci', after: [], needs: [], image, source })
    },
    breakDown: () => server.stop(),
    close: () => server.close(),
  }
}

async function goBench(): Promise<Bench> {
  const repository = await createRepository({})
  const server = await startGoModuleProxy(repository.remote, 'example.test/Contract')
  return {
    async make(short, version, content) {
      const pkg = { name: `@contract/${short}`, version, dir: `services/${short}`, private: false }
      const { name, dir } = pkg
      await repository.write({
        [`${dir}/package.json`]: { name, version },
        [`${dir}/go.mod`]: `module example.test/Contract/${dir}\n`,
        [`${dir}/content`]: content,
        'out/kept': '',
      })
      await repository.commit(`chore: ${short} ${version}`)
      const settings = { kind: 'go', id: 'go', after: [], needs: [], proxy: server.url } as const
      return placeOf(repository.root, pkg as never, settings, 'origin')
    },
    async breakDown() {
      await rm(repository.remote, { recursive: true })
      await server.close()
    },
    close: () => repository.close(),
  }
}

async function execBench(folder: string): Promise<Bench> {
  const shelf = await execShelf(join(folder, 'shelf'))
  return {
    async make(short, version, content) {
      const pkg = await member(folder, short, version, content)
      const { commands } = shelf
      return placeOf(folder, pkg, { kind: 'exec', id: 'shelf', after: [], needs: [], commands, timeout: 20 })
    },
    breakDown: () => shelf.breakDown(),
    close: async () => {},
  }
}
