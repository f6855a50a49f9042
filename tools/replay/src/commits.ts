/**
 * Replays the recorded releases of repositories that release from commits: the preset of the repository's own tool has
 * to lead to the recorded version of every package, wherever the commits alone lead there.
 */
import { basename } from 'node:path'
import { planRelease, type ReleasePlan } from '@topsail/core'
import { readCommitsCases, type CommitsCase } from './commits-corpus.ts'
import { snapshotOfCommits } from './commits-snapshot.ts'
import { corpusFiles, corpusFolder } from './corpus.ts'

export type VersionDifference = { readonly name: string; readonly expected: string; readonly ours: string }

export type CommitsResult = {
  readonly id: string
  readonly repo: string
  /** Whether the record says that the commits alone lead to these versions. */
  readonly counts: boolean
  readonly differences: readonly VersionDifference[]
}

export type CommitsRepository = {
  readonly repo: string
  readonly cases: number
  /** Of `cases`, those that the commits alone decide. */
  readonly counted: number
  readonly reproduced: number
  /** Reproduced though the record does not expect it. */
  readonly beyond: number
  readonly different: readonly CommitsResult[]
}

/** Undefined where the corpus is absent. */
export function replayCommits(
  folder: string | undefined = corpusFolder('commits'),
): readonly CommitsRepository[] | undefined {
  return folder === undefined ? undefined : corpusFiles(folder).map(replayRepository)
}

function replayCommitsCase(recorded: CommitsCase): CommitsResult {
  const plan = planRelease(snapshotOfCommits(recorded), (text) => String(text.length))
  const { id, repo, model } = recorded
  return { id, repo, counts: model.versions, differences: versionDifferences(plan, recorded) }
}

function replayRepository(file: string): CommitsRepository {
  const results = [...readCommitsCases(file)].map(replayCommitsCase)
  const counted = results.filter(({ counts }) => counts)
  const right = (result: CommitsResult): boolean => result.differences.length === 0
  return {
    repo: results[0]?.repo ?? basename(file),
    cases: results.length,
    counted: counted.length,
    reproduced: counted.filter(right).length,
    beyond: results.filter((result) => !result.counts && right(result)).length,
    different: counted.filter((result) => !right(result)),
  }
}

function versionDifferences(plan: ReleasePlan, { packages, expected }: CommitsCase): readonly VersionDifference[] {
  const ours = new Map(plan.releases.map(({ name, to }) => [name, to]))
  return Object.entries(packages).flatMap(([name, { version }]) => {
    const wanted = Object.hasOwn(expected.packages, name) ? (expected.packages[name]?.version ?? version) : version
    const got = ours.get(name) ?? version
    return wanted === got ? [] : [{ name, expected: wanted, ours: got }]
  })
}
