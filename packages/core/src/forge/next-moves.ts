/**
 * What the reconciler does next about the release pull request, decided from what it sees and nothing else: the branch
 * that releases are made from, the plan of what lies there, the release branch, the pull requests from it. Carrying the
 * moves out and looking again gives no further moves: that is what makes it safe to run twice, at once, or after a kill.
 */
import type { Sha } from '../names.ts'

export type ReleaseBranch = {
  readonly head: Sha
  /** What its commit was made from. */
  readonly base: Sha | undefined
  /** The plan that its commit carries. */
  readonly plan: string | undefined
  /** Commits on it that are neither ours nor on the base branch. */
  readonly foreign: readonly Sha[]
}

export type ProposedPullRequest = {
  readonly number: number
  /** What our mark in its body says. */
  readonly plan: string | undefined
}

export type ProposalWorld = {
  /** Where the base branch is. */
  readonly tip: Sha
  /** Undefined: nothing is pending. */
  readonly plan: string | undefined
  readonly branch: ReleaseBranch | undefined
  /** From the release branch into the base branch, newest first. */
  readonly open: readonly ProposedPullRequest[]
  /** The newest that was closed without a merge. */
  readonly closed: ProposedPullRequest | undefined
  /** A person asks for it: commits of others go, and what was closed comes back. */
  readonly rebuild: boolean
}

export type ProposalMove =
  /** One commit on `onto`; the branch must still be at `expected`. */
  | { readonly kind: 'write-branch'; readonly expected: Sha | undefined; readonly onto: Sha }
  | { readonly kind: 'open' }
  | { readonly kind: 'refresh'; readonly number: number }
  | { readonly kind: 'close'; readonly number: number }
  /** Somebody closed it, and nothing has changed since. */
  | { readonly kind: 'leave-closed'; readonly number: number }
  /** Somebody pushed to the branch: it is not rebuilt. */
  | { readonly kind: 'leave-branch'; readonly commits: readonly Sha[] }

export function nextMoves(world: ProposalWorld): readonly ProposalMove[] {
  const { plan, branch, open, closed, rebuild } = world
  if (plan === undefined) return open.map(({ number }) => ({ kind: 'close', number }))
  const [current] = open
  if (current === undefined && closed?.plan === plan && !rebuild) {
    return [{ kind: 'leave-closed', number: closed.number }]
  }
  return [
    ...branchMoves(world, plan, branch),
    current === undefined ? { kind: 'open' } : { kind: 'refresh', number: current.number },
  ]
}

function branchMoves(
  { tip, rebuild }: ProposalWorld,
  plan: string,
  branch: ReleaseBranch | undefined,
): readonly ProposalMove[] {
  if (branch === undefined) return [{ kind: 'write-branch', expected: undefined, onto: tip }]
  const isForeign = branch.foreign.length > 0 && !rebuild
  // What others left on a branch that nobody proposes any more is still theirs.
  if (isForeign) return [{ kind: 'leave-branch', commits: branch.foreign }]
  const isCurrent = branch.plan === plan && branch.base === tip && branch.foreign.length === 0
  return isCurrent ? [] : [{ kind: 'write-branch', expected: branch.head, onto: tip }]
}
