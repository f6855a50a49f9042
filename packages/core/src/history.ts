/**
 * Which commits a package has not released yet: those that its last release commit does not contain. Packages are
 * grouped by release commit, and as long as each release contains the one before, one walk answers for all of them;
 * releases on lines that never met cost one more walk per 32 of them.
 */
import type { PackageName, Sha } from './names.ts'
import type { History, RawCommit } from './snapshot.ts'

/** Commits are named by their index in `History.commits`, newest first: a parent has a higher index than its child. */
export type CommitIndex = number

export type Links = {
  readonly indexOf: ReadonlyMap<Sha, CommitIndex>
  /** Parents that the history lists; the others are released by everybody. */
  readonly parents: readonly (readonly CommitIndex[])[]
}

export function linkHistory(commits: readonly RawCommit[]): Links {
  const indexOf = new Map(commits.map((commit, index) => [commit.sha, index]))
  const parents = commits.map((commit, index) => {
    const only = commit.parents.length === 1 ? commit.parents[0] : undefined
    if (only !== undefined && commits[index + 1]?.sha === only) return [index + 1]
    return commit.parents.flatMap((sha) => {
      const parent = indexOf.get(sha)
      return parent === undefined || parent <= index ? [] : [parent]
    })
  })
  return { indexOf, parents }
}

export type Unreleased = (commit: CommitIndex, name: PackageName) => boolean

/** A release that the history does not list is older than all it lists. */
export function unreleasedCommits(history: History, links: Links): Unreleased {
  const releaseOf = new Map<PackageName, CommitIndex>()
  for (const [name, release] of Object.entries(history.lastRelease)) {
    const index = links.indexOf.get(release.commit)
    if (index !== undefined) releaseOf.set(name, index)
  }
  const releases = [...new Set(releaseOf.values())].sort((a, b) => b - a)
  if (releases.length === 0) return () => true
  const contains = containment(releases, links.parents)
  return (commit, name) => {
    const release = releaseOf.get(name)
    return release === undefined || !contains(release, commit)
  }
}

type Contains = (release: CommitIndex, commit: CommitIndex) => boolean

/** `releases` oldest first, each once. */
function containment(releases: readonly CommitIndex[], parents: Links['parents']): Contains {
  const rankOf = new Map(releases.map((commit, rank) => [commit, rank]))
  const walk = walkOldestContaining(rankOf, parents)
  if (!isChain(releases, walk.oldestAbove)) return containmentBySets(releases, rankOf, parents)
  return (release, commit) => (walk.oldest[commit] ?? none) <= (rankOf.get(release) ?? -1)
}

const none = 0x7fffffff

/** For every commit the oldest release that contains it, itself included (`oldest`) or not (`oldestAbove`). */
function walkOldestContaining(rankOf: ReadonlyMap<CommitIndex, number>, parents: Links['parents']) {
  const oldest = new Int32Array(parents.length).fill(none)
  const oldestAbove = new Int32Array(parents.length).fill(none)
  for (let commit = 0; commit < parents.length; commit += 1) {
    const above = oldestAbove[commit] ?? none
    const here = Math.min(above, rankOf.get(commit) ?? none)
    oldest[commit] = here
    for (const parent of parents[commit] ?? []) {
      if (here < (oldestAbove[parent] ?? none)) oldestAbove[parent] = here
    }
  }
  return { oldest, oldestAbove }
}

/** Each release is contained in the next newer one: then the oldest that contains a commit says it for all newer. */
function isChain(releases: readonly CommitIndex[], oldestAbove: Int32Array): boolean {
  return releases.every((release, rank) => rank === releases.length - 1 || oldestAbove[release] === rank + 1)
}

function containmentBySets(
  releases: readonly CommitIndex[],
  rankOf: ReadonlyMap<CommitIndex, number>,
  parents: Links['parents'],
): Contains {
  const sets: Uint32Array[] = []
  for (let first = 0; first < releases.length; first += 32) {
    const within = new Uint32Array(parents.length)
    releases.slice(first, first + 32).forEach((release, bit) => {
      within[release] = (1 << bit) >>> 0
    })
    parents.forEach((list, commit) => {
      const bits = within[commit] ?? 0
      if (bits !== 0) for (const parent of list) within[parent] = (within[parent] ?? 0) | bits
    })
    sets.push(within)
  }
  return (release, commit) => {
    const rank = rankOf.get(release) ?? 0
    return (((sets[rank >>> 5]?.[commit] ?? 0) >>> (rank & 31)) & 1) === 1
  }
}
