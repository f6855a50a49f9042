/**
 * What a change asks, as a list. A long history has tens of thousands of changes, and most ask the same of the same
 * packages: they share one record, which is taken apart once.
 */
import type { Bump } from './bump.ts'
import type { PackageName } from './names.ts'

type Bumps = Readonly<Record<PackageName, Bump>>
export type BumpEntries = readonly (readonly [PackageName, Bump])[]

const known = new WeakMap<Bumps, BumpEntries>()

export function bumpEntries(bumps: Bumps): BumpEntries {
  const entries = known.get(bumps)
  if (entries !== undefined) return entries
  const read = Object.entries(bumps)
  known.set(bumps, read)
  return read
}

/** Each package may be named once. The record has no prototype. */
export function bumpsOf(entries: BumpEntries): Bumps {
  const bumps: Record<PackageName, Bump> = Object.create(null)
  for (let at = 0; at < entries.length; at += 1) bumps[entries[at]?.[0] ?? ''] = entries[at]?.[1] ?? 'none'
  known.set(bumps, entries)
  return bumps
}
