/**
 * Whether the Changesets a repository uses is one that takes `workspace:^` and `workspace:~` for ranges that nothing
 * satisfies, so that dependents are always released: those before @changesets/cli 2.29.5, with
 * @changesets/assemble-release-plan 6.0.9. The lockfile decides; without a word from it the declared range does.
 */
import lessThan from 'semver/functions/lt.js'
import minVersion from 'semver/ranges/min-version.js'
import { dependencyFields, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { lockedVersion } from './locked-version.ts'

export function readsBareOperators(files: Files, workspace: Workspace, changesetsCli: string | undefined): boolean {
  if (changesetsCli === undefined || !usesOperators(workspace)) return false
  const locked = lockedVersion(files, '@changesets/assemble-release-plan')
  if (locked !== undefined) return lessThan(locked, '6.0.9')
  const declared = minVersion(changesetsCli, { loose: true })
  return declared !== null && lessThan(declared, '2.29.5')
}

function usesOperators({ packages }: Workspace): boolean {
  return packages.some(({ manifest }) =>
    dependencyFields.some((field) =>
      Object.values(manifest[field] ?? {}).some((range) => range === 'workspace:^' || range === 'workspace:~'),
    ),
  )
}
