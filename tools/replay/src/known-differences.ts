/**
 * Why a recorded release is reproduced under no rules: the one list of what is known and wanted. Each says something of
 * the recording that no planner can know; a difference that fits none of them is a mistake of ours until shown otherwise.
 */
import type { Difference } from './compare.ts'
import type { ChangesetsCase } from './corpus.ts'
import { findings } from './findings.ts'

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
  {
    name: 'pre mode left in the same commit',
    why: 'pre.json says pre before and is gone after: `changeset pre exit` ran between; no version of it leaves pre mode unasked',
    holds: (recorded) => isInPre(recorded) && recorded.preAfter === undefined,
  },
  {
    name: 'pre mode entered anew in the same commit',
    why: 'pre.json has another tag after, and the versions before the commit for its initial ones',
    holds: (recorded) => isInPre(recorded) && tagOf(recorded.preAfter) !== tagOf(recorded.files[preFile]),
  },
  {
    name: 'a version where there was none',
    why: 'only manifests without a version, or with null for one, differ: a person wrote one; changesets leaves them alone',
    holds: (_, differences) => differences.every(({ what, ours }) => what === 'version' && ours === ''),
  },
  ...findings.map(({ name, why, cases }): KnownDifference => ({
    name,
    why,
    holds: (recorded) => cases.includes(recorded.id),
  })),
  {
    name: 'ranges written by hand',
    why: 'versions agree; the ranges of the commit are those of no version of changesets',
    holds: (recorded, differences) =>
      differences.every(({ what }) => what === 'range') &&
      Object.values(recorded.peersManifests).every(({ ranges }) => !ranges),
  },
]

const preFile = '.changeset/pre.json'

function isInPre({ files }: ChangesetsCase): boolean {
  const text = files[preFile]
  return text !== undefined && JSON.parse(text).mode === 'pre'
}

function tagOf(pre: string | undefined): unknown {
  return pre === undefined ? undefined : JSON.parse(pre).tag
}

function recordedAs(reason: string, why: string): KnownDifference {
  return { name: reason, why, holds: (recorded) => recorded.reason === reason }
}
