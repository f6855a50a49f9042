import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyPlan, layeredPlan, smallPlan } from '../testing/plans.ts'
import { runs } from '../testing/runs.ts'
import { layoutWaves, spread } from './layout.ts'
import { pageData } from './page-data.ts'
import { jsonForHtml, renderPlanHtml } from './plan-html.ts'

test('the page asks for nothing outside of itself, and forbids it', () => {
  const html = renderPlanHtml(smallPlan)
  expect(html).not.toMatch(/<(?:link|img|iframe|object|embed|base)\b/)
  expect(html).not.toMatch(/<script[^>]+\bsrc=/)
  expect(html).not.toMatch(/@import|url\((?!#)/)
  expect(html).toContain("default-src 'none'")
})

test('data never ends its script element, whatever the plan', () => {
  fc.assert(
    fc.property(anyPlan(10), (plan) => {
      const html = renderPlanHtml(plan)
      expect([...html.matchAll(/<\/?script/gi)]).toHaveLength(4)
      expect(html).not.toMatch(/<img|<!--/)
      const json = /<script type="application\/json" id="plan">(.*)<\/script>/.exec(html)?.[1] ?? ''
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(pageData(plan))))
    }),
    runs(40),
  )
})

test('markup and line separators in JSON are written as escapes', () => {
  expect(jsonForHtml('</script>\u2028&')).toBe('"\\u003c/script\\u003e\\u2028\\u0026"')
})

test.each([5, 40, 400])('in a plan of %i packages no two boxes overlap and waves run left to right', (count) => {
  const data = pageData(layeredPlan(count))
  expect(data.nodes).toHaveLength(count)
  const places = data.nodes.map(({ x, y }) => ({ x, y })).toSorted((a, b) => a.x - b.x || a.y - b.y)
  places.slice(1).forEach((place, index) => {
    const before = places[index]
    if (before?.x === place.x) expect(place.y - before.y).toBeGreaterThanOrEqual(data.nodeHeight)
  })
  for (const edge of data.edges.filter(({ kind }) => kind !== 'group')) {
    expect((data.nodes[edge.to]?.x ?? 0) - (data.nodes[edge.from]?.x ?? 0)).toBeGreaterThan(data.nodeWidth)
  }
  for (const { x, y } of places) {
    expect(x + data.nodeWidth).toBeLessThanOrEqual(data.width)
    expect(y + data.nodeHeight).toBeLessThanOrEqual(data.height)
  }
})

test('heights keep their order and distance, and move no more than they must', () => {
  expect(spread([0, 100], 10)).toEqual([0, 100])
  expect(spread([0, 0], 10)).toEqual([-5, 5])
  expect(spread([50, 0], 10)).toEqual([20, 30])
})

test('a chain is drawn straight', () => {
  const layout = layoutWaves(
    [[0], [1], [2]],
    [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
    ],
    pageOptions,
  )
  expect(new Set(layout.places.map(({ y }) => y)).size).toBe(1)
})

const pageOptions = {
  nodeWidth: 150,
  nodeHeight: 50,
  columnGap: 100,
  subColumnGap: 20,
  rowGap: 20,
  margin: 30,
  headroom: 60,
}
