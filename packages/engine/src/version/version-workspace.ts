/**
 * `version`: writes what a plan says, all of it or none. Everything that can refuse is asked before the first write:
 * errors of the plan, the changelog generator, uncommitted work in the files to be written. A dry run stops there.
 */
import { realpathSync } from 'node:fs'
import {
  changelogPath,
  editsOf,
  preStatePath,
  type ChangelogUpdate,
  type FileEdit,
  type Path,
  type Problem,
  type ReleasePlan,
  type Snapshot,
} from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { generateChangelogs } from './changelog-generators.ts'
import type { Committed } from './commit-written.ts'
import { readDirtyTree, type DirtyTree } from './dirty-tree.ts'
import { realDisk } from './disk.ts'
import { formatFiles, formattingOf, isLeftUnformatted, type Formatting } from './formatter.ts'
import { lockfileEdits, planLockfile, settleLockfile } from './lockfile.ts'
import { recoverWrites } from './undo-journal.ts'
import { writeAll } from './write.ts'

export type VersionOptions = {
  /** Any folder of the workspace. */
  readonly cwd: string
  readonly snapshot: Snapshot
  readonly plan: ReleasePlan
  readonly dryRun?: boolean | undefined
  /** Quarantined inputs refuse, as errors do. */
  readonly strict?: boolean | undefined
  /** Write although files to be written have uncommitted changes. */
  readonly allowDirty?: boolean | undefined
  /** What `beginVersion` began; asked now when it is left out. */
  readonly tree?: Promise<DirtyTree> | undefined
  /** False leaves the lockfile alone. */
  readonly lockfile?: boolean | undefined
  /** Commits what was written, where the `commit` setting of Changesets asks for it. A snapshot is never committed. */
  readonly commit?: boolean | undefined
}

export type VersionResult = {
  /** dry-run: could be written. refused, failed: nothing was written. nothing: the plan changes no file. */
  readonly outcome: 'written' | 'dry-run' | 'nothing' | 'refused' | 'failed'
  /** Before the formatter had its turn; of a lockfile that is written, what the package manager made of it. */
  readonly edits: readonly FileEdit[]
  /** The commit that was made. */
  readonly commit?: string | undefined
  /** Those of the plan are not repeated. */
  readonly problems: readonly Problem[]
}

/**
 * Git looks for uncommitted work while the workspace is read: call it before, or as soon as `planWorkspace` has been called
 * and not yet awaited. That what is written over is what was read is looked at once more before the first write.
 */
export function beginVersion({ cwd }: { readonly cwd: string }): Promise<DirtyTree> {
  const root = workspaceRoot(cwd)
  return readDirtyTree(gitIn(root), root)
}

export async function versionWorkspace(options: VersionOptions): Promise<VersionResult> {
  const { snapshot, plan } = options
  const root = workspaceRoot(options.cwd)
  const refusing = plan.problems.some(
    ({ severity }) => severity === 'error' || (options.strict === true && severity === 'quarantined'),
  )
  if (refusing) return { outcome: 'refused', edits: [], problems: [] }

  const asked = options.allowDirty === true ? undefined : (options.tree ?? beginVersion(options))
  const formatting = formattingOf(root, snapshot.settings)
  const planned = await planEdits(root, options, formatting)
  const problems = [...planned.problems, ...dirtyTreeProblems(await asked, planned)]
  const { edits } = planned
  if (problems.some(({ severity }) => severity === 'error')) return { outcome: 'refused', edits, problems }
  if (edits.length === 0) return { outcome: 'nothing', edits, problems }
  if (options.dryRun === true) return { outcome: 'dry-run', edits, problems }

  const afterwards: Problem[] = []
  const changelogs = planned.changelogs.map(({ release }) => changelogPath(release.dir))
  const { lockfile } = planned
  const lockfiles: Path[] = lockfile === undefined || lockfile.name === 'bun.lockb' ? [] : [lockfile.name]
  const failures = await writeAll({
    root,
    edits,
    alsoTouched: [...(snapshot.settings.format === false ? [] : changelogs), ...lockfiles],
    afterwards: async (stop) => {
      afterwards.push(...(await formatFiles(root, formatting, changelogs, stop)))
      if (lockfile !== undefined) afterwards.push(...(await settleLockfile(root, lockfile, stop)))
    },
  })
  if (failures.length > 0) return { outcome: 'failed', edits, problems: [...problems, ...failures] }
  const others = edits.filter(({ path }) => path !== lockfile?.name)
  const written = lockfile === undefined ? edits : [...others, ...lockfileEdits(root, lockfile)]
  const committed = await commitIfAsked(root, written, options)
  return {
    outcome: 'written',
    edits: written,
    commit: committed.commit,
    problems: [...problems, ...afterwards, ...committed.problems],
  }
}

async function commitIfAsked(
  root: string,
  edits: readonly FileEdit[],
  { plan, snapshot, commit }: VersionOptions,
): Promise<Committed> {
  const setting = snapshot.settings.commit
  if (commit !== true || setting === false || snapshot.snapshotRelease !== undefined) {
    return { commit: undefined, problems: [] }
  }
  const { commitVersions } = await import('./commit-written.ts')
  return commitVersions({ root, setting, files: edits.map(({ path }) => path) }, plan, snapshot)
}

/** Call it before a workspace is read for `version`: puts back what a run that was cut off left half written. */
export function recoverVersion({ cwd }: { readonly cwd: string }): readonly Problem[] {
  const recovery = recoverWrites(workspaceRoot(cwd), realDisk)
  if (recovery.kind === 'clean') return []
  if (recovery.kind === 'busy') return [{ code: 'VERSION_IN_PROGRESS', severity: 'error', pid: recovery.pid }]
  return [{ code: 'VERSION_UNDONE', severity: 'warning', files: recovery.files, kept: recovery.kept }]
}

function workspaceRoot(cwd: string): string {
  return realpathSync.native(findWorkspaceRoot(cwd) ?? cwd)
}

type PlannedEdits = {
  readonly edits: readonly FileEdit[]
  readonly changelogs: readonly ChangelogUpdate[]
  readonly lockfile: ReturnType<typeof planLockfile>
  readonly problems: readonly Problem[]
}

async function planEdits(
  root: string,
  { plan, snapshot, lockfile: withLockfile = true }: VersionOptions,
  formatting: Formatting,
): Promise<PlannedEdits> {
  const files = diskFiles(root)
  const layout = { rules: snapshot.settings.rules, isUnformatted: isLeftUnformatted(formatting) }
  const generated = await generateChangelogs(root, plan, snapshot, layout)
  const changelogs = generated.entries.map((entry) => ({
    ...entry,
    before: files.read(changelogPath(entry.release.dir)),
  }))
  const planned = editsOf(plan, snapshot, { changelogs, layout, preState: files.read(preStatePath) })
  const lockfile = withLockfile ? planLockfile(root, plan) : undefined
  const edits = lockfile?.edit === undefined ? planned.edits : [...planned.edits, lockfile.edit]
  return { edits, changelogs, lockfile, problems: [...generated.problems, ...planned.problems] }
}

function dirtyTreeProblems(tree: DirtyTree | undefined, { edits, lockfile }: PlannedEdits): readonly Problem[] {
  if (tree === undefined || edits.length === 0) return []
  const paths = edits.map(({ path }) => path).filter((path) => !path.startsWith('.changeset/'))
  const written = new Set(lockfile === undefined ? paths : [...paths, lockfile.name])
  const files = [...tree.files].filter((path) => written.has(path)).sort()
  return files.length === 0 ? tree.problems : [{ code: 'TREE_DIRTY', severity: 'error', files }]
}
