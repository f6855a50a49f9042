/**
 * Which commits came in together. A merge commit and the commits of its side branch are one change; so is a commit that
 * was squashed from a pull request, and any other commit by itself. A commit belongs to the innermost merge that
 * brought it in, so that a long-lived branch merged at last does not swallow the pull requests it was made of.
 */
import type { CommitIndex, Links } from './history.ts'

/** For every commit the merge that brought it in, -1 for one made on the line of HEAD. A merge has a lower index. */
export function mergesOf(parents: Links['parents']): Int32Array {
  const depth = new Int32Array(parents.length).fill(outside)
  const merge = new Int32Array(parents.length).fill(-1)
  parents.forEach((list, commit) => {
    if (depth[commit] === outside) depth[commit] = 0
    const here = depth[commit] ?? 0
    list.forEach((parent, order) => {
      const reached = order === 0 ? here : here + 1
      const known = depth[parent] ?? outside
      if (reached > known || (reached === known && order === 0 && known === 0)) return
      depth[parent] = reached
      merge[parent] = order === 0 ? (merge[commit] ?? -1) : commit
    })
  })
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
