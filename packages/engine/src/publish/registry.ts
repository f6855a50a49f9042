/**
 * An npm registry as a port: what it has, and one attempt at a time to change it. An answer that does not say what
 * happened is an answer of its own (`unknown`), for the upload may have been stored all the same; whether to ask again
 * is decided by the one loop in `drive.ts`, never here. Everything that leaves this file is redacted.
 */
import type { Access, Integrity, PackageFacts, PackageName, Version } from '@topsail/core'
import { escapedName, registryChanges, type RegistryChanges } from './registry-changes.ts'
import { registryStage, type RegistryStage } from './registry-stage.ts'
import { asFailure, type RegistryFailure } from './registry-failure.ts'
import { fieldOf, readPackument, type ListedVersion, type Packument } from './packument.ts'
import type { NpmConfig } from './npmrc.ts'
import type { Tarball } from './pack/tarball.ts'
import { refusePage } from './web-page.ts'
import type { SendRequest } from './registry-requests.ts'
import type { TrustedPublishing } from './trusted-publishing.ts'

export type Lookup =
  | {
      readonly kind: 'present'
      readonly integrity: Integrity | undefined
      /** Where dist-tags lead at this moment, when the same answer says so. */
      readonly distTags?: ReadonlyMap<string, Version> | undefined
    }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'unreachable'
      readonly detail: string
      readonly retryAfter: number | undefined
      /** It answers, and does not let us look. */
      readonly refused?: boolean | undefined
    }

export type Availability = Lookup | { readonly kind: 'listed'; readonly detail: string }

export type UploadOutcome = { readonly kind: 'stored' } | RegistryFailure

export type UploadRequest = {
  readonly tarball: Tarball
  readonly bytes: Buffer
  readonly distTag: string
  readonly access: Access | undefined
}

export type Registry = {
  readonly url: string
  /** Everything about a package in one request. */
  facts(name: PackageName): Promise<PackageFacts>
  /** Whether the registry serves this version, past every cache we can pass. */
  lookup(name: PackageName, version: Version): Promise<Lookup>
  /** The same, and whether the tarball itself can be fetched; `listed` when it cannot yet. */
  confirm(name: PackageName, version: Version): Promise<Availability>
  upload(request: UploadRequest): Promise<UploadOutcome>
  /** Absent where there is no staging area, as in every registry but npm's. */
  readonly staging?: RegistryStage | undefined
} & RegistryChanges

export type RegistryOptions = {
  readonly config: NpmConfig
  readonly maxSockets: number
  readonly otp?: string | undefined
  readonly provenance?: boolean | undefined
  /** The identity of this CI job. */
  readonly trusted?: TrustedPublishing | undefined
}

