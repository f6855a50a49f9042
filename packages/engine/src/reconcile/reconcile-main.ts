/**
 * `topsail ci main`: looks at git, the registries and the forge, and brings them together. An open release is resumed
 * first; what the base branch says is released gets published, unless it is not what was proposed; tags get their
 * releases on the forge; what is pending gets a release pull request, or, directly, a commit. Each part stands for
 * itself: one that fails does not stop the others, and the next run begins with looking again.
 */
import {
  releasablePackages,
  type PackageName,
  type Problem,
  type PublishedVersion,
  type Sha,
  type Snapshot,
} from '@topsail/core'
import type { Forge } from '../forge/forge.ts'
import type { PublishResult } from '../publish/publish-result.ts'
import { publishWorkspace, type PublishEvent } from '../publish/publish-workspace.ts'
import type { SessionOptions } from '../publish/session.ts'
import { namespaceIn } from '../read/release-namespaces.ts'
import { releaseRefs } from '../release/ports.ts'
import { resumeWorkspace } from '../release/release-workspace.ts'
import { checkMergedPlans, type MergedPlans } from './merged-plans.ts'
import { makeForgeReleases, type ForgeReleasesOutcome } from './forge-releases.ts'
import { waitingForFirstRelease } from './first-releases.ts'
import { findPlace, type StandingPlace } from './place.ts'
import { planAt } from './plan-at.ts'
import { proposalRefs, readProposals } from './proposal-store.ts'
import { findForge } from './find-forge.ts'
import { releaseDirectly, type DirectOutcome } from './release-directly.ts'
import { bringRefs } from './remote-refs.ts'
import { proposeRelease, type ProposalOutcome } from './release-pull-request.ts'
import type { ReconcileWords } from './words.ts'

export type ReconcileOptions = SessionOptions & {
  /** Instead of the one that the environment tells. */
  readonly forge?: Forge | undefined
  readonly words: ReconcileWords
  /** Without a pull request. */
  readonly direct?: boolean | undefined
  /** The release branch is made anew, whatever others left on it, and what was closed is opened again. */
  readonly rebuild?: boolean | undefined
  /** False: whatever is released stays unpublished, for another job does that. */
  readonly publish?: boolean | undefined
  /** Looks at everything, and does nothing. */
  readonly dryRun?: boolean | undefined
  readonly onEvent?: ((event: PublishEvent) => void) | undefined
}

export type ReconcileResult = {
  readonly base: string | undefined
  readonly head: Sha | undefined
  /** The last publish of this run; undefined when it came to none. */
  readonly published: PublishResult | undefined
  /** What this run has published, all of it. */
  readonly released: readonly PublishedVersion[]
  /** Plans of release pull requests that lie on the base branch as they were proposed. */
  readonly plans: MergedPlans['plans']
  /** Released in git, and not published: not what was proposed, or nobody can tell whether it is. Problems say why. */
  readonly held: readonly PackageName[]
  /** New packages that are published with the release that is pending, and not before. */
  readonly waiting: readonly PackageName[]
  /** The commit of a release without a pull request. */
  readonly commit: Sha | undefined
  /** What a run without a pull request would release; undefined unless this was the dry run of one. */
  readonly wouldRelease: DirectOutcome['wouldRelease']
  readonly pullRequest: ProposalOutcome | undefined
  readonly forgeReleases: ForgeReleasesOutcome | undefined
  /** Those of `published` are not repeated. */
  readonly problems: readonly Problem[]
  readonly exitCode: 0 | 1 | 3
}

export async function reconcileMain(asked: ReconcileOptions): Promise<ReconcileResult> {
  // Another run of the pipeline is about to finish, and what it leaves is looked at then.
  const options = { wait: longestWait, ...asked }
  const standing = await findPlace(options.cwd, options.onEvent)
  if ('problems' in standing) return resultOf({ problems: standing.problems })
  const { place, head } = standing
  const { forge, problems } = await forgeFor(place, options)
  const { direct, parts, snapshot } = await release(standing, { ...options, forge })
  problems.push(...parts.flatMap(({ merged }) => merged.problems), ...(direct?.problems ?? []))
  problems.push(...parts.slice(0, -1).flatMap(({ published }) => published.problems))

  const { words } = options
  const isDry = options.dryRun === true
  const forgeReleases =
    forge && !isDry ? await makeForgeReleases({ place, forge, words, session: options, snapshot }) : undefined
  const proposes = forge !== undefined && options.direct !== true
  const rebuild = options.rebuild === true
  const pullRequest = proposes ? await proposeRelease({ place, forge, words, rebuild, dryRun: isDry }) : undefined
  problems.push(...(forgeReleases?.problems ?? []), ...(pullRequest?.problems ?? []))
  return resultOf({
    base: place.base,
    head,
    published: parts.at(-1)?.published,
    released: parts.flatMap(({ published }) => published.published.map(({ name, version }) => ({ name, version }))),
    plans: parts.flatMap(({ merged }) => merged.plans),
    held: [...new Set(parts.flatMap(({ merged }) => merged.held))],
    waiting: parts.at(-1)?.merged.waiting ?? [],
    commit: direct?.commit,
    wouldRelease: direct?.wouldRelease,
    pullRequest,
    forgeReleases,
    problems,
  })
}

