/**
 * Files that the user names on the command line, outside of the workspace's own: what fails here is the user's to mend,
 * so it comes back as a problem. Paths are taken from the folder the command runs in, as a shell does.
 */
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Problem } from '@topsail/core'
import type { CliContext } from './context.ts'
import { reportProblems } from './render/problem.ts'

export function readNamedFile(context: CliContext, file: string): { text: string } | { problem: Problem } {
  try {
    return { text: readFileSync(resolve(context.cwd, file), 'utf8') }
  } catch (error) {
    return { problem: { code: 'PLAN_FILE_UNREADABLE', severity: 'error', place: { file }, detail: systemCode(error) } }
  }
}

export function writeNamedFile(context: CliContext, file: string, text: string): Problem | undefined {
  try {
    writeWhole(resolve(context.cwd, file), text)
    return undefined
  } catch (error) {
    return { code: 'OUTPUT_UNWRITABLE', severity: 'error', place: { file }, detail: systemCode(error) }
  }
}

/** For a file that a runner names: what is told there is told after everything else, and is no success where it cannot be. */
export function appendForRunner(context: CliContext, file: string, text: string): void {
  try {
    appendFileSync(resolve(context.cwd, file), text)
  } catch (error) {
    reportProblems(context, [
      { code: 'OUTPUT_UNWRITABLE', severity: 'error', place: { file }, detail: systemCode(error) },
    ])
    if (context.exitCode() === 0) context.exitWith(1)
  }
}

/**
 * Whoever finds the file finds all of it: a disk that is full leaves what was there before. A pipe or a device is written
 * to as it is, and so is a file whose folder takes no other.
 */
function writeWhole(path: string, text: string): void {
  const before = statSync(path, { throwIfNoEntry: false })
  if (before !== undefined && !before.isFile()) return writeFileSync(path, text)
  const target = before === undefined ? path : realpathSync(path)
  const draft = join(dirname(target), `.topsail-${randomBytes(6).toString('hex')}.tmp`)
  try {
    writeFileSync(draft, text, { flag: 'wx' })
    if (before !== undefined) chmodSync(draft, before.mode)
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { force: true })
    if (before === undefined || !['EACCES', 'EPERM'].includes(String((error as { code?: unknown }).code))) throw error
    writeFileSync(target, text)
  }
}

/** ENOENT, EACCES, EISDIR: what the system said. Anything else is not the user's fault. */
function systemCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  throw error
}
