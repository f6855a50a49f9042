/**
 * The container image, built and released by Topsail as this repository's own topsail.json has it, then pulled, unpacked
 * and run. Base images are not at hand here, so it is built on nothing; Node and git are the machine's.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasDockerRegistry, startDockerRegistry, startForge, createRepository } from '@topsail/engine/testing'
import { expect, test } from 'vitest'
import { startBotProcess } from '../src/testing/bot-process.ts'

const bot = fileURLToPath(new URL('..', import.meta.url))
const topsail = dirname(createRequire(import.meta.url).resolve('topsail/package.json'))
const hasBuildah = spawnSync('buildah', ['--version']).status === 0

test.skipIf(!hasBuildah || !hasDockerRegistry)(
  'topsail publishes the image, and what is in it runs (needs buildah and docker-registry)',
  { timeout: 120_000 },
  async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-bot-image-')))
    const registry = await startDockerRegistry()
    const repository = await createRepository({
      'package.json': { private: true, workspaces: ['services/*'] },
      '.changeset/config.json': { baseBranch: 'main' },
      '.gitignore': 'dist/\n',
      'topsail.json': topsailJson(registry.host),
      'services/bot/package.json': { name: '@topsail/bot', version: '1.2.3', private: true },
      'services/bot/Dockerfile': readFileSync(join(bot, 'Dockerfile'), 'utf8'),
      'services/bot/.dockerignore': readFileSync(join(bot, '.dockerignore'), 'utf8'),
    })
    try {
      const program = join(folder, 'topsail')
      execFileSync(process.execPath, ['build.ts', program], { cwd: topsail, stdio: 'pipe' })
      const dist = join(repository.root, 'services/bot/dist')
      execFileSync(process.execPath, ['build.ts', dist, program], { cwd: bot, stdio: 'pipe' })
      publish(repository.root, folder)
      const app = await unpack(`http://${registry.host}/v2/topsail/bot`, '1.2.3', folder)
      await answersFrom(app, folder)
    } finally {
      await Promise.all([registry.close(), repository.close()])
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

function topsailJson(host: string): object {
  const ours = JSON.parse(readFileSync(join(bot, '../../topsail.json'), 'utf8')) as {
    targets: Record<string, readonly Record<string, unknown>[]>
  }
  const [target] = ours.targets['@topsail/bot'] ?? []
  expect(target).toMatchObject({ kind: 'oci', image: 'ghcr.io/topsail/bot' })
  const here = { ...target, image: `${host}/topsail/bot`, builder: 'buildah', buildArgs: ['BASE=scratch'] }
  return { targets: { '@topsail/bot': [here] }, release: { build: false } }
}

function publish(root: string, folder: string): void {
  const storage = join(folder, 'storage.conf')
  const at = (name: string): string => JSON.stringify(join(folder, name))
  writeFileSync(storage, `[storage]\ndriver = "vfs"\ngraphroot = ${at('graph')}\nrunroot = ${at('run')}\n`)
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    CONTAINERS_STORAGE_CONF: storage,
    BUILDAH_ISOLATION: 'chroot',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
  }
  const run = spawnSync(process.execPath, [join(topsail, 'bin/topsail.js'), 'publish'], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  expect(run).toMatchObject({ status: 0 })
}

type Manifest = {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
}

/** What a container would see under /app. */
async function unpack(repository: string, tag: string, folder: string): Promise<string> {
  const accept = 'application/vnd.oci.image.manifest.v1+json'
  const get = (path: string): Promise<Response> => fetch(`${repository}/${path}`, { headers: { accept } })
  const manifest = (await (await get(`manifests/${tag}`)).json()) as Manifest
  const config: unknown = await (await get(`blobs/${manifest.config.digest}`)).json()
  expect(config).toMatchObject({
    config: { User: '10001', Entrypoint: ['node', '--disable-warning=ExperimentalWarning', '/app/main.js'] },
  })
  const root = join(folder, 'image')
  mkdirSync(root)
  for (const { digest } of manifest.layers) {
    const layer = Buffer.from(await (await get(`blobs/${digest}`)).arrayBuffer())
    execFileSync('tar', ['-xzf', '-', '-C', root], { input: layer })
  }
  return join(root, 'app')
}

async function answersFrom(app: string, folder: string): Promise<void> {
  const rig = await startForge({ files: { 'package.json': { private: true, workspaces: ['services/*'] } } })
  // Away from this repository, where Node would find more than the image holds.
  cpSync(app, join(folder, 'app'), { recursive: true })
  const running = await startBotProcess(rig, folder, {}, [join(folder, 'app/main.js')])
  try {
    expect(await running.metrics()).toContain('topsail_bot_looks')
    expect(await running.stop()).toBe(0)
    const version = spawnSync(process.execPath, [join(folder, 'app/node_modules/topsail/bin/topsail.js'), '--version'])
    expect(version).toMatchObject({ status: 0 })
  } finally {
    await running.stop()
    await rig.close()
  }
}
