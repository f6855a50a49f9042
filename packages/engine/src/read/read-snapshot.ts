/**
 * Everything a plan is decided from, read once: the workspace, the settings, the changesets and, when a source asks for
 * it, the history. Nothing is decided here; what could not be read is a problem inside of the snapshot.
 */
import { hash } from 'node:crypto'
import {
  planRelease,
  planWithCommits,
  snapshotWithCommits,
  type ChangesetCommits,
  type Problem,
  type Severity,
  type Settings,
  type ReleasePlan,
  type RulesName,
  type Snapshot,
  type SnapshotRequest,
  type Sources,
  type Workspace,
} from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Files, Git } from '../ports.ts'
import { readBurned } from './burned.ts'
import { namespacesOf } from './release-namespaces.ts'
import { changesetCommits, likelyAddingCommits, startAddingLog, type AddingLog } from './changeset-commits.ts'
import { readChangesets } from './changesets.ts'
import { readGitFacts, type GitFacts } from './git-facts.ts'
import { beginHistory, readHistory, type HistoryBeginning, type HistoryReading } from './history.ts'
import { pushRemote } from './push-remote.ts'
import { mayReadCommits, readSettings } from './settings.ts'
import { leftOutOfCheckout } from './sparse-checkout.ts'
import { realDisk } from '../version/disk.ts'
import { findGitFolder } from '../adapters/git-folder.ts'
import { unfinishedWrites } from '../version/undo-journal.ts'
import { findWorkspaceRoot } from './workspace-root.ts'
import { readWorkspace, readWorkspaceInTurns } from './workspace.ts'

export type ReadOptions = {
  /** Any folder of the workspace. */
  readonly cwd: string
  /** Instead of the disk and the git of `cwd`. */
  readonly files?: Files | undefined
  readonly git?: Git | undefined
  /** What git says of the folder, where somebody has asked already. */
  readonly facts?: Promise<GitFacts> | undefined
  readonly rules?: RulesName | undefined
  readonly sources?: Sources | undefined
  readonly ignore?: readonly string[] | undefined
  readonly snapshotRelease?: SnapshotRequest | undefined
  /** Whether to find the commits that added the changesets although no source reads commits: changelogs name them. */
  readonly changesetCommits?: boolean | undefined
  /**
   * Whether to ask the remote first which versions a rollback has burned: a clone that was made since does not know.
   * Plans alone ask nobody.
   */
  readonly fetchBurned?: boolean | undefined
  /** False leaves the history index in the git folder unread and unwritten. */
  readonly index?: boolean | undefined
  /** ISO 8601; the clock when it is left out. */
  readonly now?: string | undefined
}

export async function readSnapshot(options: ReadOptions): Promise<Snapshot> {
  const { snapshot, commits, kept } = await read(options)
  await kept
  return snapshotWithCommits(snapshot, await commits)
}

export async function planWorkspace(options: ReadOptions): Promise<{ snapshot: Snapshot; plan: ReleasePlan }> {
  const { snapshot, commits, kept } = await read(options)
  // Which commit added a changeset decides nothing: git may still look for it while the plan is made, and the index be
  // written.
  const plan = planRelease(snapshot, sha256)
  const [found] = await Promise.all([commits, kept])
  return { snapshot: snapshotWithCommits(snapshot, found), plan: planWithCommits(plan, found) }
}

/** To whoever asks for what only git knows, it is an error that git says nothing where a repository is. */
export function silentGit({ problems }: Snapshot): Problem | undefined {
  const found = problems.find(({ code }) => code === 'GIT_UNUSABLE' || code === 'GIT_TOO_OLD')
  return found === undefined ? undefined : { ...found, severity: 'error' }
}

export function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

type Reading = {
  /** Without the commits of its changesets. */
  readonly snapshot: Snapshot
  readonly commits: ChangesetCommits | Promise<ChangesetCommits>
  /** Resolves when the index of the history is written. */
  readonly kept: Promise<void> | undefined
}

