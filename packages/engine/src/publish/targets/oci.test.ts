import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImageSource } from '@topsail/core'
import {
  hasDockerRegistry,
  startDockerRegistry,
  writeImageLayout,
  type DockerRegistry,
} from '../../testing/docker-registry.ts'
import { guardImages } from '../../testing/image-guard.ts'
import type { Environment } from '../npmrc.ts'
import { redactor } from '../secrets.ts'
import { parseImageName, parseImageReference, tagOfVersion } from './image-reference.ts'
import { ociTarget } from './oci.ts'
import type { Artefact, Released, Target } from './target.ts'

let server: DockerRegistry
let folder: string
let made = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-oci-'))
  if (hasDockerRegistry) server = await startDockerRegistry()
})
afterAll(async () => {
  if (hasDockerRegistry) await server.close()
  await rm(folder, { recursive: true, force: true })
})

type Given = {
  readonly source?: ImageSource
  readonly env?: Environment
  readonly chunk?: number
  readonly version?: string
}

function open(name: string, given: Given = {}): { target: Target; released: Released; dir: string } {
  const image = parseImageName(name)
  if (image === undefined) throw new Error(`${name} is no image`)
  const dir = `service-${(made += 1)}`
  const { source = { kind: 'layout', path: 'image' }, env = { HOME: folder, PATH: process.env['PATH'] }, chunk } = given
  const target = ociTarget({ image, source, root: folder, out: join(folder, 'out'), env, chunk, redact: redactor([]) })
  return { target, released: { name: `@acme/${dir}`, version: given.version ?? '1.0.0', dir }, dir: join(folder, dir) }
}

async function packed(target: Target, released: Released): Promise<Artefact> {
  const outcome = await target.pack(released)
  if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome.problem))
  return outcome.artefact
}

async function manifestAt(name: string, reference: string): Promise<{ digest: string | null; body: never }> {
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
  const answer = await fetch(`http://${server.host}/v2/${name}/manifests/${reference}`, { headers: { accept } })
  return { digest: answer.headers.get('docker-content-digest'), body: (await answer.json()) as never }
}

test('names of images are read as every container tool reads them', () => {
  expect(parseImageName('alpine')).toMatchObject({ host: 'registry-1.docker.io', repository: 'library/alpine' })
  expect(parseImageName('acme/api')).toMatchObject({ host: 'registry-1.docker.io', repository: 'acme/api' })
  expect(parseImageName('ghcr.io/acme/api')).toMatchObject({ address: 'https://ghcr.io/v2/acme/api' })
  expect(parseImageName('localhost:5000/api')).toMatchObject({ address: 'http://localhost:5000/v2/api' })
  for (const bad of ['', 'Acme/api', 'ghcr.io/../api', 'ghcr.io/a b', 'ghcr.io/api:1', '-x/../y', 'ghcr.io/a?b']) {
    expect(parseImageName(bad)).toBeUndefined()
  }
  expect(parseImageReference('localhost:5000/api')?.reference).toBe('latest')
  expect(parseImageReference('localhost:5000/api:1.0')?.reference).toBe('1.0')
  expect(parseImageReference('ghcr.io/api@sha256:12')).toBeUndefined()
  expect(tagOfVersion('1.0.0+build.5')).toBe('1.0.0_build.5')
})

