/**
 * A Changesets set-up stays as it is, file for file: Topsail reads the same folder. What this decides is which rules
 * give the answers the repository knows, and, for Changesets 2, which defaults of Changesets 3 would change them. Who
 * sets Topsail up gets commits beside changesets, unless told otherwise; an untouched set-up plans from changesets alone.
 */
import type { PackageName, PreState, Workspace } from '@topsail/core'
import { internalPeers } from './internal-dependencies.ts'
import { own } from '../read/record.ts'
import { type ChangeIn3, type InitNote, type SetUp } from './set-up.ts'

export type ChangesetsSetUp = {
  readonly config: unknown
  readonly generation: 2 | 3
  readonly pre: PreState | undefined
  readonly workspace: Workspace
}

export function migrateChangesets(from: ChangesetsSetUp): SetUp {
  const { config, generation, pre, workspace } = from
  const notes: InitNote[] = []
  if (generation === 2) {
    for (const change of changesIn3(config, workspace)) notes.push({ kind: 'changes-in-3', change })
  }
  if (pre !== undefined) notes.push(preStateNote(pre))
  return {
    config: {},
    topsail: { sources: 'both', rules: `changesets@${generation}` },
    changesets: [],
    notes,
  }
}

/** The configuration's own schema tells best; `fallback` is what the declared `@changesets/cli` says. */
export function generationOf(config: unknown, fallback: 2 | 3): 2 | 3 {
  const schema = own(config, '$schema')
  const major = typeof schema === 'string' ? /@changesets\/config@(\d{1,4})\./.exec(schema)?.[1] : undefined
  if (major !== undefined) return Number(major) >= 4 ? 3 : 2
  if (own(config, 'format') !== undefined) return 3
  return own(config, 'prettier') !== undefined ? 2 : fallback
}

function changesIn3(config: unknown, workspace: Workspace): readonly ChangeIn3[] {
  const changes: ChangeIn3[] = []
  const names = unsetPrivatePackages(config, workspace)
  if (names.length > 0) changes.push({ setting: 'privatePackages', names })
  if (own(config, 'baseBranch') === undefined) {
    changes.push({ setting: 'baseBranch', before: 'master', after: 'main' })
  }
  if (own(config, 'prettier') !== undefined) changes.push({ setting: 'prettier', value: own(config, 'prettier') })
  const unsafe = own(config, '___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH')
  const peersOf = internalPeers(workspace)
  const dependents = workspace.packages.filter((pkg) => peersOf(pkg).length > 0).map((pkg) => pkg.name)
  if (dependents.length > 0) changes.push({ setting: 'peers', dependents })
  if (own(unsafe, 'useCalculatedVersionForSnapshots') !== undefined) {
    changes.push({ setting: 'snapshot', key: 'useCalculatedVersionForSnapshots' })
  }
  const access = own(config, 'access')
  if (access === 'private') changes.push({ setting: 'access', value: access })
  return changes
}

/** Changesets 2 versions private packages unless told otherwise; Changesets 3 leaves them alone. */
function unsetPrivatePackages(config: unknown, workspace: Workspace): readonly PackageName[] {
  const setting = own(config, 'privatePackages')
  if (typeof setting === 'boolean' || own(setting, 'version') !== undefined) return []
  return workspace.packages.filter((pkg) => pkg.private && pkg.version !== undefined).map((pkg) => pkg.name)
}

function preStateNote(pre: PreState): InitNote {
  const used = pre.changesets?.length ?? 0
  const generation = pre.initialVersions === undefined && pre.changesets === undefined ? 3 : 2
  return { kind: 'pre-state', tag: pre.tag, mode: pre.mode, used, generation }
}
