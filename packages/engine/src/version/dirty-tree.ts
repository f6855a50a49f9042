/**
 * Which of the files that are to be written hold uncommitted work. Files of `.changeset/` do not count: they are what
 * `version` is asked to use up. Three git processes, whatever the number of files; without git, or before the first
 * commit, nothing can be told.
 */
import type { Path } from '@topsail/core'
import type { Git } from '../ports.ts'

export async function dirtyFiles(git: Git, paths: readonly Path[]): Promise<readonly Path[]> {
  const written = new Set(paths.filter((path) => !path.startsWith('.changeset/')))
  if (written.size === 0) return []
  const names = new Set([...written].map((path) => path.slice(path.lastIndexOf('/') + 1)))
  const pathspecs = [...names].map((name) => `:(glob)**/${name}`)
  const [head, prefix, status] = await Promise.all([
    outputOf(git, ['rev-parse', '--verify', '--quiet', 'HEAD']),
    outputOf(git, ['rev-parse', '--show-prefix']),
    outputOf(git, ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', ...pathspecs]),
  ])
  if (head === undefined || prefix === undefined || status === undefined) return []
  // Paths are told from the root of the repository, which may lie above the workspace.
  const above = prefix.replace(/\n$/, '')
  // A file that was taken out of the index and is still there is told twice.
  const told = new Set(status.split('\0').map((line) => line.slice(3)))
  return [...told]
    .filter((path) => path.startsWith(above) && written.has(path.slice(above.length)))
    .map((path) => path.slice(above.length))
    .sort()
}

async function outputOf(git: Git, args: readonly string[]): Promise<string | undefined> {
  const answer = await git(args)
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout : undefined
}
