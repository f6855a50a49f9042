/**
 * Where older versions of Changesets 2 decide otherwise than the last one. The lockfile says which one a repository uses;
 * without a word from it the declared range does.
 */
import lessThan from 'semver/functions/lt.js'
import minVersion from 'semver/ranges/min-version.js'
import { dependencyFields, type Settings, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { lockedVersion } from './locked-version.ts'

const planner = '@changesets/assemble-release-plan'
const writer = '@changesets/apply-release-plan'

export function olderWays(
  files: Files,
  workspace: Workspace,
  changesetsCli: string | undefined,
): Pick<
  Settings,
  'everyReleaseLeavesWorkspaceOperators' | 'everyReleaseRewritesWorkspaceRanges' | 'exitSparesLeftOut'
> {
  return {
    everyReleaseLeavesWorkspaceOperators: readsBareOperators(files, workspace, changesetsCli),
    ...(writesAllWorkspaceRanges(files, workspace, changesetsCli) ? { everyReleaseRewritesWorkspaceRanges: true } : {}),
    ...(sparesLeftOutAtExit(files, changesetsCli) ? { exitSparesLeftOut: true } : {}),
  }
}

/** It takes `workspace:^` and `workspace:~` for ranges that nothing satisfies, so that dependents are always released. */
function readsBareOperators(files: Files, workspace: Workspace, changesetsCli: string | undefined): boolean {
  const isOperator = (range: string): boolean => range === 'workspace:^' || range === 'workspace:~'
  return (
    uses(workspace, isOperator) && isBefore(files, changesetsCli, { name: planner, version: '6.0.9', cli: '2.29.5' })
  )
}

/** What writes manifests and changelogs compares the range with its protocol, which nothing satisfies. */
function writesAllWorkspaceRanges(files: Files, workspace: Workspace, changesetsCli: string | undefined): boolean {
  const mayHold = (range: string): boolean => range.startsWith('workspace:') && range !== 'workspace:*'
  return uses(workspace, mayHold) && isBefore(files, changesetsCli, { name: writer, version: '7.1.1', cli: '2.31.0' })
}

/** At the exit of pre mode, packages left out that are no prereleases keep their version. */
function sparesLeftOutAtExit(files: Files, changesetsCli: string | undefined): boolean {
  return (
    files.look('.changeset/pre.json').kind === 'file' &&
    isBefore(files, changesetsCli, { name: planner, version: '6.0.7', cli: '2.29.3' })
  )
}

function isBefore(
  files: Files,
  changesetsCli: string | undefined,
  since: { readonly name: string; readonly version: string; readonly cli: string },
): boolean {
  if (changesetsCli === undefined) return false
  const locked = lockedVersion(files, since.name)
  if (locked !== undefined) return lessThan(locked, since.version)
  const declared = minVersion(changesetsCli, { loose: true })
  return declared !== null && lessThan(declared, since.cli)
}

function uses({ packages }: Workspace, isMeant: (range: string) => boolean): boolean {
  return packages.some(({ manifest }) =>
    dependencyFields.some((field) => Object.values(manifest[field] ?? {}).some(isMeant)),
  )
}
