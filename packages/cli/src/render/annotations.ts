/**
 * Problems as GitHub workflow commands, which put them beside the lines of a pull request. What a runner would read as
 * part of the command is escaped as it asks: `%`, CR and LF in a message, `:` and `,` too in a property.
 */
import type { Problem } from '@topsail/core'
import { mendOf, sentenceOf } from './problem.ts'
import { printable } from './text.ts'

/** `prefix` is the workspace's own folder in the repository, `''` at its root. */
export function renderAnnotations(problems: readonly Problem[], prefix: string): string {
  return problems.map((problem) => `${annotation(problem, prefix)}\n`).join('')
}

function annotation(problem: Problem, prefix: string): string {
  const kind = problem.severity === 'warning' ? 'warning' : 'error'
  const { place } = problem
  const properties = [
    ...(place === undefined
      ? []
      : [`file=${property(printable(prefix === '' ? place.file : `${prefix}/${place.file}`))}`]),
    ...(place?.line === undefined ? [] : [`line=${place.line}`]),
    `title=${property(problem.code)}`,
  ]
  const mend = mendOf(problem)
  return `::${kind} ${properties.join(',')}::${message(mend === undefined ? sentenceOf(problem) : `${sentenceOf(problem)}\n${mend}`)}`
}

function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
