/**
 * From what git tells of a branch to what core judges: its own changesets and commits reconciled by the rule of a
 * plan, catalogs compared between base and head, versions at the base. A branch is one change, as it will be once it is
 * merged: when it carries a changeset, its commits are documentation, and the changeset speaks.
 */
import {
  commitPresetOf,
  highestBump,
  manifestPath,
  messageReader,
  resolveChanges,
  type Bump,
  type BranchCommit,
  type BranchWork,
  type CatalogEdit,
  type Change,
  type History,
  type Manifest,
  type PackageName,
  type Path,
  type Problem,
  type RawCommit,
  type Sha,
  type Snapshot,
  type Version,
  type Workspace,
  sharedFileDir,
  sharedFiles,
} from '@topsail/core'
import { memoryFiles } from '../adapters/memory-files.ts'
import type { Files, Git } from '../ports.ts'
import { readCatalogs } from '../read/catalogs.ts'
import { isChangesetPath } from '../read/changesets.ts'
import { parseJson } from '../read/json-text.ts'
import { isRecord, own } from '../read/record.ts'
import { readBranch, type Branch, type BranchFile, type LoggedCommit } from './branch.ts'

export type BranchReading = {
  readonly work: BranchWork
  /** Changesets that the branch adds or edits. */
  readonly changesetFiles: ReadonlySet<Path>
  readonly removed: readonly RemovedPackage[]
  readonly problems: readonly Problem[]
}

/** A package of the base whose name the branch has taken away. */
export type RemovedPackage = {
  readonly name: PackageName
  /** Its manifest at the base. */
  readonly file: Path
  /** What it is called now: another name in the same folder, or the only new package beside the only one removed. */
  readonly now: PackageName | undefined
}

/** `snapshot` holds the whole workspace, with the settings in force. */
export async function readBranchWork(git: Git, base: Sha, snapshot: Snapshot): Promise<BranchReading> {
  const { workspace } = snapshot
  const branch = await readBranch(git, base, (files) => baseFilesWanted(files, workspace))
  const changesetFiles = new Set(
    branch.files.filter((file) => file.how !== 'deleted' && isChangesetPath(file.path)).map((file) => file.path),
  )
  const own = snapshot.changesets.filter((changeset) => changesetFiles.has(changeset.path))
  const history = historyOf(branch.commits)
  const asked = resolveChanges({ ...inBranch(snapshot, 'commits'), history, changesets: [] })
  const { changes, problems } = resolveBranch(snapshot, branch, history, base, own)
  const work: BranchWork = {
    files: branch.files,
    catalogEdits: catalogEdits(workspace, branch),
    changes,
    commits: branchCommits(branch.commits, snapshot),
    proposals: highestOf(asked.changes),
    baseVersions: baseVersions(workspace, branch.baseTexts),
  }
  const removed = removedPackages(workspace, branch)
  return {
    work,
    changesetFiles,
    removed,
    problems: [...unreadable(branch), ...(snapshot.settings.sources === 'changesets' ? [] : problems)],
  }
}

function unreadable({ failure }: Branch): readonly Problem[] {
  if (failure === undefined) return []
  return [{ code: 'HISTORY_UNAVAILABLE', severity: 'error', why: 'git-failed', detail: failure }]
}

const catalogFiles: Readonly<Record<string, Path>> = {
  pnpm: 'pnpm-workspace.yaml',
  yarn: '.yarnrc.yml',
  bun: 'package.json',
}

function baseFilesWanted(files: readonly BranchFile[], workspace: Workspace): readonly Path[] {
  const manifests = new Set(
    workspace.packages.map((pkg) => (pkg.dir === '.' ? 'package.json' : `${pkg.dir}/package.json`)),
  )
  const catalogFile = catalogFiles[workspace.tool]
  return files
    .filter(
      ({ path, how }) =>
        how !== 'added' && (path === catalogFile || manifests.has(path) || (how === 'deleted' && isManifest(path))),
    )
    .map(({ path }) => path)
}

function isManifest(path: Path): boolean {
  return path.endsWith('/package.json')
}

function removedPackages(workspace: Workspace, { files, baseTexts }: Branch): readonly RemovedPackage[] {
  const names = new Set(workspace.packages.map(({ name }) => name))
  const byFile = new Map(workspace.packages.map((pkg) => [manifestPath(pkg), pkg.name]))
  const removed = [...baseTexts].flatMap(([file, text]): readonly RemovedPackage[] => {
    const json = isManifest(file) ? parseJson(text) : undefined
    const name = json?.ok ? own(json.value, 'name') : undefined
    return typeof name !== 'string' || names.has(name) ? [] : [{ name, file, now: byFile.get(file) }]
  })
  const added = files.flatMap(({ path, how }) => (how === 'added' ? (byFile.get(path) ?? []) : []))
  const [only] = removed
  return removed.length === 1 && added.length === 1 && only !== undefined && only.now === undefined
    ? [{ ...only, now: added[0] }]
    : removed
}

