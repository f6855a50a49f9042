/**
 * What is wrong with a changeset that cannot be read, and where: the line that a person has to mend and, where it is
 * plain what was meant, that line as it should be. The parser of YAML, which knows neither names nor bumps, speaks only
 * where nothing of this was found.
 */
import { bumps } from '../bump.ts'
import { closestName } from '../closest-name.ts'

export type ChangesetFault = {
  readonly detail: string
  /** From 1. */
  readonly line: number | undefined
  /** What to write instead of that line, or what to do. */
  readonly mend?: { readonly write: string } | { readonly act: ChangesetMend } | undefined
}

export type ChangesetMend = 'solve-conflict' | 'open-front-matter' | 'close-front-matter' | 'name-once'

/** Of a text in which no two lines of `---` were found. */
export function faultAround(text: string): ChangesetFault {
  const conflict = conflictIn(text)
  if (conflict !== undefined) return conflict
  const lines = text.split('\n', mostLines)
  const open = lines.findIndex((line) => /^\s*-{2,}\s*$/.test(line))
  const detail = 'there is no front matter between two lines of ---'
  const first = lines.findIndex((line) => line.trim() !== '')
  const isNamed = (line: string | undefined): boolean => line !== undefined && entryOf(line) !== undefined
  if (open > first && isNamed(lines[first])) return { detail, line: first + 1, mend: { act: 'open-front-matter' } }
  if (open < 0 || open !== first) return { detail, line: 1 }
  const end = lines.findIndex((line, at) => at > open && line.trim() !== '' && !isNamed(line))
  const near = lines[end]
  // `--` and `----` were meant to be the end.
  if (near !== undefined && /^\s*[-–—]+\s*$/.test(near)) return { detail, line: end + 1, mend: { write: '---' } }
  return { detail, line: open + 1, mend: { act: 'close-front-matter' } }
}

/** Of the lines of a front matter, which begin on `firstLine`; `detail` is what its parser says. */
export function faultWithin(
  lines: readonly string[],
  firstLine: number,
  text: string,
  oddLine: number,
  detail: string,
): ChangesetFault {
  const conflict = conflictIn(text)
  if (conflict !== undefined) return conflict
  const line = firstLine + Math.max(0, oddLine)
  const entry = entryOf(lines[oddLine] ?? '')
  if (entry !== undefined) {
    const { name, word } = entry
    const bump = closestName(word.toLowerCase(), bumps)
    const says = bump === word ? 'a package and its bump are written like "@acme/db": minor' : `"${word}" is no bump`
    return { detail: says, line, ...(bump === undefined ? {} : { mend: { write: `"${name}": ${bump}` } }) }
  }
  const twice = oddLine < 0 ? repeated(lines) : undefined
  if (twice === undefined) return { detail, line }
  return { detail: `"${twice.name}" stands there twice`, line: firstLine + twice.at, mend: { act: 'name-once' } }
}

/** A front matter is far shorter. */
const mostLines = 1000

/** Git leaves all of them, or none. */
function conflictIn(text: string): ChangesetFault | undefined {
  const begin = /^<{7} .*\n/m.exec(text)
  if (begin === null || !/^>{7} /m.test(text.slice(begin.index))) return undefined
  const line = text.slice(0, begin.index).split('\n').length
  return { detail: 'a merge conflict was left in it', line, mend: { act: 'solve-conflict' } }
}

/** A name and a word, however they were written: without quotes, with those of a word processor, without a colon. */
function entryOf(line: string): { readonly name: string; readonly word: string } | undefined {
  if (line.length > mostOfLine) return undefined
  const match = loose.exec(line)
  return match?.[1] === undefined || match[2] === undefined ? undefined : { name: match[1], word: match[2] }
}

const mostOfLine = 300
const loose =
  /^[\s*-]*["'`“”‘’]?(@?[a-z0-9~][\w.~-]*(?:\/[\w.~-]+)?)["'`“”‘’]?(?:\s*[:=]\s*|\s+)["'`“”‘’]?([A-Za-z0-9][\w.]*)["'`“”‘’]?\s*,?\s*$/i

function repeated(lines: readonly string[]): { readonly name: string; readonly at: number } | undefined {
  const seen = new Set<string>()
  for (const [at, line] of lines.entries()) {
    const name = entryOf(line)?.name
    if (name !== undefined && seen.has(name)) return { name, at }
    if (name !== undefined) seen.add(name)
  }
  return undefined
}
