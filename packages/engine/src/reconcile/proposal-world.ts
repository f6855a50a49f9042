/**
 * What there is to know before a release is proposed: the base branch and its plan, the release branch, the pull
 * requests from it, and what core makes of them. Looked at anew after every move.
 */
import { markOf, nextMoves, type Problem, type ProposalMove, type Sha } from '@topsail/core'
import type { Forge, PullRequest } from '../forge/forge.ts'
import { forgeProblem } from './forge-problem.ts'
import type { Place } from './place.ts'
import { planAt, type PlannedCommit } from './plan-at.ts'
import { readReleaseBranch, type BranchReading } from './release-branch.ts'
import { bringBranch, readRemote } from './remote-refs.ts'
import type { ProposalFacts, ReconcileWords } from './words.ts'

export type ProposeOptions = {
  readonly place: Place
  readonly forge: Forge
  readonly words: ReconcileWords
  readonly rebuild: boolean
  /** Looks, and does nothing. */
  readonly dryRun: boolean
}

export type Seen = {
  readonly tip: Sha
  readonly ours: ReadonlyMap<string, Sha>
  readonly planned: PlannedCommit
  readonly reading: BranchReading | undefined
  readonly open: readonly PullRequest[]
  readonly moves: readonly ProposalMove[]
}

export type Unseen = { readonly problems: readonly Problem[] }

/** `known`: plans that were made on the way, by commit. */
export async function look(
  { place, forge, rebuild }: ProposeOptions,
  known: Map<Sha, PlannedCommit>,
): Promise<Seen | Unseen> {
  const { git, remote, base, settings, namespaces } = place
  const { branch } = settings.pullRequest
  const [listed, opened, newest] = await Promise.all([
    readRemote(git, { remote, branches: [base, branch], namespaces }),
    forge.openPullRequestsFrom(branch),
    forge.newestPullRequestFrom(branch),
  ])
  if (listed.kind === 'unreachable') return { problems: [listed.problem] }
  if (!opened.ok) return { problems: [forgeProblem(forge, opened)] }
  if (!newest.ok) return { problems: [forgeProblem(forge, newest)] }
  const tip = listed.refs.branches.get(base)
  if (tip === undefined) return { problems: [{ code: 'BASE_BRANCH_MISSING', severity: 'error', branch: base }] }
  if (!(await bringBranch(git, remote, base, tip))) return { problems: [treeProblem(tip, 'it cannot be fetched')] }
  const planned = known.get(tip) ?? (await planAt(place, tip))
  if ('detail' in planned) return { problems: [treeProblem(tip, planned.detail)] }
  known.set(tip, planned)
  const errors = planned.plan.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) return { problems: errors }

  const head = listed.refs.branches.get(branch)
  const reading = head === undefined ? undefined : await readReleaseBranch(git, head, { remote, name: branch, tip })
  if (head !== undefined && reading === undefined) return { problems: [treeProblem(head, 'it cannot be fetched')] }
  const open = opened.value.filter((pull) => pull.base.branch === base && !pull.fork)
  const last = newest.value?.fork === false && newest.value.state !== 'open' ? newest.value : undefined
  // What was merged is on the base branch, in whatever form; nothing of it is lost with the branch.
  const isMerged = last?.state === 'merged' && last.head.sha === head
  const moves = nextMoves({
    tip,
    plan: planned.plan.releases.length === 0 ? undefined : planned.plan.id,
    branch: isMerged && reading !== undefined ? { ...reading.branch, foreign: [] } : reading?.branch,
    open: open.map(proposed),
    closed: last?.state === 'closed' ? proposed(last) : undefined,
    rebuild,
  })
  return { tip, ours: listed.refs.ours, planned, reading, open, moves }
}

function proposed({ number, body }: PullRequest) {
  const plan = markOf(body)?.plan
  return { number, plan: plan === 'none' ? undefined : plan }
}

function treeProblem(commit: Sha, detail: string): Problem {
  return { code: 'RELEASE_TREE_UNAVAILABLE', severity: 'error', commit, detail }
}

export function factsOf({ planned, tip, reading, moves }: Seen, { place, forge }: ProposeOptions): ProposalFacts {
  const isLeft = moves.some(({ kind }) => kind === 'leave-branch')
  return { ...planned, place: forge.place, base: place.base, tip, foreign: isLeft ? (reading?.foreign ?? []) : [] }
}
