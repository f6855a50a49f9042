/**
 * What every target has to keep, whatever it is: the same tests against a real npm registry, a real container registry
 * and commands that keep files in a folder.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasDockerRegistry, startDockerRegistry, writeImageLayout } from '../../testing/docker-registry.ts'
import { startRegistry } from '../../testing/index.ts'
import { execShelf } from '../../testing/exec-shelf.ts'
import { readNpmConfig } from '../npmrc.ts'
import { workspacePacker } from '../pack/pack-package.ts'
import { npmRegistry } from '../registry.ts'
import { redactor } from '../secrets.ts'
import { execTarget } from './exec.ts'
import { parseImageName } from './image-reference.ts'
import { npmTarget } from './npm.ts'
import { ociTarget } from './oci.ts'
import type { Released, Target } from './target.ts'

type Bench = {
  /** A release whose artefact holds this content. */
  make(name: string, version: string, content: string): Promise<{ target: Target; released: Released }>
  /** After this nothing answers. */
  breakDown(): Promise<void>
  close(): Promise<void>
}

const benches: readonly { name: string; isHere: boolean; open(folder: string): Promise<Bench> }[] = [
  { name: 'npm', isHere: true, open: npmBench },
  { name: 'oci', isHere: hasDockerRegistry, open: ociBench },
  { name: 'exec', isHere: true, open: execBench },
]

describe.for(benches)('$name', ({ isHere, open }) => {
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

  async function put(name: string, version: string, content = version, channel = 'candidate') {
    const { target, released } = await bench.make(name, version, content)
    const packed = await target.pack(released)
    if (packed.kind === 'failed') throw new Error(JSON.stringify(packed.problem))
    const outcome = await target.upload(released, packed.artefact, channel)
    return { target, released, artefact: packed.artefact, outcome }
  }

  it('what was never uploaded is absent', async () => {
    const { target, released } = await bench.make('absent', '1.0.0', 'a')
    expect(await target.lookup(released)).toEqual({ kind: 'absent' })
    expect(await target.facts(released)).toEqual({ kind: 'known', versions: new Map(), distTags: new Map() })
    expect((await target.confirm(released)).kind).not.toBe('present')
  })

  it('packing changes nothing in the world, and the same content gives the same integrity', async () => {
    const { target, released } = await bench.make('packed', '1.0.0', 'a')
    const first = await target.pack(released)
    const second = await target.pack(released)
    expect(first).toEqual(second)
    expect(await target.lookup(released)).toEqual({ kind: 'absent' })
  })

  it('what was uploaded is present under the integrity that was packed, and confirmed', async () => {
    const { target, released, artefact, outcome } = await put('stored', '1.0.0')
    expect(outcome).toEqual({ kind: 'stored' })
    expect(await target.lookup(released)).toMatchObject({ kind: 'present', integrity: artefact.integrity })
    expect((await target.confirm(released)).kind).toBe('present')
    const facts = await target.facts(released)
    expect(facts.kind === 'known' && facts.versions.has('1.0.0')).toBe(true)
  })

  it('the same bytes again are ours, other bytes under the same version are taken', async () => {
    const { target, released, artefact } = await put('twice', '1.0.0', 'ours')
    const again = await target.upload(released, artefact, 'candidate')
    expect(['stored', 'taken']).toContain(again.kind)
    expect((await put('twice', '1.0.0', 'theirs')).outcome.kind).toBe('taken')
    expect(await target.lookup(released)).toMatchObject({ kind: 'present', integrity: artefact.integrity })
  })

  it('a channel is moved, and led back to exactly where it was', async () => {
    const first = await put('channel', '1.0.0')
    expect(await first.target.promote(first.released, 'latest', '1.0.0')).toEqual({ kind: 'done' })
    const before = await first.target.channel(first.released, 'latest')
    expect(before).toEqual({ kind: 'known', value: '1.0.0' })

    const second = await put('channel', '1.1.0')
    const previous = await second.target.channel(second.released, 'latest')
    expect(previous.kind).toBe('known')
    expect(previous).not.toEqual({ kind: 'known', value: '1.1.0' })
    expect(await second.target.promote(second.released, 'latest', '1.1.0')).toEqual({ kind: 'done' })
    expect(await second.target.channel(second.released, 'latest')).toEqual({ kind: 'known', value: '1.1.0' })

    const evidence = previous.kind === 'known' ? previous.value : undefined
    expect(await second.target.promote(second.released, 'latest', evidence)).toEqual({ kind: 'done' })
    expect(await first.target.channel(first.released, 'latest')).toEqual(before)
  })

  it('a channel leads nowhere but to what is there', async () => {
    const { target, released } = await put('nowhere', '1.0.0')
    expect((await target.promote(released, 'latest', '9.9.9')).kind).toBe('refused')
  })

  it('retracting does what was declared, and can be done again', async () => {
    const { target, released } = await put('retracted', '1.0.0')
    const outcome = await target.retract(released, 'use 1.0.1', 'warn')
    expect(outcome.kind).toBe(target.undo.upload === 'none' ? 'refused' : 'done')
    expect((await target.retract(released, 'use 1.0.1', 'warn')).kind).toBe(outcome.kind)
  })

  it('a place that does not answer is unreachable, which is not absent', async () => {
    const { target, released } = await bench.make('silent', '1.0.0', 'a')
    await bench.breakDown()
    expect((await target.lookup(released)).kind).toBe('unreachable')
    expect((await target.facts(released)).kind).toBe('unreachable')
    expect((await target.channel(released, 'latest')).kind).toBe('unreachable')
    expect((await target.promote(released, 'latest', '1.0.0')).kind).toBe('unknown')
  })
})

