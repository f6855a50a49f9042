/**
 * Files at the top of the repository that may be about every package. A history lists those that a commit touched beside
 * its directories, as `./pnpm-lock.yaml`: to whom they mean nothing they lie in the root folder.
 */
import type { Attribution } from './commit-presets.ts'
import type { DirColumns } from './commit-columns.ts'
import type { CommitIndex } from './history.ts'
import type { PackageName, Path } from '../names.ts'
import type { CommitSettings } from '../settings.ts'

const nxFile = 'nx.json'

/** Names in the root folder. */
export const sharedFiles: ReadonlySet<string> = new Set([
  'pnpm-lock.yaml',
  'pnpm-lock.yml',
  'package-lock.json',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  nxFile,
])

export function sharedFileDir(name: string): Path {
  return `./${name}`
}

/** Tells of a commit whether it touched what is about everybody; undefined where the preset knows no such thing. */
export function touchesAll(
  dirs: readonly Path[],
  owners: readonly (readonly PackageName[])[],
  { starts, numbers }: DirColumns,
  attribution: Attribution,
  commits: CommitSettings,
): ((index: CommitIndex) => boolean) | undefined {
  if (attribution.shared === 'nothing') return undefined
  const isShared =
    attribution.shared === 'outside'
      ? outsideOf(commits.otherProjects ?? [])
      : (dir: Path) => dir === sharedFileDir(nxFile) || (commits.lockfiles !== false && dir.startsWith('./'))
  const shared = dirs.map((dir, at) => isShared(dir) && (attribution.shared !== 'outside' || owners[at]?.length === 0))
  return (index) => {
    const end = starts[index + 1] ?? 0
    for (let at = starts[index] ?? 0; at < end; at += 1) if (shared[numbers[at] ?? -1] === true) return true
    return false
  }
}

/** What lies in none of the folders, nor below one. */
function outsideOf(folders: readonly Path[]): (dir: Path) => boolean {
  const known = new Set(folders)
  return (dir) => {
    for (let at = dir; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) if (known.has(at)) return false
    return true
  }
}
