/**
 * A range that a new version leaves, written so that it holds the version again and looks as its author wrote it: the
 * operator and the number of parts stay, an upper bound is moved and the lower one kept, and where there are
 * alternatives one is added.
 */
import type { Range, Version } from '../names.ts'
import { parseVersion, satisfies } from '../versions.ts'

export function widenRange(range: string, version: Version): Range {
  const alternatives = range.split('||').map((alternative) => alternative.trim())
  const last = alternatives.at(-1) ?? ''
  const next = likeOne(last, version)
  if (alternatives.length === 1) return next
  const separator = range.includes(' || ') ? ' || ' : '||'
  return `${range.trimEnd()}${separator}${next}`
}

function likeOne(range: string, version: Version): Range {
  const written = movedBound(range, version) ?? samePrecision(range, version)
  return written !== undefined && satisfies(version, written) ? written : `${operatorOf(range)}${version}`
}

const boundPattern = /^(>=?\s*[^\s<>=]+)(\s+)<(=?)(\s*)([^\s<>=]+)$/
const hyphenPattern = /^(\S+)(\s+-\s+)(\S+)$/

/** `>=1.2.0 <2.0.0` and 2.3.0 give `>=1.2.0 <3.0.0`; `1.2 - 1.9` and 2.0.0 give `1.2 - 2.0`. */
function movedBound(range: string, version: Version): Range | undefined {
  const parsed = parseVersion(version)
  if (parsed === undefined || parsed.prerelease.length > 0) return undefined
  const hyphen = hyphenPattern.exec(range)
  if (hyphen !== null) return `${hyphen[1]}${hyphen[2]}${cut(version, partsOf(hyphen[3] ?? ''))}`
  const bound = boundPattern.exec(range)
  if (bound === null) return undefined
  const [, lower, space, inclusive, gap, upper = ''] = bound
  if (inclusive === '=') return `${lower}${space}<=${gap}${version}`
  const next = parsed.major === 0 ? `0.${parsed.minor + 1}.0` : `${parsed.major + 1}.0.0`
  return `${lower}${space}<${gap}${cut(next, partsOf(upper))}`
}

const simplePattern = /^(\^|~|>=|=|v)?\s*(\d+(?:\.\d+){0,2})((?:\.[xX*])*)$/

/** `^1` and 3.2.1 give `^3`; `~1.2` gives `~3.2`; `1.x` gives `3.x`. */
function samePrecision(range: string, version: Version): Range | undefined {
  const match = simplePattern.exec(range)
  if (match === null || parseVersion(version)?.prerelease.length !== 0) return undefined
  return `${match[1] ?? ''}${cut(version, partsOf(match[2] ?? ''))}${match[3] ?? ''}`
}

function partsOf(version: string): number {
  return Math.min(3, version.split('.').length)
}

function cut(version: Version, parts: number): string {
  return version.split('.').slice(0, parts).join('.')
}

function operatorOf(range: string): string {
  return /^(\^|~|>=)/.exec(range)?.[0] ?? ''
}
