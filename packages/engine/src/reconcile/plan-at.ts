/**
 * The plan of a commit: from the working folder where that stands at the commit and nothing in it was touched, else
 * from a worktree of its own.
 */
import type { ReleasePlan, Sha, Snapshot } from '@topsail/core'
import { planWorkspace } from '../read/read-snapshot.ts'
import { openTree, type TreePlace } from './proposal-tree.ts'

export type PlannedCommit = { readonly snapshot: Snapshot; readonly plan: ReleasePlan }

export async function planAt(place: TreePlace, commit: Sha): Promise<PlannedCommit | { readonly detail: string }> {
  const { root, git } = place
  const [head, status] = await Promise.all([
    git(['rev-parse', '--verify', '--quiet', 'HEAD']),
    git(['status', '--porcelain', '-z', '--ignore-submodules']),
  ])
  const isThere = head.kind === 'done' && head.stdout.trim() === commit
  const isClean = status.kind === 'done' && status.code === 0 && status.stdout === ''
  if (isThere && isClean) return planWorkspace({ cwd: root, changesetCommits: true })
  const tree = await openTree(place, commit)
  if ('detail' in tree) return tree
  try {
    return await planWorkspace({ cwd: tree.root, changesetCommits: true, index: false })
  } finally {
    await tree.close()
  }
}
