import { expect, test } from 'vitest'
import { tell, type Story } from './crash.ts'
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

test.each([
  ['a chain, candidate', 'unpublish'],
  ['a chain, staged', 'rollback'],
] as const)(
  'a way back that dies anywhere is gone on with elsewhere, and no package waits after another: %s, %s',
  async (name, recovery) => {
    const shape = releaseShapes(randomNumbers(1), 0).find((one) => one.name === name)
    if (shape === undefined) throw new Error(`no shape is called ${name}`)
    const tellOf = (misfortunes: Story['misfortunes']) => tell(shape, { misfortunes, recovery, fresh: true }, protocol)
    const whole = (await tellOf([])).runs[0] ?? []
    const first = {
      call: whole.findIndex(({ what }) => /^confirm .*c@|^approve .*a@/.test(what)) + 1,
      fate: 'die-after',
    } as const
    const back = (await tellOf([first])).runs[1] ?? []
    for (let call = 1; call <= back.length; call += 4) {
      const told = await tellOf([first, { call, fate: 'die-after' }])
      expect(told.failures).toEqual([])
    }
  },
)
