/**
 * A container image as a target. The image is uploaded under its digest and gets its version as a tag that never moves;
 * promotion puts the same manifest under a channel's tag, and going back puts the previous one there again, byte for
 * byte. Blobs that the registry has are never sent.
 */
import { join } from 'node:path'
import type { ImageSource, PackageFacts } from '@topsail/core'
import validVersion from 'semver/functions/valid.js'
import type { RegistryFailure } from '../registry-failure.ts'
import { dockerCredentials } from './docker-credentials.ts'
import { distribution, type Answer, type Distribution, type Manifest } from './distribution.ts'
import { buildImage, type ImageBuilder } from './image-build.ts'
import { blobFile, partsOf, readImageLayout, type ImageParts } from './image-layout.ts'
import { digestShape, parseImageReference, tagOfVersion, type ImageName } from './image-reference.ts'
import type {
  Artefact,
  ChangeOutcome,
  ChannelAnswer,
  Lookup,
  Packed,
  Released,
  Target,
  UploadOutcome,
} from './target.ts'

export type OciOptions = ImageBuilder & {
  readonly image: ImageName
  readonly source: ImageSource
  /** Where layouts are kept until they are uploaded. */
  readonly out: string
  /** Larger blobs go up in pieces of this many bytes. */
  readonly chunk?: number | undefined
}

export function ociTarget(options: OciOptions): Target {
  const { image, env } = options
  const registry = distribution({ image, credentials: () => dockerCredentials(image.host, env), chunk: options.chunk })
  const lookup = async ({ version }: Released): Promise<Lookup> => {
    const answer = await registry.resolve(tagOfVersion(version))
    if (answer.kind !== 'done') return unreachable(answer)
    return answer.value === undefined ? { kind: 'absent' } : { kind: 'present', integrity: answer.value }
  }
  const put = async (tag: string, reference: string): Promise<ChangeOutcome> => {
    const manifest = await registry.manifest(reference)
    if (manifest.kind !== 'done') return manifest
    if (manifest.value === undefined) return { kind: 'refused', detail: `${reference} is not in ${image.address}` }
    return changed(await registry.putManifest(tag, manifest.value))
  }
  return {
    lookup,
    confirm: lookup,
    facts: (released) => factsOf(registry, released),
    pack: (released) => pack(released, options),
    async upload(released, artefact) {
      const there = await lookup(released)
      if (there.kind === 'unreachable') return { ...there, kind: 'unknown' }
      // Tags can be overwritten, so nobody but us keeps a version from being replaced.
      if (there.kind === 'present' && there.integrity !== artefact.integrity)
        return { kind: 'taken', detail: `${released.version} is ${there.integrity}`, certain: true }
      return upload(artefact, tagOfVersion(released.version), { registry, options })
    },
    channel: (released, channel) => channelOf(registry, released, channel),
    async promote(_, channel, value) {
      if (value === undefined) return changed(await registry.deleteTag(channel))
      return put(channel, digestShape.test(value) ? value : tagOfVersion(value))
    },
    async retract({ version }, _, how) {
      if (how === 'warn') return { kind: 'refused', detail: 'an image carries no warning; it stays under its version' }
      // Deleting by digest could take an older version along that has the same bytes; the tag alone is ours.
      return changed(await registry.deleteTag(tagOfVersion(version)))
    },
  }
}

async function factsOf(registry: Distribution, released: Released): Promise<PackageFacts> {
  const tags = await registry.tags()
  if (tags.kind !== 'done') return unreachable(tags)
  const versions = tags.value.map((tag) => tag.replaceAll('_', '+')).filter((tag) => validVersion(tag) === tag)
  const channels = tags.value.filter((tag) => channelShape.test(tag)).slice(0, mostChannels)
  const distTags = new Map<string, string>()
  for (const channel of channels) {
    const answer = await channelOf(registry, released, channel)
    if (answer.kind === 'unreachable') return answer
    if (answer.value !== undefined) distTags.set(channel, answer.value)
  }
  return { kind: 'known', versions: new Map(versions.map((version) => [version, undefined])), distTags }
}

/** `latest`, `beta`, `release-2.x`; not the commits that many tag their images with. */
const channelShape = /^(?!sha-|[0-9a-f]{7,}$)[a-z][a-z0-9.-]*$/
const mostChannels = 30

async function channelOf(registry: Distribution, { version }: Released, channel: string): Promise<ChannelAnswer> {
  const [there, ours] = await Promise.all([registry.resolve(channel), registry.resolve(tagOfVersion(version))])
  if (there.kind !== 'done') return unreachable(there)
  if (ours.kind !== 'done') return unreachable(ours)
  const leadsHere = there.value !== undefined && there.value === ours.value
  return { kind: 'known', value: leadsHere ? version : there.value }
}

async function pack(released: Released, options: OciOptions): Promise<Packed> {
  const { source } = options
  const problem = (detail: string): Packed => ({
    kind: 'failed',
    problem: { code: 'PACK_FAILED', severity: 'error', name: released.name, detail },
  })
  if (source.kind === 'registry') {
    const found = await imageElsewhere(source.image, released, options)
    return typeof found === 'string' ? problem(found) : { kind: 'packed', artefact: found }
  }
  const folder = `${released.name.replace('@', '').replace('/', '-')}-${released.version}.oci`
  const built = await buildImage(source, released, join(options.out, folder), options)
  if (built.kind === 'failed') return built
  const layout = await readImageLayout(built.folder)
  if (layout.kind === 'invalid') return problem(`its image cannot be used: ${layout.detail}`)
  return { kind: 'packed', artefact: { integrity: layout.image.digest, file: built.folder } }
}

