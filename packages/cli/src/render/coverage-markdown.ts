/**
 * The answer of `topsail check` as markdown for a pull request comment. Bounded: a comment may hold 65,536 characters,
 * so long lists end with how many more there are.
 */
import type { Problem } from '@topsail/core'
import type { CheckResult } from '@topsail/engine'
import { changesById, coverageWords, hasFailed, pastableCommand } from './coverage.ts'
import { code } from './markdown.ts'
import { mendOf, placeOf, sentenceOf } from './problem.ts'
import { plural } from './text.ts'

const mostPackages = 80
const mostProblems = 40

export function renderCoverageMarkdown(result: CheckResult): string {
  const parts = [headline(result)]
  if (result.packages.length > 0) parts.push(packageTable(result))
  if (result.problems.length > 0) parts.push(problemList(result.problems))
  const mend = pastableCommand(result)
  if (mend !== undefined) {
    // Four spaces make a code block that no backtick can close; `argument` has left no line breaks.
    parts.push(`One command answers for all that is uncovered:\n\n    ${mend}`)
  }
  return `${parts.join('\n\n')}\n`
}

function headline(result: CheckResult): string {
  const errors = result.problems.filter((problem) => problem.severity === 'error').length
  return hasFailed(result)
    ? `### ❌ ${plural(errors, 'problem')} to mend`
    : '### ✅ Every touched package is answered for'
}

function packageTable(result: CheckResult): string {
  const changes = changesById(result)
  const order = { uncovered: 0, declined: 1, bumped: 2, excluded: 3 }
  const sorted = result.packages.toSorted((a, b) => order[a.state.kind] - order[b.state.kind])
  const rows = sorted.slice(0, mostPackages).map((entry) => {
    const [word, detail] = coverageWords(entry, changes)
    const mark = entry.state.kind === 'uncovered' ? '❌ ' : ''
    return `| ${code(entry.name)} | ${mark}${word} | ${code(detail)} |`
  })
  const more = sorted.length - rows.length
  const rest = more > 0 ? [`| … | | and ${plural(more, 'package')} more |`] : []
  return ['| package | | |', '|---|---|---|', ...rows, ...rest].join('\n')
}

function problemList(problems: readonly Problem[]): string {
  const lines = problems.slice(0, mostProblems).map((problem) => {
    const place = placeOf(problem)
    const mend = mendOf(problem)
    const where = place === '' ? '' : ` ${code(place)}`
    return `- **${problem.code}**${where}: ${code(sentenceOf(problem))}${mend === undefined ? '' : `<br>${code(mend)}`}`
  })
  const more = problems.length - lines.length
  return [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')
}
