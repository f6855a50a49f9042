/**
 * Commits to changes: each unreleased conventional line, and the bump it asks of each package it is about. Commits that
 * a revert takes back ask for nothing, nor do those of a change that carries a changeset (`spokenFor`): they are
 * documentation. Oldest first, one pass; a commit that no package waits for is not even read.
 */
import type { Bump } from '../bump.ts'
import { bumpsOf, type BumpEntries } from '../bump-entries.ts'
import type { CommitChange } from '../change.ts'
import type { CommitPreset } from './commit-presets.ts'
import { isMerge, prepareWalk, type Walk } from './commit-walk.ts'
import type { Message, PlainHead, Statement } from './commits.ts'
import type { CommitIndex } from './history.ts'
import type { PackageName, Path, Sha, Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import { recordOf } from '../record.ts'
import type { History, Snapshot } from '../snapshot.ts'
import { isGreater, parseVersion } from '../versions.ts'
import type { Package } from '../workspace.ts'

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
  const plainAsk = plainAsks(walk)
  const add = (index: CommitIndex, change: CommitChange): void => {
    const changesets = walk.carried.size === 0 ? undefined : walk.carried.get(walk.changeOf(index))
    if (changesets === undefined) changes.push(change)
    else spokenFor.push({ change, changesets })
  }
  for (let index = walk.commits.size - 1; index >= 0; index -= 1) {
    const ask = plainAsk(index)
    if (ask === undefined) {
      for (const change of changesOfCommit(index, walk)) add(index, change)
    } else if (ask.bump !== 'none') {
      const change = plainChange(index, ask, walk)
      if (change !== undefined) add(index, change)
    }
  }
  return {
    changes,
    spokenFor,
    reverted: revertedChangesets(walk),
    problems: [...walk.narrow.problems(), ...unread(walk)],
  }
}

type Ask = PlainHead & { readonly bump: Bump }

/**
 * What a plain message asks for. Undefined where more has to be known of the commit: the message is not plain, a merge
 * brought it in, or it is a merge that asks for something.
 */
function plainAsks({ commits, messages, merges, preset }: Walk): (index: CommitIndex) => Ask | undefined {
  const asks = messages.heads.map((): Ask | null | undefined => undefined)
  return (index) => {
    const head = messages.head(index)
    if (head < 0 || (merges[index] ?? -1) >= 0) return undefined
    const ask = (asks[head] ??= askOf(messages.heads[head], preset))
    return ask === null || (ask.bump !== 'none' && isMerge(commits, index)) ? undefined : ask
  }
}

function askOf(head: PlainHead | undefined, preset: CommitPreset): Ask | null {
  if (head === undefined) return null
  const { type, scope, breaking } = head
  return { type, scope, breaking, bump: askedBump(head, preset) }
}

/** What `changesOfCommit` finds in a commit of which nothing but one statement has to be known. */
function plainChange(index: CommitIndex, ask: Ask, walk: Walk): CommitChange | undefined {
  const bumps = plainBumps(index, ask, walk)
  if (bumps === undefined || walk.reverts.cancelledBy.has(index)) return undefined
  const { type, scope, breaking } = ask
  const commit = walk.commits.sha(index)
  const summary = walk.messages.summary(index)
  return { kind: 'commit', id: `commit:${commit}`, commit, type, scope, breaking, summary, bumps }
}

/** Undefined where nothing is asked of anybody. */
function plainBumps(index: CommitIndex, ask: Ask, walk: Walk): CommitChange['bumps'] | undefined {
  const owner = walk.owners.sole(index)
  if (owner !== undefined) {
    return walk.unreleased.isAfter(index, owner.rank) ? owner.asked(walk.shift(ask.bump, owner.name)) : undefined
  }
  const touched = walk.touched(index)
  const bumps = touched.length === 0 ? [] : bumpsAmong(touched, ask, index, walk)
  return bumps.length === 0 ? undefined : sharedBumps(bumps, walk)
}

