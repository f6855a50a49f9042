/**
 * Installs the dependencies of a workspace that was checked out a moment ago, by its own package manager and exactly as
 * its lockfile has them, from what this machine has where that is enough. Which scripts may run is up to the user's
 * configuration, as in any other install. Nothing has left the machine yet when it fails.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem, WorkspaceTool } from '@topsail/core'
import { runProgram } from '../../adapters/program.ts'
import type { Environment } from '../npmrc.ts'
import { packageManager } from '../pack/scripts.ts'
import type { Redact } from '../secrets.ts'

export type InstallEvent =
  | { readonly kind: 'install-started'; readonly command: string }
  | { readonly kind: 'install-output'; readonly line: string }
  | { readonly kind: 'install-ended'; readonly command: string; readonly problem: Problem | undefined }

export type InstallOptions = {
  /** The workspace root, absolute. */
  readonly root: string
  readonly tool: WorkspaceTool
  readonly env: Environment
  readonly redact: Redact
  readonly onEvent: (event: InstallEvent) => void
}

/** What failed, or nothing. */
export async function installDependencies(options: InstallOptions): Promise<Problem | undefined> {
  const { root, tool, env, redact, onEvent } = options
  const [file, ...before] = packageManager(tool, root)
  const args = [...before, ...argumentsFor(tool, root)]
  const command = [file, ...args].join(' ')
  onEvent({ kind: 'install-started', command })
  const answer = await runProgram({
    file,
    args,
    cwd: root,
    env: Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
    isUnbounded: true,
    onLine: (line) => onEvent({ kind: 'install-output', line: redact(line) }),
  })
  const detail =
    answer.kind === 'missing'
      ? `${file} is not installed`
      : answer.kind === 'failed'
        ? lastOf(answer.output)
        : undefined
  const problem: Problem | undefined =
    detail === undefined ? undefined : { code: 'INSTALL_FAILED', severity: 'error', command, detail: redact(detail) }
  onEvent({ kind: 'install-ended', command, problem })
  return problem
}

/** Without a lockfile nothing is frozen; then none is written either. */
function argumentsFor(tool: WorkspaceTool, root: string): readonly string[] {
  const has = (...files: readonly string[]): boolean => files.some((file) => existsSync(join(root, file)))
  switch (tool) {
    case 'pnpm':
      return ['install', has('pnpm-lock.yaml') ? '--frozen-lockfile' : '--no-lockfile', '--prefer-offline']
    case 'yarn': {
      const locked = has('yarn.lock')
      if (has('.yarnrc.yml')) return ['install', locked ? '--immutable' : '--no-immutable']
      return ['install', locked ? '--frozen-lockfile' : '--no-lockfile', '--prefer-offline', '--non-interactive']
    }
    case 'bun':
      return ['install', has('bun.lock', 'bun.lockb') ? '--frozen-lockfile' : '--no-save']
    case 'npm':
    case 'lerna':
    case 'root': {
      const how = has('package-lock.json', 'npm-shrinkwrap.json') ? ['ci'] : ['install', '--no-package-lock']
      return [...how, '--prefer-offline', '--no-audit', '--no-fund']
    }
  }
}

function lastOf(output: string): string {
  return output.trim().slice(-2000)
}
