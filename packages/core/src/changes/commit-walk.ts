/**
 * What reading commits needs to know before the first message is read: whose files a commit touched, who has released
 * it, what came in together, what was taken back. Everything is made once per history, and messages only on demand.
 */
import { packagesOfDirs, transitiveDependents } from './attribution.ts'
import type { Bump } from '../bump.ts'
import { commitPresetOf, zeroMajorOfCommits, type CommitPreset, type CommitZeroMajor } from './commit-presets.ts'
import { columnsOf, type CommitColumns, type DirColumns } from './commit-columns.ts'
import { messagesOf, type Messages } from './commit-messages.ts'
import { unreleasedCommits, type CommitIndex, type Unreleased } from './history.ts'
import type { PackageName, Path, Version } from '../names.ts'
import { changeOf, mergesOf } from './pull-requests.ts'
import { findReverts, type Reverts } from './reverts.ts'
import { ownersOf, type Owners } from './owners.ts'
import { scopeNarrower, type ScopeNarrower } from './scopes.ts'
import type { Settings } from '../settings.ts'
import { touchesAll } from './shared-files.ts'
import type { History, Snapshot } from '../snapshot.ts'
import { parseVersion } from '../versions.ts'
import type { Package } from '../workspace.ts'

export type Walk = {
  readonly commits: CommitColumns
  readonly preset: CommitPreset
  readonly messages: Messages
  /** Packages that have not released the commit and whose files it touched, or something that is about everybody. */
  readonly touched: (index: CommitIndex) => readonly PackageName[]
  /** Those of them whose own files it touched. */
  readonly touchedItself: (index: CommitIndex) => readonly PackageName[]
  readonly unreleased: Unreleased
  readonly owners: Owners
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
  const commits = columnsOf(history)
  const { settings } = snapshot
  const preset = commitPresetOf(settings)
  const messages = messagesOf(commits, settings)
  const merges = mergesOf(commits.parents)
  const unreleased = unreleasedCommits(history.lastRelease, commits)
  const owners = packagesOfDirs(history.dirs, packages, preset.attribution, settings.commits.excludePaths)
  const standsAlone = (index: CommitIndex) => isMerge(commits, index) || messages.hasPull(index)
  const change = (index: CommitIndex) => changeOf(index, merges, standsAlone)
  const versions = new Map(packages.map(({ name, version }) => [name, version]))
  const touching = { commits, owners, packages, preset, settings, waitsFor: unreleased.waitsFor }
  const forAll = touchesAll(history.dirs, owners, commits.dirs, preset.attribution, settings.commits)
  const touchedItself = touchedPackages(touching)
  return {
    commits,
    preset,
    messages,
    touched: forAll === undefined ? touchedItself : touchedOr(forAll, touchedItself, touching),
    touchedItself,
    unreleased,
    owners: ownersOf(commits.dirs, owners, preset.attribution, unreleased),
    reverts: preset.reverts === 'cancel' ? revertsOf(commits, messages, merges) : nothingReverted,
    changeOf: change,
    carried: settings.sources === 'both' ? carriedChangesets(commits, change) : new Map(),
    narrow: scopeNarrower(packages, preset, commits.sha, settings.commits.projects),
    shift: zeroMajorShift(snapshot, packages),
    versionOf: (name) => versions.get(name) ?? '0.0.0',
    broughtIn: new Map(),
    merges,
    unparsed: [],
  }
}

export function isMerge(commits: CommitColumns, index: CommitIndex): boolean {
  return commits.parents.others.has(index)
}

const nothingReverted: Reverts = { cancelledBy: new Map(), targets: new Map() }

function revertsOf(commits: CommitColumns, messages: Messages, merges: Int32Array): Reverts {
  const { size, sha, indexOf } = commits
  const { subject, reverts } = messages
  const pull = (index: CommitIndex): string | undefined => messages.read(index).pull
  return findReverts({ size, sha, subject, pull, reverts }, merges, indexOf)
}

