/**
 * A graph of packages from a seed: a few libraries that very many use, edges only to packages that come earlier, as in
 * the repositories that tools/fleet writes.
 */
import type { PublishUnit } from '@topsail/core'

/** Packages in layers, each with up to four dependencies in earlier ones, at least one of them in the layer before. */
export function layeredGraph(packages: number, layers: number, random: () => number): readonly PublishUnit[] {
  const names: string[][] = Array.from({ length: layers }, () => [])
  const units: PublishUnit[] = []
  for (let index = 0; index < packages; index += 1) {
    const layer = Math.min(layers - 1, Math.floor((index * layers) / packages))
    const needs = new Set<string>()
    for (let draw = 0; layer > 0 && draw < 4; draw += 1) {
      const from = names[draw === 0 ? layer - 1 : Math.floor(layer * random())] ?? []
      // Squaring the draw makes the first of each layer the hubs.
      const name = from[Math.floor(from.length * random() ** 2)]
      if (name !== undefined && (draw === 0 || random() < 0.6)) needs.add(name)
    }
    const unit = unitOf(`package-${index}`, [...needs])
    names[layer]?.push(unit.name)
    units.push(unit)
  }
  return units
}

export function unitOf(name: string, needs: readonly string[]): PublishUnit {
  const upload = {
    registry: 'https://registry.example/',
    distTag: 'latest',
    access: undefined,
    was: null,
    first: false,
  } as const
  return { name, version: '1.0.0', dir: name, needs, upload, tag: undefined }
}
