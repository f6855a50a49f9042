/**
 * What a user sees when Topsail itself is wrong: what happened, and where to tell. Credentials and control characters
 * are taken out, since people paste this into public issues.
 */
import type { Colours } from '../context.ts'
import { printable, printableLines } from './text.ts'

const issues = 'https://github.com/topsail/topsail/issues/new'

export function renderBug(error: unknown, version: string, colours: Colours): string {
  const lines = [
    `${colours.red(colours.bold('bug'))}  Topsail stopped at something that it should have handled. This is not your mistake.`,
    '',
    ...detailLines(error).map((line) => `  ${line}`),
    '',
    `  topsail ${printable(version)}, node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `  Please report it, with the lines above: ${issues}`,
  ]
  return `${lines.join('\n')}\n`
}

function detailLines(error: unknown): string[] {
  const text = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error)
  const causes = error instanceof Error && error.cause !== undefined ? detailLines(error.cause) : []
  return [...printableLines(text).split('\n').slice(0, 12), ...causes.map((line) => `caused by ${line}`)].slice(0, 30)
}
