/**
 * Outputs of a step of GitHub Actions: lines in the file that the runner names. A value stands between two lines that
 * nobody can guess, so that nothing inside of it can pass for another output.
 */
import { randomBytes } from 'node:crypto'
import type { CliContext } from './context.ts'
import { appendForRunner } from './named-file.ts'

/** What action.yml documents. */
export const actionOutputNames = ['ok', 'has-changesets', 'plan-id', 'pull-request', 'published', 'releases'] as const

export type ActionOutputs = Readonly<Partial<Record<(typeof actionOutputNames)[number], string>>>

export function writeActionOutputs(context: CliContext, outputs: ActionOutputs): void {
  const file = context.env['GITHUB_OUTPUT']
  if (file === undefined || file === '') return
  const text = Object.entries(outputs).map(([name, value]) => {
    const end = `topsail-${randomBytes(12).toString('hex')}`
    return `${name}<<${end}\n${value}\n${end}\n`
  })
  appendForRunner(context, file, text.join(''))
}