function carriedChangesets(
  commits: CommitColumns,
  change: (index: CommitIndex) => CommitIndex,
): ReadonlyMap<CommitIndex, readonly Path[]> {
  const carried = new Map<CommitIndex, Path[]>()
  for (const [index, added] of commits.addedChangesets) {
    const key = change(index)
    carried.set(key, [...(carried.get(key) ?? []), ...added])
  }
  return carried
}

type Touching = {
  readonly commits: CommitColumns
  /** By the number of a folder. */
  readonly owners: readonly (readonly PackageName[])[]
  readonly packages: readonly Package[]
  readonly preset: CommitPreset
  readonly settings: Settings
  readonly waitsFor: Unreleased['waitsFor']
}

function touchedPackages({ commits, owners, packages, preset, settings, waitsFor }: Touching): Walk['touched'] {
  const { attribution } = preset
  const { excludePaths = {}, projects } = settings.commits
  const dependents = attribution.dependents ? transitiveDependents(packages, projects) : undefined
  // Who excludes folders has nothing of a commit that touched none outside of them, be it for want of files.
  const unfenced = packages.filter(({ name }) => !Object.hasOwn(excludePaths, name))
  const root = (attribution.root === 'everything' ? unfenced.filter(({ dir }) => dir === '.') : []).map(
    ({ name }) => name,
  )
  const everybody = unfenced.map(({ name }) => name)
  const { starts } = commits.dirs
  return (index) => {
    const isEmpty = starts[index] === starts[index + 1]
    if (isEmpty && attribution.emptyCommits === 'everybody' && !isMerge(commits, index)) {
      return everybody.filter((name) => waitsFor(index, name))
    }
    const names = distinct(commits.dirs, index, owners, root)
    const all = dependents === undefined ? names : withAll(names, dependents)
    const only = all[0]
    if (only === undefined || all.length > 1) return all.filter((name) => waitsFor(index, name))
    return waitsFor(index, only) ? all : nobody
  }
}

function touchedOr(
  forAll: (index: CommitIndex) => boolean,
  touched: Walk['touched'],
  { packages, waitsFor }: Touching,
): Walk['touched'] {
  const everybody = packages.map(({ name }) => name)
  return (index) => (forAll(index) ? everybody.filter((name) => waitsFor(index, name)) : touched(index))
}

const nobody: readonly PackageName[] = []

/** A commit touches a few folders of one package, or of two; a set is for those that touch everything. */
function distinct(
  { starts, numbers }: DirColumns,
  index: CommitIndex,
  owners: readonly (readonly PackageName[])[],
  always: readonly PackageName[],
): readonly PackageName[] {
  const start = starts[index] ?? 0
  const end = starts[index + 1] ?? start
  if (start < end && always.length === 0) {
    const first = owners[numbers[start] ?? -1] ?? nobody
    let at = start + 1
    while (at < end && owners[numbers[at] ?? -1] === first) at += 1
    if (at === end) return first
  }
  const names: PackageName[] = [...always]
  for (let at = start; at < end && names.length < fewNames; at += 1) {
    const more = owners[numbers[at] ?? -1] ?? nobody
    for (let each = 0; each < more.length; each += 1) {
      const name = more[each] ?? ''
      if (!names.includes(name)) names.push(name)
    }
  }
  if (names.length < fewNames) return names
  const all = new Set(always)
  for (let at = start; at < end; at += 1) for (const name of owners[numbers[at] ?? -1] ?? nobody) all.add(name)
  return [...all]
}

/** Among so many, looking through a list is quicker than making a set. */
const fewNames = 8

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
  if (policies.size === 0) return (bump) => bump
  return (bump, name) => {
    const policy = policies.get(name)
    if (policy === undefined) return bump
    if (bump === 'major') return policy === 'minor-to-patch' ? bump : 'minor'
    return bump === 'minor' && policy !== 'major-to-minor' ? 'patch' : bump
  }
}
