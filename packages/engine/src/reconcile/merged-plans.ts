/**
 * What lies released on the base branch and came from a release pull request, held against the plan that it carries:
 * only what is exactly that plan may be published. The plan is known by the trailer of the commit that wrote the
 * versions, by our mark in a squashed message, or by the pull request that the forge says it came from; what the plan
 * writes, by its recorded proposal, or by planning again where the commit began. Versions that nobody proposed (written
 * by hand, with `topsail version`) are published as ever.
 */
import {
  planOfBody,
  planOfMessage,
  proposalDifferences,
  proposalPaths,
  releasablePackages,
  tagNameOf,
  type Package,
  type PackageName,
  type Path,
  type Problem,
  type Proposal,
  type ReleasePlan,
  type Sha,
  type Snapshot,
} from '@topsail/core'
import type { Forge } from '../forge/forge.ts'
import type { Git } from '../ports.ts'
import { readObjects } from '../publish/head-state.ts'
import { findVersionCommits } from '../publish/version-commits.ts'
import { forgeProblem } from './forge-problem.ts'
import { whyUnknown, type MayBePlanned } from './plan-at.ts'
import { openTree, writePlan } from './proposal-tree.ts'

export type MergedPlansQuestion = {
  readonly root: string
  readonly git: Git
  readonly snapshot: Snapshot
  readonly head: Sha
  /** As the remote has them. */
  readonly tags: ReadonlyMap<string, Sha>
  /** Newest first; asked for only where something is to be published. */
  readonly proposals: () => Promise<readonly Proposal[]>
  /** Undefined: there is none to ask. */
  readonly forge: Forge | undefined
  readonly branch: string
  /** What is pending on top of HEAD. */
  readonly pending: () => Promise<MayBePlanned>
}

export type MergedPlans = {
  /** Not to be published. */
  readonly held: readonly PackageName[]
  /** Plans that lie there exactly as they were proposed. */
  readonly plans: readonly { readonly plan: string; readonly commit: Sha }[]
  readonly problems: readonly Problem[]
}

export async function checkMergedPlans(question: MergedPlansQuestion): Promise<MergedPlans> {
  const { git, snapshot, tags } = question
  const { workspace, settings } = snapshot
  const untagged = releasablePackages(workspace, settings).filter(
    ({ name, version }) => !tags.has(tagNameOf(settings, name, version)),
  )
  const written = await findVersionCommits(git, untagged)
  const byCommit = new Map<Sha, Package[]>()
  for (const pkg of untagged) {
    const commit = written.commits.get(pkg.name)
    if (commit) byCommit.set(commit, [...(byCommit.get(commit) ?? []), pkg])
  }
  const proposals = byCommit.size === 0 ? [] : await question.proposals()
  const held: PackageName[] = []
  const plans: { plan: string; commit: Sha }[] = []
  const problems: Problem[] = []
  for (const [commit, packages] of byCommit) {
    const verdict = await judge(commit, packages, { ...question, recorded: proposals })
    if (verdict.kind === 'as-planned') plans.push({ plan: verdict.plan, commit })
    if (verdict.kind !== 'held') continue
    held.push(...packages.map(({ name }) => name))
    problems.push(verdict.problem)
  }
  return { held, plans, problems }
}

type Verdict =
  | { readonly kind: 'unclaimed' }
  | { readonly kind: 'as-planned'; readonly plan: string }
  | { readonly kind: 'held'; readonly problem: Problem }

type Case = MergedPlansQuestion & { readonly recorded: readonly Proposal[] }

async function judge(commit: Sha, packages: readonly Package[], question: Case): Promise<Verdict> {
  const { recorded: proposals, forge } = question
  const named = await planNamedBy(question.git, commit)
  const candidates = named === undefined ? proposals.filter((each) => proposes(each, packages)) : []
  if (named === undefined && candidates.length === 0) return { kind: 'unclaimed' }
  for (const proposal of candidates) {
    const verdict = await compare(proposal, commit, packages, question)
    if (verdict.kind === 'as-planned') return verdict
  }
  const asked = named === undefined ? await planOfPullRequest(forge, commit, question.branch) : { plan: named }
  if ('problem' in asked) return { kind: 'held', problem: asked.problem }
  const { plan } = asked
  if (plan === undefined) return { kind: 'unclaimed' }
  const proposal = proposals.find((each) => each.plan === plan) ?? (await planAgain(commit, plan, question))
  if (proposal !== undefined) return compare(proposal, commit, packages, question)
  return { kind: 'held', problem: { code: 'RELEASE_PLAN_UNKNOWN', severity: 'error', plan, commit } }
}

