/**
 * Where the git folder is, found as git finds it and without asking git: that one is there counts also where git refuses
 * to use it.
 */
import { readFileSync, statSync, type Stats } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export type GitPlace = {
  readonly worktree: string
  /** Undefined: a file stands for it that does not say where it is. */
  readonly gitFolder: string | undefined
}

export function findGitFolder(root: string): GitPlace | undefined {
  for (let dir = root; ; dir = dirname(dir)) {
    const candidate = join(dir, '.git')
    const stats = statsOf(candidate)
    if (stats?.isDirectory()) return { worktree: dir, gitFolder: candidate }
    if (stats?.isFile()) return { worktree: dir, gitFolder: folderNamedIn(candidate, dir) }
    if (dirname(dir) === dir) return undefined
  }
}

/** Git passes over what leads nowhere, and what is neither a file nor a folder. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

function folderNamedIn(file: string, dir: string): string | undefined {
  try {
    const named = /^gitdir: ([^\0]+)$/.exec(readFileSync(file, 'utf8').trimEnd())?.[1]
    return named === undefined ? undefined : resolve(dir, named)
  } catch {
    return undefined
  }
}
