/**
 * Why a recorded release is reproduced under no rules: the one list of what is known and wanted. Each says something of
 * the recording that no planner can know; a difference that fits none of them is a mistake of ours until shown otherwise.
 */
import type { Difference } from './compare.ts'
import type { ChangesetsCase } from './corpus.ts'

export type KnownDifference = {
  readonly name: string
  readonly why: string
  readonly holds: (recorded: ChangesetsCase, differences: readonly Difference[]) => boolean
}

export const knownDifferences: readonly KnownDifference[] = [
  recordedAs(
    'older algorithm',
    'an older @changesets/cli decided otherwise; only the last of each generation is imitated',
  ),
  recordedAs('custom version script', 'the version script changes manifests after changesets has run'),
  recordedAs('patched changesets', 'the repository patches the planner of changesets'),
  recordedAs('stale release branch', 'changesets that arrived after the release branch was made were not consumed'),
  recordedAs('manual version', 'a person wrote the version'),
  recordedAs('manual edits', 'a person edited the manifests in the same commit'),
  recordedAs(
    'library refuses the input',
    'a changeset names an unknown package or cannot be read; it is quarantined here',
  ),
  recordedAs('other .changeset layout', 'the changesets of version 1 are folders, which are no longer read'),
  recordedAs('versions reset after', 'the computed versions were reset before the commit'),
  recordedAs('unexplained', 'no version of changesets gives what was committed'),
  {
    name: 'ranges written by hand',
    why: 'versions agree; the ranges of the commit are those of no version of changesets',
    holds: (recorded, differences) =>
      differences.every(({ what }) => what === 'range') &&
      Object.values(recorded.peersManifests).every(({ ranges }) => !ranges),
  },
]

function recordedAs(reason: string, why: string): KnownDifference {
  return { name: reason, why, holds: (recorded) => recorded.reason === reason }
}