async function read(options: ReadOptions): Promise<Reading> {
  const root = options.files === undefined ? findWorkspaceRoot(options.cwd) : undefined
  const files = options.files ?? diskFiles(root ?? options.cwd)
  const git = options.git ?? gitIn(files.root)
  // Git starts before the files are read: both take their time at once.
  const isHistoryRead = mayReadCommits(files, options)
  const asked = options.facts ?? readGitFacts(git, files.root)
  const remote = options.fetchBurned === true ? pushRemote(git) : undefined
  // Where it is read it names the commits of changesets as well.
  const likely = options.changesetCommits === true && !isHistoryRead ? likelyAddingCommits(files) : 0
  const log = likely > 0 ? startAddingLog(git, likely) : undefined
  // Whoever called may start another git now, before the files keep this process busy.
  await undefined
  const begun = isHistoryRead ? beginHistory(git, asked, options.index !== false) : undefined
  const reading = begun === undefined ? readWorkspace(files) : await readWorkspaceInTurns(files)
  const { workspace, problems: workspaceProblems } = reading
  const { settings, problems: settingsProblems } = readSettings(files, workspace, options)
  const { changesets, pre, problems: changesetProblems } = readChangesets(files)
  const facts = await asked
  const fetchProblems = await fetchFrom(await remote, git, settings)
  const [past, burned, leftOut] = await Promise.all([
    readPast(files.root, options, git, facts, workspace, settings, begun),
    readBurned(git, facts, namespacesOf(settings.release.refs)),
    leftOutOfCheckout(git, facts, files),
  ])
  const commits = changesetCommits({
    changesets,
    history: past.history,
    git: options.changesetCommits === true ? git : undefined,
    log: usable(log, facts),
    followRenames: settings.rules !== 'changesets@2',
  })
  const snapshot: Snapshot = {
    workspace,
    settings,
    changesets,
    pre,
    history: past.history,
    head: facts.kind === 'repository' ? facts.head : undefined,
    now: options.now ?? new Date().toISOString(),
    snapshotRelease: options.snapshotRelease,
    ...(burned === undefined ? {} : { burned }),
    problems: [
      ...fetchProblems,
      ...(root === undefined ? [] : halfWritten(root)),
      ...gitProblems(files.root, facts, settings),
      ...leftOut,
      ...workspaceProblems,
      ...settingsProblems,
      ...changesetProblems,
      ...(workspaceProblems.some(({ code }) => code === 'MANIFEST_MISSING') ? [] : past.problems),
    ],
  }
  return { snapshot, commits, kept: past.kept }
}

/** A shallow clone may be deepened, and is asked again. */
function usable(log: AddingLog | undefined, facts: GitFacts): AddingLog | undefined {
  if (log === undefined || (facts.kind === 'repository' && !facts.isShallow)) return log
  log.stop()
  return undefined
}

async function fetchFrom(remote: string | undefined, git: Git, settings: Settings): Promise<readonly Problem[]> {
  if (remote === undefined) return []
  const { fetchRecords } = await import('../release/fetch-records.ts')
  return fetchRecords(git, remote, namespacesOf(settings.release.refs))
}

/** What is read while `version` writes, or after it was cut off, is neither the old workspace nor the new one. */
export function halfWritten(root: string): readonly Problem[] {
  const unfinished = unfinishedWrites(root, realDisk)
  if (unfinished.kind === 'none') return []
  if (unfinished.kind === 'busy') return [{ code: 'VERSION_IN_PROGRESS', severity: 'error', pid: unfinished.pid }]
  return [{ code: 'VERSION_CUT_OFF', severity: 'error', count: unfinished.count }]
}

/** Changesets need no git; which versions were burned only git knows. */
function gitProblems(root: string, facts: GitFacts, { sources }: Settings): readonly Problem[] {
  if (facts.kind === 'repository' || sources !== 'changesets' || findGitFolder(root) === undefined) return []
  return [silence(facts, 'warning')]
}

/** Where a repository is, and git says nothing of it. */
export function silence({ why, detail }: Extract<GitFacts, { kind: 'unavailable' }>, severity: Severity): Problem {
  return why === 'git-too-old'
    ? { code: 'GIT_TOO_OLD', severity, found: detail }
    : { code: 'GIT_UNUSABLE', severity, detail }
}

async function readPast(
  root: string,
  options: ReadOptions,
  git: Git,
  facts: GitFacts,
  workspace: Workspace,
  settings: Settings,
  begun: HistoryBeginning | undefined,
): Promise<HistoryReading> {
  if (settings.sources === 'changesets') return { history: undefined, problems: [] }
  if (facts.kind === 'repository')
    return readHistory({ git, facts, workspace, settings, index: options.index !== false, begun })
  // Where a repository is, commits are; nobody can say that none of them counts.
  const isThere = findGitFolder(root) !== undefined
  const severity = settings.sources === 'commits' || isThere ? 'error' : 'warning'
  const { why, detail } = facts
  return { history: undefined, problems: [{ code: 'HISTORY_UNAVAILABLE', severity, why, detail }] }
}
