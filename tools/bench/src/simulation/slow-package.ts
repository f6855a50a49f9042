/**
 * What critical-path scheduling gains where one package is slow: the same graph with and without it, once as soon as
 * dependencies are served and once layer after layer.
 */
import { randomNumbers } from '@topsail/engine/testing'
import { layeredGraph } from './graph.ts'
import { layersOf, simulate, type RegistryModel, type Scheduling } from './run.ts'

/** Seconds. */
export type SlowPackage = {
  readonly packages: number
  readonly layers: number
  readonly slow: number
  readonly ready: { readonly even: number; readonly slow: number }
  readonly barriers: { readonly even: number; readonly slow: number }
}

/** Every request takes 200 ms, and one upload in the middle of the graph takes that much longer. */
export function slowPackage(packages: number, layers: number, slow: number): SlowPackage {
  const units = layeredGraph(packages, layers, randomNumbers(1))
  const depth = layersOf(units)
  const needed = new Set(units.flatMap((unit) => unit.needs))
  // Somebody whom nobody waits for, so that only a barrier makes others wait.
  const heavy = units.find(({ name }) => depth.get(name) === Math.floor(layers / 2) && !needed.has(name))?.name
  const secondsOf = (scheduling: Scheduling, extra: number): number => {
    const registry: RegistryModel = {
      upload: (name) => 0.2 + (name === heavy ? extra : 0),
      visibility: () => 0.2,
      poll: 0.2,
      atOnce: 16,
    }
    return simulate(units, scheduling, registry).seconds
  }
  const both = (scheduling: Scheduling): SlowPackage['ready'] => ({
    even: secondsOf(scheduling, 0),
    slow: secondsOf(scheduling, slow),
  })
  const [ready, barriers] = [both('as soon as its own dependencies are served'), both('layer after layer')]
  return { packages, layers, slow, ready, barriers }
}
