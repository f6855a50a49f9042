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
  return remembered(versions, text, () => semverParse(text) ?? undefined)
}

/** Undefined when the text is not a range: a dist-tag, a protocol, nonsense. */
export function parseRange(text: string): Range | undefined {
  return remembered(ranges, text, () => {
    try {
      return new Range(text)
    } catch {
      return undefined
    }
  })
}

/** What is not a range holds nothing, as with `semver.satisfies`; prereleases count only where a range names them. */
export function satisfies(version: Version, range: string): boolean {
  const parsed = parseVersion(version)
  return parsed !== undefined && (parseRange(range)?.test(parsed) ?? false)
}

/** True for `*`, `x` and the empty range, which hold every version but prereleases. */
export function holdsEverything(range: string): boolean {
  return parseRange(range)?.range === ''
}

export function isPrerelease(version: Version): boolean {
  return (parseVersion(version)?.prerelease.length ?? 0) > 0
}

export function isGreater(a: Version, b: Version): boolean {
  const left = parseVersion(a)
  const right = parseVersion(b)
  return left !== undefined && right !== undefined && left.compare(right) > 0
}

/** A prerelease first loses its suffix: `1.1.0-beta.2` and a minor give `1.1.0`; with a counter `1.1.0-beta.3`. */
export function incrementVersion(version: Version, bump: Bump, pre?: PreCounter): Version {
  if (bump === 'none') return version
  const next = semverIncrement(version, bump) ?? version
  return pre === undefined ? next : `${next}-${pre.tag}.${pre.counter}`
}

/** What a long-running service may keep in memory; far above what one plan needs. */
const mostRemembered = 200_000
const versions = new Map<string, SemVer | undefined>()
const ranges = new Map<string, Range | undefined>()

function remembered<Value>(memory: Map<string, Value>, text: string, parse: () => Value): Value {
  const known = memory.get(text)
  if (known !== undefined || memory.has(text)) return known as Value
  if (memory.size >= mostRemembered) memory.clear()
  const value = parse()
  memory.set(text, value)
  return value
}
