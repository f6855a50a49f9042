/**
 * Files that the user names on the command line, outside of the workspace's own: what fails here is the user's to mend,
 * so it comes back as a problem. Paths are taken from the folder the command runs in, as a shell does.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Problem } from '@topsail/core'
import type { CliContext } from './context.ts'

export function readNamedFile(context: CliContext, file: string): { text: string } | { problem: Problem } {
  try {
    return { text: readFileSync(resolve(context.cwd, file), 'utf8') }
  } catch (error) {
    return { problem: { code: 'PLAN_FILE_UNREADABLE', severity: 'error', place: { file }, detail: systemCode(error) } }
  }
}

export function writeNamedFile(context: CliContext, file: string, text: string): Problem | undefined {
  try {
    writeFileSync(resolve(context.cwd, file), text)
    return undefined
  } catch (error) {
    return { code: 'OUTPUT_UNWRITABLE', severity: 'error', place: { file }, detail: systemCode(error) }
  }
}

/** ENOENT, EACCES, EISDIR: what the system said. Anything else is not the user's fault. */
function systemCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  throw error
}
