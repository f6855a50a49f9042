/**
 * What others said of a failure (git, a builder, a registry), which may be many lines. On a terminal they stand below the
 * sentence as they were said; everywhere else they are one line of it. Either way their two ends are kept, since some
 * say first what is wrong and some last, and nothing of them steers a terminal.
 */
import type { Problem } from '@topsail/core'
import { printableLines } from './text.ts'

/** The sentence's own facts, in which others may stand word for word. */
const facts = ['detail', 'undoing', 'noTree'] as const

/** What stands for them in the sentence; one that leaves them out leaves the lines out too. */
export const below = 'see below'

const mostLines = 20
const longestLine = 500

/** The problem as its sentence wants it where lines stand below, and those lines. */
export function linesApart(problem: Problem): { readonly problem: Problem; readonly lines: readonly string[] } {
  const said = wordsIn(problem)
  const sentence = (lines: readonly string[]): string => (lines.length > 1 ? below : (lines[0] ?? ''))
  return {
    problem: withWords(
      problem,
      said.map(({ fact, lines }) => [fact, sentence(lines)]),
    ),
    lines: said.filter(({ lines }) => lines.length > 1).flatMap(({ lines }) => lines),
  }
}

/** The problem as its sentence wants it where all has to be one line. */
export function linesJoined(problem: Problem): Problem {
  return withWords(
    problem,
    wordsIn(problem).map(({ fact, lines }) => [fact, lines.join(' | ')]),
  )
}

/** On one line, for where there is no problem yet. */
export function wordsOnOneLine(text: string): string {
  return shownLines(text).join(' | ')
}

type Fact = (typeof facts)[number]

function wordsIn(problem: Problem): readonly { readonly fact: Fact; readonly lines: readonly string[] }[] {
  const known: Readonly<Record<string, unknown>> = problem
  return facts.flatMap((fact) => {
    const text = known[fact]
    return typeof text === 'string' ? [{ fact, lines: shownLines(text) }] : []
  })
}

function withWords(problem: Problem, words: readonly (readonly [Fact, string])[]): Problem {
  return words.length === 0 ? problem : { ...problem, ...Object.fromEntries(words) }
}

function shownLines(text: string): readonly string[] {
  const lines = printableLines(text.replaceAll('\t', '  '))
    .split('\n')
    .map((line) => shortened(line.trimEnd()))
    .filter((line) => line !== '')
  // The sentence brings the indentation that all of them share.
  const indent = Math.min(...lines.map((line) => line.search(/\S/)))
  const level = lines.map((line) => line.slice(indent))
  if (level.length <= mostLines + 1) return level
  const half = mostLines / 2
  return [...level.slice(0, half), `… ${level.length - mostLines} lines left out …`, ...level.slice(-half)]
}

function shortened(line: string): string {
  if (line.length <= longestLine) return line
  const half = longestLine / 2
  return `${line.slice(0, half)} … ${line.length - longestLine} characters left out … ${line.slice(-half)}`
}
