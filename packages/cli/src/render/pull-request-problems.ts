/**
 * The problems of a report, in its comment and as annotations of its check. A report may come from anybody: facts that
 * are not of the shape their code has give no sentence, and the problem is told by its code alone.
 */
import type { ForgeBranch, Problem, PullRequestReport } from '@topsail/core'
import type { CheckAnnotation } from '@topsail/engine'
import { code, details } from './markdown.ts'
import { mendOf, problemWords, sentenceOf } from './problem.ts'
import type { CommentForm } from './pull-request-comment.ts'
import { plural, printable } from './text.ts'

const seenAtOnce = 10
const widestSentence = 500

export function problemSection(report: PullRequestReport, head: ForgeBranch | undefined, form: CommentForm): string {
  // What lacks a changeset stands in a table of its own.
  const problems = report.problems.filter(({ code: name }) => name !== 'COVERAGE_MISSING')
  const more = report.total.problems - report.problems.length
  const errors = problems.filter(({ severity }) => severity !== 'warning')
  const warnings = problems.filter(({ severity }) => severity === 'warning')
  const rows = (list: readonly Problem[]): string => list.map((problem) => row(problem, report, head)).join('\n')
  const folded = [...errors.slice(seenAtOnce), ...warnings].slice(0, form.problems)
  const left = errors.length + warnings.length - Math.min(errors.length, seenAtOnce) - folded.length + more
  if (form.problems === 0 || problems.length === 0) return ''
  const summary = [
    errors.length > seenAtOnce ? plural(errors.length - seenAtOnce, 'more problem') : '',
    warnings.length > 0 ? plural(warnings.length, 'warning') : '',
  ].filter((part) => part !== '')
  const rest = left > 0 ? `\n\n… and ${left} more` : ''
  return [
    rows(errors.slice(0, seenAtOnce)),
    folded.length === 0 ? '' : details(summary.join(', '), `${rows(folded)}${rest}`),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

export function problemAnnotations(report: PullRequestReport): readonly CheckAnnotation[] {
  return report.problems.flatMap((problem): CheckAnnotation[] => {
    if (problem.place === undefined) return []
    const { says, mend } = wordsOf(problem)
    return [
      {
        file: inRepository(report, problem.place.file),
        line: Math.max(1, problem.place.line ?? 1),
        level: problem.severity === 'warning' ? 'warning' : 'failure',
        title: printable(problem.code),
        message: mend === undefined ? says : `${says}\n${mend}`,
      },
    ]
  })
}

function row(problem: Problem, report: PullRequestReport, head: ForgeBranch | undefined): string {
  const { says, mend } = wordsOf(problem)
  const hint = mend === undefined ? '' : `<br>${code(mend, widestSentence)}`
  const name = knows(problem.code) ? `**${problem.code}**` : code(problem.code)
  return `- ${name}${placeLink(problem, report, head)}: ${code(says, widestSentence)}${hint}`
}

function placeLink({ place }: Problem, report: PullRequestReport, head: ForgeBranch | undefined): string {
  if (place === undefined) return ''
  const shown = code(place.line === undefined ? place.file : `${place.file}:${place.line}`)
  const isPlain = /^[\w@.+-]+(\/[\w@.+-]+)*$/.test(place.file) && !place.file.split('/').includes('..')
  if (head === undefined || !isPlain) return ` ${shown}`
  const path = inRepository(report, place.file).split('/').map(encodeURIComponent).join('/')
  const blob = head.kind === 'github' ? 'blob' : '-/blob'
  const line = place.line === undefined ? '' : `#L${place.line}`
  return ` [${shown}](<${head.webUrl}/${blob}/${report.head}/${path}${line}>)`
}

function inRepository({ folder }: PullRequestReport, file: string): string {
  return folder === '' ? file : `${folder}/${file}`
}

function knows(name: string): boolean {
  return Object.hasOwn(problemWords, name)
}

function wordsOf(problem: Problem): { readonly says: string; readonly mend: string | undefined } {
  if (!knows(problem.code)) return { says: `a newer Topsail knows more of ${printable(problem.code)}`, mend: undefined }
  try {
    return { says: String(sentenceOf(problem)), mend: mendOf(problem)?.toString() }
  } catch {
    // Sentences trust the facts that the types promise them, which nothing from outside has to keep.
    return { says: `${problem.code}, with facts that cannot be read`, mend: undefined }
  }
}
