/**
 * The texts that decide a plan as some commit has them, read from git's objects: no file of the working tree is looked
 * at and none is written. Two processes whatever the number of packages. Symbolic links are left out.
 */
import type { Path, Sha } from '@topsail/core'
import { memoryFiles } from '../adapters/memory-files.ts'
import { staysInside, type Files, type Git } from '../ports.ts'
import { readObjects } from '../publish/head-state.ts'

/** `installed` answers for `node_modules`, which no commit holds. Undefined when git does not give all of it. */
export async function treeFiles(git: Git, commit: Sha, installed: Files): Promise<Files | undefined> {
  // Without `--full-tree`, paths are those of the folder that git runs in.
  const listed = await git(['ls-tree', '-r', '-z', commit, '--', '.'])
  if (listed.kind === 'missing' || listed.code !== 0) return undefined
  const wanted = listed.stdout.split('\0').flatMap(wantedBlob)
  const texts = await readObjects(
    git,
    wanted.map(({ sha }) => sha),
  )
  const found: Record<Path, string> = Object.create(null)
  for (const [index, { path }] of wanted.entries()) {
    const text = texts[index]
    // A clone that is partial fetches what it lacks, or cannot: half a workspace would be another one.
    if (text === undefined) return undefined
    found[path] = text
  }
  const files = memoryFiles(found)
  const of = (path: Path): Files => (path.startsWith('node_modules/') ? installed : files)
  return {
    root: installed.root,
    read: (path) => of(path).read(path),
    entries: (dir) => of(dir).entries(dir),
    look: (path) => of(path).look(path),
  }
}

/** Git as it would be with `commit` checked out, for questions about history: only the name HEAD is another. */
export function gitAt(git: Git, commit: Sha): Git {
  return (args, options) =>
    git(
      args.map((arg) => arg.replace(/^HEAD(?=$|[:^~.])/, commit)),
      options,
    )
}

const namesAtTop = new Set([
  'pnpm-workspace.yaml',
  'pnpm-lock.yaml',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  '.yarnrc.yml',
  'lerna.json',
  'topsail.json',
])

function wantedBlob(entry: string): readonly { readonly path: Path; readonly sha: Sha }[] {
  const [, mode = '', sha = '', path = ''] = /^(\d+) blob (\S+)\t([^]*)$/.exec(entry) ?? []
  if (!mode.startsWith('100') || !staysInside(path)) return []
  return isWanted(path) ? [{ path, sha }] : []
}

function isWanted(path: Path): boolean {
  if (path.startsWith('.changeset/') || path === 'package.json' || path.endsWith('/package.json')) return true
  // A patch of the planner changes which rules a repository means.
  return namesAtTop.has(path) || /changesets[^/]*$/.test(path)
}
