/**
 * Resolve: which changes there are, and what each asks of which package. Two sources, one rule; with
 * `sources: 'changesets'` the answer is the changesets and nothing else, whatever the history holds.
 */
import { parseChangesets } from './changesets.ts'
import type { Change } from './change.ts'
import type { Problem } from './problem.ts'
import type { Snapshot } from './snapshot.ts'

export type ResolvedChanges = {
  /** Changesets first, in the order of the snapshot; then commits, oldest first. */
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
}

export function resolveChanges(snapshot: Snapshot): ResolvedChanges {
  return parseChangesets(snapshot.changesets)
}
