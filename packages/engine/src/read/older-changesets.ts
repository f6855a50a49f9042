/**
 * Where the older planners of Changesets 2 decide otherwise than the last one. The lockfile says which one a repository
 * uses; without a word from it the declared range does.
 */
import lessThan from 'semver/functions/lt.js'
import minVersion from 'semver/ranges/min-version.js'
import { dependencyFields, type Settings, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { lockedVersion } from './locked-version.ts'

export function olderWays(
  files: Files,
  workspace: Workspace,
  changesetsCli: string | undefined,
): Pick<Settings, 'everyReleaseLeavesWorkspaceOperators' | 'exitSparesLeftOut'> {
  return {
    everyReleaseLeavesWorkspaceOperators: readsBareOperators(files, workspace, changesetsCli),
    ...(sparesLeftOutAtExit(files, changesetsCli) ? { exitSparesLeftOut: true } : {}),
  }
}

/** It takes `workspace:^` and `workspace:~` for ranges that nothing satisfies, so that dependents are always released. */
function readsBareOperators(files: Files, workspace: Workspace, changesetsCli: string | undefined): boolean {
  return usesOperators(workspace) && isBefore(files, changesetsCli, { planner: '6.0.9', cli: '2.29.5' })
}

/** At the exit of pre mode, packages left out that are no prereleases keep their version. */
function sparesLeftOutAtExit(files: Files, changesetsCli: string | undefined): boolean {
  return (
    files.look('.changeset/pre.json').kind === 'file' &&
    isBefore(files, changesetsCli, { planner: '6.0.7', cli: '2.29.3' })
  )
}

function isBefore(
  files: Files,
  changesetsCli: string | undefined,
  since: { readonly planner: string; readonly cli: string },
): boolean {
  if (changesetsCli === undefined) return false
  const locked = lockedVersion(files, '@changesets/assemble-release-plan')
  if (locked !== undefined) return lessThan(locked, since.planner)
  const declared = minVersion(changesetsCli, { loose: true })
  return declared !== null && lessThan(declared, since.cli)
}

function usesOperators({ packages }: Workspace): boolean {
  return packages.some(({ manifest }) =>
    dependencyFields.some((field) =>
      Object.values(manifest[field] ?? {}).some((range) => range === 'workspace:^' || range === 'workspace:~'),
    ),
  )
}
