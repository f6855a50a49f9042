/**
 * The distribution API of container registries, by plain requests: manifests and blobs, addressed by digest, and tags,
 * which lead to a manifest. One attempt at a time; an answer that leaves open whether something was done is `unknown`.
 * Credentials go to the registry and to the token service it names, and into no text.
 */
import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { fieldOf, jsonIn } from '../packument.ts'
import { waitAskedFor, type RegistryFailure } from '../registry-failure.ts'
import { redactor } from '../secrets.ts'
import type { RegistryCredentials } from './docker-credentials.ts'
import type { ImageName } from './image-reference.ts'
import { registryRequest, type RegistryRequest } from './registry-auth.ts'

export type Digest = string

export type Manifest = { readonly digest: Digest; readonly mediaType: string; readonly bytes: Buffer }

export type Answer<Value> = { readonly kind: 'done'; readonly value: Value } | RegistryFailure

export type Distribution = {
  /** The digest a tag leads to; undefined when there is no such tag or manifest. */
  resolve(reference: string): Promise<Answer<Digest | undefined>>
  manifest(reference: string): Promise<Answer<Manifest | undefined>>
  putManifest(reference: string, manifest: Manifest): Promise<Answer<undefined>>
  /** Takes a tag away, and leaves the manifest; many registries refuse. */
  deleteTag(tag: string): Promise<Answer<undefined>>
  tags(): Promise<Answer<readonly string[]>>
  hasBlob(digest: Digest): Promise<Answer<boolean>>
  /** From a file, or from memory. */
  putBlob(digest: Digest, content: string | Buffer): Promise<Answer<undefined>>
  /** Copies nothing where the same registry has it under another name; false when it could not. */
  mountBlob(digest: Digest, from: string): Promise<Answer<boolean>>
  getBlob(digest: Digest): Promise<Answer<Buffer>>
}

