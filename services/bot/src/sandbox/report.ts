/**
 * The report on a pull request, computed by the `topsail` program in a process of its own, in the working tree of the
 * clone. The process gets no token and no variable but the sandbox's; what it prints is text of unknown origin until
 * the engine has read it as a report.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { SandboxLimits } from '../configuration.ts'
import type { Checkout } from './clones.ts'
import { sandboxEnvironment } from './git.ts'
import { runGuarded } from './guarded.ts'

export type ReportText =
  | { readonly kind: 'report'; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string }
  /** It takes more time, memory or room than one look may have. */
  | { readonly kind: 'over'; readonly limit: string }
  | { readonly kind: 'stopped' }

export async function computeReport(
  { folder, place, base }: Checkout,
  remote: string,
  limits: SandboxLimits,
  signal: AbortSignal,
): Promise<ReportText> {
  const answer = await runGuarded({
    file: process.execPath,
    args: [
      `--max-old-space-size=${Math.floor(limits.memoryBytes / 2 ** 20)}`,
      topsail,
      'ci',
      'pr',
      '--json',
      '--since',
      base,
    ],
    cwd: folder,
    env: { ...sandboxEnvironment(join(place, 'home'), remote), NO_COLOR: '1' },
    seconds: limits.planSeconds,
    // What V8 manages is not all that a process takes.
    memoryBytes: limits.memoryBytes * 1.5,
    folder: { path: place, bytes: limits.folderBytes },
    signal,
  })
  switch (answer.kind) {
    case 'over':
    case 'stopped':
      return answer
    case 'done':
      // 1: there are problems, which the report tells.
      if (answer.code === 0 || answer.code === 1) return { kind: 'report', text: answer.stdout }
      return { kind: 'failed', why: `topsail ended with ${answer.code}` }
  }
}

const topsail = join(dirname(createRequire(import.meta.url).resolve('topsail/package.json')), 'bin', 'topsail.js')