function inBranch(snapshot: Snapshot, sources: Snapshot['settings']['sources']): Snapshot {
  return { ...snapshot, settings: { ...snapshot.settings, sources }, problems: [] }
}

function historyOf(commits: readonly LoggedCommit[]): History {
  const dirs = new Map<Path, number>()
  const indexOf = (dir: Path): number => {
    const index = dirs.get(dir) ?? dirs.size
    dirs.set(dir, index)
    return index
  }
  const dirsOf = (file: Path): readonly Path[] => {
    const slash = file.lastIndexOf('/')
    if (slash >= 0) return [file.slice(0, slash)]
    return sharedFiles.has(file) ? ['.', sharedFileDir(file)] : ['.']
  }
  const raw = commits.map(({ files, ...commit }): RawCommit => ({
    ...commit,
    dirs: [...new Set(files.flatMap(dirsOf).map(indexOf))],
    addedChangesets: files.filter(isChangesetPath),
  }))
  return { commits: raw, dirs: [...dirs.keys()], lastRelease: {} }
}

function resolveBranch(
  snapshot: Snapshot,
  branch: Branch,
  history: History,
  base: Sha,
  changesets: Snapshot['changesets'],
): { readonly changes: readonly Change[]; readonly problems: readonly Problem[] } {
  const { sources } = snapshot.settings
  const head = branch.commits[0]
  const whole = sources === 'both' && head !== undefined ? asOneChange(history, base, head, changesets) : history
  const resolved = resolveChanges({ ...inBranch(snapshot, sources), history: whole, changesets })
  const shas = new Set(branch.commits.map((commit) => commit.sha))
  return {
    changes: resolved.changes.filter((change) => change.kind !== 'commit' || shas.has(change.commit)),
    problems: resolved.problems,
  }
}

/** The merge that this branch will become, on top of its commits; its base stands below for the merge's first line. */
function asOneChange(history: History, base: Sha, head: LoggedCommit, changesets: Snapshot['changesets']): History {
  const merge: RawCommit = {
    sha: 'merge-to-come',
    parents: [base, head.sha],
    date: head.date,
    message: '',
    dirs: [],
    addedChangesets: changesets.map((changeset) => changeset.path),
  }
  const start: RawCommit = { ...merge, sha: base, parents: [], message: 'chore: base', addedChangesets: [] }
  return { ...history, commits: [merge, ...history.commits, start] }
}

function branchCommits(commits: readonly LoggedCommit[], { settings }: Snapshot): readonly BranchCommit[] {
  const preset = commitPresetOf(settings)
  const read = messageReader(preset, settings.commits.exclamationMark)
  return commits
    .filter((commit) => commit.parents.length < 2)
    .map(({ sha, message, files }) => {
      const { subject, statements, reverts } = read(message)
      const understood = statements.length > 0 || reverts.length > 0 || preset.unparsable !== 'none'
      return { sha, subject: subject.slice(0, 200), understood, files }
    })
}

function highestOf(changes: readonly Change[]): ReadonlyMap<PackageName, Bump> {
  const highest = new Map<PackageName, Bump>()
  for (const change of changes) {
    for (const [name, bump] of Object.entries(change.bumps)) {
      highest.set(name, highestBump(highest.get(name) ?? 'none', bump))
    }
  }
  return highest
}

function baseVersions(workspace: Workspace, texts: ReadonlyMap<Path, string>): ReadonlyMap<Path, Version | undefined> {
  const versions = new Map<Path, Version | undefined>()
  for (const { dir } of workspace.packages) {
    const text = texts.get(dir === '.' ? 'package.json' : `${dir}/package.json`)
    const json = text === undefined ? undefined : parseJson(text)
    const version = json?.ok ? own(json.value, 'version') : undefined
    if (typeof version === 'string') versions.set(dir, version)
  }
  return versions
}

function catalogEdits(workspace: Workspace, { files, baseTexts }: Branch): readonly CatalogEdit[] {
  const file = catalogFiles[workspace.tool]
  if (file === undefined || !files.some((touched) => touched.path === file)) return []
  const before = catalogsIn(memoryFiles(Object.fromEntries(baseTexts)), workspace)
  const after = workspace.catalogs
  const edits: CatalogEdit[] = []
  for (const catalog of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[catalog] ?? {}
    const now = after[catalog] ?? {}
    for (const dependency of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const from = own(old, dependency) as string | undefined
      const to = own(now, dependency) as string | undefined
      if (from !== to) edits.push({ catalog, dependency, from, to })
    }
  }
  return edits
}

function catalogsIn(files: Files, workspace: Workspace): Workspace['catalogs'] {
  const json = parseJson(files.read('package.json') ?? '{}')
  const manifest: Manifest = json.ok && isRecord(json.value) ? json.value : {}
  return readCatalogs(files, workspace.tool, { ...workspace.root, manifest }).catalogs
}
