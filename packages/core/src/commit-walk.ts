/**
 * What reading commits needs to know before the first message is read: whose files a commit touched, who has released
 * it, what came in together, what was taken back. Everything is made once per history, and messages only on demand.
 */
import { packagesOfDirs, transitiveDependents } from './attribution.ts'
import type { Bump } from './bump.ts'
import { commitPresetOf, zeroMajorOfCommits, type CommitPreset, type CommitZeroMajor } from './commit-presets.ts'
import { messageReader, type Message } from './commits.ts'
import { linkHistory, unreleasedCommits, type CommitIndex } from './history.ts'
import { cutSubject } from './message-lines.ts'
import type { PackageName, Path, Sha, Version } from './names.ts'
import { changeOf, mergesOf } from './pull-requests.ts'
import { findReverts, type Reverts } from './reverts.ts'
import { scopeNarrower, type ScopeNarrower } from './scopes.ts'
import type { History, RawCommit, Snapshot } from './snapshot.ts'
import { parseVersion } from './versions.ts'
import type { Package } from './workspace.ts'

export type Walk = {
  readonly commits: readonly RawCommit[]
  readonly preset: CommitPreset
  readonly read: (index: CommitIndex) => Message
  /** Packages that have not released the commit and whose files it touched; a merge: what it brought in. */
  readonly touched: (index: CommitIndex) => readonly PackageName[]
  readonly waitsFor: (index: CommitIndex, name: PackageName) => boolean
  readonly reverts: Reverts
  readonly changeOf: (index: CommitIndex) => CommitIndex
  /** Change -> the changesets its commits added. */
  readonly carried: ReadonlyMap<CommitIndex, readonly Path[]>
  readonly narrow: ScopeNarrower
  readonly shift: (bump: Bump, name: PackageName) => Bump
  readonly versionOf: (name: PackageName) => Version
  /** Side branches already walked: what they said and touched, for the merge that comes after them. */
  readonly broughtIn: Map<CommitIndex, { readonly said: Set<string>; readonly touched: Set<PackageName> }>
  readonly merges: Int32Array
  readonly unparsed: CommitIndex[]
}

export function prepareWalk(snapshot: Snapshot, history: History, packages: readonly Package[]): Walk {
  const { commits } = history
  const { settings } = snapshot
  const preset = commitPresetOf(settings)
  const links = linkHistory(commits)
  const merges = mergesOf(links.parents)
  const waitsFor = unreleasedCommits(history, links)
  const read = remember(commits, messageReader(preset, settings.commits.exclamationMark))
  const standsAlone = (index: CommitIndex) => isMerge(commits[index]) || read(index).pull !== undefined
  const change = (index: CommitIndex) => changeOf(index, merges, standsAlone)
  const versions = new Map(packages.map(({ name, version }) => [name, version]))
  const takesBack = preset.reverts === 'cancel'
  return {
    commits,
    preset,
    read,
    touched: touchedPackages(history, packages, preset, waitsFor),
    waitsFor,
    reverts: takesBack
      ? revertsOf(commits, read, merges, links.indexOf)
      : { cancelledBy: new Map(), targets: new Map() },
    changeOf: change,
    carried: settings.sources === 'both' ? carriedChangesets(commits, change) : new Map(),
    narrow: scopeNarrower(packages, preset),
    shift: zeroMajorShift(snapshot, packages),
    versionOf: (name) => versions.get(name) ?? '0.0.0',
    broughtIn: new Map(),
    merges,
    unparsed: [],
  }
}

export function isMerge(commit: RawCommit | undefined): boolean {
  return (commit?.parents.length ?? 0) > 1
}

/** What is asked of a commit is asked at once, so the last message is enough to keep; keeping all is what would cost. */
function remember(commits: readonly RawCommit[], reader: (text: string) => Message): (index: CommitIndex) => Message {
  let last: { readonly index: CommitIndex; readonly message: Message } | undefined
  return (index) => {
    if (last?.index !== index) last = { index, message: reader(commits[index]?.message ?? '') }
    return last.message
  }
}

