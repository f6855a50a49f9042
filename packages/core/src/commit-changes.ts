/**
 * Commits to changes: each unreleased conventional line, and the bump it asks of each package it is about. Commits that
 * a revert takes back ask for nothing, nor do those of a change that carries a changeset (`spokenFor`): they are
 * documentation. Oldest first, one pass; a commit that no package waits for is not even read.
 */
import { packagesOfDirs, transitiveDependents } from './attribution.ts'
import type { Bump } from './bump.ts'
import type { CommitChange } from './change.ts'
import { commitPresetOf, zeroMajorOfCommits, type CommitPreset, type CommitZeroMajor } from './commit-presets.ts'
import { messageReader, type Message, type Statement } from './commits.ts'
import { linkHistory, unreleasedCommits, type CommitIndex } from './history.ts'
import { cutSubject } from './message-lines.ts'
import type { PackageName, Path, Sha } from './names.ts'
import type { Problem } from './problem.ts'
import { changeOf, mergesOf } from './pull-requests.ts'
import { recordOf } from './record.ts'
import { findReverts, type Reverts } from './reverts.ts'
import { scopeNarrower, type ScopeNarrower } from './scopes.ts'
import type { History, RawCommit, Snapshot } from './snapshot.ts'
import { parseVersion } from './versions.ts'
import type { Package } from './workspace.ts'

export type CommitChanges = {
  /** Oldest first. */
  readonly changes: readonly CommitChange[]
  /** What commits of a change with changesets would have asked, with the files of those changesets. */
  readonly spokenFor: readonly { readonly change: CommitChange; readonly changesets: readonly Path[] }[]
  /** Changesets whose commit was taken back. */
  readonly reverted: ReadonlyMap<Path, { readonly commit: Sha; readonly revert: Sha }>
  readonly problems: readonly Problem[]
}

export function readCommitChanges(snapshot: Snapshot, history: History, packages: readonly Package[]): CommitChanges {
  const walk = prepareWalk(snapshot, history, packages)
  const changes: CommitChange[] = []
  const spokenFor: { readonly change: CommitChange; readonly changesets: readonly Path[] }[] = []
  for (let index = history.commits.length - 1; index >= 0; index -= 1) {
    const found = changesOfCommit(index, walk)
    if (found.length === 0) continue
    const changesets = walk.carried.get(walk.changeOf(index))
    if (changesets === undefined) changes.push(...found)
    else for (const change of found) spokenFor.push({ change, changesets })
  }
  return {
    changes,
    spokenFor,
    reverted: revertedChangesets(walk),
    problems: [...walk.narrow.problems(), ...unread(walk)],
  }
}

type Walk = {
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
  /** Side branches already walked: what they said and touched, for the merge that comes after them. */
  readonly broughtIn: Map<CommitIndex, { readonly said: Set<string>; readonly touched: Set<PackageName> }>
  readonly merges: Int32Array
  readonly unparsed: CommitIndex[]
}

function prepareWalk(snapshot: Snapshot, history: History, packages: readonly Package[]): Walk {
  const { commits } = history
  const { settings } = snapshot
  const preset = commitPresetOf(settings)
  const links = linkHistory(commits)
  const merges = mergesOf(links.parents)
  const waitsFor = unreleasedCommits(history, links)
  const read = remember(commits, messageReader(preset, settings.commits.exclamationMark))
  const standsAlone = (index: CommitIndex) => isMerge(commits[index]) || read(index).pull !== undefined
  const change = (index: CommitIndex) => changeOf(index, merges, standsAlone)
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
    broughtIn: new Map(),
    merges,
    unparsed: [],
  }
}

function isMerge(commit: RawCommit | undefined): boolean {
  return (commit?.parents.length ?? 0) > 1
}

function remember(commits: readonly RawCommit[], reader: (text: string) => Message): (index: CommitIndex) => Message {
  const messages: Message[] = []
  return (index) => (messages[index] ??= reader(commits[index]?.message ?? ''))
}

/** Cheap to ask of every commit; the message is read only where the answer is yes. */
const mayRevert = /^\s*(?:revert|reapply)|This reverts commit/i