export function npmRegistry(url: string, options: RegistryOptions): Registry {
  const { config } = options
  const base = {
    ...config.requestOptions(url),
    maxSockets: options.maxSockets,
    // An object, for a missing one means the library's own retries, which would hide lost answers from us.
    retry: { retries: 0 },
    ...(options.otp === undefined ? {} : { otp: options.otp }),
  }
  /** Trusted before configured, as npm has it; a registry that does not trust this job gets what is configured. */
  const asPublisher = async (name: PackageName): Promise<Readonly<Record<string, unknown>>> => {
    const token = await options.trusted?.tokenFor(url, name)
    return token === undefined ? base : { ...base, [`${url.replace(/^https?:/, '')}:_authToken`]: token }
  }
  const uploadOptions = async ({ tarball, distTag, access }: UploadRequest): Promise<object> => ({
    ...(await asPublisher(tarball.name)),
    defaultTag: distTag,
    access: access ?? null,
    ...(options.provenance === false ? { provenance: false } : {}),
    ...(wantsProvenance(tarball, options) ? { provenance: true } : {}),
  })
  const { redact } = config
  let sending: Promise<SendRequest> | undefined
  const send: SendRequest = async (address, settings) => {
    sending ??= import('./registry-requests.ts').then(({ requestSender }) => requestSender())
    return (await sending)(address, settings)
  }
  const packumentOf = (name: PackageName, headers: object): Promise<PackumentAnswer> =>
    fetchPackument(() => send(`${url}${escapedName(name)}`, { ...base, headers: { ...corgi, ...headers } }))
  /** A token moves tags and reads the staging area; without one the identity of the job may. */
  const optionsFor = (name: PackageName): Promise<Readonly<Record<string, unknown>>> =>
    config.hasCredentials(url) ? Promise.resolve(base) : asPublisher(name)
  const lookUp = async (name: PackageName, version: Version): Promise<DetailedLookup> => {
    const answer = await packumentOf(name, { 'cache-control': 'no-cache' })
    if (answer.kind !== 'found') return answer.kind === 'absent' ? answer : unreachable(answer.failure, config)
    const found = answer.packument.versions.get(version)
    if (found === undefined) return { kind: 'absent' }
    return { kind: 'present', ...found, distTags: answer.packument.distTags }
  }
  return {
    ...registryChanges({ url, redact, send, optionsFor }),
    staging: registryStage({ url, redact, send, optionsFor, uploadOptions }),
    url,
    lookup: lookUp,
    async facts(name) {
      const answer = await packumentOf(name, {})
      if (answer.kind === 'absent') return { kind: 'known', versions: new Map(), distTags: new Map() }
      if (answer.kind === 'failed') return unreachable(answer.failure, config)
      const versions = [...answer.packument.versions].map(([version, { integrity }]) => [version, integrity] as const)
      return { kind: 'known', versions: new Map(versions), distTags: answer.packument.distTags }
    },
    // Both requests start together, so the address is first guessed as nearly every registry forms it.
    async confirm(name, version) {
      const head = (address: string): Promise<boolean> => isServed(() => send(address, { ...base, method: 'HEAD' }))
      const usual = `${url}${name}/-/${name.split('/').at(-1)}-${version}.tgz`
      const [listed, atUsual] = await Promise.all([lookUp(name, version), head(usual)])
      if (listed.kind !== 'present' || atUsual) return listed
      const elsewhere = listed.tarball !== undefined && listed.tarball !== usual
      if (elsewhere && (await head(listed.tarball))) return listed
      return { kind: 'listed', detail: 'its tarball is not served yet' }
    },
    async upload(request) {
      const { publish } = await import('libnpmpublish')
      try {
        const answer = await publish(request.tarball.metadata, request.bytes, { ...(await uploadOptions(request)) })
        refusePage(answer, url)
        return { kind: 'stored' }
      } catch (error) {
        return redacted(asFailure(error), config)
      }
    },
  }
}

/** Asked for here, or in the manifest; what `.npmrc` says is among the options already. */
function wantsProvenance({ metadata }: Tarball, options: RegistryOptions): boolean {
  return options.provenance ?? fieldOf(metadata['publishConfig'], 'provenance') === true
}

const corgi = { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*' }

type PackumentAnswer =
  | { readonly kind: 'found'; readonly packument: Packument }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly failure: RegistryFailure }

async function fetchPackument(ask: () => Promise<string>): Promise<PackumentAnswer> {
  try {
    return { kind: 'found', packument: readPackument(await ask()) }
  } catch (error) {
    if ((error as { statusCode?: unknown }).statusCode === 404) return { kind: 'absent' }
    return { kind: 'failed', failure: asFailure(error) }
  }
}

async function isServed(ask: () => Promise<string>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    // A host that answers HEAD with anything else has said nothing about the tarball; then the listing decides.
    const status = (error as { statusCode?: unknown }).statusCode
    return typeof status === 'number' && status < 500 && status !== 404
  }
}

type DetailedLookup = Exclude<Lookup, { kind: 'present' }> | (Extract<Lookup, { kind: 'present' }> & ListedVersion)

function unreachable(failure: RegistryFailure, config: NpmConfig): Extract<Lookup, { kind: 'unreachable' }> {
  const retryAfter = failure.kind === 'unknown' ? failure.retryAfter : undefined
  const refused = failure.kind === 'refused' || failure.kind === 'unauthorised'
  return { kind: 'unreachable', detail: config.redact(failure.detail), retryAfter, refused }
}

function redacted(failure: RegistryFailure, config: NpmConfig): RegistryFailure {
  return { ...failure, detail: config.redact(failure.detail) }
}
