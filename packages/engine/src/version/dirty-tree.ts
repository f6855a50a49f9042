/**
 * Which files of the workspace that `version` may write hold uncommitted work. Files of `.changeset/` do not count: they
 * are what `version` is asked to use up. One git process, whatever the number of files, begun before it is known which
 * will be written. Without git, or before the first commit, there is nothing that such work could be told from.
 */
import { relative, sep } from 'node:path'
import type { Path, Problem } from '@topsail/core'
import type { Git } from '../ports.ts'
import { findGitFolder } from '../adapters/git-folder.ts'

export type DirtyTree = { readonly files: ReadonlySet<Path>; readonly problems: readonly Problem[] }

/** `root` is a real path, the folder that `git` stands in. */
export async function readDirtyTree(git: Git, root: string): Promise<DirtyTree> {
  const found = findGitFolder(root)
  if (found === undefined) return clean
  const answer = await git([
    'status',
    '--porcelain=v2',
    '--branch',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    '--',
    '.',
  ])
  if (answer.kind === 'missing' || answer.code !== 0) {
    const detail = answer.kind === 'missing' ? answer.detail : answer.stderr.trim()
    return { files: new Set(), problems: [{ code: 'TREE_STATE_UNKNOWN', severity: 'warning', detail }] }
  }
  const lines = answer.stdout.split('\0')
  if (lines.includes('# branch.oid (initial)')) return clean
  // Paths are told from the root of the repository, which may lie above the workspace.
  const place = relative(found.worktree, root).split(sep).join('/')
  const above = place === '' ? '' : `${place}/`
  const paths = lines.flatMap((line) => pathOf(line) ?? [])
  return {
    files: new Set(paths.flatMap((path) => (path.startsWith(above) ? path.slice(above.length) : []))),
    problems: [],
  }
}

const clean: DirtyTree = { files: new Set(), problems: [] }

const fieldsBefore: ReadonlyMap<string, number> = new Map([
  ['1 ', 8],
  ['u ', 10],
  ['? ', 1],
])

/** https://git-scm.com/docs/git-status#_changed_tracked_entries: fields and spaces, the path comes last. */
function pathOf(line: string): Path | undefined {
  const before = fieldsBefore.get(line.slice(0, 2))
  if (before === undefined) return undefined
  let start = 0
  for (let field = 0; field < before; field += 1) start = line.indexOf(' ', start) + 1
  return line.slice(start)
}