async function npmBench(folder: string): Promise<Bench> {
  const server = await startRegistry()
  const config = readNpmConfig(folder, 'pnpm', { NPM_CONFIG_USERCONFIG: server.userconfig, HOME: folder })
  const registry = npmRegistry(server.url, { config, maxSockets: 4 })
  let made = 0
  let isOpen = true
  const breakDown = async (): Promise<void> => {
    if (isOpen) await server.close()
    isOpen = false
  }
  return {
    async make(short, version, content) {
      const name = `@contract/${short}`
      const dir = `packages/${(made += 1)}`
      const manifest = { name, version, description: content }
      await mkdir(join(folder, dir), { recursive: true })
      await writeFile(join(folder, dir, 'package.json'), JSON.stringify(manifest))
      const pkg = { name, version, dir, private: false, manifest, dependencies: [] }
      const workspace = { root: folder, tool: 'pnpm', packages: [pkg], catalogs: {} } as never
      const packer = workspacePacker({ root: folder, workspace, out: join(folder, 'out') })
      const target = npmTarget({ registry, packer, pkg: pkg as never, access: 'public' })
      return { target, released: { name, version, dir } }
    },
    breakDown,
    close: breakDown,
  }
}

async function ociBench(folder: string): Promise<Bench> {
  const server = await startDockerRegistry()
  let made = 0
  return {
    async make(short, version, content) {
      const dir = `services/${(made += 1)}`
      const image = parseImageName(`${server.host}/contract/${short}`)
      if (image === undefined) throw new Error('no image name')
      await writeImageLayout(join(folder, dir, 'image'), content, ['linux/amd64', 'linux/arm64'])
      const target = ociTarget({
        image,
        source: { kind: 'layout', path: 'image' },
        root: folder,
        out: join(folder, 'out'),
        env: { HOME: folder },
        redact: redactor([]),
      })
      return { target, released: { name: `@contract/${short}`, version, dir } }
    },
    breakDown: () => server.stop(),
    close: () => server.close(),
  }
}

async function execBench(folder: string): Promise<Bench> {
  const shelf = await execShelf(join(folder, 'shelf'))
  return {
    async make(short, version, content) {
      const dir = `charts/${short}`
      await mkdir(join(folder, dir), { recursive: true })
      await writeFile(join(folder, dir, 'content'), content)
      const target = execTarget({
        root: folder,
        place: 'a folder',
        commands: shelf.commands,
        timeout: 20,
        out: join(folder, 'out'),
        env: { HOME: folder },
        redact: redactor([]),
        packTarball: async () => ({
          kind: 'failed',
          problem: { code: 'PACK_FAILED', severity: 'error', name: short, detail: 'not asked for' },
        }),
      })
      return { target, released: { name: `@contract/${short}`, version, dir } }
    },
    breakDown: () => shelf.breakDown(),
    close: async () => {},
  }
}