describe.skipIf(!hasDockerRegistry)('with a real registry', () => {
  test('an image of several platforms arrives whole, and as it was built', async () => {
    const { target, released, dir } = open(`${server.host}/multi/api`)
    const digest = await writeImageLayout(join(dir, 'image'), 'multi', ['linux/amd64', 'linux/arm64', 'linux/arm/v7'])
    const artefact = await packed(target, released)
    expect(artefact.integrity).toBe(digest)
    expect(await target.upload(released, artefact, 'candidate')).toEqual({ kind: 'stored' })
    expect(await target.promote(released, 'latest', '1.0.0')).toEqual({ kind: 'done' })
    const latest = await manifestAt('multi/api', 'latest')
    expect(latest.digest).toBe(digest)
    const { manifests } = latest.body as {
      manifests: readonly { digest: string; platform: { architecture: string } }[]
    }
    expect(manifests.map((one) => one.platform.architecture)).toEqual(['amd64', 'arm64', 'arm'])
    for (const one of manifests) expect((await manifestAt('multi/api', one.digest)).digest).toBe(one.digest)
  })

  test.for(['basic', 'bearer'] as const)('%s credentials of a docker config open a guarded registry', async (kind) => {
    const password = 'pass:word'
    const guard = await guardImages(server.host, { kind, user: 'ada', password })
    const home = await mkdtemp(join(folder, 'home-'))
    await mkdir(join(home, '.docker'))
    const auth = Buffer.from(`ada:${password}`).toString('base64')
    await writeFile(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [guard.host]: { auth } } }))
    const { target, released, dir } = open(`${guard.host}/guarded/${kind}`, { env: { HOME: home } })
    await writeImageLayout(join(dir, 'image'), kind)
    expect(await target.upload(released, await packed(target, released), 'candidate')).toEqual({ kind: 'stored' })
    if (kind === 'bearer') expect(guard.scopes[0]).toBe(`repository:guarded/${kind}:pull,push`)

    const stranger = open(`${guard.host}/guarded/${kind}`, { env: { HOME: folder } })
    expect((await stranger.target.promote(stranger.released, 'latest', '1.0.0')).kind).toBe('unauthorised')
    await guard.close()
  })

  test('a credential helper is asked, without a shell', async () => {
    const guard = await guardImages(server.host, { kind: 'basic', user: 'ada', password: 'helped' })
    const home = await mkdtemp(join(folder, 'home-'))
    await mkdir(join(home, 'bin'))
    const helper = join(home, 'bin', 'docker-credential-shelf')
    const answer = { ServerURL: guard.host, Username: 'ada', Secret: 'helped' }
    await writeFile(helper, `#!/bin/sh\nread host; [ "$host" = "${guard.host}" ] && echo '${JSON.stringify(answer)}'\n`)
    await chmod(helper, 0o755)
    await writeFile(join(home, 'config.json'), JSON.stringify({ credHelpers: { [guard.host]: 'shelf' } }))
    const env = { DOCKER_CONFIG: home, PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter) }
    const { target, released } = open(`${guard.host}/helped/api`, { env })
    expect(await target.lookup(released)).toEqual({ kind: 'absent' })
    await guard.close()
  })

  test('what the registry has is not sent again, and large blobs go in pieces', async () => {
    const guard = await guardImages(server.host, { kind: 'basic', user: 'a', password: 'b' })
    const home = await mkdtemp(join(folder, 'home-'))
    const auth = Buffer.from('a:b').toString('base64')
    await writeFile(join(home, 'config.json'), JSON.stringify({ auths: { [guard.host]: { auth } } }))
    const env = { DOCKER_CONFIG: home }
    const first = open(`${guard.host}/pieces/api`, { env, chunk: 300_000 })
    const content = Buffer.alloc(1_000_000, 7)
    await writeImageLayout(join(first.dir, 'image'), content)
    expect(await first.target.upload(first.released, await packed(first.target, first.released), 'x')).toEqual({
      kind: 'stored',
    })
    expect(guard.requests.filter((line) => line.startsWith('PATCH'))).toHaveLength(4)

    const second = open(`${guard.host}/pieces/api`, { env, version: '1.1.0' })
    await writeImageLayout(join(second.dir, 'image'), content)
    const before = guard.requests.length
    expect(await second.target.upload(second.released, await packed(second.target, second.released), 'x')).toEqual({
      kind: 'stored',
    })
    expect(guard.requests.slice(before).filter((line) => /^(POST|PATCH)/.test(line))).toEqual([])
    await guard.close()
  })

  test('an image that is in a registry already is taken over by its digest, blobs mounted', async () => {
    const origin = open(`${server.host}/built/by-ci`, { version: '7.0.0' })
    const digest = await writeImageLayout(join(origin.dir, 'image'), 'from elsewhere', ['linux/amd64', 'linux/arm64'])
    await origin.target.upload(origin.released, await packed(origin.target, origin.released), 'x')

    const source: ImageSource = { kind: 'registry', image: `${server.host}/built/by-ci:{version}` }
    const { target, released } = open(`${server.host}/released/api`, { source, version: '7.0.0' })
    const artefact = await packed(target, released)
    expect(artefact.integrity).toBe(digest)
    expect(await target.upload(released, artefact, 'x')).toEqual({ kind: 'stored' })
    expect((await manifestAt('released/api', '7.0.0')).digest).toBe(digest)
    const missing = open(`${server.host}/released/api`, { source, version: '8.0.0' })
    expect((await missing.target.pack(missing.released)).kind).toBe('failed')
  })

  test('a layout with a blob that is not what it says is never uploaded', async () => {
    const { target, released, dir } = open(`${server.host}/forged/api`)
    const digest = await writeImageLayout(join(dir, 'image'), 'honest')
    await writeFile(join(dir, 'image', 'blobs', 'sha256', digest.slice('sha256:'.length)), '{"layers":[]}')
    expect((await target.pack(released)).kind).toBe('failed')
    const outside = open(`${server.host}/forged/api`, { source: { kind: 'layout', path: '../elsewhere' } })
    expect((await outside.target.pack(outside.released)).kind).toBe('failed')
  })

  const hasBuildah = spawnSync('buildah', ['--version']).status === 0
  test.skipIf(!hasBuildah)('a Dockerfile is built with buildah, with the tarballs of the release at hand', async () => {
    const source: ImageSource = { kind: 'dockerfile', file: 'Dockerfile', tool: 'buildah' }
    const storage = join(folder, 'containers.conf')
    await writeFile(storage, `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`)
    const env = { ...process.env, CONTAINERS_STORAGE_CONF: storage, BUILDAH_ISOLATION: 'chroot', HOME: folder }
    const { target, released, dir } = open(`${server.host}/buildah/api`, { source, env })
    await mkdir(dir, { recursive: true })
    await mkdir(join(folder, 'out'), { recursive: true })
    await writeFile(join(folder, 'out', 'api.tgz'), 'a tarball')
    await writeFile(join(dir, 'hello'), 'hello')
    await writeFile(join(dir, 'Dockerfile'), 'FROM scratch\nCOPY hello /hello\nCOPY --from=tarballs api.tgz /api.tgz\n')
    const artefact = await packed(target, released)
    expect(await target.upload(released, artefact, 'x')).toEqual({ kind: 'stored' })
    expect(await target.lookup(released)).toEqual({ kind: 'present', integrity: artefact.integrity })
  })

  test.skipIf(!hasBuildah)('buildah builds several platforms into one index, which stays one', async () => {
    const platforms = ['linux/amd64', 'linux/arm64']
    const source: ImageSource = { kind: 'dockerfile', file: 'Dockerfile', tool: 'buildah', platforms }
    const storage = join(folder, 'containers.conf')
    await writeFile(storage, `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`)
    const env = { ...process.env, CONTAINERS_STORAGE_CONF: storage, BUILDAH_ISOLATION: 'chroot', HOME: folder }
    const { target, released, dir } = open(`${server.host}/buildah/multi`, { source, env })
    await mkdir(dir, { recursive: true })
    await mkdir(join(folder, 'out'), { recursive: true })
    await writeFile(join(dir, 'hello'), 'hello')
    await writeFile(join(dir, 'Dockerfile'), 'FROM scratch\nCOPY hello /hello\n')
    const artefact = await packed(target, released)
    expect(await target.upload(released, artefact, 'x')).toEqual({ kind: 'stored' })
    const { digest, body } = await manifestAt('buildah/multi', '1.0.0')
    expect(digest).toBe(artefact.integrity)
    const { manifests } = body as { manifests: readonly { platform: { architecture: string } }[] }
    expect(manifests.map((one) => one.platform.architecture).toSorted()).toEqual(['amd64', 'arm64'])
  })
})

