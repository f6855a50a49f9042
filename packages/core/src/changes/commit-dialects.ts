/**
 * Messages as nx and release-please read them, where that is another grammar than the conventional one. What looks odd
 * here is what those tools do: release-please drops a whole message when a line of its body begins with a word and an
 * unclosed parenthesis, takes the last lines of a body for commits when each is a footer, and knows no bullets.
 */
import type { Statement } from './commits.ts'
import { cutSubject } from './message-lines.ts'

type Reading = { readonly statements: readonly Statement[]; readonly releaseAs?: string | undefined }

const nxHeader = /^([^\s():!]+)(?:\s{0,20}\((.+)\))?(!)?: (.+)$/u
const nxRevert = /This reverts commit [\da-f]{40}./

/** One statement or none. A literal `BREAKING CHANGE:` anywhere in the body breaks; a named revert is `revert`. */
export function readNxMessage(subject: string, body: string): Reading {
  const match = nxHeader.exec(subject.slice(0, 1000))
  if (match === null) return { statements: [] }
  const [, type = '', scope, mark, summary = ''] = match
  return {
    statements: [
      {
        type: nxRevert.test(body) ? 'revert' : type,
        scope,
        breaking: mark !== undefined || body.includes('BREAKING CHANGE:'),
        summary,
      },
    ],
  }
}

/** A newer `Release-As` is nearer the end of nothing: within one message the last one stands. */
export function readReleasePleaseMessage(text: string): Reading {
  const statements: Statement[] = []
  let releaseAs: string | undefined
  for (const part of splitNested(overridden(text))) {
    const reading = readOne(part)
    if (reading === undefined) continue
    statements.push(...reading.statements.slice(0, mostStatements - statements.length))
    releaseAs ??= reading.releaseAs
  }
  return { statements, releaseAs }
}

const mostStatements = 500

/** A pull request's body may become the message of its squash commit, and the override with it. */
function overridden(text: string): string {
  const start = text.indexOf('BEGIN_COMMIT_OVERRIDE')
  if (start < 0) return text
  const from = start + 'BEGIN_COMMIT_OVERRIDE'.length
  const end = text.indexOf('END_COMMIT_OVERRIDE', from)
  return text.slice(from, end < 0 ? undefined : end).trim() || text
}

const conventionalParagraph =
  /\r?\n\r?\n(?=(?:feat|fix|docs|style|refactor|perf|test|build|ci|chore|revert)(?:\([^\n]{0,500}?\))?: )/

function splitNested(text: string): readonly string[] {
  const [first = '', ...blocks] = text.split('BEGIN_NESTED_COMMIT')
  const nested: string[] = []
  let outside = first
  for (const block of blocks) {
    const end = block.indexOf('END_NESTED_COMMIT')
    nested.push(end < 0 ? block : block.slice(0, end))
    if (end >= 0) outside += block.slice(end + 'END_NESTED_COMMIT'.length)
  }
  return [...outside.split(conventionalParagraph), ...nested].filter((part) => part !== '')
}

const space = '[\\t\\v\\f \\u00a0\\ufeff\\p{Zs}]'
/** What a header or a footer says beyond this changes nothing. */
const longestLine = 2000
const indentation = new RegExp(`^${space}+`, 'u')
const headPattern = new RegExp(`^([^\\s():!]+)(?:\\(([^()\\r\\n]+)\\))?(!)?(?::| #)${space}*(.*)$`, 'u')
const unclosedScope = /^[^\s():!]+\((?![^()]*\))/
const footerPattern = new RegExp(
  `^(?:(BREAKING[ -]CHANGE)|!|([^\\s():!]+)(?:\\(([^()]+)\\))?(!)?)(:| #)${space}*(.*)$`,
  'u',
)
const dashedNote = /BREAKING-CHANGE:\s*\S/
const breakingBody = new RegExp(`^BREAKING[ -]CHANGE:${space}*(.*)$`, 'u')

/** Undefined when release-please cannot parse the message, and then knows nothing of it. */
function readOne(text: string): Reading | undefined {
  const { subject, body } = cutSubject(text.trim())
  const head = statementOf(subject)
  if (head === undefined) return undefined
  if (body === '') return { statements: [head] }
  const lines = body.split(/[\r\n]+/).filter((line) => line !== '')
  const firstFooter = whereFootersBegin(lines)
  const bodyLines = lines.slice(0, firstFooter)
  if (bodyLines.some((line) => unclosedScope.test(line))) return undefined
  const footers = readFooters(lines.slice(firstFooter))
  const noted = footers.breaking ?? breaksInBody(bodyLines) ?? head.breaking
  const breaking = noted || bodyLines.some((line) => dashedNote.test(line) && !breakingBody.test(line))
  return { statements: [...footers.statements, { ...head, breaking }], releaseAs: footers.releaseAs }
}

function statementOf(line: string): Statement | undefined {
  const match = headPattern.exec(line.slice(0, longestLine))
  if (match === null) return undefined
  const [, type = '', scope, mark, summary = ''] = match
  return { type, scope, breaking: mark !== undefined && summary !== '', summary }
}

/** The first line from which on every line is a footer, or the indented rest of one. */
function whereFootersBegin(lines: readonly string[]): number {
  let first = lines.length
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? ''
    if (isIndented(line)) continue
    if (!isFooter(line)) break
    first = at
  }
  return first
}

function isIndented(line: string): boolean {
  return indentation.test(line)
}

function isFooter(line: string): boolean {
  return footerPattern.test(line.slice(0, longestLine))
}

/** The last place that speaks of it decides, even when it has nothing to say. */
function breaksInBody(lines: readonly string[]): boolean | undefined {
  const at = lines.findLastIndex((line) => breakingBody.test(line))
  if (at < 0) return undefined
  return at + 1 < lines.length || breakingBody.exec(lines[at] ?? '')?.[1] !== ''
}

type Footers = Reading & { readonly breaking: boolean | undefined }

/** Each footer is read as a message of its own, its indented lines moved to the left: some of them are commits. */
function readFooters(lines: readonly string[]): Footers {
  const statements: Statement[] = []
  let breaking: boolean | undefined
  let releaseAs: string | undefined
  for (let at = 0; at < lines.length;) {
    const match = footerPattern.exec((lines[at] ?? '').slice(0, longestLine))
    at += 1
    const rest: string[] = []
    for (; isIndented(lines[at] ?? ''); at += 1) rest.push((lines[at] ?? '').replace(indentation, ''))
    const [, note, type, scope, mark, separator, text = ''] = match ?? []
    const last = rest.at(-1) ?? text
    if (note !== undefined) breaking = last !== ''
    if (type === undefined) continue
    if (type.toLowerCase() === 'release-as') releaseAs ??= last.trim()
    const words = `${type}${scope === undefined ? '' : `(${scope})`}${mark ?? ''}${separator === ':' ? ': ' : ''}`
    if (statements.length >= mostStatements) continue
    statements.push(...(readOne([`${words}${text}`, ...rest].join('\n'))?.statements ?? []).slice(0, mostStatements))
  }
  return { statements, breaking, releaseAs }
}
