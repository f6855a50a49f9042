/** What `topsail history` and `topsail diff` ask: the chain of release sets of a workspace. */
import type { SetChain, Problem } from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { readSnapshot, silentGit } from '../read/read-snapshot.ts'
import { namespacesOf } from '../read/release-namespaces.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { readSets } from './read-sets.ts'

export type ReleaseSetsOptions = {
  /** Any folder of the workspace. */
  readonly cwd: string
  /** False asks no remote: what this clone knows. */
  readonly fetch?: boolean | undefined
}

export type ReleaseSets = {
  /** Newest first. */
  readonly chain: SetChain
  /** The packages of the workspace now. */
  readonly names: readonly string[]
  readonly problems: readonly Problem[]
}

export async function releaseSets({ cwd, fetch = true }: ReleaseSetsOptions): Promise<ReleaseSets> {
  const root = findWorkspaceRoot(cwd) ?? cwd
  const snapshot = await readSnapshot({ cwd: root, sources: 'changesets' })
  const { workspace, settings } = snapshot
  const names = workspace.packages.map((pkg) => pkg.name)
  const silent = silentGit(snapshot)
  if (silent !== undefined) return { chain: [], names, problems: [silent] }
  const reading = await readSets(gitIn(root), { namespaces: namespacesOf(settings.release.refs), fetch })
  return { ...reading, names }
}
