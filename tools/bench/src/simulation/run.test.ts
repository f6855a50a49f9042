import { expect, test } from 'vitest'
import { randomNumbers } from '@topsail/engine/testing'
import { layeredGraph, unitOf } from './graph.ts'
import { layersOf, simulate, type RegistryModel } from './run.ts'
import { slowPackage } from './slow-package.ts'

const registry: RegistryModel = { upload: () => 2, visibility: () => 10, poll: 5, atOnce: 4 }
const ready = 'as soon as its own dependencies are served'
const layered = 'layer after layer'

test('a chain takes its uploads and what it waits for, whatever the scheduling', () => {
  const chain = [unitOf('a', []), unitOf('b', ['a']), unitOf('c', ['b'])]
  expect(simulate(chain, ready, registry)).toMatchObject({ seconds: 36, looks: 9, idle: 30 })
  expect(simulate(chain, layered, registry).seconds).toBe(36)
})

test('without edges the uploads share the places there are', () => {
  const units = Array.from({ length: 9 }, (_, index) => unitOf(`p${index}`, []))
  expect(simulate(units, ready, registry).seconds).toBe(3 * 2 + 10)
})

test('a budget spreads the uploads over time', () => {
  const units = Array.from({ length: 9 }, (_, index) => unitOf(`p${index}`, []))
  const budget = { uploads: 3, within: 60 }
  const { seconds, refusals } = simulate(units, ready, { ...registry, budget })
  expect(seconds).toBeGreaterThan(2 * 60 + 2 + 10)
  expect(seconds).toBeLessThan(2 * 60 + 2 + 10 + 10)
  expect(refusals).toBeGreaterThan(0)
})

test('layers never make a release faster, and the same seed gives the same hours', () => {
  const units = layeredGraph(400, 6, randomNumbers(7))
  expect(Math.max(...layersOf(units).values())).toBe(5)
  const random = randomNumbers(8)
  const served = new Map(units.map(({ name }) => [name, 60 + 600 * random()]))
  const uneven: RegistryModel = { ...registry, visibility: (name) => served.get(name) ?? 0 }
  const [soon, late] = [simulate(units, ready, uneven), simulate(units, layered, uneven)]
  expect(soon.seconds).toBeLessThan(late.seconds)
  expect(simulate(layeredGraph(400, 6, randomNumbers(7)), ready, uneven)).toEqual(soon)
})

test('one slow package that nobody needs keeps a release back only behind a barrier', () => {
  const { ready: own, barriers, slow } = slowPackage(120, 6, 2)
  expect(barriers.slow - barriers.even).toBeGreaterThan(slow / 2)
  expect(own.slow - own.even).toBeLessThan((barriers.slow - barriers.even) * 0.8)
})
