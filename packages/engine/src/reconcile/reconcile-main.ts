/**
 * `topsail ci main`: looks at git, the registries and the forge, and brings them together. An open release is resumed
 * first; what the base branch says is released gets published, unless it is not what was proposed; tags get their
 * releases on the forge; what is pending gets a release pull request, or, directly, a commit. Each part stands for
 * itself: one that fails does not stop the others, and the next run begins with looking again.
 */
import { releasablePackages, type PackageName, type Problem, type Sha } from '@topsail/core'
import type { Forge } from '../forge/forge.ts'
import type { PublishResult } from '../publish/publish-result.ts'
import { publishWorkspace, type PublishEvent } from '../publish/publish-workspace.ts'
import type { SessionOptions } from '../publish/session.ts'
import { resumeWorkspace } from '../release/release-workspace.ts'
import { checkMergedPlans, type MergedPlans } from './merged-plans.ts'
import { makeForgeReleases, type ForgeReleasesOutcome } from './forge-releases.ts'
import { findPlace, type StandingPlace } from './place.ts'
import { planAt } from './plan-at.ts'
import { proposalRefs, readProposals } from './proposal-store.ts'
import { releaseDirectly } from './release-directly.ts'
import { proposeRelease, type ProposalOutcome } from './release-pull-request.ts'
import type { ReconcileWords } from './words.ts'

export type ReconcileOptions = SessionOptions & {
  /** Undefined: no forge is known, or there is no credential for it; `forgeProblems` say which. */
  readonly forge: Forge | undefined
  readonly forgeProblems?: readonly Problem[] | undefined
  readonly words: ReconcileWords
  /** Without a pull request. */
  readonly direct?: boolean | undefined
  /** The release branch is made anew, whatever others left on it, and what was closed is opened again. */
  readonly rebuild?: boolean | undefined
  /** False: whatever is released stays unpublished, for another job does that. */
  readonly publish?: boolean | undefined
  readonly onEvent?: ((event: PublishEvent) => void) | undefined
}

export type ReconcileResult = {
  readonly base: string | undefined
  readonly head: Sha | undefined
  /** The last publish of this run; undefined when it came to none. */
  readonly published: PublishResult | undefined
  /** Plans of release pull requests that lie on the base branch as they were proposed. */
  readonly plans: MergedPlans['plans']
  /** Released in git, and not published, for it is not what was proposed. */
  readonly held: readonly PackageName[]
  /** The commit of a release without a pull request. */
  readonly commit: Sha | undefined
  readonly pullRequest: ProposalOutcome | undefined
  readonly forgeReleases: ForgeReleasesOutcome | undefined
  /** Those of `published` are not repeated. */
  readonly problems: readonly Problem[]
  readonly exitCode: 0 | 1 | 3
}

export async function reconcileMain(options: ReconcileOptions): Promise<ReconcileResult> {
  const standing = await findPlace(options.cwd)
  if ('problems' in standing) return resultOf({ problems: standing.problems })
  const { place, head } = standing
  const problems: Problem[] = [...(options.forgeProblems ?? [])]

  const first = options.publish === false ? undefined : await publishReleased(standing, options)
  const direct = options.direct === true ? await releaseDirectly({ place, ...options }) : undefined
  const hasMoved = direct?.commit !== undefined && options.publish !== false
  const second = hasMoved ? await publishReleased(await standingAgain(standing, options), options) : undefined
  problems.push(...(first?.merged.problems ?? []), ...(direct?.problems ?? []), ...(second?.merged.problems ?? []))

  const { forge, words } = options
  const forgeReleases = forge && (await makeForgeReleases({ place, forge, words, session: options }))
  const rebuild = options.rebuild === true
  const proposes = forge !== undefined && options.direct !== true
  const pullRequest = proposes ? await proposeRelease({ place, forge, words, rebuild }) : undefined
  problems.push(...(forgeReleases?.problems ?? []), ...(pullRequest?.problems ?? []))
  return resultOf({
    base: place.base,
    head,
    published: second?.published ?? first?.published,
    plans: [...(first?.merged.plans ?? []), ...(second?.merged.plans ?? [])],
    held: [...new Set([...(first?.merged.held ?? []), ...(second?.merged.held ?? [])])],
    commit: direct?.commit,
    pullRequest,
    forgeReleases,
    problems,
  })
}

function resultOf(facts: Partial<ReconcileResult> & { readonly problems: readonly Problem[] }): ReconcileResult {
  const isWrong = facts.problems.some(({ severity }) => severity === 'error')
  const exitCode = facts.published?.exitCode === 3 ? 3 : isWrong || facts.published?.exitCode === 1 ? 1 : 0
  return {
    base: undefined,
    head: undefined,
    published: undefined,
    plans: [],
    held: [],
    commit: undefined,
    pullRequest: undefined,
    forgeReleases: undefined,
    exitCode,
    ...facts,
  }
}

async function standingAgain(before: StandingPlace, { cwd }: ReconcileOptions): Promise<StandingPlace> {
  const standing = await findPlace(cwd)
  return 'problems' in standing ? before : standing
}

type Published = { readonly merged: MergedPlans; readonly published: PublishResult }

async function publishReleased(standing: StandingPlace, options: ReconcileOptions): Promise<Published> {
  const merged = await heldBack(standing, options)
  if (merged.held.length === 0) return { merged, published: await publishWorkspace(options) }
  const { workspace, settings } = standing.snapshot
  const held = new Set(merged.held)
  const only = releasablePackages(workspace, settings).flatMap(({ name }) => (held.has(name) ? [] : [name]))
  // With nothing left to begin, what was begun is still finished.
  const published = only.length === 0 ? await resumeWorkspace(options) : await publishWorkspace({ ...options, only })
  return { merged, published }
}

async function heldBack(
  { place, snapshot, head, seen }: StandingPlace,
  options: ReconcileOptions,
): Promise<MergedPlans> {
  const { root, git, refs, namespace, settings } = place
  const recorded = await readProposals(refs, proposalRefs(namespace, seen.ours))
  return checkMergedPlans({
    root,
    git,
    snapshot,
    head,
    tags: seen.tags,
    proposals: recorded.map(({ proposal }) => proposal),
    forge: options.forge,
    branch: settings.pullRequest.branch,
    async pending() {
      const planned = await planAt({ root, git }, head)
      return 'detail' in planned ? undefined : planned.plan
    },
  })
}
