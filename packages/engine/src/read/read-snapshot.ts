/**
 * Everything a plan is decided from, read once: the workspace, the settings, the changesets and, when a source asks for
 * it, the history. Nothing is decided here; what could not be read is a problem inside of the snapshot.
 */
import { createHash } from 'node:crypto'
import {
  planRelease,
  type Problem,
  type ReleasePlan,
  type RulesName,
  type Snapshot,
  type SnapshotRequest,
  type Sources,
} from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Files, Git } from '../ports.ts'
import { readChangesets } from './changesets.ts'
import { readSettings } from './settings.ts'
import { findWorkspaceRoot } from './workspace-root.ts'
import { readWorkspace } from './workspace.ts'

export type ReadOptions = {
  /** Any folder of the workspace. */
  readonly cwd: string
  /** Instead of the disk and the git of `cwd`. */
  readonly files?: Files | undefined
  readonly git?: Git | undefined
  readonly rules?: RulesName | undefined
  readonly sources?: Sources | undefined
  readonly ignore?: readonly string[] | undefined
  readonly snapshotRelease?: SnapshotRequest | undefined
  /** ISO 8601; the clock when it is left out. */
  readonly now?: string | undefined
}

export async function readSnapshot(options: ReadOptions): Promise<Snapshot> {
  const root = options.files === undefined ? findWorkspaceRoot(options.cwd) : undefined
  const files = options.files ?? diskFiles(root ?? options.cwd)
  const git = options.git ?? gitIn(files.root)
  const { workspace, problems: workspaceProblems } = readWorkspace(files)
  const { settings, problems: settingsProblems } = readSettings(files, workspace, options)
  const { changesets, pre, problems: changesetProblems } = readChangesets(files)
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD'])
  const problems: Problem[] = [...workspaceProblems, ...settingsProblems, ...changesetProblems]
  return {
    workspace,
    settings,
    changesets,
    pre,
    history: undefined,
    head: head.kind === 'done' && head.code === 0 ? head.stdout.trim() : undefined,
    now: options.now ?? new Date().toISOString(),
    snapshotRelease: options.snapshotRelease,
    problems,
  }
}

export async function planWorkspace(options: ReadOptions): Promise<{ snapshot: Snapshot; plan: ReleasePlan }> {
  const snapshot = await readSnapshot(options)
  return { snapshot, plan: planRelease(snapshot, sha256) }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
