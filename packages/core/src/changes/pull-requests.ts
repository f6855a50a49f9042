/**
 * Which commits came in together. A merge commit and the commits of its side branch are one change; so is a commit that
 * was squashed from a pull request, and any other commit by itself. A commit belongs to the innermost merge that
 * brought it in, so that a long-lived branch merged at last does not swallow the pull requests it was made of.
 */
import type { CommitIndex, Parents } from './history.ts'

/** For every commit the merge that brought it in, -1 for one made on the line of HEAD. A merge has a lower index. */
export function mergesOf(parents: Parents): Int32Array {
  const depth = new Int32Array(parents.size).fill(outside)
  const merge = new Int32Array(parents.size).fill(-1)
  if (parents.others.size === 0) return merge
  for (let commit = 0; commit < parents.size; commit += 1) {
    if (depth[commit] === outside) depth[commit] = 0
    const here = depth[commit] ?? 0
    const first = parents.first[commit] ?? -1
    const known = depth[first] ?? -1
    if (here < known || (here === known && here > 0)) {
      depth[first] = here
      merge[first] = merge[commit] ?? -1
    }
    for (const parent of parents.others.get(commit) ?? []) {
      if (here + 1 > (depth[parent] ?? outside)) continue
      depth[parent] = here + 1
      merge[parent] = commit
    }
  }
  return merge
}

const outside = 0x7fffffff

/** The change a commit is part of, named by a commit: itself, or the merge that brought it in. */
export function changeOf(
  commit: CommitIndex,
  merges: Int32Array,
  standsAlone: (commit: CommitIndex) => boolean,
): CommitIndex {
  const merge = merges[commit] ?? -1
  return merge < 0 || standsAlone(commit) ? commit : merge
}
