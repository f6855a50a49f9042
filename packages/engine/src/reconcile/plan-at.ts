/**
 * The plan of a commit: from the working folder where that stands at the commit and nothing in it was touched, else
 * from a worktree of its own. What git ignores may hold packages: those are nobody's but this folder's.
 */
import { manifestPath, type Place, type Problem, type ReleasePlan, type Sha, type Snapshot } from '@topsail/core'
import type { Git } from '../ports.ts'
import { readObjects } from '../publish/head-state.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { openTree, type TreePlace } from './proposal-tree.ts'

export type PlannedCommit = { readonly snapshot: Snapshot; readonly plan: ReleasePlan }

/** `detail`: why the commit could not be looked at. */
export type MayBePlanned = PlannedCommit | { readonly detail: string }

export async function planAt(place: TreePlace, commit: Sha): Promise<MayBePlanned> {
  const { root, git } = place
  const [head, status] = await Promise.all([
    git(['rev-parse', '--verify', '--quiet', 'HEAD']),
    git(['status', '--porcelain', '-z', '--ignore-submodules']),
  ])
  const isThere = head.kind === 'done' && head.stdout.trim() === commit
  const isClean = status.kind === 'done' && status.code === 0 && status.stdout === ''
  const planned = isThere && isClean ? await planWorkspace({ cwd: root, changesetCommits: true }) : undefined
  if (planned !== undefined && (await isCommitted(git, planned.snapshot))) return planned
  const tree = await openTree(place, commit)
  if ('detail' in tree) return tree
  try {
    return await planWorkspace({ cwd: tree.root, changesetCommits: true, index: false })
  } finally {
    await tree.close()
  }
}

async function isCommitted(git: Git, { workspace }: Snapshot): Promise<boolean> {
  const texts = await readObjects(
    git,
    workspace.packages.map((pkg) => `HEAD:./${manifestPath(pkg)}`),
  )
  return texts.every((text) => text !== undefined)
}

export type WhyUnknown = {
  readonly causes: readonly { readonly code: string; readonly place: Place | undefined }[]
  readonly noTree: string | undefined
}

/** Why nobody can tell what is pending; undefined where that is known. */
export function whyUnknown(planned: MayBePlanned): WhyUnknown | undefined {
  if ('detail' in planned) return { causes: [], noTree: planned.detail }
  const errors = planned.plan.problems.filter(({ severity }) => severity === 'error')
  return errors.length === 0 ? undefined : { causes: errors.map(causeOf), noTree: undefined }
}

export function causeOf({ code, place }: Problem): WhyUnknown['causes'][number] {
  return { code, place }
}