/** Seconds. */
const longestWait = 15 * 60

/** Without one, what is released is still published; directly, nothing else is lacking. */
async function forgeFor(
  { git, remote }: StandingPlace['place'],
  { forge, env, direct }: ReconcileOptions,
): Promise<{ readonly forge: Forge | undefined; readonly problems: Problem[] }> {
  if (forge !== undefined) return { forge, problems: [] }
  const found = await findForge(git, remote, env ?? process.env)
  if ('forge' in found) return { forge: found.forge, problems: [] }
  return { forge: undefined, problems: [direct === true ? { ...found.problem, severity: 'warning' } : found.problem] }
}

type Released = {
  readonly direct: DirectOutcome | undefined
  readonly parts: readonly Published[]
  /** What lies released in the end. */
  readonly snapshot: Snapshot
}

/** What lies released first; then, without a pull request, what is pending, and that is published as well. */
async function release(standing: StandingPlace, options: ReconcileOptions): Promise<Released> {
  const { place, snapshot } = standing
  const { forge, words } = options
  const publishes = options.publish !== false
  const first = publishes ? await publishReleased(standing, options) : []
  // An open release stays open until it can be finished: nothing is put on top of it.
  const isOpen = first.some(({ published }) => published.exitCode === 3)
  if (options.direct !== true || isOpen) return { direct: undefined, parts: first, snapshot }
  const direct = await releaseDirectly({ place, forge, words, dryRun: options.dryRun })
  if (!direct.moved || !publishes) return { direct, parts: first, snapshot }
  const again = await findPlace(options.cwd, options.onEvent)
  if ('problems' in again) return { direct, parts: first, snapshot }
  return { direct, parts: [...first, ...(await publishReleased(again, options))], snapshot: again.snapshot }
}

function resultOf(facts: Partial<ReconcileResult> & { readonly problems: readonly Problem[] }): ReconcileResult {
  const isWrong = facts.problems.some(({ severity }) => severity === 'error')
  const exitCode = facts.published?.exitCode === 3 ? 3 : isWrong || facts.published?.exitCode === 1 ? 1 : 0
  return {
    base: undefined,
    head: undefined,
    published: undefined,
    released: [],
    plans: [],
    held: [],
    waiting: [],
    commit: undefined,
    wouldRelease: undefined,
    pullRequest: undefined,
    forgeReleases: undefined,
    exitCode,
    ...facts,
  }
}

type Judged = MergedPlans & { readonly waiting: readonly PackageName[] }
type Published = { readonly merged: Judged; readonly published: PublishResult }

/** What is open is finished before anything is judged: it is no question any more whether it may be published. */
async function publishReleased(before: StandingPlace, options: ReconcileOptions): Promise<readonly Published[]> {
  if (!hasOpenRelease(before) || options.dryRun === true) return [await publishStanding(before, options)]
  const published = await resumeWorkspace(options)
  const after = published.exitCode === 0 ? await findPlace(options.cwd, options.onEvent) : { problems: [] }
  const finished = {
    merged: { held: [], waiting: [], plans: [], problems: 'problems' in after ? after.problems : [] },
    published,
  }
  return 'problems' in after ? [finished] : [finished, await publishStanding(after, options)]
}

async function publishStanding(standing: StandingPlace, options: ReconcileOptions): Promise<Published> {
  const merged = await heldBack(standing, options)
  const held = new Set([...merged.held, ...merged.waiting])
  if (held.size === 0) return { merged, published: await publishWorkspace(options) }
  const { workspace, settings } = standing.snapshot
  const only = releasablePackages(workspace, settings).flatMap(({ name }) => (held.has(name) ? [] : [name]))
  // With nothing left to begin, what somebody has begun since is still finished.
  const published = only.length === 0 ? await resumeWorkspace(options) : await publishWorkspace({ ...options, only })
  return { merged, published }
}

function hasOpenRelease({ seen, place }: StandingPlace): boolean {
  const open = releaseRefs(namespaceIn(seen.ours, place.namespaces)).open('')
  return [...seen.ours.keys()].some((ref) => ref.startsWith(open))
}

async function heldBack({ place, snapshot, head, seen }: StandingPlace, options: ReconcileOptions): Promise<Judged> {
  const { root, git, remote, refs, namespaces, settings } = place
  let planned: ReturnType<typeof planAt> | undefined
  const pending = () => (planned ??= planAt({ root, git }, head))
  const merged = await checkMergedPlans({
    root,
    git,
    snapshot,
    head,
    tags: seen.tags,
    async proposals() {
      const known = proposalRefs(namespaces, seen.ours)
      await bringRefs(git, remote, known)
      const recorded = await readProposals(refs, known)
      return recorded.map(({ proposal }) => proposal)
    },
    forge: options.forge,
    branch: settings.pullRequest.branch,
    pending,
  })
  const { workspace } = snapshot
  const first = await waitingForFirstRelease({ git, workspace, settings, tags: seen.tags, pending })
  return {
    ...merged,
    held: [...merged.held, ...first.unclear],
    waiting: first.waiting,
    problems: [...merged.problems, ...first.problems],
  }
}
