/**
 * @topsail/engine acts. It reads the repository into a `Snapshot`, lets @topsail/core decide, and carries the
 * decision out. This is the programmatic API: the CLI uses nothing else. README.md shows it, in this order.
 */

// What the engine asks of the world, and who answers.
export type { Entry, Files, Git, GitAnswer, GitOptions, Look } from './ports.ts'
export { gitIn } from './adapters/git-process.ts'
export { diskFiles } from './adapters/disk-files.ts'
export { memoryFiles } from './adapters/memory-files.ts'

// Read and plan.
export { planWorkspace, readSnapshot, sha256, type ReadOptions } from './read/read-snapshot.ts'

// What people say of a change, and what a branch lacks.
export { addChangeset, type AddOptions, type AddResult, type NamedBump } from './author/add.ts'
export { proposeChangeset, type Offer, type Proposal } from './author/propose.ts'
export { editorOf, editText, type Editor } from './adapters/editor.ts'
export { checkWorkspace, type CheckOptions, type CheckResult } from './author/check.ts'
export { reportPullRequest, type PullRequestReading, type ReportOptions } from './author/report-pull-request.ts'

// Set up.
export { initWorkspace, type InitFile, type InitOptions, type InitResult } from './author/init.ts'
export type { ChangeIn3, InitNote, LeftBehindReason, Setting, SetUp, Tool } from './author/set-up.ts'
export { enterPre, exitPre, type PreOptions, type PreResult } from './author/pre.ts'

// Write what a plan says.
export {
  beginVersion,
  recoverVersion,
  versionWorkspace,
  type VersionOptions,
  type VersionResult,
} from './version/version-workspace.ts'
export { applyPlanDocument, type ApplyOptions } from './version/apply-plan.ts'

// Publish, and what can be done about a release that has begun.
export { publishWorkspace, type PublishEvent, type PublishOptions } from './publish/publish-workspace.ts'
export type { AwaitedEvent } from './publish/session.ts'
export type {
  FailedPackage,
  HeldPackage,
  PublishedPackage,
  PublishResult,
  ReleaseSummary,
  Rerun,
  UnitVersion,
} from './publish/publish-result.ts'
export { decideStaged, type ApproveOptions } from './publish/approve-workspace.ts'
export {
  resumeWorkspace,
  rollbackWorkspace,
  type ResumeOptions,
  type RollbackOptions,
  type RollbackPlan,
  type RollbackResult,
} from './release/release-workspace.ts'
export {
  statusWorkspace,
  type ReleaseStatus,
  type StatusOptions,
  type StatusResult,
} from './release/status-workspace.ts'
export { releaseSets, type ReleaseSets, type ReleaseSetsOptions } from './release/query-sets.ts'

// The forge: pull requests, their reports, and what follows a push to main.
export type * from './forge/forge.ts'
export {
  openForge,
  readForgeEnvironment,
  type ForgeEnvironment,
  type PullRequestEvent,
} from './forge/forge-environment.ts'
export type { ForgePatience } from './forge/forge-calls.ts'
export { githubForge, type GithubOptions } from './forge/github.ts'
export { gitlabForge, type GitlabOptions } from './forge/gitlab.ts'
export {
  postPullRequestReport,
  postReport,
  withMergeLosses,
  type Posting,
  type PostResult,
  type ReportWords,
} from './forge/post-report.ts'
export { forgeProblem } from './reconcile/forge-problem.ts'
export { reconcileMain, type ReconcileOptions, type ReconcileResult } from './reconcile/reconcile-main.ts'
export type { ProposalFacts, ReconcileWords, ReleaseFacts } from './reconcile/words.ts'