/** Of a merge, the merged commit is looked at as well: a merge commit itself says only what the forge lets it. */
async function planNamedBy(git: Git, commit: Sha): Promise<string | undefined> {
  const answer = await git(['rev-parse', '--verify', '--quiet', `${commit}^2`])
  const second = answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : undefined
  for (const sha of [commit, ...(second === undefined ? [] : [second])]) {
    const message = await git(['log', '--max-count=1', '--format=%B', sha, '--'])
    const plan = message.kind === 'done' ? planOfMessage(message.stdout) : undefined
    if (plan !== undefined) return plan
  }
  return undefined
}

function proposes({ releases }: Proposal, packages: readonly Package[]): boolean {
  const versions = new Map(releases.map(({ name, to }) => [name, to]))
  return packages.some(({ name, version }) => versions.get(name) === version)
}

type Asked = { readonly plan: string | undefined } | { readonly problem: Problem }

async function planOfPullRequest(forge: Forge | undefined, commit: Sha, branch: string): Promise<Asked> {
  if (forge === undefined) return { plan: undefined }
  const answer = await forge.pullRequestsOfCommit(commit)
  if (!answer.ok) {
    return answer.why === 'not-found' ? { plan: undefined } : { problem: forgeProblem(forge, answer) }
  }
  const merged = answer.value.find(({ head, fork, state }) => head.branch === branch && !fork && state === 'merged')
  return { plan: merged === undefined ? undefined : planOfBody(merged.body) }
}

/** The record is gone, or was never pushed: the plan is made once more from where its commit began. */
async function planAgain(commit: Sha, plan: string, { root, git }: Case): Promise<Proposal | undefined> {
  const before = await git(['rev-parse', '--verify', '--quiet', `${commit}^1`])
  if (before.kind === 'missing' || before.code !== 0) return undefined
  const tree = await openTree({ root, git }, before.stdout.trim())
  if ('detail' in tree) return undefined
  try {
    const { proposal } = await writePlan(tree)
    return proposal.plan === plan ? proposal : undefined
  } finally {
    await tree.close()
  }
}

/** As it was merged, or as it lies there now: a later commit may have mended it. */
async function compare(
  proposal: Proposal,
  commit: Sha,
  packages: readonly Package[],
  { git, head, pending }: Case,
): Promise<Verdict> {
  const { plan } = proposal
  const planned = await pending()
  const unknown = whyUnknown(planned)
  if ('detail' in planned || unknown !== undefined) {
    const facts = { plan, commit, causes: [], noTree: undefined, ...unknown }
    return { kind: 'held', problem: { code: 'RELEASE_MAY_EXCEED_PLAN', severity: 'error', ...facts } }
  }
  const exceeding = exceedingReleases(proposal, packages, planned.plan)
  if (exceeding.length > 0) {
    const facts = { plan, commit, releases: exceeding }
    return { kind: 'held', problem: { code: 'RELEASE_EXCEEDS_PLAN', severity: 'error', ...facts } }
  }
  const merged = await differencesAt(git, commit, proposal)
  if (merged.length === 0) return { kind: 'as-planned', plan }
  const differences = commit === head ? merged : await differencesAt(git, head, proposal)
  if (differences.length === 0) return { kind: 'as-planned', plan }
  const facts = { plan, commit, differences }
  return { kind: 'held', problem: { code: 'RELEASE_NOT_AS_PLANNED', severity: 'error', ...facts } }
}

async function differencesAt(git: Git, commit: Sha, proposal: Proposal) {
  const paths = proposalPaths(proposal)
  const texts = await readObjects(
    git,
    paths.map((path) => `${commit}:./${path}`),
  )
  const byPath = new Map<Path, string | undefined>(paths.map((path, index) => [path, texts[index]]))
  return proposalDifferences(proposal, (path) => byPath.get(path))
}

/** What the tarballs would hold beyond what was proposed: changes merged since that ask for a larger bump. */
function exceedingReleases(proposal: Proposal, packages: readonly Package[], pending: ReleasePlan) {
  const concerned = new Set(packages.map(({ name }) => name))
  const planned = new Map(proposal.releases.map((release) => [release.name, release]))
  const changes = new Map(pending.changes.map((change) => [change.id, change]))
  return pending.releases.flatMap(({ name, changes: ids }) => {
    const release = planned.get(name)
    if (release === undefined || !concerned.has(name)) return []
    const asked = ids.flatMap((id) => {
      const bumps = changes.get(id)?.bumps
      return bumps !== undefined && Object.hasOwn(bumps, name) ? (bumps[name] ?? []) : []
    })
    const now = (['major', 'minor', 'patch'] as const).find((bump) => asked.includes(bump))
    const exceeds = now !== undefined && rank[now] > rank[release.bump]
    return exceeds ? [{ name, version: release.to, planned: release.bump, now }] : []
  })
}

const rank = { patch: 1, minor: 2, major: 3 }
