/**
 * Untrusted text in GitHub-flavoured markdown. Everything from the repository goes into a code span: inside one no
 * markdown, HTML, entity, link, mention or issue reference is live, on GitHub as on GitLab. What remains is to keep the
 * text on one line, the span closed, and a table cell whole.
 */
import type { Phrase } from './reason.ts'
import { printable, truncate } from './text.ts'

const widestFact = 160
/** More than is ever shown: a name of a megabyte is not looked through for every form. */
const longestFact = 1_000

/** Safe in a paragraph, a list item and a table cell. */
export function code(text: string, width = widestFact): string {
  // A pipe ends a table cell even in a code span, and whether a backslash saves it depends on what stands before it.
  const clean = truncate(printable(text.slice(0, longestFact)), width).replaceAll('|', '¦')
  if (clean.trim() === '') return '(empty)'
  const fence = '`'.repeat(longestRun(clean) + 1)
  const pad = clean.startsWith('`') || clean.endsWith('`') || (clean.startsWith(' ') && clean.endsWith(' ')) ? ' ' : ''
  return `${fence}${pad}${clean}${pad}${fence}`
}

export function markdownPhrase(phrase: Phrase): string {
  return phrase.map((part) => (typeof part === 'string' ? part : code(part.fact))).join('')
}

/** Never broken over two lines, however narrow the column. */
export function versionStep(from: string, to: string): string {
  return `${code(from)}\u00A0→\u00A0${code(to)}`
}

export function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}
