/**
 * One manifest into one package. Whatever a manifest holds, what leaves here is of the types it claims: a name a
 * registry could take, a version that is a version or none, sections that map names to ranges. What was wrong is a
 * problem with its line, and only the wrong part is left out.
 */
import valid from 'semver/functions/valid.js'
import { dependencyFields, type Manifest, type Package, type Path, type Problem, type Version } from '@topsail/core'
import type { Files } from '../ports.ts'
import { lineAt, parseJson } from './json-text.ts'
import { isRecord, own, type UnknownRecord } from './record.ts'
import { refusalOf } from './refusal.ts'

export type ManifestReading = {
  /** Undefined when nothing can be said of the package; its name is `''` when it has none that can be used. */
  readonly pkg: Package | undefined
  readonly problems: readonly Problem[]
}

/** Undefined when there is no manifest in the folder. */
export function readManifest(files: Files, dir: Path): ManifestReading | undefined {
  const file = dir === '.' ? 'package.json' : `${dir}/package.json`
  const text = files.read(file)
  if (text === undefined) {
    const refusal = refusalOf(files, file)
    return refusal === undefined ? undefined : { pkg: undefined, problems: [refusal] }
  }
  const json = parseJson(text)
  if (!json.ok) {
    const place = { file, line: json.line }
    return {
      pkg: undefined,
      problems: [{ code: 'MANIFEST_INVALID', severity: 'quarantined', place, detail: json.detail }],
    }
  }
  if (!isRecord(json.value)) {
    const place = { file, line: 1 }
    const detail = 'it is not an object'
    return { pkg: undefined, problems: [{ code: 'MANIFEST_INVALID', severity: 'quarantined', place, detail }] }
  }
  return packageOf(json.value, text, dir, file)
}

function packageOf(value: UnknownRecord, text: string, dir: Path, file: Path): ManifestReading {
  const problems: Problem[] = []
  const at = (...keys: string[]): { file: Path; line: number } => ({ file, line: lineAt(text, keys) })
  const name = nameOf(value, at, problems)
  const version = versionOf(value, name, at, problems)
  const manifest = soundManifest(value, name, version, at, problems)
  return { pkg: { name, dir, version, private: Boolean(own(value, 'private')), manifest, text }, problems }
}

type At = (...keys: string[]) => { readonly file: Path; readonly line: number }

function nameOf(value: UnknownRecord, at: At, problems: Problem[]): string {
  const name = own(value, 'name')
  if (name === undefined || name === null || name === '') return ''
  const isPrivate = Boolean(own(value, 'private'))
  if (typeof name === 'string' && (isPackageName(name, isPrivate) || isLabel(name, value))) return name
  const shown = typeof name === 'string' ? name : JSON.stringify(name)
  const severity = isPrivate ? 'warning' : 'quarantined'
  problems.push({ code: 'PACKAGE_NAME_INVALID', severity, place: at('name'), name: shown.slice(0, 214) })
  return ''
}

/**
 * What can be a part of an address, as registries require; upper case and a leading `_` live on in old packages. One that
 * no registry gets may be named by its path, such as `examples/react/todo`, or be all scope, such as `@examples`.
 */
function isPackageName(name: string, isPrivate: boolean): boolean {
  const parts = name.replace(isPrivate ? /^@(?=[^/])/ : /^@(?=[^/]+\/)/, '').split('/')
  const most = isPrivate ? Number.POSITIVE_INFINITY : name.startsWith('@') ? 2 : 1
  return name.length <= 214 && parts.length <= most && parts.every((part) => !part.startsWith('.') && isPlain(part))
}

/**
 * What is never released, such as the template of a generator (`@acme/<%- name %>`), may be called anything that can be
 * shown: its ranges follow what it depends on, and its name goes nowhere else.
 */
function isLabel(name: string, manifest: UnknownRecord): boolean {
  const isNeverReleased = Boolean(own(manifest, 'private')) && (own(manifest, 'version') ?? '') === ''
  return isNeverReleased && name.length <= 214 && /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(name)
}

function isPlain(part: string): boolean {
  return /^[A-Za-z0-9._~!'()*-]+$/.test(part)
}

function versionOf(value: UnknownRecord, name: string, at: At, problems: Problem[]): Version | undefined {
  const version = own(value, 'version')
  if (version === undefined || version === null || version === '') return undefined
  if (typeof version === 'string' && plainVersion.test(version)) return version
  const cleaned = typeof version === 'string' ? valid(version) : null
  // `v1.0.0` and ` 1.0.0` are read by semver, yet no registry has them: only what is written canonically counts.
  if (cleaned !== null && typeof version === 'string' && version.trim() === version && !/^[v=]/.test(version))
    return version
  const shown = typeof version === 'string' ? version : JSON.stringify(version)
  problems.push({
    code: 'PACKAGE_VERSION_INVALID',
    severity: 'quarantined',
    place: at('version'),
    name,
    version: shown.slice(0, 256),
  })
  return undefined
}

/** What nearly all versions are, and all that semver asks of them. */
const plainVersion = /^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})$/

/** The manifest itself when all of it is of its types, which is nearly always; else a copy without what is not. */
function soundManifest(
  value: UnknownRecord,
  name: string,
  version: Version | undefined,
  at: At,
  problems: Problem[],
): Manifest {
  const repaired: Record<string, unknown> = {}
  for (const field of dependencyFields) {
    const section = own(value, field)
    if (section === undefined || isSoundSection(section)) continue
    repaired[field] = isRecord(section) ? Object.fromEntries(Object.entries(section).filter(isSoundEntry)) : undefined
    const wrong = isRecord(section) ? Object.entries(section).find((entry) => !isSoundEntry(entry))?.[0] : undefined
    const place = wrong === undefined ? at(field) : at(field, wrong)
    problems.push({ code: 'MANIFEST_SECTION_INVALID', severity: 'quarantined', place, field, key: wrong })
  }
  const publishConfig = own(value, 'publishConfig')
  if (publishConfig !== undefined && !isRecord(publishConfig)) repaired['publishConfig'] = undefined
  if (own(value, 'name') !== undefined && name === '') repaired['name'] = undefined
  if (own(value, 'version') !== undefined && version === undefined) repaired['version'] = undefined
  return Object.keys(repaired).length === 0 ? (value as Manifest) : ({ ...value, ...repaired } as Manifest)
}

function isSoundSection(section: unknown): boolean {
  if (!isRecord(section)) return false
  for (const key in section) if (typeof section[key] !== 'string') return false
  return true
}

function isSoundEntry([, range]: readonly [string, unknown]): boolean {
  return typeof range === 'string'
}