export type DistributionOptions = {
  readonly image: ImageName
  credentials(): Promise<RegistryCredentials | undefined>
  /** Larger blobs go up in pieces of this size. */
  readonly chunk?: number | undefined
  readonly timeout?: number | undefined
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

export function digestOf(bytes: Buffer): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export function distribution(options: DistributionOptions): Distribution {
  const { address } = options.image
  const request = registryRequest(options)
  const accept = { accept: manifestTypes.join(', ') }
  const putBlob = blobUpload(request, address, options.chunk ?? 64 * 1024 * 1024)
  return {
    putBlob,
    resolve: (reference) =>
      attempt(async () => {
        const answer = await request(`${address}/manifests/${reference}`, { method: 'HEAD', headers: accept })
        if (answer.status === 404) return undefined
        await expectStatus(answer, [200])
        return answer.headers.get('docker-content-digest') ?? undefined
      }),
    manifest: (reference) =>
      attempt(async () => {
        const answer = await request(`${address}/manifests/${reference}`, { headers: accept })
        if (answer.status === 404) return undefined
        await expectStatus(answer, [200])
        const bytes = Buffer.from(await answer.arrayBuffer())
        const mediaType = answer.headers.get('content-type')?.split(';')[0] ?? ''
        return { digest: digestOf(bytes), mediaType, bytes }
      }),
    putManifest: (reference, { bytes, mediaType }) =>
      attempt(async () => {
        const headers = { 'content-type': mediaType }
        const sent = { method: 'PUT', headers, body: new Uint8Array(bytes) }
        await expectStatus(await request(`${address}/manifests/${reference}`, sent), [200, 201, 202])
        return undefined
      }),
    deleteTag: (tag) =>
      attempt(async () => {
        const answer = await request(`${address}/manifests/${tag}`, { method: 'DELETE' })
        await expectStatus(answer, [200, 202, 404])
        return undefined
      }),
    tags: () => attempt(() => allTags(request, address)),
    hasBlob: (digest) =>
      attempt(async () => {
        const answer = await request(`${address}/blobs/${digest}`, { method: 'HEAD' })
        if (answer.status === 404) return false
        await expectStatus(answer, [200])
        return true
      }),
    mountBlob: (digest, from) =>
      attempt(async () => {
        const query = new URLSearchParams({ mount: digest, from })
        const answer = await request(`${address}/blobs/uploads/?${query}`, { method: 'POST' }, [from])
        await expectStatus(answer, [201, 202])
        const location = answer.headers.get('location')
        // The upload it offers instead is not wanted; left alone it would only expire.
        if (answer.status === 202 && location !== null) await request(absolute(location, address), { method: 'DELETE' })
        return answer.status === 201
      }),
    getBlob: (digest) =>
      attempt(async () => {
        const answer = await request(`${address}/blobs/${digest}`, {})
        await expectStatus(answer, [200])
        return Buffer.from(await answer.arrayBuffer())
      }),
  }
}

function blobUpload(request: RegistryRequest, address: string, chunk: number): Distribution['putBlob'] {
  return (digest, content) =>
    attempt(async () => {
      const blob = typeof content === 'string' ? await openAsBlob(content) : new Blob([new Uint8Array(content)])
      const begun = await request(`${address}/blobs/uploads/`, { method: 'POST' })
      await expectStatus(begun, [202])
      let location = absolute(begun.headers.get('location') ?? '', address)
      const headers = { 'content-type': 'application/octet-stream' }
      let rest: Blob | undefined = blob
      if (blob.size > chunk) {
        for (let at = 0; at < blob.size; at += chunk) {
          const piece = blob.slice(at, at + chunk)
          const range = { ...headers, 'content-range': `${at}-${at + piece.size - 1}` }
          const sent = await request(location, { method: 'PATCH', headers: range, body: piece })
          await expectStatus(sent, [202])
          location = absolute(sent.headers.get('location') ?? location, address)
        }
        rest = undefined
      }
      const last = new URL(location)
      last.searchParams.set('digest', digest)
      const ended = await request(last.href, { method: 'PUT', headers, ...(rest === undefined ? {} : { body: rest }) })
      await expectStatus(ended, [201])
      return undefined
    })
}

async function allTags(request: RegistryRequest, address: string): Promise<readonly string[]> {
  const tags: string[] = []
  let next: string | undefined = `${address}/tags/list?n=1000`
  while (next !== undefined) {
    const answer: Response = await request(next, {})
    if (answer.status === 404) return tags
    await expectStatus(answer, [200])
    const page = tagsIn(await answer.text())
    tags.push(...page)
    const link: string | undefined = /<([^>]+)>\s*;\s*rel="?next/.exec(answer.headers.get('link') ?? '')?.[1]
    next = link === undefined || page.length === 0 ? undefined : absolute(link, address)
  }
  return tags
}

/** Where a registry knows of none it says null. */
function tagsIn(text: string): readonly string[] {
  const tags = fieldOf(jsonIn(text), 'tags')
  if (tags === null) return []
  if (Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === 'string')) return tags
  throw new Error(`no list of tags: ${text.slice(0, 100)}`)
}

function absolute(location: string, address: string): string {
  return new URL(location, address).href
}

type StatusError = { readonly failure: RegistryFailure }

async function expectStatus(answer: Response, wanted: readonly number[]): Promise<void> {
  if (wanted.includes(answer.status)) return
  const text = (await answer.text().catch(() => '')).slice(0, 500)
  const failure: StatusError = { failure: failureOfStatus(answer, clean(text)) }
  throw Object.assign(new Error(failure.failure.detail), failure)
}

function failureOfStatus(answer: Response, text: string): RegistryFailure {
  const { status, headers } = answer
  const detail = `${status} ${text.trim() || answer.statusText}`.trim()
  if (status === 401) return { kind: 'unauthorised', detail, oneTimePassword: false }
  if (status >= 500 || [408, 425, 429].includes(status)) {
    return { kind: 'unknown', detail, retryAfter: waitAskedFor(status, (name) => headers.get(name)) }
  }
  return { kind: 'refused', detail }
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { kind: 'done', value: await work() }
  } catch (error) {
    const failure = (error as Partial<StatusError>).failure
    if (failure !== undefined) return failure
    const { message, cause } = error as { readonly message?: unknown; readonly cause?: { readonly code?: unknown } }
    const detail = clean([message, cause?.code].filter((part) => part !== undefined).join(': '))
    return { kind: 'unknown', detail, retryAfter: undefined }
  }
}

/** Registries echo addresses and headers; nothing that looks like a secret goes on. */
const clean = redactor([])
