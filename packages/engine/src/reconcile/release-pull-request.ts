/**
 * The release pull request, brought to what it should be: the world is looked at, core says what comes next, it is done;
 * where somebody moved something in between, the world is looked at again. Everything it goes by is the branch, the
 * commits on it and our mark in the body.
 */
import type { Problem, ProposalMove, Sha } from '@topsail/core'
import type { PlannedCommit } from './plan-at.ts'
import { factsOf, look, type ProposeOptions, type Seen } from './proposal-world.ts'
import { closePullRequest, openPullRequest, refreshPullRequest, tellCheck } from './pull-request-texts.ts'
import { writeBranch } from './write-branch.ts'

export type ProposalOutcome = {
  /** none: nothing is pending, and nothing was proposed. left: as it was, for a reason among the problems. */
  readonly state: 'none' | 'opened' | 'refreshed' | 'current' | 'closed' | 'left' | 'failed' | 'planned'
  /** Of a dry run: what a real one would do. */
  readonly moves?: readonly ProposalMove[] | undefined
  readonly number?: number | undefined
  readonly url?: string | undefined
  /** The id of the plan that is proposed. */
  readonly plan?: string | undefined
  readonly problems: readonly Problem[]
}

export async function proposeRelease(options: ProposeOptions): Promise<ProposalOutcome> {
  const planned = new Map<Sha, PlannedCommit>()
  let written = false
  const warnings: Problem[] = []
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const seen = await look(options, planned)
    if ('problems' in seen) return { state: 'failed', problems: seen.problems }
    if (options.dryRun) return wouldDo(seen)
    const done = await act(seen, written, options)
    if (done.kind === 'over') {
      const told = await tellCheck(seen, done.outcome, options)
      return { ...done.outcome, problems: [...warnings, ...done.outcome.problems, ...told] }
    }
    written ||= done.written
    warnings.push(...done.problems)
  }
  const { branch } = options.place.settings.pullRequest
  return { state: 'failed', problems: [{ code: 'RELEASE_BRANCH_CONTESTED', severity: 'warning', branch }] }
}

const mostAttempts = 5

function wouldDo({ planned, moves }: Seen): ProposalOutcome {
  return { state: 'planned', moves, plan: planned.plan.id, problems: [] }
}

type Acted =
  | { readonly kind: 'over'; readonly outcome: ProposalOutcome }
  /** The world has to be looked at again. */
  | { readonly kind: 'again'; readonly written: boolean; readonly problems: readonly Problem[] }

async function act(seen: Seen, written: boolean, options: ProposeOptions): Promise<Acted> {
  const problems: Problem[] = seen.planned.plan.problems.filter(({ severity }) => severity === 'quarantined')
  const plan = seen.planned.plan.id
  let closed: number | undefined
  for (const move of seen.moves) {
    switch (move.kind) {
      case 'write-branch': {
        const answer = await write(move, seen, options)
        if (answer.kind === 'failed') return over({ state: 'failed', plan, problems: answer.problems })
        return {
          kind: 'again',
          written: answer.kind === 'written',
          problems: 'problems' in answer ? answer.problems : [],
        }
      }
      case 'leave-branch':
        problems.push(foreignProblem(seen, options))
        break
      case 'leave-closed':
        problems.push({ code: 'RELEASE_PULL_REQUEST_CLOSED', severity: 'warning', number: move.number, plan })
        return over({ state: 'left', number: move.number, plan, problems })
      case 'close': {
        const failure = await closePullRequest(move.number, seen, options)
        if (failure !== undefined) return over({ state: 'failed', number: move.number, problems: [failure] })
        closed = move.number
        break
      }
      case 'open':
        return over(await openPullRequest(seen, problems, options))
      case 'refresh':
        return over(await refreshPullRequest(move.number, seen, written, problems, options))
    }
  }
  return over(closed === undefined ? { state: 'none', problems } : { state: 'closed', number: closed, problems })
}

function over(outcome: ProposalOutcome): Acted {
  return { kind: 'over', outcome }
}

function write({ expected, onto }: ProposalMove & { kind: 'write-branch' }, seen: Seen, options: ProposeOptions) {
  const { place, forge, words } = options
  const { branch, commit } = place.settings.pullRequest
  return writeBranch({
    ...place,
    ours: seen.ours,
    branch,
    expected,
    onto,
    forge: commit === 'api' ? forge : undefined,
    message(made) {
      const facts = { ...factsOf(seen, options), ...made, foreign: [] }
      return words.commitMessage(facts, words.title(facts))
    },
  })
}

function foreignProblem({ reading }: Seen, { place }: ProposeOptions): Problem {
  const commits = (reading?.foreign ?? []).map(({ sha, subject }) => ({ commit: sha, subject }))
  return { code: 'RELEASE_BRANCH_FOREIGN', severity: 'warning', branch: place.settings.pullRequest.branch, commits }
}