/** Most changes ask one bump of one package: those that ask the same share a record. */
function sharedBumps(entries: BumpEntries, { owners }: Walk): CommitChange['bumps'] {
  const first = entries[0]
  return first === undefined || entries.length > 1 ? bumpsOf(entries) : owners.named(first[0]).asked(first[1])
}

function changesOfCommit(index: CommitIndex, walk: Walk): readonly CommitChange[] {
  const { commits, messages, preset } = walk
  const merge = isMerge(commits, index)
  if (
    (preset.attribution.dependents || preset.attribution.shared !== 'nothing') &&
    asksNothing(messages.statements(index), preset)
  )
    return []
  const touched = merge ? broughtInBy(index, walk) : walk.touched(index)
  if (touched.length === 0) return []
  noteForMerge(index, touched, walk)
  if (walk.reverts.cancelledBy.has(index)) return []
  const statements = merge ? titleOf(index, walk) : statementsOf(index, walk)
  const names = walk.reverts.targets.has(index) ? stillToFix(index, touched, walk) : touched
  const found = exactVersions(index, names, walk)
  for (let at = 0; at < statements.length; at += 1) {
    const statement = statements[at]
    const bumps = statement === undefined ? [] : bumpsAskedBy(statement, index, names, walk)
    if (statement === undefined || bumps.length === 0) continue
    const commit = commits.sha(index)
    const id = `commit:${commit}${at === 0 ? '' : `#${at + 1}`}`
    const { type, scope, breaking, summary } = statement
    found.push({ kind: 'commit', id, commit, type, scope, breaking, summary, bumps: sharedBumps(bumps, walk) })
  }
  return found
}

/** Worth knowing before all dependents of what a commit touched are looked up. */
function asksNothing(statements: readonly Statement[], preset: CommitPreset): boolean {
  return statements.length > 0 && statements.every((statement) => askedBump(statement, preset) === 'none')
}

/** `Release-As: 2.0.0` releases every package the commit touched, whatever its type, but never backwards. */
function exactVersions(index: CommitIndex, names: readonly PackageName[], walk: Walk): CommitChange[] {
  if (walk.messages.head(index) >= 0) return []
  const { releaseAs, subject } = walk.messages.read(index)
  const version = releaseAs === undefined ? undefined : parseVersion(releaseAs)?.version
  const later = version === undefined ? [] : names.filter((name) => isGreater(version, walk.versionOf(name)))
  if (version === undefined || later.length === 0) return []
  const commit = walk.commits.sha(index)
  const bumps = recordOf(later.map((name) => [name, bumpBetween(walk.versionOf(name), version)] as const))
  const versions = recordOf(later.map((name) => [name, version] as const))
  const said = { type: 'release-as', scope: undefined, breaking: false, summary: subject }
  return [{ kind: 'commit', id: `commit:${commit}#release-as`, commit, ...said, bumps, versions }]
}

function bumpBetween(from: Version, to: Version): Bump {
  const [now, next] = [parseVersion(from), parseVersion(to)]
  if (now?.major !== next?.major) return 'major'
  return now?.minor === next?.minor ? 'patch' : 'minor'
}

/** A merge commit has no files of its own: what its side branch touched is what its title is about. */
function broughtInBy(index: CommitIndex, walk: Walk): readonly PackageName[] {
  if (walk.preset.dialect !== 'conventional') return []
  return [...(walk.broughtIn.get(index)?.touched ?? [])].filter((name) => walk.unreleased.waitsFor(index, name))
}

/** The title of a pull request, unless one of its commits says the same. */
function titleOf(index: CommitIndex, walk: Walk): readonly Statement[] {
  const said = walk.broughtIn.get(index)?.said
  return walk.messages.statements(index).filter((statement) => said?.has(keyOf(statement)) !== true)
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
  for (const statement of walk.messages.statements(index)) notes.said.add(keyOf(statement))
}

