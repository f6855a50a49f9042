/**
 * What can be changed about a version that a registry already has: where dist-tags lead, whether it is deprecated,
 * whether it is there at all. Each is one attempt; a change that may have been carried out answers `unknown`.
 */
import type { PackageName, Version } from '@topsail/core'
import { asFailure, type RegistryFailure } from './registry-failure.ts'
import type { SendRequest } from './registry-requests.ts'
import type { Redact } from './secrets.ts'

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
      const failure = asFailure(error)
      return { ...failure, detail: redact(failure.detail) }
    }
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
      const { default: registryFetch } = await import('npm-registry-fetch')
      const options = { ...(await optionsFor(name)), spec: name }
      const address = `${url}${escapedName(name)}`
      return attempt(async () => {
        const answer = await registryFetch(`${address}?write=true`, options)
        const packument = withMessage(await answer.json(), version, message)
        // Without the version there is nothing to warn about: it was never uploaded, or it was taken away.
        if (packument === undefined) return
        await registryFetch(address, { ...options, method: 'PUT', body: packument, ignoreBody: true })
      })
    },
    async unpublish(name, version) {
      const { unpublish } = await import('libnpmpublish')
      const options = await optionsFor(name)
      return attempt(() => unpublish(`${name}@${version}`, { ...options, force: true }))
    },
  }
}

export function escapedName(name: PackageName): string {
  return encodeURIComponent(name).replace(/^%40/, '@')
}

function withMessage(packument: unknown, version: Version, message: string): object | undefined {
  const { versions } = packument as { readonly versions?: Readonly<Record<string, object>> }
  if (versions === undefined || !Object.hasOwn(versions, version)) return undefined
  const changed = { ...versions[version], deprecated: message }
  return { ...(packument as object), versions: { ...versions, [version]: changed } }
}
