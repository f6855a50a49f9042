/**
 * How the tool before called its tags, as `tagPattern`: one pattern where all packages have it, else the one that most
 * have, and the others by name.
 */
import { shortName, type PackageName } from '@topsail/core'
import type { SetUpBuilder } from './set-up.ts'

/** The part of a pattern that stands for a package which the tool before calls so. */
export function calledAs(called: string, name: PackageName): string {
  if (called === shortName(name)) return '{shortName}'
  return called === name ? '{name}' : called
}

export function carryTagPatterns(
  setUp: SetUpBuilder,
  from: { readonly key: string; readonly value: unknown },
  patterns: readonly (readonly [name: PackageName, pattern: string])[],
): void {
  // Where no name has a scope, both mean the same.
  const isPlain = patterns.every(([name]) => shortName(name) === name)
  const said = patterns.map(([name, pattern]) =>
    isPlain ? ([name, pattern.replaceAll('{shortName}', '{name}')] as const) : ([name, pattern] as const),
  )
  const byPattern = Map.groupBy(said, ([, pattern]) => pattern)
  const [most, ...others] = [...byPattern].toSorted((a, b) => b[1].length - a[1].length)
  if (most === undefined || (others.length === 0 && most[0] === '{name}@{version}')) return
  const named = others.flatMap(([, group]) => group)
  setUp.toTopsail(
    from.key,
    from.value,
    'tagPattern',
    named.length === 0 ? most[0] : Object.fromEntries([['**', most[0]], ...named]),
  )
}