/** An image that is in a registry already is named by its digest; its blobs are fetched from there when they are sent. */
async function imageElsewhere(text: string, released: Released, options: OciOptions): Promise<Artefact | string> {
  const reference = text.replaceAll('{version}', tagOfVersion(released.version))
  const parsed = parseImageReference(reference)
  if (parsed === undefined) return `"${reference}" is no image`
  const answer = await elsewhere(parsed, options).resolve(parsed.reference)
  if (answer.kind !== 'done') return `${reference} cannot be read: ${answer.detail}`
  if (answer.value === undefined) return `${reference} is not there`
  const name = reference.includes('@') ? reference.slice(0, reference.indexOf('@')) : withoutTag(reference)
  return { integrity: answer.value, file: `${name}@${answer.value}` }
}

function withoutTag(reference: string): string {
  const colon = reference.lastIndexOf(':')
  return colon > reference.lastIndexOf('/') ? reference.slice(0, colon) : reference
}

function elsewhere(image: ImageName, { env }: OciOptions): Distribution {
  return distribution({ image, credentials: () => dockerCredentials(image.host, env) })
}

type UploadContext = { readonly registry: Distribution; readonly options: OciOptions }

async function upload(artefact: Artefact, tag: string, context: UploadContext): Promise<UploadOutcome> {
  const { registry, options } = context
  const sent =
    options.source.kind === 'registry' ? await sendFrom(artefact, context) : await sendLayout(artefact, context)
  if (sent.kind !== 'done') return sent
  for (const manifest of sent.value.manifests) {
    const answer = await registry.putManifest(manifest.digest, manifest)
    if (answer.kind !== 'done') return answer
  }
  const image = sent.value.manifests.at(-1)
  if (image === undefined) return { kind: 'refused', detail: 'the image has no manifest' }
  const tagged = await registry.putManifest(tag, image)
  return tagged.kind === 'done' ? { kind: 'stored' } : tagged
}

async function sendLayout(artefact: Artefact, { registry }: UploadContext): Promise<Answer<ImageParts>> {
  const layout = await readImageLayout(artefact.file)
  if (layout.kind === 'invalid') return { kind: 'refused', detail: layout.detail }
  if (layout.image.digest !== artefact.integrity) return { kind: 'refused', detail: 'its layout has changed since' }
  for (const digest of layout.parts.blobs) {
    const there = await registry.hasBlob(digest)
    if (there.kind !== 'done') return there
    const answer = there.value ? there : await registry.putBlob(digest, blobFile(artefact.file, digest))
    if (answer.kind !== 'done') return answer
  }
  return { kind: 'done', value: layout.parts }
}

/** Within one registry blobs are mounted, which copies nothing. */
async function sendFrom(artefact: Artefact, { registry, options }: UploadContext): Promise<Answer<ImageParts>> {
  const from = parseImageReference(artefact.file)
  if (from === undefined) return { kind: 'refused', detail: `"${artefact.file}" is no image` }
  const origin = elsewhere(from, options)
  const top = await origin.manifest(artefact.integrity)
  if (top.kind !== 'done') return top
  if (top.value === undefined) return { kind: 'refused', detail: `${artefact.file} is no longer there` }
  let failure: RegistryFailure | undefined
  const keep = <Value>(answer: Answer<Value>): Value | undefined => {
    if (answer.kind === 'done') return answer.value
    failure = answer
    return undefined
  }
  const reading = await partsOf(descriptorOf(top.value), {
    manifest: async ({ digest }) => keep(await origin.manifest(digest)),
    hasBlob: async (digest) => keep(await origin.hasBlob(digest)) ?? false,
  })
  if (failure !== undefined) return failure
  if (reading.kind === 'invalid') return { kind: 'refused', detail: reading.detail }
  for (const digest of reading.parts.blobs) {
    const answer = await sendBlob(digest, { origin, from, registry, image: options.image })
    if (answer.kind !== 'done') return answer
  }
  return { kind: 'done', value: reading.parts }
}

type Copy = {
  readonly origin: Distribution
  readonly from: ImageName
  readonly registry: Distribution
  readonly image: ImageName
}

async function sendBlob(digest: string, { origin, from, registry, image }: Copy): Promise<Answer<unknown>> {
  const there = await registry.hasBlob(digest)
  if (there.kind !== 'done' || there.value) return there
  if (from.host === image.host) {
    const mounted = await registry.mountBlob(digest, from.repository)
    if (mounted.kind !== 'done' || mounted.value) return mounted
  }
  const bytes = await origin.getBlob(digest)
  return bytes.kind === 'done' ? registry.putBlob(digest, bytes.value) : bytes
}

function descriptorOf({ digest, mediaType }: Manifest): { readonly digest: string; readonly mediaType: string } {
  return { digest, mediaType }
}

function changed(answer: Answer<unknown>): ChangeOutcome {
  return answer.kind === 'done' ? { kind: 'done' } : answer
}

function unreachable(failure: RegistryFailure): Extract<Lookup, { kind: 'unreachable' }> {
  const retryAfter = failure.kind === 'unknown' ? failure.retryAfter : undefined
  return { kind: 'unreachable', detail: failure.detail, retryAfter }
}
