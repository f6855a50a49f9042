/**
 * @topsail/core decides. Plain data in, plain data out: no I/O, no clock, no randomness.
 *
 * The exports stand in the order of the pipeline: nouns, then read -> resolve -> plan -> explain -> edits -> steps.
 */
export * from './bump.ts'
export * from './names.ts'
export * from './workspace.ts'
export {
  commitPresetNames,
  defaultReleaseSettings,
  defaultSettings,
  rangeRelations,
  rulesNames,
  sourcesNames,
  type CascadeTable,
  type CommitPresetName,
  type CommitSettings,
  type ForgeReleaseSettings,
  type PullRequestSettings,
  type RangeRelation,
  type ReleaseSettings,
  type RulesName,
  type Settings,
  type SettingsChoice,
  type Sources,
  prereleaseWays,
  type NxProjectFacts,
  type PrereleaseWay,
  type ZeroMajorPolicy,
} from './settings.ts'
export {
  execVerbs,
  isNpmKey,
  keysOf,
  packageOf,
  parseTargetKey,
  targetKey,
  targetKinds,
  targetsOf,
  type ExecCommands,
  type ExecVerb,
  type ImageSource,
  type TargetId,
  type TargetKey,
  type TargetKind,
  type TargetSettings,
} from './release/targets.ts'
export * from './change.ts'
export * from './problem.ts'
export * from './snapshot.ts'
export { sharedFileDir, sharedFiles } from './changes/shared-files.ts'
export {
  burnedBy,
  burnedText,
  parseBurned,
  withBurned,
  type BurnedVersion,
  type BurnedVersions,
} from './plan/burned.ts'
export * from './release-plan.ts'
export {
  changeDocument,
  planOfDocument,
  planSchema,
  toPlanDocument,
  type ChangeDocument,
  type ConsumedDocument,
  type PlanDocument,
} from './plan/plan-document.ts'
export * from './plan/plan-document-text.ts'
export { parsePlanDocument } from './plan/parse-plan-document.ts'
export type { ChangesetMend } from './changes/changeset-fault.ts'
export { namesWritten, parseChangesets, type ParsedChangeset } from './changes/changesets.ts'
export * from './changes/changeset-commits.ts'
export { enteredPre } from './plan/pre.ts'
export type { RangeForm } from './plan/range.ts'
export type { DependencyUse, Edge, Graph, NotFollowed } from './plan/graph.ts'
export * from './changes/resolve.ts'
export { planRelease } from './plan/plan.ts'
export { closestName } from './closest-name.ts'
export { firstWords } from './first-words.ts'
export { isGreater } from './versions.ts'
export * as shape from './shape.ts'
export type { Reader } from './shape.ts'
export * from './changes/members-seen.ts'
export * from './explain/explain.ts'
export { withinDepth } from './explain/within-depth.ts'
export type { NotReleased, QuietEdge } from './explain/explain-absence.ts'
export * from './explain/what-if.ts'
export * from './explain/plan-difference.ts'
export { cheapestEdits, type Shrinking } from './explain/shrink-cascade.ts'
export type { WidenedRange } from './explain/cascade-flow.ts'
export { skipReason, type SkipReason } from './plan/admit.ts'
export { commitPresetOf, firstVersionOf } from './changes/commit-presets.ts'
export { messageReader, plainReading, type PlainHead, type PlainReading } from './changes/commits.ts'
export { columnsOf, historyOfColumns, type CommitColumns, type SaidColumns } from './changes/commit-columns.ts'
export {
  coverageOf,
  type BranchCommit,
  type BranchWork,
  type CatalogEdit,
  type Coverage,
  type CoverageState,
  type Exclusion,
  type PackageCoverage,
  type TouchedFile,
} from './changes/coverage.ts'
export type { JsonEdit, ManifestEdit } from './edits/manifest-edit.ts'
export { changelogRequests, type ChangelogRequest, type ReleasedBump } from './edits/changelog.ts'
export { renderChangelogEntry, type ChangelogLayout, type ChangelogLines } from './edits/changelog-layout.ts'
export { listedReleases, type ListedRelease } from './edits/listed-releases.ts'
export { changesAsListed } from './plan/admit.ts'
export * from './edits/lockfile-edit.ts'
export * from './edits/edits.ts'
export * from './plan/plan-moves.ts'
export { planInputs, type PlanFact, type PlanInputs } from './plan/plan-inputs.ts'
export type { PackageFacts, Releasable, ReleasedWorld } from './release/released-world.ts'
export * from './release/desired.ts'
export { shortName, tagNameOf, type TagSettings } from './release/release-tag.ts'
export * from './edits/published-manifest.ts'
export * from './release/step.ts'
export * from './release/steps.ts'
export * from './release/rate-budget.ts'
export * from './release/crowd.ts'
export * from './release/growing-limit.ts'
export * from './release/schedule.ts'
export * from './release/upload-pace.ts'
export * from './release/retry.ts'
export * from './release/promotion.ts'
export * from './release/journal.ts'
export { isOnItsWay, leftoversOf, rollbackSteps, type Leftover } from './release/rollback-steps.ts'
export * from './release/remaining.ts'
export * from './release/changelog-entry.ts'
export * from './release/release-set.ts'
export * from './release/set-difference.ts'
export * from './release/find-set.ts'
export { holdsIntegrity } from './release/holds-integrity.ts'
export * from './release/release-status.ts'
export * from './forge/proposal.ts'
export * from './forge/plan-mark.ts'
export * from './forge/next-moves.ts'
export * from './forge/release-notes.ts'
export * from './forge/forge-releases.ts'
export * from './forge/merge-settings.ts'
export { breakingAmong, mergeLosses, type BranchCommits, type MergeTexts } from './forge/merge-loss.ts'
export { editorLink, proposedChangeset, type ProposedBump } from './forge/proposed-changeset.ts'
export { planEffect, type PlanEffect, type ReleaseEffect } from './forge/plan-effect.ts'
export * from './forge/pull-request-report.ts'
export { makeReport, type ReportFacts } from './forge/make-report.ts'
export { parseReport, type ReportReading } from './forge/parse-report.ts'
