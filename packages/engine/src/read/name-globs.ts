/**
 * Lists of package names and globs, expanded as the two generations of Changesets expand them. In the first the order
 * of a negation does not matter and a list of negations alone starts from all packages; in the second each pattern
 * works on what the patterns before it have left, and a list of negations alone is empty.
 */
import type { PackageName, RulesName } from '@topsail/core'
import { globMatcher } from './glob.ts'

/** Names in the order of `all`; in that of the patterns where the first generation expands them. */
export function expandNames(
  globs: readonly string[],
  all: readonly PackageName[],
  rules: RulesName,
): readonly PackageName[] {
  if (globs.length === 0) return []
  const patterns = globs.map(patternOf)
  if (patterns.every((pattern) => pattern.literal)) {
    const named = new Set(globs)
    if (rules === 'changesets@2') return inOrderOf(globs, all)
    return all.filter((name) => named.has(name))
  }
  return rules === 'changesets@2' ? asFirstGeneration(patterns, all) : asSecondGeneration(patterns, all)
}

/** A record by names and globs, as one by names; later keys win over earlier ones. */
export function byName<Value>(
  record: Readonly<Record<string, unknown>>,
  all: readonly PackageName[],
  rules: RulesName,
): Readonly<Record<PackageName, Value>> {
  const found: Record<PackageName, Value> = Object.create(null)
  for (const [glob, value] of Object.entries(record)) {
    for (const name of expandNames([glob], all, rules)) found[name] = value as Value
  }
  return found
}

/** The patterns that match no package at all. */
export function unmatchedNames(globs: readonly string[], all: readonly PackageName[]): readonly string[] {
  const names = new Set(all)
  return globs.filter((glob) => {
    const { literal, matches } = patternOf(glob)
    return literal ? !names.has(glob) : !all.some(matches)
  })
}

type Pattern = { readonly literal: boolean; readonly negated: boolean; readonly matches: (name: string) => boolean }

function patternOf(glob: string): Pattern {
  // The `@` of a scope is no glob; most lists hold plain names and need no matcher.
  if (/^@?[\w.~/-]+$/.test(glob)) return { literal: true, negated: false, matches: (name) => name === glob }
  const matcher = globMatcher(glob)
  return { literal: false, negated: matcher.negated, matches: (name) => matcher(name) }
}

function asFirstGeneration(patterns: readonly Pattern[], all: readonly PackageName[]): readonly PackageName[] {
  const kept = new Set<PackageName>(patterns.every((pattern) => pattern.negated) ? all : [])
  const omitted = new Set<PackageName>()
  for (const pattern of patterns) {
    for (const name of all) {
      const isNamed = pattern.negated ? !pattern.matches(name) : pattern.matches(name)
      if (!isNamed) continue
      if (pattern.negated) {
        omitted.add(name)
      } else {
        omitted.delete(name)
        kept.add(name)
      }
    }
  }
  return [...kept].filter((name) => !omitted.has(name))
}

function inOrderOf(globs: readonly string[], all: readonly PackageName[]): readonly PackageName[] {
  const known = new Set(all)
  return [...new Set(globs)].filter((name) => known.has(name))
}

function asSecondGeneration(patterns: readonly Pattern[], all: readonly PackageName[]): readonly PackageName[] {
  return all.filter((name) => {
    let isIn = false
    for (const pattern of patterns) {
      if (isIn ? pattern.negated && !pattern.matches(name) : !pattern.negated && pattern.matches(name)) isIn = !isIn
    }
    return isIn
  })
}
