/**
 * Globs as picomatch reads them, of whatever somebody wrote: an empty one and one of many kilobytes match nothing, where
 * the library throws.
 */
import picomatch from 'picomatch'

export type GlobMatcher = ((path: string) => boolean) & {
  /** The glob is one that takes away: it begins with `!`. */
  readonly negated: boolean
}

export function globMatcher(globs: string | readonly string[], options?: { readonly dot?: boolean }): GlobMatcher {
  const usable = (typeof globs === 'string' ? [globs] : globs).filter((glob) => glob !== '' && glob.length <= longest)
  const matchers = usable.map((glob) => picomatch(glob, options, true))
  const negated = matchers.length === 1 && matchers[0]?.state?.negated === true
  return Object.assign((path: string) => matchers.some((matches) => matches(path)), { negated })
}

/** Compiling takes far longer than what anybody writes. */
const longest = 10_000
