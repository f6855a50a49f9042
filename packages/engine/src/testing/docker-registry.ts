/**
 * A real container registry (Debian's docker-registry) as a child process, on a free port of the loopback, with its
 * storage in one temporary folder; and images to put there, made by hand.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type DockerRegistry = {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  stop(): Promise<void>
  close(): Promise<void>
}

export const hasDockerRegistry = spawnSync('docker-registry', ['--version']).status === 0

/** `more`: lines of its configuration. */
export async function startDockerRegistry(more = ''): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-images-'))
  const host = `127.0.0.1:${await freePort()}`
  const config = `version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${join(folder, 'data')}}, delete: {enabled: true}}
http: {addr: "${host}"}
${more}`
  await writeFile(join(folder, 'config.yml'), config)
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  await answers(host)
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return {
    host,
    stop,
    async close() {
      await stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** An OCI image layout with one layer a platform; several platforms make an index. Gives the digest of the image. */
export async function writeImageLayout(
  folder: string,
  content: string | Buffer,
  platforms: readonly string[] = ['linux/amd64'],
): Promise<string> {
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true })
  const put = async (bytes: Buffer, mediaType: string): Promise<Descriptor> => {
    const hex = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(folder, 'blobs', 'sha256', hex), bytes)
    return { mediaType: `application/vnd.oci.image.${mediaType}`, digest: `sha256:${hex}`, size: bytes.length }
  }
  const manifests: Descriptor[] = []
  for (const platform of platforms) {
    const [os, architecture] = platform.split('/')
    const layer = await put(Buffer.concat([Buffer.from(content), Buffer.from(platform)]), 'layer.v1.tar')
    const rootfs = { type: 'layers', diff_ids: [layer.digest] }
    const config = await put(json({ os, architecture, rootfs, config: {} }), 'config.v1+json')
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const manifest = await put(json({ schemaVersion: 2, mediaType, config, layers: [layer] }), 'manifest.v1+json')
    manifests.push({ ...manifest, platform: { os, architecture } })
  }
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const [only] = manifests
  const isOne = manifests.length === 1 && only !== undefined
  const image = isOne ? only : await put(json({ schemaVersion: 2, mediaType, manifests }), 'index.v1+json')
  await writeFile(join(folder, 'index.json'), json({ schemaVersion: 2, manifests: [image] }))
  await writeFile(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }))
  return image.digest
}

type Descriptor = {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: object
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

async function answers(host: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined)
    if (answer !== undefined) return
    await new Promise((done) => setTimeout(done, 25))
  }
  throw new Error('docker-registry does not answer')
}
