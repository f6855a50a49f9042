/**
 * Which folder is the workspace root, seen from any folder inside of it. A folder that Changesets would call a root
 * wins over one that only looks like it, the nearest wins among equals, and nothing above the repository's own top is
 * asked.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { diskFiles } from '../adapters/disk-files.ts'
import { toolAt } from './workspace-tool.ts'

/** The absolute path of the root; undefined when no folder on the way up has a manifest or is a workspace. */
export function findWorkspaceRoot(cwd: string): string | undefined {
  const folders = foldersUpFrom(resolve(cwd))
  let likely: string | undefined
  for (const dir of folders) {
    const tool = toolAt(diskFiles(dir))
    if (tool?.isCertain === true) return dir
    if (tool !== undefined) likely ??= dir
  }
  return likely ?? folders.find((dir) => existsSync(join(dir, 'package.json')))
}

function foldersUpFrom(start: string): readonly string[] {
  const folders: string[] = []
  for (let dir = start; ; dir = dirname(dir)) {
    if (isFolder(dir)) folders.push(dir)
    if (existsSync(join(dir, '.git')) || dirname(dir) === dir) return folders
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
