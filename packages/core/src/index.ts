/**
 * @topsail/core decides. Plain data in, plain data out: no I/O, no clock, no randomness.
 *
 * The exports stand in the order of the pipeline: nouns, then read -> resolve -> plan -> explain -> edits -> steps.
 */
export * from './bump.ts'
export * from './names.ts'
export * from './workspace.ts'
export * from './settings.ts'
export * from './release/targets.ts'
export * from './change.ts'
export * from './problem.ts'
export * from './snapshot.ts'
export {
  burnedBy,
  burnedText,
  parseBurned,
  withBurned,
  type BurnedVersion,
  type BurnedVersions,
} from './plan/burned.ts'
export * from './release-plan.ts'
export * from './plan/plan-document.ts'
export * from './plan/parse-plan-document.ts'
export * from './changes/changesets.ts'
export * from './plan/pre.ts'
export * from './plan/range.ts'
export * from './plan/graph.ts'
export * from './changes/resolve.ts'
export * from './plan/plan.ts'
export { closestName } from './closest-name.ts'
export * as shape from './shape.ts'
export type { Reader } from './shape.ts'
export * from './changes/members-seen.ts'
export * from './explain/explain.ts'
export type { NotReleased, QuietEdge } from './explain/explain-absence.ts'
export * from './explain/what-if.ts'
export * from './explain/plan-difference.ts'
export { cheapestEdits, type Shrinking } from './explain/shrink-cascade.ts'
export type { WidenedRange } from './explain/cascade-flow.ts'
export { skipReason, type SkipReason } from './plan/admit.ts'
export { commitPresetOf } from './changes/commit-presets.ts'
export { messageReader, plainReading, type PlainHead, type PlainReading } from './changes/commits.ts'
export { columnsOf, historyOfColumns, type CommitColumns, type SaidColumns } from './changes/commit-columns.ts'
export * from './changes/coverage.ts'
export * from './edits/manifest-edit.ts'
export * from './edits/changelog.ts'
export * from './edits/lockfile-edit.ts'
export * from './edits/edits.ts'
export * from './plan/plan-moves.ts'
export * from './release/desired.ts'
export * from './edits/published-manifest.ts'
export * from './release/steps.ts'
export * from './release/schedule.ts'
export * from './release/retry.ts'
export * from './release/promotion.ts'
export * from './release/journal.ts'
export * from './release/rollback-steps.ts'
export * from './release/changelog-entry.ts'
export * from './release/release-set.ts'
export * from './release/set-difference.ts'
export * from './release/find-set.ts'
export * from './release/release-status.ts'
