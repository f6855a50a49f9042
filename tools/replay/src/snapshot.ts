/** A recorded case read as the engine reads a repository: through its own readers, from memory instead of the disk. */
import { planRelease, type ReleasePlan, type RulesName, type Snapshot } from '@topsail/core'
import { memoryFiles } from '../../../packages/engine/src/adapters/memory-files.ts'
import { readChangesets } from '../../../packages/engine/src/read/changesets.ts'
import { readSettings } from '../../../packages/engine/src/read/settings.ts'
import { readWorkspace } from '../../../packages/engine/src/read/workspace.ts'
import type { ChangesetsCase, Generation } from './corpus.ts'

export function planCase(
  recorded: ChangesetsCase,
  rules: RulesName | undefined,
  migrated: boolean,
): { snapshot: Snapshot; plan: ReleasePlan } {
  const snapshot = snapshotOf(
    migrated ? withPrivatePackages(recorded.files) : recorded.files,
    recorded.lockfiles,
    rules,
  )
  return { snapshot, plan: planRelease(snapshot, (text) => String(text.length)) }
}

export function rulesOf(generation: Generation): RulesName {
  return generation === 'v2' ? 'changesets@2' : 'changesets@3'
}

function snapshotOf(
  texts: Readonly<Record<string, string>>,
  lockfiles: readonly string[],
  rules: RulesName | undefined,
): Snapshot {
  const files = memoryFiles({ ...Object.fromEntries(lockfiles.map((name) => [name, ''])), ...texts })
  const { workspace, problems: inWorkspace } = readWorkspace(files)
  const { settings, problems: inSettings } = readSettings(files, workspace, { rules })
  const { changesets, pre, problems: inChangesets } = readChangesets(files)
  const problems = [...inWorkspace, ...inSettings, ...inChangesets]
  return {
    workspace,
    settings,
    changesets,
    pre,
    history: undefined,
    head: undefined,
    now: '2026-01-01T00:00:00.000Z',
    problems,
  }
}

/** What migrating to Changesets 3 asks for where private packages are to be versioned still. */
function withPrivatePackages(files: Readonly<Record<string, string>>): Record<string, string> {
  const path = '.changeset/config.json'
  const config = JSON.parse(files[path] ?? '{}')
  return { ...files, [path]: JSON.stringify({ privatePackages: { version: true, tag: false }, ...config }) }
}
