import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRegistry, type TestRegistry } from '@topsail/engine/testing'
import { crashRuns, raceRuns } from './real.ts'
import { rollbackRuns } from './rollbacks.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

test(
  'a killed release is finished by the next run, in its clone and in a fresh one',
  { timeout: 120_000 },
  async () => {
    const report = await crashRuns({ runs: 2, seed: 5, registry })
    expect(report.failures).toEqual([])
  },
)

test('of two that race one releases, and nothing is left behind', { timeout: 60_000 }, async () => {
  const report = await raceRuns({ races: 1, seed: 6, registry })
  expect(report.failures).toEqual([])
})

test(
  'a release that was killed is taken back, by whoever goes on with a killed rollback',
  { timeout: 60_000 },
  async () => {
    const report = await rollbackRuns({ rollbacks: 1, seed: 7, registry })
    expect(report.failures).toEqual([])
  },
)
