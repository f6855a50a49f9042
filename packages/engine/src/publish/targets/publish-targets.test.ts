/**
 * A whole release over several targets, for real: npm packages, an image that holds their tarballs, what an own command
 * makes of that, and a private service that waits for it.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasDockerRegistry, startDockerRegistry, type DockerRegistry } from '../../testing/docker-registry.ts'
import { execShelf, type ExecShelf } from '../../testing/exec-shelf.ts'
import { createRepository, gitEnvironment, npmrcFor, startRegistry } from '../../testing/index.ts'
import type { TestRegistry, TestRepository } from '../../testing/index.ts'
import { rollbackWorkspace } from '../../release/release-workspace.ts'
import { publishWorkspace, type PublishEvent, type PublishOptions } from '../publish-workspace.ts'
import type { PublishResult } from '../publish-result.ts'

let npm: TestRegistry
let images: DockerRegistry
let shelf: ExecShelf
let folder: string
const repositories: TestRepository[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-targets-'))
  npm = await startRegistry()
  if (hasDockerRegistry) images = await startDockerRegistry()
  shelf = await execShelf(join(folder, 'shelf'))
  Object.assign(process.env, gitEnvironment)
})
afterAll(async () => {
  for (const repository of repositories) await repository.close()
  if (hasDockerRegistry) await images.close()
  await npm.close()
  await rm(folder, { recursive: true, force: true })
})

/** An image whose layer names every tarball that was packed before it. */
const makeImage = `
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
const [out, tarballs, version] = process.argv.slice(2)
const blobs = join(out, 'blobs', 'sha256')
mkdirSync(blobs, { recursive: true })
const put = (text, type) => {
  const hex = createHash('sha256').update(text).digest('hex')
  writeFileSync(join(blobs, hex), text)
  return { mediaType: 'application/vnd.oci.image.' + type, digest: 'sha256:' + hex, size: Buffer.byteLength(text) }
}
const seen = readdirSync(tarballs).filter((name) => name.endsWith('.tgz')).sort()
const layer = put(JSON.stringify({ version, seen }), 'layer.v1.tar')
const config = put(JSON.stringify({ os: 'linux', architecture: 'amd64' }), 'config.v1+json')
const manifest = put(JSON.stringify({ schemaVersion: 2, config, layers: [layer] }), 'manifest.v1+json')
writeFileSync(join(out, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
`

