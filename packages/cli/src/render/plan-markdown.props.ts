import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { expect, test } from 'vitest'
import { anyPlan, anyText } from '../testing/plans.ts'
import { runs } from '../testing/runs.ts'
import { code } from './markdown.ts'
import { commentLimit, renderPlanMarkdown } from './plan-markdown.ts'
import { printable, truncate } from './text.ts'

/** As a forge does before it takes out what it does not allow. */
function toHtml(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}

test('any text in a code span of a table cell is that one code element and nothing else', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const html = toHtml(`| a | b |\n| --- | --- |\n| ${code(text)} | ours |`)
      const shown = truncate(printable(text), 160).replaceAll('|', '¦')
      const cell = shown.trim() === '' ? '(empty)' : `<code>${escaped(shown)}</code>`
      expect(html).toContain(`<td>${cell}</td>\n<td>ours</td>\n</tr>`)
    }),
    runs(400),
  )
})

test('whatever a plan holds, its comment has our elements only, no link and no mention outside code', () => {
  fc.assert(
    fc.property(anyPlan(12), (plan) => {
      const html = toHtml(renderPlanMarkdown(plan))
      const elements = new Set([...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name]) => name))
      for (const name of elements) expect(allowed).toContain(name)
      const outside = html.replace(/<code[^>]*>[\s\S]*?<\/code>/g, '')
      expect(outside).not.toMatch(/@|https?:|www\.|\bGH-\d/)
    }),
    runs(120),
  )
})

test('a comment is always under the limit', () => {
  fc.assert(
    fc.property(anyPlan(40), fc.integer({ min: 600, max: commentLimit }), (plan, limit) => {
      expect(Buffer.byteLength(renderPlanMarkdown(plan, limit))).toBeLessThan(limit)
    }),
    runs(60),
  )
})

const allowed = 'h3 p strong ul li br code pre sub details summary table thead tbody tr th td'.split(' ')

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
