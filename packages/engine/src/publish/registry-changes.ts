/**
 * What can be changed about a version that a registry already has: where dist-tags lead, whether it is deprecated,
 * whether it is there at all. Each is one attempt; a change that may have been carried out answers `unknown`.
 */
import type { PackageName, Version } from '@topsail/core'
import { badAnswer, fieldOf, readPackument, type Packument } from './packument.ts'
import { asFailure, type RegistryFailure } from './registry-failure.ts'
import type { SendRequest } from './registry-requests.ts'
import type { Redact } from './secrets.ts'
import { refusePage } from './web-page.ts'

export type ChangeOutcome = { readonly kind: 'done' } | RegistryFailure

export type RegistryChanges = {
  /** Leads a dist-tag to a version; undefined removes the tag, and is content when there is none. */
  setDistTag(name: PackageName, distTag: string, version: Version | undefined): Promise<ChangeOutcome>
  /** Whoever installs this version reads the message; an empty one takes the deprecation back. */
  deprecate(name: PackageName, version: Version, message: string): Promise<ChangeOutcome>
  /** Takes a version away; most registries allow that only for a short time, or never. */
  unpublish(name: PackageName, version: Version): Promise<ChangeOutcome>
}

/** `optionsFor` gives the options of a request, credentials included. */
export type RegistryAccess = {
  readonly url: string
  readonly redact: Redact
  readonly send: SendRequest
  optionsFor(name: PackageName): Promise<Readonly<Record<string, unknown>>>
}

export function registryChanges({ url, redact, send, optionsFor }: RegistryAccess): RegistryChanges {
  const attempt = async (change: () => Promise<unknown>): Promise<ChangeOutcome> => {
    try {
      await change()
      return { kind: 'done' }
    } catch (error) {
      // npm's library takes parts of an answer for granted.
      const failure = asFailure(error instanceof TypeError ? badAnswer('less about the package than expected') : error)
      return { ...failure, detail: redact(failure.detail) }
    }
  }
  const packumentAt = async (address: string, options: Readonly<Record<string, unknown>>): Promise<Packument> => {
    const { default: registryFetch } = await import('npm-registry-fetch')
    const answer = await registryFetch(address, options)
    refusePage(answer, address)
    return readPackument((await answer.buffer()).toString('utf8'))
  }
  return {
    async setDistTag(name, distTag, version) {
      const address = `${url}-/package/${escapedName(name)}/dist-tags/${encodeURIComponent(distTag)}`
      const options = { ...(await optionsFor(name)), spec: name }
      if (version === undefined) {
        const outcome = await attempt(() => send(address, { ...options, method: 'DELETE' }))
        return outcome.kind === 'refused' && /\b404\b|not found/i.test(outcome.detail) ? { kind: 'done' } : outcome
      }
      const headers = { 'content-type': 'application/json' }
      return attempt(() => send(address, { ...options, method: 'PUT', headers, body: JSON.stringify(version) }))
    },
    async deprecate(name, version, message) {
      const options = { ...(await optionsFor(name)), spec: name }
      const address = `${url}${escapedName(name)}`
      return attempt(async () => {
        const packument = withMessage(await packumentAt(`${address}?write=true`, options), version, message)
        // Without the version there is nothing to warn about: it was never uploaded, or it was taken away.
        if (packument === undefined) return
        const { default: registryFetch } = await import('npm-registry-fetch')
        refusePage(await registryFetch(address, { ...options, method: 'PUT', body: packument, ignoreBody: true }), url)
      })
    },
    async unpublish(name, version) {
      // Node finds only the first name that this library exports.
      const { default: library } = await import('libnpmpublish')
      const options = await optionsFor(name)
      return attempt(async () => {
        // The library takes an answer without versions for a package of which nothing is to be kept.
        const { versions } = await packumentAt(`${url}${escapedName(name)}?write=true`, { ...options, spec: name })
        if (versions.has(version)) await library.unpublish(`${name}@${version}`, { ...options, force: true })
      })
    },
  }
}

export function escapedName(name: PackageName): string {
  return encodeURIComponent(name).replace(/^%40/, '@')
}

function withMessage({ whole }: Packument, version: Version, message: string): object | undefined {
  const versions = fieldOf(whole, 'versions')
  const manifest = fieldOf(versions, version)
  if (typeof manifest !== 'object' || manifest === null) return undefined
  const changed = { ...manifest, deprecated: message }
  return { ...whole, versions: { ...(versions as object), [version]: changed } }
}