function revertsOf(
  commits: readonly RawCommit[],
  read: (index: CommitIndex) => Message,
  merges: Int32Array,
  indexOf: ReadonlyMap<Sha, CommitIndex>,
): Reverts {
  const revertable = commits.map(({ sha, message }, index) => {
    const reverts = mayRevert.test(message) ? read(index).reverts : []
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
  const root = attribution.root === 'everything' ? packages.filter(({ dir }) => dir === '.') : []
  const everybody = packages.map(({ name }) => name)
  return (index) => {
    const commit = history.commits[index]
    if (commit === undefined) return []
    if (commit.dirs.length === 0 && attribution.emptyCommits === 'everybody' && !isMerge(commit)) {
      return everybody.filter((name) => waitsFor(index, name))
    }
    const names = new Set(root.map(({ name }) => name))
    for (const dir of commit.dirs) for (const name of owners[dir] ?? []) names.add(name)
    if (dependents !== undefined) for (const name of [...names]) for (const other of dependents(name)) names.add(other)
    return [...names].filter((name) => waitsFor(index, name))
  }
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

function changesOfCommit(index: CommitIndex, walk: Walk): readonly CommitChange[] {
  const commit = walk.commits[index]
  if (commit === undefined) return []
  const merge = isMerge(commit)
  const touched = merge ? broughtInBy(index, walk) : walk.touched(index)
  if (touched.length === 0) return []
  noteForMerge(index, touched, walk)
  if (walk.reverts.cancelledBy.has(index)) return []
  const statements = merge ? titleOf(index, walk) : statementsOf(index, walk)
  const names = walk.reverts.targets.has(index) ? stillToFix(index, touched, walk) : touched
  const found = exactVersions(index, names, walk)
  statements.forEach((statement, at) => {
    const bumps = bumpsOf(statement, index, names, walk)
    if (bumps.length === 0) return
    const id = `commit:${commit.sha}${at === 0 ? '' : `#${at + 1}`}`
    found.push({ kind: 'commit', id, commit: commit.sha, ...statement, bumps: recordOf(bumps) })
  })
  return found
}

/** `Release-As: 2.0.0` releases every package the commit touched, whatever its type. */
function exactVersions(index: CommitIndex, names: readonly PackageName[], walk: Walk): CommitChange[] {
  const { releaseAs, subject } = walk.read(index)
  const commit = walk.commits[index]?.sha ?? ''
  const version = releaseAs === undefined ? undefined : parseVersion(releaseAs)?.version
  if (version === undefined) return []
  const bumps = recordOf(names.map((name) => [name, 'patch'] as const))
  const versions = recordOf(names.map((name) => [name, version] as const))
  const said = { type: 'release-as', scope: undefined, breaking: false, summary: subject }
  return [{ kind: 'commit', id: `commit:${commit}#release-as`, commit, ...said, bumps, versions }]
}

/** A merge commit has no files of its own: what its side branch touched is what its title is about. */
function broughtInBy(index: CommitIndex, walk: Walk): readonly PackageName[] {
  if (walk.preset.dialect !== 'conventional') return []
  return [...(walk.broughtIn.get(index)?.touched ?? [])].filter((name) => walk.waitsFor(index, name))
}

/** The title of a pull request, unless one of its commits says the same. */
function titleOf(index: CommitIndex, walk: Walk): readonly Statement[] {
  const said = walk.broughtIn.get(index)?.said
  return walk.read(index).statements.filter((statement) => said?.has(keyOf(statement)) !== true)
}

function keyOf({ type, scope, breaking, summary }: Statement): string {
  return JSON.stringify([type.toLowerCase(), scope ?? '', breaking, summary])
}

function noteForMerge(index: CommitIndex, touched: readonly PackageName[], walk: Walk): void {
  const merge = walk.merges[index] ?? -1
  if (merge < 0) return
  const notes = walk.broughtIn.get(merge) ?? { said: new Set(), touched: new Set() }
  walk.broughtIn.set(merge, notes)
  for (const name of touched) notes.touched.add(name)
  for (const statement of walk.read(index).statements) notes.said.add(keyOf(statement))
}

function statementsOf(index: CommitIndex, walk: Walk): readonly Statement[] {
  const { subject, statements, merge, releaseAs } = walk.read(index)
  if (statements.length > 0) return statements
  if (walk.reverts.targets.has(index)) return [{ type: 'revert', scope: undefined, breaking: false, summary: subject }]
  if (walk.preset.unparsable !== 'none') return [{ type: '', scope: undefined, breaking: false, summary: subject }]
  if (!merge && releaseAs === undefined) walk.unparsed.push(index)
  return []
}

/** A package that had released what the revert takes back gets a fix; for the others both are as if never made. */
function stillToFix(revert: CommitIndex, touched: readonly PackageName[], walk: Walk): readonly PackageName[] {
  const targets = walk.reverts.targets.get(revert) ?? []
  if (targets.length === 0) return touched
  return touched.filter((name) => targets.some((target) => !walk.waitsFor(target, name)))
}

function bumpsOf(
  statement: Statement,
  index: CommitIndex,
  names: readonly PackageName[],
  walk: Walk,
): readonly (readonly [PackageName, Bump])[] {
  const bump = askedBump(statement, walk.preset)
  if (bump === 'none') return []
  const { full, lesser } = walk.narrow.narrow(statement.scope, names, walk.commits[index]?.sha ?? '')
  return [
    ...full.map((name) => [name, walk.shift(bump, name)] as const),
    ...lesser.map((name) => [name, 'patch'] as const),
  ]
}

/** What a statement asks for before it is known of whom. */
export function askedBump({ type, breaking }: Statement, preset: CommitPreset): Bump {
  if (breaking) return 'major'
  if (type === '') return preset.unparsable
  return preset.types[preset.foldsCase ? type.toLowerCase() : type] ?? preset.otherTypes
}

function revertedChangesets({ commits, reverts }: Walk): CommitChanges['reverted'] {
  const reverted = new Map<Path, { readonly commit: Sha; readonly revert: Sha }>()
  for (const [index, by] of reverts.cancelledBy) {
    const commit = commits[index]
    const revert = commits[by]
    if (commit === undefined || revert === undefined) continue
    for (const path of commit.addedChangesets) reverted.set(path, { commit: commit.sha, revert: revert.sha })
  }
  return reverted
}

const mostExamples = 10

/** One problem for all of them: a repository with another habit must not drown the rest. */
function unread({ unparsed, commits, read }: Walk): readonly Problem[] {
  if (unparsed.length === 0) return []
  const examples = unparsed.slice(-mostExamples).reverse()
  return [
    {
      code: 'COMMIT_NOT_CONVENTIONAL',
      severity: 'warning',
      count: unparsed.length,
      examples: examples.map((index) => ({
        commit: commits[index]?.sha ?? '',
        subject: read(index).subject.slice(0, 200),
      })),
    },
  ]
}