/**
 * What docker and podman are told, by stand-ins that note their arguments and leave a layout where they are told to: no
 * daemon is needed for that, and none was tried.
 */
describe('the arguments of builders', () => {
  const standIn = (layout: string, notes: string): string => `#!${process.execPath}
const { appendFileSync, cpSync } = require('node:fs')
const argv = process.argv.slice(2)
appendFileSync(${JSON.stringify(notes)}, JSON.stringify([require('node:path').basename(process.argv[1]), ...argv]) + '\\n')
const out = argv.flatMap((each) => /(?:dest=|^oci:)(.+)$/.exec(each)?.[1] ?? [])[0]
if (out !== undefined) cpSync(${JSON.stringify(layout)}, out, { recursive: true })
`

  async function told(tools: readonly string[], source: Extract<ImageSource, { kind: 'dockerfile' }>) {
    const place = await mkdtemp(join(folder, 'builders-'))
    const [layout, notes] = [join(place, 'layout'), join(place, 'notes')]
    const digest = await writeImageLayout(layout, place, source.platforms)
    for (const tool of tools) await writeFile(join(place, tool), standIn(layout, notes), { mode: 0o755 })
    const { target, released, dir } = open('registry.example/acme/api', { source, env: { PATH: place, HOME: folder } })
    await mkdir(dir, { recursive: true })
    expect((await packed(target, released)).integrity).toBe(digest)
    const lines = (await readFile(notes, 'utf8')).trim().split('\n')
    return lines.map((line) => JSON.parse(line) as readonly string[])
  }

  const hostile = 'GREETING=$(touch stolen); echo "a b"'

  test('docker builds with buildx, straight into a layout, each argument whole', async () => {
    const source = {
      kind: 'dockerfile',
      file: 'Dockerfile',
      platforms: ['linux/amd64', 'linux/arm64'],
      args: [hostile],
    } as const
    expect(await told(['docker', 'podman'], source)).toEqual([
      ['docker', 'buildx', 'version'],
      [
        'docker',
        'buildx',
        'build',
        '--output',
        expect.stringMatching(/^type=oci,tar=false,dest=\//),
        '--platform',
        'linux/amd64,linux/arm64',
        '--file',
        'Dockerfile',
        '--build-arg',
        hostile,
        '--build-context',
        expect.stringMatching(/^tarballs=\//),
        '.',
      ],
    ])
  })

  test('podman builds into its storage, and its image or its manifest is pushed into a layout and taken away', async () => {
    const source = { kind: 'dockerfile', file: 'docker/api', context: '..', tool: 'podman' } as const
    const [build, push, remove] = await told(['podman'], source)
    const name = build?.[3]
    expect(build).toEqual([
      'podman',
      'build',
      '--tag',
      name,
      '--file',
      'docker/api',
      '--build-context',
      expect.any(String),
      '..',
    ])
    expect(push).toEqual(['podman', 'push', name, expect.stringMatching(/^oci:\//)])
    expect(remove).toEqual(['podman', 'rmi', name])
    const several = await told(['podman'], { ...source, platforms: ['linux/amd64', 'linux/arm64'] })
    expect(several.map((argv) => argv.slice(0, 3))).toEqual([
      ['podman', 'build', '--manifest'],
      ['podman', 'manifest', 'push'],
      ['podman', 'manifest', 'rm'],
    ])
    expect(several[1]).toEqual([
      'podman',
      'manifest',
      'push',
      '--all',
      several[0]?.[3],
      expect.stringMatching(/^oci:\//),
    ])
  })

  test('a docker without a builder is passed by', async () => {
    const place = await mkdtemp(join(folder, 'half-'))
    await writeFile(join(place, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const source: ImageSource = { kind: 'dockerfile', file: 'Dockerfile' }
    const { target, released, dir } = open('registry.example/acme/api', { source, env: { PATH: place, HOME: folder } })
    await mkdir(dir, { recursive: true })
    expect(await target.pack(released)).toMatchObject({
      kind: 'failed',
      problem: { detail: expect.stringContaining('is installed') },
    })
  })
})
