/**
 * An OCI image layout: a folder with an index and blobs named by their digests. It is read as untrusted: every blob must
 * lie inside the folder and be what its name says. The image is the one manifest or index that the layout holds, kept
 * byte for byte, so that what is pushed has the digest that was built.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf, type Digest, type Manifest } from './distribution.ts'
import { digestShape } from './image-reference.ts'

export type ImageParts = {
  /** Children before the index that names them; the image itself is last. */
  readonly manifests: readonly Manifest[]
  readonly blobs: readonly Digest[]
}

export type LayoutReading =
  | { readonly kind: 'image'; readonly image: Manifest; readonly parts: ImageParts }
  | { readonly kind: 'invalid'; readonly detail: string }

type Descriptor = { readonly mediaType: string; readonly digest: Digest; readonly urls?: unknown }

export async function readImageLayout(folder: string): Promise<LayoutReading> {
  const index = await readJson(join(folder, 'index.json'))
  if (index === undefined) return invalid('it has no index.json, so it is no OCI image layout')
  const listed = descriptorsIn(index['manifests'])
  const [only] = listed
  if (only === undefined) return invalid('its index.json names no image')
  if (listed.length > 1) return invalid(`its index.json names ${listed.length} images; it must name one`)
  const source: PartSource = {
    manifest: async ({ digest, mediaType }) => {
      const bytes = await readBlob(folder, digest)
      return bytes === undefined ? undefined : { digest, mediaType, bytes }
    },
    hasBlob: (digest) => isWhole(folder, digest),
  }
  const reading = await partsOf(only, source)
  return reading
}

export function blobFile(folder: string, digest: Digest): string {
  const [algorithm = '', hex = ''] = digest.split(':')
  return join(folder, 'blobs', algorithm, hex)
}

export type PartSource = {
  manifest(descriptor: Descriptor): Promise<Manifest | undefined>
  hasBlob(digest: Digest): Promise<boolean>
}

/** Everything an image consists of. An index keeps all of its platforms. */
export async function partsOf(descriptor: Descriptor, source: PartSource): Promise<LayoutReading> {
  const manifests = new Map<Digest, Manifest>()
  const blobs = new Set<Digest>()
  const visit = async (asked: Descriptor, depth: number): Promise<string | undefined> => {
    if (!digestShape.test(asked.digest)) return `${JSON.stringify(asked.digest).slice(0, 80)} is no digest`
    if (manifests.has(asked.digest)) return undefined
    if (depth > deepestIndex) return 'its indexes are nested too deeply'
    const manifest = await source.manifest(asked)
    if (manifest === undefined) return `${asked.digest} is missing`
    if (asked.digest.startsWith('sha256:') && digestOf(manifest.bytes) !== asked.digest)
      return `${asked.digest} holds other bytes than its name says`
    const content = jsonOf(manifest.bytes.toString('utf8'))
    if (content === undefined) return `${asked.digest} is no manifest`
    for (const child of descriptorsIn(content['manifests'])) {
      const failure = await visit(child, depth + 1)
      if (failure !== undefined) return failure
    }
    const configs = descriptorsIn([content['config']].filter((config) => config !== undefined))
    for (const blob of [...configs, ...descriptorsIn(content['layers'])]) {
      if (!digestShape.test(blob.digest)) return `${JSON.stringify(blob.digest).slice(0, 80)} is no digest`
      // Layers that live elsewhere by licence are fetched from there.
      if (Array.isArray(blob.urls) && blob.urls.length > 0) continue
      if (!blobs.has(blob.digest) && !(await source.hasBlob(blob.digest))) return `the blob ${blob.digest} is not whole`
      blobs.add(blob.digest)
    }
    manifests.set(asked.digest, { ...manifest, mediaType: asked.mediaType })
    return undefined
  }
  const failure = await visit(descriptor, 0)
  const image = manifests.get(descriptor.digest)
  if (failure !== undefined || image === undefined) return invalid(failure ?? 'it has no image')
  return { kind: 'image', image, parts: { manifests: [...manifests.values()], blobs: [...blobs] } }
}

const deepestIndex = 4

function descriptorsIn(list: unknown): readonly Descriptor[] {
  if (!Array.isArray(list)) return []
  return list.filter(
    (one: unknown): one is Descriptor =>
      typeof one === 'object' &&
      one !== null &&
      typeof (one as Descriptor).digest === 'string' &&
      typeof (one as Descriptor).mediaType === 'string',
  )
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const bytes = await readIfThere(file)
  return bytes === undefined ? undefined : jsonOf(bytes.toString('utf8'))
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function readBlob(folder: string, digest: Digest): Promise<Buffer | undefined> {
  return readIfThere(blobFile(folder, digest))
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}

/** Layers are large: they are hashed as they are read. */
async function isWhole(folder: string, digest: Digest): Promise<boolean> {
  const [algorithm = '', hex] = digest.split(':')
  const hash = createHash(algorithm)
  try {
    for await (const chunk of createReadStream(blobFile(folder, digest))) hash.update(chunk as Buffer)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  return hash.digest('hex') === hex
}

function invalid(detail: string): LayoutReading {
  return { kind: 'invalid', detail }
}
