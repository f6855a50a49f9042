/**
 * The pull request itself: opened, brought up to date or closed, with its check. What people wrote around our part of
 * the body, and a title that they gave it, stay theirs.
 */
import {
  markOf,
  outsideRegion,
  pullRequestBodyLimit,
  regionOf,
  utf8Length,
  withRegion,
  type Problem,
} from '@topsail/core'
import type { ForgeAnswer, PullRequest } from '../forge/forge.ts'
import { forgeProblem } from './forge-problem.ts'
import { factsOf, type ProposeOptions, type Seen } from './proposal-world.ts'
import type { ProposalOutcome } from './release-pull-request.ts'

export async function openPullRequest(
  seen: Seen,
  problems: readonly Problem[],
  options: ProposeOptions,
): Promise<ProposalOutcome> {
  const { forge, place, words } = options
  const facts = factsOf(seen, options)
  const plan = facts.plan.id
  const title = words.title(facts)
  const body = bodyFor('', seen, title, options)
  const { branch } = place.settings.pullRequest
  const made = await forge.createPullRequest({ head: branch, base: place.base, title, body })
  if (!made.ok) return { state: 'failed', plan, problems: [...problems, forgeProblem(forge, made)] }
  const { number, url } = made.value
  // Another runner's, made a moment ago, perhaps of another plan.
  if (markOf(made.value.body)?.plan !== plan) {
    return refreshPullRequest(number, { ...seen, open: [made.value] }, true, problems, options)
  }
  return { state: 'opened', number, url, plan, problems }
}

export async function refreshPullRequest(
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
  const body = bodyFor(pull.body, seen, wanted, options)
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
export async function tellCheck(
  seen: Seen,
  { state }: ProposalOutcome,
  options: ProposeOptions,
): Promise<readonly Problem[]> {
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

function bodyFor(before: string, seen: Seen, title: string, options: ProposeOptions): string {
  const facts = factsOf(seen, options)
  // A branch that is left as it is carries the plan that it was made from: that is what a merge would bring.
  const carried = facts.foreign.length > 0 ? (seen.reading?.branch.plan ?? 'none') : facts.plan.id
  const mark = { plan: carried, title }
  const around = utf8Length(outsideRegion(before)) + utf8Length(regionOf(mark, '')) + 10
  return withRegion(before, regionOf(mark, options.words.body(facts, pullRequestBodyLimit - around)))
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
export async function closePullRequest(
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
