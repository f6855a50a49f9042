/**
 * Runs the lifecycle scripts that belong to packing, in the order of the workspace's package manager and through it,
 * so that they see the same environment as ever. A process only for scripts that exist.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Manifest, WorkspaceTool } from '@topsail/core'
import { runProgram } from '../../adapters/program.ts'

export type ScriptFailure = { readonly script: string; readonly detail: string }

export type ScriptContext = {
  readonly dir: string
  /** The workspace root, absolute. */
  readonly root: string
  readonly tool: WorkspaceTool
  readonly scripts: ReadonlySet<string>
}

const before: Readonly<Record<WorkspaceTool, readonly string[]>> = {
  pnpm: ['prepublishOnly', 'prepack', 'prepare'],
  npm: ['prepublishOnly', 'prepack', 'prepare'],
  lerna: ['prepublishOnly', 'prepack', 'prepare'],
  root: ['prepublishOnly', 'prepack', 'prepare'],
  bun: ['prepublishOnly', 'prepack', 'prepare'],
  yarn: ['prepublish', 'prepack'],
}

/** Whatever tool runs them: where none of these exists, packing is nothing but reading. */
export const packingScripts: readonly string[] = ['prepublish', 'prepublishOnly', 'prepack', 'prepare', 'postpack']

export function scriptsOf(manifest: Manifest): ReadonlySet<string> {
  const scripts: unknown = manifest['scripts']
  if (typeof scripts !== 'object' || scripts === null) return new Set()
  return new Set(
    Object.entries(scripts).flatMap(([name, text]) => (typeof text === 'string' && text !== '' ? [name] : [])),
  )
}

export function runScriptsBefore(context: ScriptContext): Promise<ScriptFailure | undefined> {
  return runScripts(before[context.tool], context)
}

export function runScriptsAfter(context: ScriptContext): Promise<ScriptFailure | undefined> {
  return runScripts(['postpack'], context)
}

/** Once the registry serves it. Yarn knows no scripts of that kind. */
export function runScriptsOfPublishing(context: ScriptContext): Promise<ScriptFailure | undefined> {
  return runScripts(context.tool === 'yarn' ? [] : ['publish', 'postpublish'], context)
}

async function runScripts(names: readonly string[], context: ScriptContext): Promise<ScriptFailure | undefined> {
  for (const name of names) {
    if (!context.scripts.has(name)) continue
    const detail = await runScript(name, context)
    if (detail !== undefined) return { script: name, detail }
  }
  return undefined
}

const longestDetail = 2000

async function runScript(name: string, { dir, root, tool }: ScriptContext): Promise<string | undefined> {
  const [file, ...before] = packageManager(tool, root)
  const args = [...before, 'run', name]
  const answer = await runProgram({ file, args, cwd: dir, isLocal: true, isUnbounded: true })
  if (answer.kind === 'done') return undefined
  return answer.kind === 'missing' ? `${file} is not installed` : answer.output.slice(-longestDetail)
}

/** The command that runs scripts in this workspace. */
export function packageManager(tool: WorkspaceTool, root: string): readonly [string, ...string[]] {
  if (tool === 'yarn') return yarnCommand(root)
  return [tool === 'lerna' || tool === 'root' ? 'npm' : tool]
}

/** Yarn is often a file of the repository, named in its configuration, and not installed. */
function yarnCommand(root: string): readonly [string, ...string[]] {
  const config = join(root, '.yarnrc.yml')
  const path = existsSync(config)
    ? /^yarnPath:\s*["']?([^"'\n]+?)["']?\s*$/m.exec(readFileSync(config, 'utf8'))?.[1]
    : undefined
  return path === undefined ? ['yarn'] : [process.execPath, resolve(root, path)]
}
