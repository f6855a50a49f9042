/**
 * Where the packages lie that a tool released without a package manager's workspace: release-please names their folders,
 * Nx finds them by their `project.json`, beachball takes every manifest for one. Empty where there is but the root.
 */
import { posix } from 'node:path'
import type { Path, Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { expandMemberGlobs } from '../read/member-globs.ts'
import { isRecord, own } from '../read/record.ts'
import type { Found } from './find-set-up.ts'

export type PackageFolders = {
  /** The setting of the tool before that leads to them. */
  readonly key: string
  /** As short as they can be said. */
  readonly globs: readonly string[]
}

export function packageFolders({ tool, config }: Found, files: Files): PackageFolders | undefined {
  const place = placeOf(tool, config, files)
  const folders = place?.folders.filter((dir) => isFile(files, dir, 'package.json')) ?? []
  if (place === undefined || folders.every((dir) => dir === '.')) return undefined
  return { key: place.key, globs: shortened(folders, files) }
}

function placeOf(
  tool: Found['tool'],
  config: unknown,
  files: Files,
): { readonly key: string; readonly folders: readonly Path[] } | undefined {
  if (tool === 'nx') return { key: 'release', folders: nxFolders(files) }
  if (tool === 'release-please') return { key: 'packages', folders: releasePleaseFolders(config) }
  return tool === 'beachball' ? { key: 'scope', folders: expandMemberGlobs(files, ['**']).dirs } : undefined
}

/** release-please may list the root beside packages below it; it then has to be one. */
export function releasesRoot(
  { tool, config }: Found,
  { root, packages, tool: manager }: Workspace,
  folders: PackageFolders | undefined,
): boolean {
  if (tool !== 'release-please' || !isRecord(own(own(config, 'packages'), '.'))) return false
  const isAlone = manager === 'root' && folders === undefined
  const isMember = manager !== 'root' && packages.some(({ dir }) => dir === '.')
  return !isAlone && !isMember && root.name !== '' && root.version !== undefined
}

function releasePleaseFolders(config: unknown): readonly Path[] {
  const packages = own(config, 'packages')
  const dirs = Object.keys(isRecord(packages) ? packages : {})
  return dirs.map((dir) => posix.normalize(dir).replace(/\/$/, '')).filter((dir) => !/^(?:\.\.)?(?:\/|$)/.test(dir))
}

function nxFolders(files: Files): readonly Path[] {
  return expandMemberGlobs(files, ['**']).dirs.filter((dir) => dir !== '.' && isFile(files, dir, 'project.json'))
}

function isFile(files: Files, dir: Path, name: string): boolean {
  return files.look(posix.join(dir, name)).kind === 'file'
}

/** `packages/*` for a folder in which every package is one of them. */
function shortened(folders: readonly Path[], files: Files): readonly string[] {
  const within = Map.groupBy(folders, (dir) => posix.dirname(dir))
  return [...within].flatMap(([parent, dirs]) => {
    if (parent === '.' || dirs.length === 1) return dirs
    const glob = `${parent}/*`
    const all = expandMemberGlobs(files, [glob]).dirs.filter((dir) => isFile(files, dir, 'package.json'))
    return all.length === dirs.length ? [glob] : dirs
  })
}
