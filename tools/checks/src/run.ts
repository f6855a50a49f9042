/**
 * Runs the tools that are checks of their own, from the root, as they would run by hand.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repositoryRoot } from './source.ts'

/** What the tool printed when it failed, as one finding; nothing when it passed. */
export async function findingsOf(tool: Tool, args: readonly string[]): Promise<readonly string[]> {
  const { code, output } = await runNode([binOf(tool), ...args], 'pipe')
  if (code === 0) return []
  return [output.trim() === '' ? `${tool} ended with ${code} and said nothing` : output.trim()]
}

/** True when every test passed. Their output goes straight to the terminal. */
export async function runTests(): Promise<boolean> {
  const { code } = await runNode([binOf('vitest'), 'run'], 'inherit')
  return code === 0
}

type Tool = 'typescript' | 'oxlint' | 'oxfmt' | 'knip' | 'vitest'

/** The script behind a tool's command, so that no shell and no `.cmd` file stands between. */
function binOf(tool: Tool): string {
  const manifestPath = join(repositoryRoot, 'node_modules', tool, 'package.json')
  const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8')) as { bin: string | Readonly<Record<string, string>> }
  const script = typeof bin === 'string' ? bin : (bin[tool === 'typescript' ? 'tsc' : tool] ?? '')
  return join(dirname(manifestPath), script)
}

function runNode(args: readonly string[], stdio: 'pipe' | 'inherit'): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ['ignore', stdio, stdio] })
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
