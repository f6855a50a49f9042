/**
 * Problems in words: one exhaustive record over the topics of `problems/`, so that a code without a sentence does not
 * compile, and how a problem stands on a terminal.
 */
import type { Problem, ProblemCode, Severity } from '@topsail/core'
import type { CliContext, Colours } from '../context.ts'
import { below, linesApart, linesJoined } from './others-words.ts'
import { changesetsProblems } from './problems/changesets.ts'
import { configurationProblems } from './problems/configuration.ts'
import { forgeProblems } from './problems/forge.ts'
import { historyProblems } from './problems/history.ts'
import { planProblems } from './problems/plan.ts'
import { prereleaseProblems } from './problems/prerelease.ts'
import { publishProblems } from './problems/publish.ts'
import { publishStepsProblems } from './problems/publish-steps.ts'
import { releaseProblems } from './problems/release.ts'
import { versionProblems } from './problems/version.ts'
import { workspaceProblems } from './problems/workspace.ts'
import type { AllWords, ProblemWords } from './problems/words.ts'
import { printable } from './text.ts'

export const problemWords = {
  ...workspaceProblems,
  ...configurationProblems,
  ...historyProblems,
  ...changesetsProblems,
  ...planProblems,
  ...prereleaseProblems,
  ...versionProblems,
  ...publishProblems,
  ...publishStepsProblems,
  ...releaseProblems,
  ...forgeProblems,
} satisfies AllWords

/** One problem as a paragraph: severity, code and place; the sentence; what others said at length; the mend. */
export function renderProblem(problem: Problem, colours: Colours): string {
  const words = wordsOf(problem)
  const mend = words.mend(problem)
  const said = linesApart(problem)
  const sentence = words.says(said.problem)
  const saidLines = sentence.includes(below) ? said.lines : []
  const place = placeOf(problem)
  const head = [severityLabel(problem.severity, colours), colours.bold(problem.code), place && colours.cyan(place)]
  const lines = [
    head.filter((part) => part !== '').join('  '),
    `  ${sentence.replaceAll('\n', '\n  ')}`,
    ...saidLines.map((line) => `    ${colours.dim('│')} ${line}`),
  ]
  if (mend !== undefined) lines.push(`  ${colours.dim('hint:')} ${mend}`)
  return lines.join('\n')
}

/** A bound on what a person scrolls through, for each code; nothing else is left out anywhere. */
const mostOfOneCode = 50

export function renderProblems(problems: readonly Problem[], colours: Colours): string {
  const counts = new Map<ProblemCode, number>()
  const shown = problems.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1
    counts.set(code, count)
    return count <= mostOfOneCode
  })
  const more = [...counts]
    .filter(([, count]) => count > mostOfOneCode)
    .map(([code, count]) => `… and ${count - mostOfOneCode} more ${colours.bold(code)}; --json lists them all\n`)
  return [...shown.map((problem) => `${renderProblem(problem, colours)}\n`), ...more].join('\n')
}

/** Problems go to standard error, except where they are the result. */
export function reportProblems(context: CliContext, problems: readonly Problem[]): void {
  if (problems.length > 0) context.err.write(renderProblems(problems, context.err.colours))
}

/** `.changeset/brave-cats.md:2`, or the empty text. */
export function placeOf(problem: Problem): string {
  if (problem.place === undefined) return ''
  const { file, line } = problem.place
  return printable(line === undefined ? file : `${file}:${line}`)
}

export function sentenceOf(problem: Problem): string {
  return wordsOf(problem).says(linesJoined(problem))
}

export function mendOf(problem: Problem): string | undefined {
  return wordsOf(problem).mend(problem)
}

function wordsOf(problem: Problem): ProblemWords<Problem> {
  // The record pairs each code with the words for exactly that member of the union, which the index loses.
  return problemWords[problem.code] as unknown as ProblemWords<Problem>
}

function severityLabel(severity: Severity, colours: Colours): string {
  if (severity === 'error') return colours.red(colours.bold('error'))
  if (severity === 'quarantined') return colours.magenta(colours.bold('quarantined'))
  return colours.yellow(colours.bold('warning'))
}
