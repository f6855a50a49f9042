/**
 * Replays recorded releases against the planner: under each set of rules, beside the verdict of the official engine of
 * that generation, and under the rules that Topsail chooses by itself.
 */
import { basename } from 'node:path'
import { knownDifferences, type KnownDifference } from './known-differences.ts'
import { comparePlan, type Difference } from './compare.ts'
import { corpusFiles, readChangesetsCases, type ChangesetsCase, type Generation } from './corpus.ts'
import { planCase, rulesOf } from './snapshot.ts'

export const generations = ['v2', 'v3', 'v3migrated'] as const satisfies readonly Generation[]
export type Column = Generation | 'chosen'

export type Tally = {
  cases: number
  reproduced: number
  /** Of those the official engine reproduces: `chosen` counts any of the three. */
  official: number
  /** Reproduced, though the official engine does not. */
  beyond: number
  /** The official engine reproduces it and we do not. Must be empty. */
  readonly missed: Missed[]
}

export type Missed = { readonly id: string; readonly differences: readonly Difference[] }

export type RepositoryResult = {
  readonly repository: string
  readonly columns: Readonly<Record<Column, Tally>>
  readonly unexplained: readonly Missed[]
  readonly known: ReadonlyMap<KnownDifference, number>
}

export async function replayChangesets(
  folder: string,
  wanted: (index: number) => boolean = () => true,
): Promise<readonly RepositoryResult[]> {
  const results: RepositoryResult[] = []
  for (const file of corpusFiles(folder)) results.push(await replayFile(file, wanted))
  return results
}

async function replayFile(file: string, wanted: (index: number) => boolean): Promise<RepositoryResult> {
  const columns = { v2: newTally(), v3: newTally(), v3migrated: newTally(), chosen: newTally() }
  const unexplained: Missed[] = []
  const known = new Map<KnownDifference, number>()
  for (const recorded of readChangesetsCases(file, wanted)) {
    const differences: Partial<Record<Column, readonly Difference[]>> = {}
    for (const column of [...generations, 'chosen'] as const) {
      const found = await differencesIn(recorded, column)
      differences[column] = found
      count(columns[column], recorded, column, found)
    }
    if (Object.values(differences).some((list) => list.length === 0)) continue
    const name = knownDifferences.find(({ holds }) => holds(recorded, differences.chosen ?? []))
    if (name === undefined) unexplained.push({ id: recorded.id, differences: differences.chosen ?? [] })
    else known.set(name, (known.get(name) ?? 0) + 1)
  }
  return { repository: basename(file, '.ndjson.gz').replace('+', '/'), columns, unexplained, known }
}

function newTally(): Tally {
  return { cases: 0, reproduced: 0, official: 0, beyond: 0, missed: [] }
}

/** Versions and internal ranges; where the official engine does not reproduce the ranges itself, versions alone. */
async function differencesIn(recorded: ChangesetsCase, column: Column): Promise<readonly Difference[]> {
  const rules = column === 'chosen' ? undefined : rulesOf(column)
  const { snapshot, plan } = await planCase(recorded, rules, column === 'v3migrated')
  const differences = comparePlan(plan, snapshot, recorded)
  const generation = column !== 'chosen' ? column : plan.rules === 'changesets@2' ? 'v2' : 'v3'
  const withRanges = recorded.peersManifests[generation]?.ranges ?? true
  return differences.filter(({ what }) => what === 'version' || (what === 'range' && withRanges))
}

function count(tally: Tally, recorded: ChangesetsCase, column: Column, differences: readonly Difference[]): void {
  const { peers } = recorded
  const isOfficial = column === 'chosen' ? peers.v2 || peers.v3 || peers.v3migrated : peers[column]
  tally.cases += 1
  if (isOfficial) tally.official += 1
  if (differences.length === 0) {
    tally.reproduced += 1
    if (!isOfficial) tally.beyond += 1
  } else if (isOfficial) tally.missed.push({ id: recorded.id, differences })
}
