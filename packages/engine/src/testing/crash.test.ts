import { expect, test } from 'vitest'
import { protocol } from './crash-entrances.ts'
import { explore } from './crash-explorer.ts'
import { randomNumbers } from './random-numbers.ts'
import { releaseShapes } from './release-shapes.ts'

/** One of so many points; `TOPSAIL_CRASH_EVERY=1` or `pnpm crash` tries all. */
const every = Number(process.env['TOPSAIL_CRASH_EVERY'] ?? 67)

test('wherever a release dies or the network fails, it is finished or taken back', { timeout: 120_000 }, async () => {
  const shapes = releaseShapes(randomNumbers(1), 8)
  const result = await explore(shapes, protocol, { every, pairs: every * 16 })
  expect(result.failures).toEqual([])
  expect(result.points).toBeGreaterThan(1_000)
})
