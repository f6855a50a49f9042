/**
 * The size of a release. `none` means: named, but not released (its ranges may still be rewritten).
 */
import type { VersionType } from '@changesets/types'

export const bumps = ['none', 'patch', 'minor', 'major'] as const satisfies readonly VersionType[]
export type Bump = (typeof bumps)[number]

export function isBump(value: unknown): value is Bump {
  return bumps.includes(value as Bump)
}

/** Negative when `a` is the smaller bump, 0 when equal, positive when the larger. */
export function compareBumps(a: Bump, b: Bump): number {
  return size[a] - size[b]
}

const size: Readonly<Record<Bump, number>> = { none: 0, patch: 1, minor: 2, major: 3 }

/** The join of the lattice none < patch < minor < major. */
export function highestBump(a: Bump, b: Bump): Bump {
  return compareBumps(a, b) >= 0 ? a : b
}
