/**
 * @topsail/engine acts. It reads the repository into a `Snapshot`, lets @topsail/core decide, and carries the
 * decision out. This is the programmatic API: the CLI uses nothing else.
 */
export * from './ports.ts'
export * from './adapters/disk-files.ts'
export * from './adapters/memory-files.ts'
export * from './adapters/git-process.ts'
export * from './adapters/editor.ts'
export * from './read/read-snapshot.ts'
export * from './author/add.ts'
export * from './author/check.ts'
export * from './author/init.ts'
export * from './author/pre.ts'
export * from './author/propose.ts'
export * from './author/report-pull-request.ts'
export * from './author/set-up.ts'
export * from './version/version-workspace.ts'
export * from './version/apply-plan.ts'
export type * from './forge/forge.ts'
export {
  openForge,
  readForgeEnvironment,
  type ForgeEnvironment,
  type PullRequestEvent,
} from './forge/forge-environment.ts'
export { defaultPatience, type ForgePatience } from './forge/forge-calls.ts'
export { githubForge, type GithubOptions } from './forge/github.ts'
export { gitlabForge, type GitlabOptions } from './forge/gitlab.ts'
export * from './forge/post-report.ts'
export { forgeProblem } from './reconcile/forge-problem.ts'
export * from './publish/publish-workspace.ts'
export * from './release/query-sets.ts'
export type { PublishResult } from './publish/publish-result.ts'
export { decideStaged } from './publish/approve-workspace.ts'
export * from './release/release-workspace.ts'
export * from './release/status-workspace.ts'
export { reconcileMain, type ReconcileOptions, type ReconcileResult } from './reconcile/reconcile-main.ts'
export type { ProposalFacts, ReconcileWords, ReleaseFacts } from './reconcile/words.ts'
