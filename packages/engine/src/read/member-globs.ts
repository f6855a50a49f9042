/**
 * Which folders a workspace's globs name. Simple patterns cost one listing per folder they pass through, so that
 * `packages/*` over thousands of packages is a single listing. As in every package manager: `node_modules` is never
 * entered, `*` and `**` skip names that begin with a dot, a pattern after `!` takes folders (and all below) away,
 * and a folder is a member only when it holds a manifest, which the caller finds out.
 */
import type { Path } from '@topsail/core'
import { staysInside, type Entry, type Files } from '../ports.ts'
import { globMatcher } from './glob.ts'

export type MemberFolders = {
  /** Sorted, each real folder once. */
  readonly dirs: readonly Path[]
  /** Folders that the globs name but that lie outside of the workspace, by a symbolic link or by `..`. */
  readonly outside: readonly string[]
}

export function expandMemberGlobs(files: Files, globs: readonly string[]): MemberFolders {
  const patterns = globs.map((glob) => glob.trim()).filter((glob) => glob !== '')
  const negative = patterns.filter(isNegation).map((glob) => tidy(glob.slice(1)))
  const search: Search = {
    files,
    isIgnored: matcherOf(negative),
    dirs: new Set(),
    links: new Map(),
    outside: new Set(),
    visited: new Set(),
  }
  for (const glob of patterns) {
    if (isNegation(glob)) continue
    const pattern = tidy(glob)
    if (staysInside(pattern)) searchPattern(search, pattern)
    else search.outside.add(glob)
  }
  return { dirs: withoutSecondWays(search), outside: [...search.outside].toSorted() }
}

type Search = {
  readonly files: Files
  readonly isIgnored: (path: string) => boolean
  readonly dirs: Set<Path>
  /** Symbolic links that were followed, and the folder each ends at. */
  readonly links: Map<Path, Path>
  readonly outside: Set<string>
  /** Folder and rest of a pattern that were walked already: keeps many globstars linear. */
  readonly visited: Set<string>
}

/** `!(a|b)` is a pattern of its own. */
function isNegation(glob: string): boolean {
  return glob.startsWith('!') && glob[1] !== '('
}

function tidy(glob: string): string {
  const path = glob
    .replace(/\/{2,}/g, '/')
    .replace(/^(?:\.?\/)+/, '')
    .replace(/\/+$/, '')
  return path.replace(/(?<=^|\/)(?:\*\*\/)+\*\*(?=\/|$)/g, '**') || '.'
}

function matcherOf(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false
  const matches = globMatcher([...patterns])
  return (path) => matches(path)
}

function searchPattern(search: Search, pattern: string): void {
  if (pattern === '.') {
    search.dirs.add('.')
    return
  }
  // The library reads `a*/**` as what lies below, and `a/**` as that and the folder itself.
  const segments = splitPattern(/[^*]\*\/\*\*$|^\*\/\*\*$/.test(pattern) ? `${pattern}/*` : pattern)
  walk(search, '.', segments.map(stepOf), 0, pattern)
}

type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'any-depth' }
  | { readonly kind: 'glob'; readonly matches: (name: string) => boolean; readonly hidden: boolean }
  /** The rest of a pattern that cannot be taken apart at its slashes, such as `{a,b/c}/*`. */
  | { readonly kind: 'deep'; readonly matches: (path: string) => boolean }

/** Slashes inside braces or parentheses do not separate. */
function splitPattern(pattern: string): readonly string[] {
  const segments: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern[at]
    if (letter === '{' || letter === '(') depth += 1
    else if (letter === '}' || letter === ')') depth -= 1
    if (letter !== '/' || depth > 0) continue
    segments.push(pattern.slice(start, at))
    start = at + 1
  }
  const last = pattern.slice(start)
  const deep = [...segments, last].findIndex(
    (segment) => segment.includes('/') || (segment !== '**' && segment.includes('**')),
  )
  if (deep < 0) return [...segments, last]
  return [...segments.slice(0, deep), [...segments.slice(deep), last].join('/')]
}

