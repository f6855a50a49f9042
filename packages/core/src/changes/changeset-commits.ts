/**
 * Which commit added which changeset. It decides nothing, and is told in changelogs and documents alone: so it may
 * come after the plan was made.
 */
import type { Path, Sha } from '../names.ts'
import type { ReleasePlan } from '../release-plan.ts'
import type { Snapshot } from '../snapshot.ts'

/** By the path of the changeset. */
export type ChangesetCommits = ReadonlyMap<Path, Sha>

export function snapshotWithCommits(snapshot: Snapshot, commits: ChangesetCommits): Snapshot {
  if (commits.size === 0) return snapshot
  const changesets = snapshot.changesets.map((changeset) => {
    const commit = commits.get(changeset.path)
    return commit === undefined ? changeset : { ...changeset, commit }
  })
  return { ...snapshot, changesets }
}

export function planWithCommits(plan: ReleasePlan, commits: ChangesetCommits): ReleasePlan {
  if (commits.size === 0) return plan
  const changes = plan.changes.map((change) => {
    if (change.kind !== 'changeset') return change
    const commit = commits.get(change.file)
    return commit === undefined ? change : { ...change, commit }
  })
  // A spread would ask for the identity, which is computed for those who want it.
  const copied = { ...Object.getOwnPropertyDescriptors(plan), changes: { value: changes, enumerable: true } }
  return Object.defineProperties({} as ReleasePlan, copied)
}
