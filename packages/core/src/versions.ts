/**
 * Versions and ranges as npm's semver reads them, parsed once each. A plan asks the same few thousand texts over and
 * over; parsing is what costs. The memory only ever saves work: an answer never depends on what was asked before.
 */
import semverParse from 'semver/functions/parse.js'
import semverIncrement from 'semver/functions/inc.js'
import Range from 'semver/classes/range.js'
import type SemVer from 'semver/classes/semver.js'
import type { Bump } from './bump.ts'
import type { Version } from './names.ts'

export type PreCounter = { readonly tag: string; readonly counter: number }

/** Undefined when the text is not a semantic version. */
export function parseVersion(text: string): SemVer | undefined {
  const known = versions.get(text)
  if (known !== undefined) return known
  const parsed = semverParse(text) ?? undefined
  if (parsed !== undefined) remember(versions, text, parsed)
  return parsed
}

/** Undefined when the text is not a range: a dist-tag, a protocol, nonsense. */
export function parseRange(text: string): Range | undefined {
  const known = ranges.get(text)
  if (known !== undefined) return known ?? undefined
  const parsed = readRange(text)
  remember(ranges, text, parsed)
  return parsed ?? undefined
}

function readRange(text: string): Range | null {
  try {
    return new Range(text)
  } catch {
    return null
  }
}

/** What is not a range holds nothing, as with `semver.satisfies`; prereleases count only where a range names them. */
export function satisfies(version: Version, range: string): boolean {
  const plain = satisfiesPlain(version, range)
  if (plain !== undefined) return plain
  const parsed = parseVersion(version)
  return parsed !== undefined && (parseRange(range)?.test(parsed) ?? false)
}

/** True for `*`, `x` and the empty range, which hold every version but prereleases. */
export function holdsEverything(range: string): boolean {
  return readPlainRange(range) === undefined && parseRange(range)?.range === ''
}

export function isRange(text: string): boolean {
  return readPlainRange(text) !== undefined || parseRange(text) !== undefined
}

export function isPrerelease(version: Version): boolean {
  return readPlainVersion(version) === undefined && (parseVersion(version)?.prerelease.length ?? 0) > 0
}

export function isGreater(a: Version, b: Version): boolean {
  const left = parseVersion(a)
  const right = parseVersion(b)
  return left !== undefined && right !== undefined && left.compare(right) > 0
}

/** A prerelease first loses its suffix: `1.1.0-beta.2` and a minor give `1.1.0`; with a counter `1.1.0-beta.3`. */
export function incrementVersion(version: Version, bump: Bump, pre?: PreCounter): Version {
  if (bump === 'none') return version
  const next = incrementPlain(version, bump) ?? semverIncrement(version, bump) ?? version
  return pre === undefined ? next : `${next}-${pre.tag}.${pre.counter}`
}

/** `1.1.0-beta.2` gives `1.1.0-beta.3`. */
export function incrementPrerelease(version: Version): Version {
  return semverIncrement(version, 'prerelease') ?? version
}

/** `1.1.0-beta.2` and a minor give `1.1.0-beta.3`; a major, which 1.1.0 does not hold, gives `2.0.0-beta.0`. */
export function continuePrerelease(version: Version, bump: Exclude<Bump, 'none'>): Version {
  const parsed = parseVersion(version)
  if (parsed === undefined) return version
  const { minor, patch, prerelease } = parsed
  const isHeld = bump === 'patch' || (patch === 0 && (bump === 'minor' || minor === 0))
  if (isHeld) return incrementPrerelease(version)
  const [tag] = prerelease
  return semverIncrement(version, `pre${bump}`, typeof tag === 'string' ? tag : '') ?? version
}

/** What a long-running service may keep in memory; far above what one plan needs. */
const mostRemembered = 200_000
const versions = new Map<string, SemVer>()
const ranges = new Map<string, Range | null>()

function remember<Value>(memory: Map<string, Value>, text: string, value: Value): void {
  if (memory.size >= mostRemembered) memory.clear()
  memory.set(text, value)
}

/**
 * Practically every version is three numbers, and practically every range is one of them behind `^`, `~` or nothing.
 * Those are answered by comparing numbers; everything else goes to semver.
 */
type Plain = { readonly major: number; readonly minor: number; readonly patch: number }
type PlainRange = { readonly operator: string; readonly from: Plain }

const plainVersion = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/
const plainVersions = new Map<string, Plain | null>()
const plainRanges = new Map<string, PlainRange | null>()

function readPlainVersion(text: string): Plain | undefined {
  const known = plainVersions.get(text)
  if (known !== undefined) return known ?? undefined
  const match = plainVersion.exec(text)
  const plain: Plain | null =
    match === null ? null : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) }
  remember(plainVersions, text, plain)
  return plain ?? undefined
}

function readPlainRange(text: string): PlainRange | undefined {
  const known = plainRanges.get(text)
  if (known !== undefined) return known ?? undefined
  const operator = text.startsWith('^') || text.startsWith('~') ? text.slice(0, 1) : ''
  const from = readPlainVersion(operator === '' ? text : text.slice(1))
  const range = from === undefined ? null : { operator, from }
  remember(plainRanges, text, range)
  return range ?? undefined
}

function satisfiesPlain(version: string, range: string): boolean | undefined {
  const plain = readPlainVersion(version)
  const wanted = plain === undefined ? undefined : readPlainRange(range)
  if (plain === undefined || wanted === undefined) return undefined
  const { major, minor, patch } = plain
  const { operator, from } = wanted
  if (major !== from.major) return false
  if (operator === '' || (operator === '^' && major === 0 && from.minor === 0)) {
    return minor === from.minor && patch === from.patch
  }
  const isSameMinor = minor === from.minor
  if (operator === '~' || major === 0) return isSameMinor && patch >= from.patch
  return minor > from.minor || (isSameMinor && patch >= from.patch)
}

function incrementPlain(version: string, bump: Bump): Version | undefined {
  const plain = readPlainVersion(version)
  if (plain === undefined) return undefined
  const { major, minor, patch } = plain
  if (bump === 'major') return `${major + 1}.0.0`
  return bump === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}
