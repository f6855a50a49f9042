/**
 * What is photographed, as pages without scripts or requests: markdown as GitHub shows it (GFM, its style sheet, its
 * width), and the text of a terminal with its colours.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AnsiUp } from 'ansi_up'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

const styleSheet = readFileSync(
  fileURLToPath(import.meta.resolve('github-markdown-css/github-markdown-light.css')),
  'utf8',
)

/** The width, in CSS pixels, that GitHub gives the text of a comment on a desktop screen. */
const commentWidth = 860

/** GitHub lets `details` through and hides comments; micromark hands HTML on as it is, so only our own texts come here. */
export function markdownPage(markdown: string): string {
  const body = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
  return page(
    `${styleSheet} body { margin: 0 } article { width: ${commentWidth}px; padding: 16px }`,
    `<article class="markdown-body">${body}</article>`,
  )
}

export function terminalPage(text: string): string {
  const lines = new AnsiUp().ansi_to_html(text)
  const style =
    'body { margin: 0 } pre { display: inline-block; margin: 0; padding: 18px 22px; background: #10151c; ' +
    'color: #d7dde5; font: 14px/1.45 ui-monospace, "DejaVu Sans Mono", monospace }'
  return page(style, `<pre>${lines}</pre>`)
}

function page(style: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><style>${style}</style></head><body>${body}</body></html>`
}