function statementsOf(index: CommitIndex, walk: Walk): readonly Statement[] {
  const { messages, preset, reverts, unparsed } = walk
  const statements = messages.statements(index)
  if (statements.length > 0) return statements
  const summary = messages.subject(index)
  if (reverts.targets.has(index)) return [{ type: 'revert', scope: undefined, breaking: false, summary }]
  if (preset.unparsable !== 'none') return [{ type: '', scope: undefined, breaking: false, summary }]
  const isOther = releaseSubject.test(summary) || (messages.head(index) < 0 && isMergeOrRelease(messages.read(index)))
  if (!isOther && !walk.carried.has(walk.changeOf(index))) unparsed.push(index)
  return []
}

/** What Changesets, its action, Lerna and npm call the commit of a release: nobody forgot to say what it asks for. */
const releaseSubject =
  /^(?:Version Packages(?: \([\w.-]{1,100}\))?|RELEASING: Releasing \d+ package\(s\)|Publish|v?\d+\.\d+\.\d+(?:-[\w.-]{1,100})?)(?: \(#\d+\))?$/

function isMergeOrRelease({ merge, releaseAs }: Message): boolean {
  return merge || releaseAs !== undefined
}

/** A package that had released what the revert takes back gets a fix; for the others both are as if never made. */
function stillToFix(revert: CommitIndex, touched: readonly PackageName[], walk: Walk): readonly PackageName[] {
  const targets = walk.reverts.targets.get(revert) ?? []
  if (targets.length === 0) return touched
  return touched.filter((name) => targets.some((target) => !walk.unreleased.waitsFor(target, name)))
}

function bumpsAskedBy(
  statement: Statement,
  index: CommitIndex,
  names: readonly PackageName[],
  walk: Walk,
): BumpEntries {
  const bump = askedBump(statement, walk.preset)
  return bump === 'none' ? [] : bumpsAmong(names, { ...statement, bump }, index, walk)
}

function bumpsAmong(all: readonly PackageName[], { scope, bump }: Ask, index: CommitIndex, walk: Walk): BumpEntries {
  // What lies in no package is about everybody only as long as nobody is named.
  const isForSome = scope !== undefined && walk.preset.attribution.shared === 'outside'
  const names = isForSome ? walk.touchedItself(index) : all
  const { full, lesser } = walk.narrow.narrow(scope, names, index)
  const only = full[0]
  if (only !== undefined && full.length === 1 && lesser.length === 0) return [[only, walk.shift(bump, only)]]
  return [
    ...full.map((name) => [name, walk.shift(bump, name)] as const),
    ...lesser.map((name) => [name, 'patch'] as const),
  ]
}

/** What a statement asks for before it is known of whom. */
export function askedBump({ type, breaking }: PlainHead, preset: CommitPreset): Bump {
  if (breaking) return 'major'
  if (type === '') return preset.unparsable
  return preset.types[preset.foldsCase ? type.toLowerCase() : type] ?? preset.otherTypes
}

function revertedChangesets({ commits, reverts }: Walk): CommitChanges['reverted'] {
  const reverted = new Map<Path, { readonly commit: Sha; readonly revert: Sha }>()
  for (const [index, by] of reverts.cancelledBy) {
    for (const path of commits.addedChangesets.get(index) ?? []) {
      reverted.set(path, { commit: commits.sha(index), revert: commits.sha(by) })
    }
  }
  return reverted
}

const mostExamples = 10

/** One problem for all of them: a repository with another habit must not drown the rest. */
function unread({ unparsed, commits, messages }: Walk): readonly Problem[] {
  if (unparsed.length === 0) return []
  const examples = unparsed.slice(-mostExamples).reverse()
  return [
    {
      code: 'COMMIT_NOT_CONVENTIONAL',
      severity: 'warning',
      count: unparsed.length,
      examples: examples.map((index) => ({
        commit: commits.sha(index),
        subject: messages.subject(index).slice(0, 200),
      })),
    },
  ]
}
