/**
 * The real command in a process of its own, which may be killed; and what is told of many such runs.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { gitEnvironment, type TestRegistry } from '@topsail/engine/testing'

const cli = process.env['TOPSAIL_BIN'] ?? fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url))

export type Ended = {
  /** Null: it was killed. */
  readonly code: number | null
  readonly output: string
  readonly seconds: number
}

/** `after` milliseconds it is killed without warning: alone, or with everything it has started. */
export type Kill = { readonly after: number; readonly alone: boolean }

export type RunOptions = {
  readonly seed: number
  readonly registry: TestRegistry
  readonly onRun?: (line: string) => void
}

export type Report = { readonly summary: string; readonly failures: readonly string[] }

export function runTopsail(args: readonly string[], cwd: string, registry: TestRegistry, kill?: Kill): Promise<Ended> {
  const env = { ...process.env, ...gitEnvironment, CRASH_TOKEN: registry.token, NO_COLOR: '1' }
  const began = performance.now()
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const timer = kill === undefined ? undefined : setTimeout(() => strike(child.pid, kill.alone), kill.after)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(timer)
      const output = Buffer.concat(chunks).toString('utf8')
      resolve({ code, output, seconds: (performance.now() - began) / 1000 })
    })
  })
}

function strike(pid: number | undefined, alone: boolean): void {
  if (pid === undefined) return
  try {
    process.kill(alone || process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

export function lastWords(output: string): string {
  return output.trim().split('\n').slice(-3).join(' / ')
}
