/**
 * What a registry's answer says about a package. An answer that tells of no package is none (`EBADANSWER`): it comes from
 * somebody else, or was cut off, and is asked for again. Of a version that is listed without what can be fetched nothing
 * is known either, and it does not count as published.
 */
import type { Integrity, Version } from '@topsail/core'

export type ListedVersion = { readonly integrity: Integrity | undefined; readonly tarball: string | undefined }

export type Packument = {
  readonly versions: ReadonlyMap<Version, ListedVersion>
  readonly distTags: ReadonlyMap<string, Version>
  /** As it was answered. */
  readonly whole: Readonly<Record<string, unknown>>
}

/** Throws what `asFailure` reads as an answer that says nothing. */
export function readPackument(text: string): Packument {
  const whole = jsonIn(text)
  if (!isRecord(whole) || !tellsOfPackage(whole)) {
    throw badAnswer(`${whole === undefined ? 'no JSON' : 'nothing about a package'}: ${text.slice(0, 100)}`)
  }
  return { versions: versionsOf(whole), distTags: distTagsOf(whole), whole }
}

export function badAnswer(message: string): Error {
  return Object.assign(new Error(message), { code: 'EBADANSWER' })
}

/** Of a package that was unpublished whole only its name and its times are left. */
function tellsOfPackage(whole: Readonly<Record<string, unknown>>): boolean {
  const versions = fieldOf(whole, 'versions')
  if (versions === undefined) return ['name', '_id', 'time'].some((key) => fieldOf(whole, key) !== undefined)
  return isRecord(versions)
}

function versionsOf(whole: unknown): ReadonlyMap<Version, ListedVersion> {
  return new Map(
    entriesOf(fieldOf(whole, 'versions')).flatMap(([version, manifest]) => {
      const dist = fieldOf(manifest, 'dist')
      const integrity = textOf(fieldOf(dist, 'integrity'))
      const tarball = textOf(fieldOf(dist, 'tarball'))
      return integrity === undefined && tarball === undefined ? [] : [[version, { integrity, tarball }] as const]
    }),
  )
}

function distTagsOf(whole: unknown): ReadonlyMap<string, Version> {
  const tags = entriesOf(fieldOf(whole, 'dist-tags'))
  return new Map(tags.flatMap(([tag, version]) => (typeof version === 'string' ? [[tag, version] as const] : [])))
}

export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function fieldOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
