/**
 * npm's staging area: a version lies there until a person approves or rejects it, and nobody can install it. What is
 * staged is found again by its name and version, and told to be ours by its bytes, so that nothing has to be remembered
 * between the run that staged it and the one that approves it.
 */
import type RegistryFetch from 'npm-registry-fetch'
import { badAnswer, fieldOf, jsonIn } from './packument.ts'
import { asFailure, type RegistryFailure } from './registry-failure.ts'
import type { ChangeOutcome, RegistryAccess } from './registry-changes.ts'
import type { Lookup, UploadOutcome, UploadRequest } from './registry.ts'
import { integrityOf } from './pack/tarball.ts'
import { refusePage } from './web-page.ts'
import type { PackageName, Version } from '@topsail/core'

export type RegistryStage = {
  /** Whether there is a staging area at all. */
  canStage(): Promise<boolean>
  stage(request: UploadRequest): Promise<UploadOutcome>
  /** `absent` once it is approved or rejected. */
  lookupStaged(name: PackageName, version: Version): Promise<Lookup>
  /** Makes a staged version public; there has to be one. */
  approve(name: PackageName, version: Version): Promise<ChangeOutcome>
  /** Drops a staged version, and is content when there is none. */
  reject(name: PackageName, version: Version): Promise<ChangeOutcome>
}

type StageAccess = RegistryAccess & {
  /** Options of an upload, with the token of a trusted publisher where there is one. */
  uploadOptions(request: UploadRequest): Promise<object>
}

export function registryStage({ url, redact, optionsFor, uploadOptions }: StageAccess): RegistryStage {
  const failed = (error: unknown): RegistryFailure => {
    const failure = asFailure(error)
    return { ...failure, detail: redact(failure.detail) }
  }
  const answered = async (answer: Awaited<ReturnType<typeof RegistryFetch>>): Promise<string> => {
    refusePage(answer, url)
    return (await answer.buffer()).toString('utf8')
  }
  const itemOf = async (name: PackageName, version: Version): Promise<StagedItem | undefined> => {
    const options = await optionsFor(name)
    const { default: registryFetch } = await import('npm-registry-fetch')
    for (let page = 0; page < mostPages; page += 1) {
      const query = { package: name, page, perPage }
      const listed = listIn(await answered(await registryFetch(`${url}-/stage`, { ...options, query })))
      const found = itemsIn(listed).find((item) => item.packageName === name && item.version === version)
      if (found !== undefined || listed.length < perPage) return found
    }
    return undefined
  }
  const change = async (
    name: PackageName,
    version: Version,
    how: { readonly method: 'POST' | 'DELETE'; readonly path: string },
  ): Promise<ChangeOutcome> => {
    try {
      const item = await itemOf(name, version)
      if (item === undefined) {
        return how.method === 'DELETE' ? { kind: 'done' } : { kind: 'refused', detail: 'it is not staged' }
      }
      const { default: registryFetch } = await import('npm-registry-fetch')
      const options = { ...(await optionsFor(name)), method: how.method, ignoreBody: true }
      refusePage(await registryFetch(`${url}-/stage/${encodeURIComponent(item.id)}${how.path}`, options), url)
      return { kind: 'done' }
    } catch (error) {
      return failed(error)
    }
  }
  return {
    async canStage() {
      const { default: registryFetch } = await import('npm-registry-fetch')
      try {
        const answer = await registryFetch(`${url}-/stage`, {
          ...(await optionsFor('')),
          query: { page: 0, perPage: 1 },
        })
        return Array.isArray(fieldOf(jsonIn(await answered(answer)), 'items'))
      } catch (error) {
        // A registry that asks who we are has something to guard there.
        return [401, 403].includes(Number((error as { statusCode?: unknown }).statusCode))
      }
    },
    async stage(request) {
      const { publish } = await import('libnpmpublish')
      try {
        const options = { ...(await uploadOptions(request)), stage: true }
        refusePage(await publish(request.tarball.metadata, request.bytes, options), url)
        return { kind: 'stored' }
      } catch (error) {
        // The library reads the answer and expects an object.
        return failed(error instanceof TypeError ? badAnswer('nothing about what was staged') : error)
      }
    },
    async lookupStaged(name, version) {
      try {
        const item = await itemOf(name, version)
        if (item === undefined) return { kind: 'absent' }
        const { default: registryFetch } = await import('npm-registry-fetch')
        const options = await optionsFor(name)
        const answer = await registryFetch(`${url}-/stage/${encodeURIComponent(item.id)}/tarball`, options)
        refusePage(answer, url)
        return { kind: 'present', integrity: integrityOf(await answer.buffer()) }
      } catch (error) {
        const failure = failed(error)
        const retryAfter = failure.kind === 'unknown' ? failure.retryAfter : undefined
        return { kind: 'unreachable', detail: failure.detail, retryAfter }
      }
    },
    approve: (name, version) => change(name, version, { method: 'POST', path: '/approve' }),
    reject: (name, version) => change(name, version, { method: 'DELETE', path: '' }),
  }
}

type StagedItem = { readonly id: string; readonly packageName: string; readonly version: string }

const perPage = 100
const mostPages = 50

/** What lists nothing does not say that nothing is staged. */
function listIn(text: string): readonly unknown[] {
  const items = fieldOf(jsonIn(text), 'items')
  if (!Array.isArray(items)) throw badAnswer(`no list of what is staged: ${text.slice(0, 100)}`)
  return items
}

function itemsIn(listed: readonly unknown[]): readonly StagedItem[] {
  return listed.filter(
    (item: unknown): item is StagedItem =>
      typeof fieldOf(item, 'id') === 'string' &&
      typeof fieldOf(item, 'packageName') === 'string' &&
      typeof fieldOf(item, 'version') === 'string',
  )
}
