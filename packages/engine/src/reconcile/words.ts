/** The texts that the reconciler leaves on a forge. The sentences are those of whoever calls it; here is what they may say. */
import type { ReleasePlan, Sha, Snapshot, TaggedPackage, WantedForgeRelease } from '@topsail/core'
import type { CheckReport, ForgePlace } from '../forge/forge.ts'
import type { BranchCommit } from './release-branch.ts'

export type ProposalFacts = {
  readonly plan: ReleasePlan
  readonly snapshot: Snapshot
  readonly place: ForgePlace | undefined
  readonly base: string
  /** The commit of the base branch that the plan was made from. */
  readonly tip: Sha
  /** Commits of others on the release branch, which is therefore left as it is. */
  readonly foreign: readonly BranchCommit[]
}

export type ReleaseFacts = {
  readonly wanted: WantedForgeRelease
  readonly place: ForgePlace
  /** The changelog entry of each package, as far as it has one. */
  readonly entryOf: (pkg: TaggedPackage) => string | undefined
}

export type ReconcileWords = {
  /** On one line. */
  title(facts: ProposalFacts): string
  /** Without the trailer that carries the plan. */
  commitMessage(facts: ProposalFacts, title: string): string
  /** Markdown of fewer than `limit` bytes. */
  body(facts: ProposalFacts, limit: number): string
  /** `behind`: the release branch is not what the base branch asks for. */
  check(facts: ProposalFacts, behind: boolean): Omit<CheckReport, 'sha' | 'annotations'>
  /** The comment under a pull request that has nothing left to propose. */
  closing(base: string): string
  release(facts: ReleaseFacts): { readonly name: string; readonly body: string }
  /** The comment under an issue or pull request that a release closes. */
  told(packages: readonly TaggedPackage[], place: ForgePlace): string
}
