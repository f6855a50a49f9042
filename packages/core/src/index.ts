/**
 * @topsail/core decides. Plain data in, plain data out: no I/O, no clock, no randomness.
 *
 * The exports stand in the order of the pipeline: nouns, then read -> resolve -> plan -> explain -> edits -> steps.
 */
export * from './bump.ts'
export * from './names.ts'
export * from './workspace.ts'
export * from './settings.ts'
export * from './change.ts'
export * from './problem.ts'
export * from './snapshot.ts'
export * from './release-plan.ts'
export * from './plan-document.ts'
export * from './parse-plan-document.ts'
export * from './changesets.ts'
export * from './pre.ts'
export * from './range.ts'
export * from './graph.ts'
export * from './resolve.ts'
export * from './plan.ts'
export * from './coverage.ts'
export * from './manifest-edit.ts'
export * from './changelog.ts'
export * from './lockfile-edit.ts'
export * from './edits.ts'
export * from './plan-moves.ts'
