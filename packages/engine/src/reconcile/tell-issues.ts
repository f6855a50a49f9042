/**
 * Tells the issues and pull requests that a release closes, once each: the comment carries a mark that names the
 * release, and is looked for before it is written. What belongs to a release is read from its proposal: the commits
 * behind its changes, the pull requests their subjects name, and the issues their messages close.
 */
import type { Problem, Sha, TaggedRelease } from '@topsail/core'
import type { CommentSubject, Forge } from '../forge/forge.ts'
import type { Git } from '../ports.ts'
import { forgeProblem } from './forge-problem.ts'
import { proposalRefs, readProposals } from './proposal-store.ts'
import type { Place } from './place.ts'
import type { ReconcileWords } from './words.ts'

export type TellOptions = { readonly place: Place; readonly forge: Forge; readonly words: ReconcileWords }

const toldMark = '<!-- topsail:told -->'

/** When all are told the release at `tag` says so itself, and nobody has to be looked up again. */
export async function tellOnce(
  released: TaggedRelease,
  tag: string,
  ours: ReadonlyMap<string, Sha>,
  options: TellOptions,
): Promise<readonly Problem[]> {
  const { forge } = options
  const found = await forge.releaseByTag(tag)
  if (!found.ok) return [forgeProblem(forge, found)]
  if (found.value === undefined || found.value.body.includes(toldMark)) return []
  const problems = await tellIssues(released, ours, options)
  if (problems.length > 0) return problems
  const marked = await forge.updateRelease(found.value.id, { body: `${found.value.body}\n\n${toldMark}` })
  return marked.ok ? [] : [forgeProblem(forge, marked)]
}

/** Nobody wants more than this many comments written for them. */
const mostTold = 100

async function tellIssues(
  released: TaggedRelease,
  ours: ReadonlyMap<string, Sha>,
  { place, forge, words }: TellOptions,
): Promise<readonly Problem[]> {
  const versions = new Map(released.packages.map(({ name, version }) => [name, version]))
  const proposals = await readProposals(place.refs, proposalRefs(place.namespaces, ours))
  const proposal = proposals.find(({ proposal: each }) =>
    each.releases.some(({ name, to }) => versions.get(name) === to),
  )
  const commits = proposal?.proposal.commits ?? []
  const subjects = await subjectsOf(place.git, commits)
  const mark = `<!-- topsail:released ${released.id} -->`
  for (const subject of subjects.slice(0, mostTold)) {
    const there = await forge.comments(subject)
    if (!there.ok) {
      if (there.why === 'not-found') continue
      return [forgeProblem(forge, there)]
    }
    if (there.value.some(({ body }) => body.includes(mark))) continue
    const said = await forge.createComment(subject, `${words.told(released.packages, forge.place)}\n\n${mark}`)
    // A locked conversation is nobody's failure.
    if (!said.ok && said.why !== 'refused' && said.why !== 'not-found' && said.why !== 'invalid') {
      return [forgeProblem(forge, said)]
    }
  }
  return []
}

async function subjectsOf(git: Git, commits: readonly Sha[]): Promise<readonly CommentSubject[]> {
  const sound = commits.filter((commit) => /^[0-9a-f]{40,64}$/.test(commit))
  if (sound.length === 0) return []
  const log = await git(['log', '--no-walk', '--ignore-missing', '--format=%B%x01', '--stdin'], {
    input: `${sound.join('\n')}\n`,
  })
  if (log.kind === 'missing' || log.code !== 0) return []
  return subjectsIn(log.stdout.split('\u0001'))
}

/** `feat: more (#12)` and `Merge pull request #12` name a pull request, `Fixes #3` an issue. */
export function subjectsIn(messages: readonly string[]): readonly CommentSubject[] {
  const pulls = new Set<number>()
  const issues = new Set<number>()
  for (const message of messages) {
    const subject = message.trim().split('\n', 1)[0] ?? ''
    const pull = /\([#!](\d{1,9})\)$/.exec(subject)?.[1] ?? /^Merge pull request #(\d{1,9})\b/.exec(subject)?.[1]
    if (pull !== undefined) pulls.add(Number(pull))
    for (const [, issue] of message.matchAll(/\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #(\d{1,9})\b/gi)) {
      issues.add(Number(issue))
    }
  }
  const numbered = (kind: CommentSubject['kind'], numbers: Iterable<number>): CommentSubject[] =>
    [...numbers].toSorted((a, b) => a - b).map((number) => ({ kind, number }))
  return [
    ...numbered('pull-request', pulls),
    ...numbered(
      'issue',
      [...issues].filter((each) => !pulls.has(each)),
    ),
  ]
}
