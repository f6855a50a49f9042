/**
 * The order of publishing: a package after those it needs at run time (development edges do not count), in waves.
 * Packages that need one another share a wave, and the circle is named.
 */
import { stronglyConnected } from './components.ts'
import type { PackageName } from '../names.ts'

export function publishOrder(needs: ReadonlyMap<PackageName, readonly PackageName[]>): {
  readonly waves: readonly (readonly PackageName[])[]
  readonly cycles: readonly (readonly PackageName[])[]
} {
  const names = [...needs.keys()].toSorted()
  const components = stronglyConnected(names, (name) => needs.get(name) ?? [])
  const waveOf = new Map<PackageName, number>()
  let last = -1
  for (const members of components) {
    const wave = firstWaveAfter(members, needs, waveOf)
    for (const member of members) waveOf.set(member, wave)
    last = Math.max(last, wave)
  }
  const waves = Array.from({ length: last + 1 }, (): PackageName[] => [])
  // Names come sorted, so that each wave is.
  for (const name of names) waves[waveOf.get(name) ?? -1]?.push(name)
  return { waves, cycles: components.filter(({ length }) => length > 1) }
}

/** What a component points to was placed before it. */
function firstWaveAfter(
  members: readonly PackageName[],
  needs: ReadonlyMap<PackageName, readonly PackageName[]>,
  waveOf: ReadonlyMap<PackageName, number>,
): number {
  let wave = 0
  for (const member of members) {
    for (const need of needs.get(member) ?? []) wave = Math.max(wave, (waveOf.get(need) ?? -1) + 1)
  }
  return wave
}
