/**
 * Which of the files that are to be written hold uncommitted work. Files of `.changeset/` do not count: they are what
 * `version` is asked to use up. Two git processes, whatever the number of files; without git nothing can be told.
 */
import type { FileEdit, Path } from '@topsail/core'
import type { Git } from '../ports.ts'

export async function dirtyFiles(git: Git, edits: readonly FileEdit[]): Promise<readonly Path[]> {
  const written = new Set(edits.filter((edit) => !edit.path.startsWith('.changeset/')).map((edit) => edit.path))
  if (written.size === 0) return []
  const names = new Set([...written].map((path) => path.slice(path.lastIndexOf('/') + 1)))
  const pathspecs = [...names].map((name) => `:(glob)**/${name}`)
  const [prefix, status] = await Promise.all([
    git(['rev-parse', '--show-prefix']),
    git(['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', ...pathspecs]),
  ])
  if (prefix.kind !== 'done' || prefix.code !== 0 || status.kind !== 'done' || status.code !== 0) return []
  // Paths are told from the root of the repository, which may lie above the workspace.
  const above = prefix.stdout.replace(/\n$/, '')
  return status.stdout
    .split('\0')
    .map((line) => line.slice(3))
    .filter((path) => path.startsWith(above) && written.has(path.slice(above.length)))
    .map((path) => path.slice(above.length))
    .sort()
}
