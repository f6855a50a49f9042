/**
 * Whoever publishes a workspace, as commands in a repository.
 */
import { delimiter, dirname, join } from 'node:path'
import { benchFolder } from '../fleets.ts'
import type { Command } from '../measure.ts'
import { anyPnpm, filesFor, installPeer } from '../peers.ts'
import { peerCases, type PublishingPeer } from '../publish/contenders.ts'
import { installTopsail } from '../topsail.ts'

export type ToolName = 'topsail' | PublishingPeer

export type Tool = {
  readonly name: ToolName
  readonly title: string
  /** What it wants to find in the repository. */
  readonly files: Readonly<Record<string, string>>
  /** A folder of installed packages that it looks for in the repository. */
  readonly modules?: string | undefined
  publish(cwd: string): Command
}

export function toolNamed(name: ToolName): Tool {
  if (name === 'topsail') {
    const bin = installTopsail()
    return {
      name,
      title: 'topsail publish',
      files: {},
      publish: (cwd) => ({ file: process.execPath, args: [bin, 'publish'], cwd }),
    }
  }
  const { name: title, script } = peerCases[name]
  const program = installPeer(name)
  const [file, args] = name === 'pnpm' ? [program, script] : [process.execPath, [program, ...script]]
  const env = { ...anyPnpm, PATH: [dirname(installPeer('pnpm')), process.env['PATH'] ?? ''].join(delimiter) }
  const modules = name === 'nx' ? join(benchFolder, name, 'node_modules') : undefined
  return { name, title, files: filesFor(name), modules, publish: (cwd) => ({ file, args, cwd, env }) }
}
