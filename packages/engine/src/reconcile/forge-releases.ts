/**
 * Releases of the forge, brought to what finished releases and their tags say: those that are missing are made, oldest
 * first, so that where the newest has all of its own nothing is missing at all. What is there is left as it is: people
 * may have written in it.
 */
import {
  aggregatedTag,
  changelogEntry,
  changelogPath,
  releasablePackages,
  tagNameOf,
  taggedRelease,
  wantedForgeReleases,
  type Problem,
  type Sha,
  type Snapshot,
  type TaggedPackage,
  type TaggedRelease,
  type WantedForgeRelease,
} from '@topsail/core'
import type { Forge } from '../forge/forge.ts'
import type { Git } from '../ports.ts'
import { readObjects } from '../publish/head-state.ts'
import { openSession, type SessionOptions } from '../publish/session.ts'
import { namespaceIn } from '../read/release-namespaces.ts'
import { releaseRefs } from '../release/ports.ts'
import { newestReleases } from '../release/stored-release.ts'
import { forgeProblem } from './forge-problem.ts'
import type { Place } from './place.ts'
import { bringRefs, hasCommit, readRemote, type RemoteRefs } from './remote-refs.ts'
import { tellOnce } from './tell-issues.ts'
import type { ReconcileWords } from './words.ts'

export type ForgeReleasesOutcome = {
  readonly made: readonly { readonly tag: string; readonly url: string }[]
  /** Of releases that were rolled back. */
  readonly removed: readonly string[]
  readonly missing: readonly string[]
  readonly problems: readonly Problem[]
}

export type ForgeReleasesOptions = {
  readonly place: Place
  readonly forge: Forge
  readonly words: ReconcileWords
  readonly session: SessionOptions
  /** What lies released. */
  readonly snapshot: Snapshot
}

/** How many finished releases are looked at: an outage of the forge rarely spans more. */
const lookedAt = 5

const nothing: ForgeReleasesOutcome = { made: [], removed: [], missing: [], problems: [] }

export async function makeForgeReleases(options: ForgeReleasesOptions): Promise<ForgeReleasesOutcome> {
  const { place, forge } = options
  const { git, remote, namespaces, settings } = place
  if (!settings.forgeReleases.perPackage && !settings.forgeReleases.aggregated) return nothing
  const listed = await readRemote(git, { remote, branches: [], namespaces })
  if (listed.kind === 'unreachable') return { ...nothing, problems: [listed.problem] }
  const { ours, tags } = listed.refs
  const names = releaseRefs(namespaceIn(ours, namespaces))
  if (![...ours.keys()].some((ref) => ref.startsWith(names.closed('')))) return nothing
  const { tellIssues: tells } = settings.forgeReleases
  if (!tells && (await isComplete(options, listed.refs))) return nothing
  const closed = [...ours].flatMap(([ref, sha]) => (ref.startsWith(names.closed('')) ? [{ ref, sha }] : []))
  await bringRefs(git, remote, closed.toSorted((a, b) => (a.ref < b.ref ? -1 : 1)).slice(-lookedAt))
  const { ports } = await openSession(options.session)
  const stored = await newestReleases(ports, names, ours, lookedAt)
  const finished = stored.releases.filter(({ progress }) => progress.closed === 'finished')
  const released = finished.map(({ release, progress: { opened } }) =>
    taggedRelease(release, opened.commit, opened.units),
  )
  const wanted = wantedForgeReleases(released, settings.forgeReleases, tags)
  const missing = await missingOf(forge, wanted)
  if ('problem' in missing) return { ...nothing, problems: [missing.problem] }
  const rolledBack = stored.releases.filter(({ progress }) => progress.closed === 'rolled-back')
  const undone = rolledBack.map(({ release, progress: { opened } }) =>
    taggedRelease(release, opened.commit, opened.units),
  )
  const removal = await removeUndone(undone, tags, options)
  const making = await makeAll(missing.wanted, options)
  const outcome = { ...making, removed: removal.removed, problems: [...removal.problems, ...making.problems] }
  const newest = released.findLast(({ packages }) => packages.length > 0)
  const last = wanted.findLast(({ release }) => release === newest?.id)
  if (!tells || newest === undefined || last === undefined || outcome.missing.length > 0) return outcome
  const told = await tellOnce(newest, last.tag, ours, options)
  return { ...outcome, problems: [...outcome.problems, ...told] }
}

/**
 * Whether nothing can be missing: they are made oldest first, so that where those of the versions of now are there, the
 * others once were. Issues are told with the releases, or by the run that finds some missing.
 */
