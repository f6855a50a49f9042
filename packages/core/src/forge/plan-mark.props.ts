import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markOf, outsideRegion, planOfBody, planOfMessage, planTrailer, regionOf, withRegion } from './plan-mark.ts'

const plan = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256-${hex}`)
const around = fc.string({ unit: 'grapheme', maxLength: 80 }).filter((text) => !text.includes('topsail:'))
const markdown = around.map((text) => `### Release\n\n- \`${text.replaceAll(/[\r\n`]/g, ' ')}\``)

test('a body carries the plan and the title of its last region, whatever stands around it', () => {
  fc.assert(
    fc.property(plan, plan, around, around, fc.string(), (first, second, above, below, title) => {
      const before = `${above}\n${regionOf({ plan: first, title: 'old' }, 'x')}\n${below}`
      const body = withRegion(before, regionOf({ plan: second, title }, 'y'))
      expect(planOfBody(body)).toBe(second)
      expect(body.startsWith(`${above}\n`) && body.endsWith(`\n${below}`)).toBe(true)
      expect(outsideRegion(body)).toBe(`${above}\n\n${below}`)
    }),
  )
})

test('putting the same region in again changes nothing', () => {
  fc.assert(
    fc.property(plan, around, markdown, (id, above, text) => {
      const region = regionOf({ plan: id, title: 't' }, text)
      const once = withRegion(above, region)
      expect(withRegion(once, region)).toBe(once)
      expect(markOf(once)).toEqual({ plan: id, title: 't' })
    }),
  )
})

test('a commit carries its plan as a trailer, and a squash that took the body carries it in the mark', () => {
  fc.assert(
    fc.property(plan, markdown, (id, text) => {
      expect(planOfMessage(`chore: release\r\n\r\nmore\r\n\r\n${planTrailer(id)}\r\n`)).toBe(id)
      expect(planOfMessage(`chore: release (#7)\n\n${regionOf({ plan: id, title: 't' }, text)}`)).toBe(id)
      expect(planOfMessage(`not ${planTrailer(id)}`)).toBeUndefined()
    }),
  )
})

test('a pull request that we closed proposes nothing', () => {
  expect(planOfBody(regionOf({ plan: 'none', title: '' }, 'x'))).toBeUndefined()
})