function stepOf(segment: string): Step {
  if (segment === '**') return { kind: 'any-depth' }
  if (segment === '*') return { kind: 'glob', matches: () => true, hidden: false }
  if (segment.includes('/') || segment.includes('**')) return { kind: 'deep', matches: globMatcher(segment) }
  if (!/[*?[\]{}()!+@]/.test(segment)) return { kind: 'name', name: segment }
  // A name may hold what looks like a glob's letter, as in `@acme`: picomatch decides, and dots stay its business.
  return { kind: 'glob', matches: globMatcher(segment), hidden: true }
}

function walk(search: Search, dir: Path, steps: readonly Step[], at: number, pattern: string): void {
  const key = `${dir}\n${at}\n${pattern}`
  if (search.visited.has(key)) return
  search.visited.add(key)
  const step = steps[at]
  if (step === undefined) {
    if (dir !== '.' && !search.isIgnored(dir)) search.dirs.add(dir)
  } else if (step.kind === 'name') {
    walk(search, below(dir, step.name), steps, at + 1, pattern)
  } else if (step.kind === 'deep') {
    walkDeep(search, dir, '', step.matches)
  } else {
    if (step.kind === 'any-depth') walk(search, dir, steps, at + 1, pattern)
    walkEntries(search, dir, steps, at, pattern, step)
  }
}

function walkEntries(
  search: Search,
  dir: Path,
  steps: readonly Step[],
  at: number,
  pattern: string,
  step: Exclude<Step, { kind: 'name' | 'deep' }>,
): void {
  for (const entry of search.files.entries(dir)) {
    if (entry.name === 'node_modules' || (entry.kind !== 'directory' && entry.kind !== 'outside')) continue
    if (!isWayOn(entry, step)) continue
    const next = step.kind === 'any-depth' ? at : at + 1
    const path = below(dir, entry.name)
    if (entry.kind === 'outside') {
      if (next === steps.length && !search.isIgnored(path)) search.outside.add(path)
      continue
    }
    if (search.isIgnored(path)) continue
    if (entry.target !== undefined) search.links.set(path, entry.target)
    walk(search, path, steps, next, pattern)
  }
}

/** At any depth links are not followed, so that the walk ends. */
function isWayOn(entry: Entry, step: Exclude<Step, { kind: 'name' | 'deep' }>): boolean {
  const isHidden = entry.name.startsWith('.')
  if (step.kind === 'any-depth') return !isHidden && entry.target === undefined
  return (!isHidden || step.hidden) && step.matches(entry.name)
}

/** Every folder below `base` whose path from there matches; links are not followed, so that the walk ends. */
function walkDeep(search: Search, base: Path, rest: string, matches: (path: string) => boolean): void {
  const dir = rest === '' ? base : below(base, rest)
  if (rest !== '' && search.isIgnored(dir)) return
  if (rest !== '' && matches(rest)) search.dirs.add(dir)
  for (const entry of search.files.entries(dir)) {
    if (entry.kind !== 'directory' || entry.target !== undefined || entry.name === 'node_modules') continue
    walkDeep(search, base, rest === '' ? entry.name : `${rest}/${entry.name}`, matches)
  }
}

function below(dir: Path, name: string): Path {
  return dir === '.' ? name : `${dir}/${name}`
}

/** A folder that is reached both by its own path and through a link is listed by its own path alone. */
function withoutSecondWays(search: Search): readonly Path[] {
  if (search.links.size === 0) return [...search.dirs].toSorted()
  const ways = new Map<Path, Path>()
  for (const dir of [...search.dirs].toSorted()) {
    const real = throughLinks(dir, search.links)
    if (real === dir || !ways.has(real)) ways.set(real, dir)
  }
  return [...ways.values()].toSorted()
}

function throughLinks(dir: Path, links: ReadonlyMap<Path, Path>): Path {
  const own = links.get(dir)
  if (own !== undefined) return own
  const slash = dir.lastIndexOf('/')
  if (slash < 0) return dir
  return `${throughLinks(dir.slice(0, slash), links)}${dir.slice(slash)}`
}