async function isComplete(
  { place, forge, snapshot }: ForgeReleasesOptions,
  { tags, ours }: RemoteRefs,
): Promise<boolean> {
  const { settings, namespaces } = place
  const { perPackage, aggregated } = settings.forgeReleases
  const current = perPackage
    ? releasablePackages(snapshot.workspace, settings).map(({ name, version }) => tagNameOf(settings, name, version))
    : []
  const closed = releaseRefs(namespaceIn(ours, namespaces)).closed('')
  const newest = [...ours.keys()]
    .flatMap((ref) => (ref.startsWith(closed) ? [ref.slice(closed.length)] : []))
    .toSorted()
  const whole = aggregated ? newest.slice(-1).map(aggregatedTag) : []
  const listed = await forge.listReleases(Math.min(1_000, current.length + 50))
  if (!listed.ok) return false
  const known = new Set(listed.value.map(({ tag }) => tag))
  const stands = listed.value.every(({ tag }) => tags.has(tag))
  return stands && [...current, ...whole].every((tag) => tags.has(tag) && known.has(tag))
}

type Missing = { readonly wanted: readonly WantedForgeRelease[] } | { readonly problem: Problem }

async function missingOf(forge: Forge, wanted: readonly WantedForgeRelease[]): Promise<Missing> {
  const newest = wanted.at(-1)?.release
  if (newest === undefined) return { wanted: [] }
  const listed = await forge.listReleases(Math.min(1_000, wanted.length + 20))
  if (!listed.ok) return { problem: forgeProblem(forge, listed) }
  const known = new Set(listed.value.map(({ tag }) => tag))
  const unlisted = wanted.filter(({ tag }) => !known.has(tag))
  // They are made oldest first: with the newest complete, the others were once.
  if (!unlisted.some(({ release }) => release === newest)) return { wanted: [] }
  const missing: WantedForgeRelease[] = []
  for (const each of unlisted) {
    const found = await forge.releaseByTag(each.tag)
    if (!found.ok) return { problem: forgeProblem(forge, found) }
    if (found.value === undefined) missing.push(each)
  }
  return { wanted: missing }
}

async function makeAll(
  wanted: readonly WantedForgeRelease[],
  { place, forge, words }: ForgeReleasesOptions,
): Promise<Omit<ForgeReleasesOutcome, 'removed'>> {
  const made: { tag: string; url: string }[] = []
  const entries = await entriesOf(place.git, place.remote, wanted)
  for (const [index, each] of wanted.entries()) {
    const { tag, commit, prerelease, latest } = each
    const texts = words.release({ wanted: each, place: forge.place, entryOf: (pkg) => entries.get(pkg.tag) })
    const answer = await forge.createRelease({ tag, commit, prerelease, latest, ...texts })
    if (answer.ok) made.push({ tag, url: answer.value.url })
    else {
      const missing = wanted.slice(index).map((left) => left.tag)
      const problem = { code: 'FORGE_RELEASES_MISSING', severity: 'warning', tags: missing } as const
      return { made, missing, problems: [forgeProblem(forge, answer), problem] }
    }
  }
  return { made, missing: [], problems: [] }
}

/** What was rolled back is told of no more: its tags are gone, but for the one that the forge made for the whole. */
async function removeUndone(
  undone: readonly TaggedRelease[],
  tags: ReadonlyMap<string, Sha>,
  { place, forge }: ForgeReleasesOptions,
): Promise<Pick<ForgeReleasesOutcome, 'removed' | 'problems'>> {
  const wholes = new Set(undone.map(({ id }) => aggregatedTag(id)))
  const gone = undone.flatMap(({ packages }) => packages.flatMap(({ tag }) => (tags.has(tag) ? [] : [tag])))
  const unwanted = new Set([...gone, ...wholes])
  if (unwanted.size === 0) return { removed: [], problems: [] }
  const listed = await forge.listReleases(Math.min(1_000, unwanted.size + 100))
  if (!listed.ok) return { removed: [], problems: [forgeProblem(forge, listed)] }
  const removed: string[] = []
  for (const { id, tag } of listed.value) {
    if (!unwanted.has(tag)) continue
    const answer = await forge.deleteRelease(id)
    if (!answer.ok) return { removed, problems: [forgeProblem(forge, answer)] }
    const at = wholes.has(tag) ? tags.get(tag) : undefined
    if (at !== undefined) await place.refs.swap([{ ref: `refs/tags/${tag}`, from: at, to: undefined }])
    removed.push(tag)
  }
  return { removed, problems: [] }
}

/** By tag: what the changelog says of the version, at the commit that was released. */
async function entriesOf(
  git: Git,
  remote: string,
  wanted: readonly WantedForgeRelease[],
): Promise<ReadonlyMap<string, string>> {
  const packages = new Map(wanted.flatMap((each) => each.packages.map((pkg) => [pkg.tag, pkg] as const)))
  for (const commit of new Set([...packages.values()].map((pkg) => pkg.commit))) await bringCommit(git, remote, commit)
  const asked = [...packages.values()]
  const texts = await readObjects(
    git,
    asked.map(({ commit, dir }) => `${commit}:./${changelogPath(dir)}`),
  )
  return new Map(
    asked.flatMap((pkg: TaggedPackage, index) => {
      const entry = changelogEntry(texts[index] ?? '', pkg.version)
      return entry === undefined ? [] : [[pkg.tag, entry] as const]
    }),
  )
}

async function bringCommit(git: Git, remote: string, commit: Sha): Promise<void> {
  if (await hasCommit(git, commit)) return
  await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--depth=1', '--', remote, commit])
}
