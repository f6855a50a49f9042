/**
 * What going on with the open releases would do, found without changing anything.
 */
import { remainingSteps, type Problem, type Step } from '@topsail/core'
import type { ReleasePorts } from './ports.ts'
import { stepsToPackAgain } from './repack.ts'
import type { StoredRelease } from './stored-release.ts'

export type DryResume = {
  /** In the order in which they are done. */
  readonly begun: readonly Step[]
  readonly problems: readonly Problem[]
  /** Whether something new is begun after that. */
  readonly goesOn: boolean
}

export async function dryResume(
  { ports }: { readonly ports: ReleasePorts },
  releases: readonly StoredRelease[],
): Promise<DryResume> {
  const begun: Step[] = []
  const problems: Problem[] = []
  for (const { release, progress } of releases) {
    const { direction } = progress
    problems.push({ code: 'RELEASE_OPEN', severity: 'warning', release, direction })
    const packs =
      direction === 'forward' && progress.closed === undefined ? await stepsToPackAgain(ports, progress) : []
    const left = remainingSteps(progress)
    begun.push(...packs, ...left)
    const isStaged = left.some((step) => step.kind === 'gate' && step.staged === true)
    // A rollback leaves versions that have to be written again first, and staged ones wait for a person.
    if (direction === 'back' || isStaged) return { begun, problems, goesOn: false }
  }
  return { begun, problems, goesOn: true }
}