async function workspace(scope: string, version: string): Promise<TestRepository> {
  const image = (name: string) => `${images.host}/${scope.slice(1)}/${name}`
  const build = [process.execPath, '{root}/make-image.mjs', '{out}', '{tarballs}', '{version}']
  const manifest = (name: string, dependencies: object, more: object = {}) => ({
    name: `${scope}/${name}`,
    version,
    files: ['index.js'],
    dependencies,
    ...more,
  })
  const repository = await createRepository({
    'package.json': { name: 'root', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': { baseBranch: 'main', access: 'public' },
    '.npmrc': npmrcFor(npm.url, '${TEST_TOKEN}'),
    'make-image.mjs': makeImage,
    'topsail.json': {
      targets: {
        [`${scope}/api`]: [
          { kind: 'npm' },
          { kind: 'oci', image: image('{name}'), build, after: ['npm'] },
          { kind: 'exec', name: 'chart', commands: shelf.commands, after: ['oci'] },
        ],
        [`${scope}/shop`]: [{ kind: 'oci', image: image('shop'), build, needs: [`${scope}/api:chart`] }],
      },
    },
    'packages/db/package.json': manifest('db', {}),
    'packages/api/package.json': manifest('api', { [`${scope}/db`]: 'workspace:^' }),
    'packages/api/content': `chart of ${version}`,
    'packages/shop/package.json': manifest('shop', {}, { private: true }),
  })
  repositories.push(repository)
  return repository
}

async function publish(repository: TestRepository, options: Partial<PublishOptions> = {}): Promise<PublishResult> {
  const env = {
    TEST_TOKEN: npm.token,
    HOME: folder,
    PATH: process.env['PATH'],
    NPM_CONFIG_GLOBALCONFIG: '/nonexistent',
  }
  return publishWorkspace({ cwd: repository.root, env, patience: 20_000, ...options })
}

async function latestImage(
  repository: string,
): Promise<{ digest: string | null; layer: { seen: string[]; version: string } }> {
  const accept = { accept: 'application/vnd.oci.image.manifest.v1+json' }
  const answer = await fetch(`http://${images.host}/v2/${repository}/manifests/latest`, { headers: accept })
  const { layers } = (await answer.json()) as { layers: readonly { digest: string }[] }
  const blob = await fetch(`http://${images.host}/v2/${repository}/blobs/${layers[0]?.digest}`)
  return { digest: answer.headers.get('docker-content-digest'), layer: (await blob.json()) as never }
}

test.skipIf(!hasDockerRegistry)(
  'a package, its image, what is made of it and a service go out in their order',
  async () => {
    const repository = await workspace('@order', '1.0.0')
    const dry = await publish(repository, { dryRun: true })
    expect(dry.problems.filter((problem) => problem.severity === 'error')).toEqual([])
    const events: PublishEvent[] = []
    const result = await publish(repository, { onEvent: (event) => void events.push(event) })
    expect(result.problems.filter((problem) => problem.severity === 'error')).toEqual([])
    expect(result.exitCode).toBe(0)

    const done = events.flatMap((event) => (event.kind === 'step-done' ? [event.step.id] : []))
    expect([...done].sort()).toEqual(dry.steps.map((step) => step.id).sort())
    const inOrder = ['@order/db', '@order/api', '@order/api:oci', '@order/api:chart', '@order/shop:oci']
    const after = (kind: string) => inOrder.map((name) => done.indexOf(`${kind}:${name}@1.0.0`))
    const uploaded = after('upload')
    expect(uploaded).not.toContain(-1)
    expect(uploaded).toEqual(uploaded.toSorted((a, b) => a - b))
    // The packages are new, and public with their upload.
    const promoted = after('promote').filter((at) => at !== -1)
    expect(promoted).toHaveLength(3)
    expect(promoted).toEqual(promoted.toSorted((a, b) => a - b))
    const { layer } = await latestImage('order/api')
    expect(layer.version).toBe('1.0.0')
    expect(layer.seen.map(decodeURIComponent)).toEqual(['@order/api@1.0.0.tgz', '@order/db@1.0.0.tgz'])
    expect(await readFile(join(folder, 'shelf', encodeURIComponent('@order/api #latest')), 'utf8')).toBe('1.0.0')
    expect(await repository.remoteTags()).toEqual(['@order/api@1.0.0', '@order/db@1.0.0', '@order/shop@1.0.0'])

    const again = await publish(repository)
    expect(again.steps).toEqual([])
    expect(again.exitCode).toBe(0)
  },
)

test.skipIf(!hasDockerRegistry)(
  'an image that cannot be built stops the release before anything is uploaded',
  async () => {
    const repository = await workspace('@broken', '1.0.0')
    await repository.write({ 'make-image.mjs': 'process.exit(3)\n' })
    await repository.commit('fix: a builder that fails')
    const result = await publish(repository)
    expect(result.failed.map(({ problem }) => problem.code)).toContain('PACK_FAILED')
    expect(result.exitCode).not.toBe(0)
    expect(await npm.packument('@broken/db')).toBeUndefined()
  },
)

test.skipIf(!hasDockerRegistry)(
  'a rollback leads image tags and channels back to exactly where they were',
  async () => {
    const repository = await workspace('@back', '1.0.0')
    expect((await publish(repository)).exitCode).toBe(0)
    const before = { api: await latestImage('back/api'), shop: await latestImage('back/shop') }
    for (const name of ['db', 'api', 'shop']) {
      const path = `packages/${name}/package.json`
      const manifest = JSON.parse(await readFile(join(repository.root, path), 'utf8')) as object
      await repository.write({ [path]: { ...manifest, version: '1.1.0' } })
    }
    await repository.write({ 'packages/api/content': 'chart of 1.1.0' })
    await repository.commit('chore: version packages')
    expect((await publish(repository)).exitCode).toBe(0)
    expect((await latestImage('back/api')).layer.version).toBe('1.1.0')

    const env = {
      TEST_TOKEN: npm.token,
      HOME: folder,
      PATH: process.env['PATH'],
      NPM_CONFIG_GLOBALCONFIG: '/nonexistent',
    }
    const result = await rollbackWorkspace({ cwd: repository.root, env, patience: 20_000 })
    expect(result.problems.filter((problem) => problem.severity === 'error')).toEqual([])
    expect({ api: await latestImage('back/api'), shop: await latestImage('back/shop') }).toEqual(before)
    expect((await npm.packument('@back/api'))?.['dist-tags']).toMatchObject({ latest: '1.0.0' })
    expect(await readFile(join(folder, 'shelf', encodeURIComponent('@back/api #latest')), 'utf8')).toBe('1.0.0')
    expect((await repository.remoteTags()).filter((tag) => tag.endsWith('1.1.0'))).toEqual([])
  },
)
