/** The planners of Changesets 3 and 2 themselves, asked about a snapshot: the oracle of the presets named after them. */
import { assembleReleasePlan } from '@changesets/assemble-release-plan'
import { parseChangesetFile } from '@changesets/parse'
import assembleReleasePlan6 from 'assemble-release-plan-6'
import type { Snapshot } from '../snapshot.ts'

export type OfficialRelease = {
  readonly name: string
  readonly type: string
  readonly oldVersion: string
  readonly newVersion: string
  readonly changesets: readonly string[]
}

/**
 * The same, undefined where the planner breaks: on a package without a version in a group, or that another one needs by
 * a range.
 */
export function officialAnswer(snapshot: Snapshot): readonly OfficialRelease[] | undefined {
  try {
    return officialReleases(snapshot)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** In the order in which they come out. Both planners tell every edge they drop on the console. */
export function officialReleases(snapshot: Snapshot): readonly OfficialRelease[] {
  const plan = snapshot.settings.rules === 'changesets@2' ? official2(snapshot) : official3(snapshot)
  return plan.releases as readonly OfficialRelease[]
}

type Plan = ReturnType<typeof assembleReleasePlan>

function official3(snapshot: Snapshot): Plan {
  const root = { dir: '/repo', relativeDir: '.', packageJson: snapshot.workspace.root.manifest }
  const packages = { tool: { type: 'pnpm' }, rootDir: '/repo', rootPackage: root, packages: members(snapshot) }
  return assembleReleasePlan(
    changesets(snapshot) as never,
    packages as never,
    config(snapshot) as never,
    snapshot.pre as never,
    snapshot.snapshotRelease as never,
  )
}

function official2(snapshot: Snapshot): Plan {
  const root = { dir: '/repo', packageJson: snapshot.workspace.root.manifest }
  const packages = { tool: 'pnpm', root, packages: members(snapshot) }
  const assemble = assembleReleasePlan6 as unknown as typeof assembleReleasePlan
  return assemble(
    changesets(snapshot) as never,
    packages as never,
    config(snapshot) as never,
    snapshot.pre as never,
    snapshot.snapshotRelease as never,
  )
}

function members({ workspace }: Snapshot): readonly object[] {
  return workspace.packages.map(({ dir, manifest }) => ({
    dir: `/repo/${dir}`,
    relativeDir: dir,
    packageJson: JSON.parse(JSON.stringify(manifest)) as object,
  }))
}

/** As they are read: the folder of those that pre mode has set aside comes last. */
function changesets({ changesets: files }: Snapshot): readonly object[] {
  const setAside = files.filter(({ id }) => id.startsWith('pre/'))
  return [...files.filter(({ id }) => !id.startsWith('pre/')), ...setAside].map(({ id, text }) => ({
    id,
    ...parseChangesetFile(text),
  }))
}

function config({ settings }: Snapshot): object {
  return {
    fixed: settings.fixed,
    linked: settings.linked,
    ignore: settings.ignore,
    privatePackages: settings.privatePackages,
    updateInternalDependencies: settings.updateInternalDependencies,
    bumpVersionsWithWorkspaceProtocolOnly: settings.bumpVersionsWithWorkspaceProtocolOnly,
    snapshot: {
      useCalculatedVersion: settings.snapshot.useCalculatedVersion,
      prereleaseTemplate: settings.snapshot.prereleaseTemplate ?? null,
    },
    ___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH: {
      onlyUpdatePeerDependentsWhenOutOfRange: settings.onlyUpdatePeerDependentsWhenOutOfRange,
      updateInternalDependents: settings.updateInternalDependents,
    },
  }
}
