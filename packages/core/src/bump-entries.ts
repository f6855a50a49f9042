/**
 * What a change asks, as a list. A long history has tens of thousands of changes, and most ask the same of the same
 * packages: they share one record, and the list it was made of hangs on it where nobody else sees it.
 */
import type { Bump } from './bump.ts'
import type { PackageName } from './names.ts'

type Bumps = Readonly<Record<PackageName, Bump>>
export type BumpEntries = readonly (readonly [PackageName, Bump])[]

const entriesOf = Symbol('entries')

export function bumpEntries(bumps: Bumps): BumpEntries {
  return (bumps as { readonly [entriesOf]?: BumpEntries })[entriesOf] ?? Object.entries(bumps)
}

/** Each package may be named once. The record has no prototype. */
export function bumpsOf(entries: BumpEntries): Bumps {
  const bumps: Record<PackageName, Bump> = Object.create(null)
  for (let at = 0; at < entries.length; at += 1) bumps[entries[at]?.[0] ?? ''] = entries[at]?.[1] ?? 'none'
  return Object.defineProperty(bumps, entriesOf, { value: entries })
}
