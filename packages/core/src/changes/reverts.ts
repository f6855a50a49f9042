/**
 * What has been taken back. A revert of an unreleased commit cancels both; a revert that is itself reverted does
 * nothing, so the commit it had cancelled counts again. Newest first, because only later commits decide whether a
 * revert stands. A revert of something released, or of nothing we can find, stays a change: it is a fix.
 */
import type { RevertTarget } from './commits.ts'
import type { CommitIndex, Links } from './history.ts'

/** What has to be known of commits; asked only of those where it matters. */
export type Revertable = {
  readonly size: number
  readonly sha: (commit: CommitIndex) => string
  readonly subject: (commit: CommitIndex) => string
  readonly pull: (commit: CommitIndex) => string | undefined
  /** Empty for nearly all: not a revert. */
  readonly reverts: (commit: CommitIndex) => readonly RevertTarget[]
}

export type Reverts = {
  /** Cancelled commit -> the standing revert that cancels it. Reverting a merge cancels what it brought in. */
  readonly cancelledBy: ReadonlyMap<CommitIndex, CommitIndex>
  /** Revert, standing or not -> what it names, as far as the history lists it. */
  readonly targets: ReadonlyMap<CommitIndex, readonly CommitIndex[]>
}

export function findReverts(commits: Revertable, merges: Int32Array, indexOf: Links['indexOf']): Reverts {
  const find = targetFinder(commits, indexOf)
  const cancelledBy = new Map<CommitIndex, CommitIndex>()
  const targets = new Map<CommitIndex, readonly CommitIndex[]>()
  const taken = new Set<CommitIndex>()
  for (let commit = 0; commit < commits.size; commit += 1) {
    const merge = merges[commit] ?? -1
    const ofMerge = merge < 0 ? undefined : cancelledBy.get(merge)
    if (ofMerge !== undefined && !cancelledBy.has(commit)) cancelledBy.set(commit, ofMerge)
    const reverts = commits.reverts(commit)
    if (reverts.length === 0) continue
    const found = find(commit, reverts, taken)
    targets.set(commit, found)
    for (const target of found) taken.add(target)
    if (cancelledBy.has(commit)) continue
    for (const target of found) if (!cancelledBy.has(target)) cancelledBy.set(target, commit)
  }
  return { cancelledBy, targets }
}

type Find = (
  from: CommitIndex,
  wanted: readonly RevertTarget[],
  taken: ReadonlySet<CommitIndex>,
) => readonly CommitIndex[]

/** Only older commits can be reverted. Hashes stand for themselves; of a pull request or a subject one commit is meant. */
function targetFinder(commits: Revertable, indexOf: Links['indexOf']): Find {
  const byHash = hashFinder(commits, indexOf)
  const bySubject = onceNeeded(() => groupBy(commits, commits.subject))
  const byBareSubject = onceNeeded(() => groupBy(commits, (commit) => withoutPull(commits.subject(commit))))
  const byPull = onceNeeded(() => groupBy(commits, commits.pull))
  const named = (target: Exclude<RevertTarget, { kind: 'hash' }>) =>
    target.kind === 'pull'
      ? byPull().get(target.pull)
      : (bySubject().get(target.subject) ?? byBareSubject().get(withoutPull(target.subject)))
  return (from, wanted, taken) => {
    const found: CommitIndex[] = []
    for (const target of wanted) {
      if (target.kind === 'hash') {
        const index = byHash(target.hash)
        if (index !== undefined && index > from && !found.includes(index)) found.push(index)
        continue
      }
      if (found.length > 0) continue
      const index = firstAfter(named(target) ?? [], from, taken)
      if (index !== undefined) found.push(index)
    }
    return found
  }
}

/** Newest first, so the first one after `from` that no later revert has named. */
function firstAfter(
  indexes: readonly CommitIndex[],
  from: CommitIndex,
  taken: ReadonlySet<CommitIndex>,
): CommitIndex | undefined {
  let low = 0
  let high = indexes.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((indexes[middle] ?? 0) > from) high = middle
    else low = middle + 1
  }
  for (let at = low; at < indexes.length && at < low + 100; at += 1) {
    const index = indexes[at]
    if (index !== undefined && !taken.has(index)) return index
  }
  return undefined
}

const pullSuffix = /(?: \([#!]\d{1,12}\)){1,3}$/

function withoutPull(subject: string): string {
  return subject.endsWith(')') ? subject.replace(pullSuffix, '') : subject
}

function groupBy(
  commits: Revertable,
  key: (commit: CommitIndex) => string | undefined,
): ReadonlyMap<string, readonly CommitIndex[]> {
  const groups = new Map<string, CommitIndex[]>()
  for (let commit = 0; commit < commits.size; commit += 1) {
    const name = key(commit)
    const group = name === undefined ? undefined : groups.get(name)
    if (group !== undefined) group.push(commit)
    else if (name !== undefined) groups.set(name, [commit])
  }
  return groups
}

/** An abbreviated hash counts when it is the beginning of one hash only. */
function hashFinder(commits: Revertable, indexOf: Links['indexOf']) {
  const sorted = onceNeeded(() => Array.from({ length: commits.size }, (_, commit) => commits.sha(commit)).sort())
  return (hash: string): CommitIndex | undefined => {
    const exact = indexOf(hash)
    if (exact !== undefined || hash.length === commits.sha(0).length) return exact
    const list = sorted()
    let low = 0
    let high = list.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((list[middle] ?? '') < hash) low = middle + 1
      else high = middle
    }
    const [first, second] = [list[low], list[low + 1]]
    if (first === undefined || !first.startsWith(hash) || second?.startsWith(hash)) return undefined
    return indexOf(first)
  }
}

function onceNeeded<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
