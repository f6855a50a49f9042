/**
 * Which of the files that are to be written hold uncommitted work. Files of `.changeset/` do not count: they are what
 * `version` is asked to use up. Three git processes, whatever the number of files; without git, or before the first
 * commit, nothing can be told.
 */
import type { FileEdit, Path } from '@topsail/core'
import type { Git } from '../ports.ts'

export async function dirtyFiles(git: Git, edits: readonly FileEdit[]): Promise<readonly Path[]> {
  const written = new Set(edits.filter((edit) => !edit.path.startsWith('.changeset/')).map((edit) => edit.path))
  if (written.size === 0) return []
  const names = new Set([...written].map((path) => path.slice(path.lastIndexOf('/') + 1)))
  const pathspecs = [...names].map((name) => `:(glob)**/${name}`)
  const [head, prefix, status] = await Promise.all([
    git(['rev-parse', '--verify', '--quiet', 'HEAD']),
    git(['rev-parse', '--show-prefix']),
    git(['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', ...pathspecs]),
  ])
  if (
    head.kind !== 'done' ||
    head.code !== 0 ||
    prefix.kind !== 'done' ||
    prefix.code !== 0 ||
    status.kind !== 'done' ||
    status.code !== 0
  )
    return []
  // Paths are told from the root of the repository, which may lie above the workspace.
  const above = prefix.stdout.replace(/\n$/, '')
  // A file that was taken out of the index and is still there is told twice.
  const paths = new Set(status.stdout.split('\0').map((line) => line.slice(3)))
  return [...paths]
    .filter((path) => path.startsWith(above) && written.has(path.slice(above.length)))
    .map((path) => path.slice(above.length))
    .sort()
}
