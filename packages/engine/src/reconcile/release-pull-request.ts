/**
 * The release pull request, brought to what it should be: the world is looked at, core says what comes next, it is done;
 * where somebody moved something in between, the world is looked at again. Everything it goes by is the branch, the
 * commits on it and our mark in the body.
 */
import {
  markOf,
  nextMoves,
  outsideRegion,
  pullRequestBodyLimit,
  regionOf,
  utf8Length,
  withRegion,
  type Problem,
  type ProposalMove,
  type Sha,
} from '@topsail/core'
import type { Forge, ForgeAnswer, PullRequest } from '../forge/forge.ts'
import { forgeProblem } from './forge-problem.ts'
import { planAt, type PlannedCommit } from './plan-at.ts'
import { readReleaseBranch, type BranchReading } from './release-branch.ts'
import { bringBranch, readRemote } from './remote-refs.ts'
import type { Place } from './place.ts'
import type { ProposalFacts, ReconcileWords } from './words.ts'
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

export type ProposeOptions = {
  readonly place: Place
  readonly forge: Forge
  readonly words: ReconcileWords
  readonly rebuild: boolean
  /** Looks, and does nothing. */
  readonly dryRun: boolean
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

type Seen = {
  readonly tip: Sha
  readonly ours: ReadonlyMap<string, Sha>
  readonly planned: PlannedCommit
  readonly reading: BranchReading | undefined
  readonly open: readonly PullRequest[]
  readonly moves: readonly ProposalMove[]
}

type Failed = { readonly problems: readonly Problem[] }

async function look({ place, forge, rebuild }: ProposeOptions, known: Map<Sha, PlannedCommit>): Promise<Seen | Failed> {
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
        const failure = await close(move.number, seen, options)
        if (failure !== undefined) return over({ state: 'failed', number: move.number, problems: [failure] })
        closed = move.number
        break
      }
      case 'open':
        return over(await open(seen, problems, options))
      case 'refresh':
        return over(await refresh(move.number, seen, written, problems, options))
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

function factsOf({ planned, tip, reading, moves }: Seen, { place, forge }: ProposeOptions): ProposalFacts {
  const isLeft = moves.some(({ kind }) => kind === 'leave-branch')
  return { ...planned, place: forge.place, base: place.base, tip, foreign: isLeft ? (reading?.foreign ?? []) : [] }
}

function foreignProblem({ reading }: Seen, { place }: ProposeOptions): Problem {
  const commits = (reading?.foreign ?? []).map(({ sha, subject }) => ({ commit: sha, subject }))
  return { code: 'RELEASE_BRANCH_FOREIGN', severity: 'warning', branch: place.settings.pullRequest.branch, commits }
}

async function open(seen: Seen, problems: readonly Problem[], options: ProposeOptions): Promise<ProposalOutcome> {
  const { forge, place, words } = options
  const facts = factsOf(seen, options)
  const plan = facts.plan.id
  const title = words.title(facts)
  const body = bodyFor('', facts, title, words)
  const { branch } = place.settings.pullRequest
  const made = await forge.createPullRequest({ head: branch, base: place.base, title, body })
  if (!made.ok) return { state: 'failed', plan, problems: [...problems, forgeProblem(forge, made)] }
  const { number, url } = made.value
  // Another runner's, made a moment ago, perhaps of another plan.
  if (markOf(made.value.body)?.plan !== plan) {
    return refresh(number, { ...seen, open: [made.value] }, true, problems, options)
  }
  return { state: 'opened', number, url, plan, problems }
}

async function refresh(
  number: number,
  seen: Seen,
  written: boolean,
  problems: readonly Problem[],
  options: ProposeOptions,
): Promise<ProposalOutcome> {
  const { forge, words } = options
  const facts = factsOf(seen, options)
  const plan = facts.plan.id
  const [first, ...others] = seen.open
  const pull = seen.open.find((each) => each.number === number) ?? first
  if (pull === undefined) return { state: 'failed', plan, problems }
  const wanted = words.title(facts)
  const body = bodyFor(pull.body, facts, wanted, words)
  // Whoever gave it another title keeps it.
  const title = markOf(pull.body)?.title === pull.title ? wanted : pull.title
  const isCurrent = title === pull.title && sameText(body, pull.body)
  const changed = isCurrent ? undefined : await forge.updatePullRequest(number, { title, body })
  if (changed?.ok === false) {
    return { state: 'failed', number, plan, problems: [...problems, forgeProblem(forge, changed)] }
  }
  const failures = await closeAll(
    others.filter((each) => each !== pull),
    options,
  )
  const state = problems.some(({ code }) => code === 'RELEASE_BRANCH_FOREIGN') ? 'left' : 'refreshed'
  return {
    state: isCurrent && !written && state === 'refreshed' ? 'current' : state,
    number,
    url: pull.url,
    plan,
    problems: [...problems, ...failures],
  }
}

/**
 * The check that other pull requests get from `topsail ci pr`: workflows do not run on what a workflow's own token has
 * pushed, and where the check is required nobody could merge. Whoever may not write checks has none that is required.
 */
async function tellCheck(seen: Seen, { state }: ProposalOutcome, options: ProposeOptions): Promise<readonly Problem[]> {
  const head = seen.reading?.branch.head
  const isOpen =
    ['opened', 'refreshed', 'current'].includes(state) || seen.moves.some(({ kind }) => kind === 'leave-branch')
  if (head === undefined || !isOpen) return []
  const { forge, words } = options
  const isBehind = seen.reading?.branch.base !== seen.tip
  const said = await forge.publishCheck({
    ...words.check(factsOf(seen, options), isBehind),
    sha: head,
    annotations: [],
  })
  if (said.ok || said.why === 'refused' || said.why === 'not-found') return []
  return [{ ...forgeProblem(forge, said), severity: 'warning' }]
}

function bodyFor(before: string, facts: ProposalFacts, title: string, words: ReconcileWords): string {
  const mark = { plan: facts.plan.id, title }
  const around = utf8Length(outsideRegion(before)) + utf8Length(regionOf(mark, '')) + 10
  return withRegion(before, regionOf(mark, words.body(facts, pullRequestBodyLimit - around)))
}

/** People's browsers send other line ends. */
function sameText(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd()
  return plain(a) === plain(b)
}

/** Two from one branch into one base is nothing a forge allows; should it come to that, one is enough. */
async function closeAll(pulls: readonly PullRequest[], options: ProposeOptions): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const pull of pulls) {
    const answer = await options.forge.updatePullRequest(pull.number, { state: 'closed' })
    if (!answer.ok) problems.push(forgeProblem(options.forge, answer))
  }
  return problems
}

const closingMark = '<!-- topsail:nothing-pending -->'

/** Told first, then closed: whoever dies in between closes it next time, and does not say it twice. */
async function close(
  number: number,
  seen: Seen,
  { forge, place, words }: ProposeOptions,
): Promise<Problem | undefined> {
  const pull = seen.open.find((each) => each.number === number)
  const subject = { kind: 'pull-request', number } as const
  const told = await forge.comments(subject)
  if (!told.ok) return forgeProblem(forge, told)
  if (!told.value.some(({ body }) => body.includes(closingMark))) {
    const said = await forge.createComment(subject, `${words.closing(place.base)}\n\n${closingMark}`)
    if (!said.ok) return forgeProblem(forge, said)
  }
  // Without a plan in its mark it was closed by us, and is no reason not to open another.
  const region = regionOf({ plan: 'none', title: pull?.title ?? '' }, words.closing(place.base))
  const body = withRegion(pull?.body ?? '', region)
  const closed: ForgeAnswer<PullRequest> = await forge.updatePullRequest(number, { state: 'closed', body })
  return closed.ok ? undefined : forgeProblem(forge, closed)
}