/** Cheap to ask of every commit; the message is read only where the answer is yes. */
function mayRevert(message: string): boolean {
  const first = message.charCodeAt(0)
  return first <= 32 || (first | 32) === 114 || message.includes('This reverts commit')
}

function revertsOf(
  commits: readonly RawCommit[],
  read: (index: CommitIndex) => Message,
  merges: Int32Array,
  indexOf: ReadonlyMap<Sha, CommitIndex>,
): Reverts {
  const revertable = commits.map(({ sha, message }, index) => {
    const reverts = mayRevert(message) ? read(index).reverts : []
    return {
      sha,
      subject: () => cutSubject(message).subject,
      pull: () => read(index).pull,
      reverts: reverts.length === 0 ? undefined : reverts,
    }
  })
  return findReverts(revertable, merges, indexOf)
}

function carriedChangesets(
  commits: readonly RawCommit[],
  change: (index: CommitIndex) => CommitIndex,
): ReadonlyMap<CommitIndex, readonly Path[]> {
  const carried = new Map<CommitIndex, Path[]>()
  commits.forEach(({ addedChangesets }, index) => {
    if (addedChangesets.length === 0) return
    const key = change(index)
    carried.set(key, [...(carried.get(key) ?? []), ...addedChangesets])
  })
  return carried
}

function touchedPackages(
  history: History,
  packages: readonly Package[],
  preset: CommitPreset,
  waitsFor: (index: CommitIndex, name: PackageName) => boolean,
): (index: CommitIndex) => readonly PackageName[] {
  const { attribution } = preset
  const owners = packagesOfDirs(history.dirs, packages, attribution)
  const dependents = attribution.dependents ? transitiveDependents(packages) : undefined
  const root = (attribution.root === 'everything' ? packages.filter(({ dir }) => dir === '.') : []).map(
    ({ name }) => name,
  )
  const everybody = packages.map(({ name }) => name)
  return (index) => {
    const commit = history.commits[index]
    if (commit === undefined) return []
    if (commit.dirs.length === 0 && attribution.emptyCommits === 'everybody' && !isMerge(commit)) {
      return everybody.filter((name) => waitsFor(index, name))
    }
    const names = distinct(commit.dirs, owners, root)
    const all = dependents === undefined ? names : withAll(names, dependents)
    return all.filter((name) => waitsFor(index, name))
  }
}

/** A commit touches a few folders of a package or two; a set is for those that touch everything. */
function distinct(
  dirs: readonly number[],
  owners: readonly (readonly PackageName[])[],
  always: readonly PackageName[],
): readonly PackageName[] {
  if (dirs.length > 16) return [...new Set([...always, ...dirs.flatMap((dir) => owners[dir] ?? [])])]
  const names = [...always]
  for (const dir of dirs) for (const name of owners[dir] ?? []) if (!names.includes(name)) names.push(name)
  return names
}

function withAll(
  names: readonly PackageName[],
  dependents: (name: PackageName) => readonly PackageName[],
): readonly PackageName[] {
  return [...new Set([...names, ...names.flatMap(dependents)])]
}

function zeroMajorShift({ settings }: Snapshot, packages: readonly Package[]): Walk['shift'] {
  const policies = new Map<PackageName, CommitZeroMajor>()
  for (const { name, version } of packages) {
    const policy = zeroMajorOfCommits(settings, name)
    if (policy !== 'none' && parseVersion(version ?? '')?.major === 0) policies.set(name, policy)
  }
  return (bump, name) => {
    const policy = policies.get(name)
    if (policy === undefined) return bump
    if (bump === 'major') return policy === 'minor-to-patch' ? bump : 'minor'
    return bump === 'minor' && policy !== 'major-to-minor' ? 'patch' : bump
  }
}
