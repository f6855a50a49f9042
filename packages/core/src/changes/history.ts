/**
 * Which commits a package has not released yet: those that its last release commit does not contain. Packages are
 * grouped by release commit, and as long as each release contains the one before, one walk answers for all of them;
 * releases on lines that never met cost one more walk per 32 of them.
 */
import type { PackageName, Sha } from '../names.ts'
import type { History, RawCommit } from '../snapshot.ts'

/** Commits are named by their index in `History.commits`, newest first: a parent has a higher index than its child. */
export type CommitIndex = number

export type Links = {
  readonly indexOf: (sha: Sha) => CommitIndex | undefined
  readonly parents: Parents
}

/** Parents that the history lists; the others are released by everybody. Nearly all commits have one: no list each. */
export type Parents = {
  readonly size: number
  /** -1 where there is none. */
  readonly first: Int32Array
  /** The parents behind the first, of every merge commit; an empty list where none of them is listed. */
  readonly others: ReadonlyMap<CommitIndex, readonly CommitIndex[]>
}

export function linkCommits(commits: readonly RawCommit[]): {
  readonly indexOf: ReadonlyMap<Sha, CommitIndex>
  readonly parents: Parents
} {
  const indexOf = new Map<Sha, CommitIndex>()
  for (let index = 0; index < commits.length; index += 1) indexOf.set(commits[index]?.sha ?? '', index)
  const first = new Int32Array(commits.length).fill(-1)
  const others = new Map<CommitIndex, readonly CommitIndex[]>()
  const listed = (sha: Sha, child: CommitIndex): CommitIndex => {
    const parent = commits[child + 1]?.sha === sha ? child + 1 : (indexOf.get(sha) ?? -1)
    return parent > child ? parent : -1
  }
  commits.forEach(({ parents }, index) => {
    const [only, ...more] = parents
    if (only !== undefined) first[index] = listed(only, index)
    if (more.length > 0) {
      const found = more.map((sha) => listed(sha, index)).filter((parent) => parent >= 0)
      others.set(index, found)
    }
  })
  return { indexOf, parents: { size: commits.length, first, others } }
}

export type Unreleased = {
  /** Whether a package has not released a commit. */
  readonly waitsFor: (commit: CommitIndex, name: PackageName) => boolean
  /** Its release among all of them, the oldest first; -1 where the history does not list it. */
  readonly rankOf: (name: PackageName) => number
  /** The same question of a release instead of a package. */
  readonly isAfter: (commit: CommitIndex, rank: number) => boolean
}

/** A release that the history does not list is older than all it lists. */
export function unreleasedCommits(lastRelease: History['lastRelease'], links: Links): Unreleased {
  const releaseOf = new Map<PackageName, CommitIndex>()
  for (const [name, release] of Object.entries(lastRelease)) {
    const index = links.indexOf(release.commit)
    if (index !== undefined) releaseOf.set(name, index)
  }
  const releases = [...new Set(releaseOf.values())].sort((a, b) => b - a)
  if (releases.length === 0) return nothingReleased
  const ranksOfCommits = new Map(releases.map((commit, rank) => [commit, rank]))
  const contains = containment(releases, ranksOfCommits, links.parents)
  const ranks = new Map<PackageName, number>()
  for (const [name, release] of releaseOf) ranks.set(name, ranksOfCommits.get(release) ?? -1)
  const rankOf = (name: PackageName): number => ranks.get(name) ?? -1
  const isAfter = (commit: CommitIndex, rank: number): boolean => rank < 0 || !contains(rank, commit)
  return { rankOf, isAfter, waitsFor: (commit, name) => isAfter(commit, rankOf(name)) }
}

const nothingReleased: Unreleased = { rankOf: () => -1, isAfter: () => true, waitsFor: () => true }

/** Whether the release of that rank, the oldest first, contains a commit. */
type Contains = (rank: number, commit: CommitIndex) => boolean

/** `releases` oldest first, each once. */
function containment(
  releases: readonly CommitIndex[],
  rankOf: ReadonlyMap<CommitIndex, number>,
  parents: Parents,
): Contains {
  const { oldest, oldestAbove } = walkOldestContaining(rankOf, parents)
  if (!isChain(releases, oldestAbove)) return containmentBySets(releases, parents)
  return (rank, commit) => (oldest[commit] ?? none) <= rank
}

const none = 0x7fffffff

/** For every commit the oldest release that contains it, itself included (`oldest`) or not (`oldestAbove`). */
function walkOldestContaining(rankOf: ReadonlyMap<CommitIndex, number>, parents: Parents) {
  const oldest = new Int32Array(parents.size).fill(none)
  const oldestAbove = new Int32Array(parents.size).fill(none)
  const hasMerges = parents.others.size > 0
  for (const [commit, rank] of rankOf) oldest[commit] = rank
  for (let commit = 0; commit < parents.size; commit += 1) {
    const here = Math.min(oldestAbove[commit] ?? none, oldest[commit] ?? none)
    oldest[commit] = here
    if (here === none) continue
    const parent = parents.first[commit] ?? -1
    if (parent >= 0 && here < (oldestAbove[parent] ?? none)) oldestAbove[parent] = here
    if (!hasMerges) continue
    for (const other of parents.others.get(commit) ?? []) {
      if (here < (oldestAbove[other] ?? none)) oldestAbove[other] = here
    }
  }
  return { oldest, oldestAbove }
}

/** Each release is contained in the next newer one: then the oldest that contains a commit says it for all newer. */
function isChain(releases: readonly CommitIndex[], oldestAbove: Int32Array): boolean {
  return releases.every((release, rank) => rank === releases.length - 1 || oldestAbove[release] === rank + 1)
}

function containmentBySets(releases: readonly CommitIndex[], parents: Parents): Contains {
  const sets: Uint32Array[] = []
  for (let first = 0; first < releases.length; first += 32) {
    const within = new Uint32Array(parents.size)
    releases.slice(first, first + 32).forEach((release, bit) => {
      within[release] = (1 << bit) >>> 0
    })
    for (let commit = 0; commit < parents.size; commit += 1) {
      const bits = within[commit] ?? 0
      if (bits === 0) continue
      const parent = parents.first[commit] ?? -1
      if (parent >= 0) within[parent] = (within[parent] ?? 0) | bits
      for (const other of parents.others.get(commit) ?? []) within[other] = (within[other] ?? 0) | bits
    }
    sets.push(within)
  }
  return (rank, commit) => (((sets[rank >>> 5]?.[commit] ?? 0) >>> (rank & 31)) & 1) === 1
}
