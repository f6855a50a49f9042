/**
 * What of a release-please configuration has no place here, and why: settings of its pull request, of GitHub, of
 * changelogs, of files that are no manifests of npm. Every key that is not carried over is named.
 */
import type { Path, Workspace } from '@topsail/core'
import { isRecord, own } from '../read/record.ts'
import type { Component } from './release-please-components.ts'
import type { LeftBehindReason, SetUpBuilder } from './set-up.ts'

/** Decided elsewhere, or saying nothing of a release. */
const carried = new Set([
  '$schema',
  'bootstrap-sha',
  'bump-minor-pre-major',
  'bump-patch-for-minor-pre-major',
  'changelog-sections',
  'component',
  'exclude-paths',
  'include-component-in-tag',
  'include-v-in-tag',
  'initial-version',
  'last-release-sha',
  'package-name',
  'packages',
  'plugins',
  'release-type',
  'tag-separator',
  'versioning',
])

const reasons: Readonly<Record<string, LeftBehindReason>> = {
  'always-update': 'pull-request',
  'changelog-host': 'changelog-format',
  'changelog-path': 'changelog-format',
  'changelog-type': 'changelog-format',
  'commit-batch-size': 'whole-history',
  'commit-search-depth': 'whole-history',
  'component-no-space': 'pull-request',
  'date-format': 'other-files',
  draft: 'forge-release',
  'draft-pull-request': 'pull-request',
  'extra-files': 'other-files',
  'extra-label': 'pull-request',
  'force-tag-creation': 'forge-release',
  'group-pull-request-title-pattern': 'pull-request',
  'include-commit-authors': 'changelog-format',
  'include-v-in-release-name': 'forge-release',
  label: 'pull-request',
  prerelease: 'forge-release',
  'prerelease-type': 'pre-mode',
  'pull-request-footer': 'pull-request',
  'pull-request-header': 'pull-request',
  'pull-request-title-pattern': 'pull-request',
  'release-as': 'release-as',
  'release-label': 'pull-request',
  'release-search-depth': 'whole-history',
  'separate-pull-requests': 'one-pull-request',
  'sequential-calls': 'whole-history',
  signoff: 'signature',
  'skip-changelog': 'changelog-format',
  'skip-github-release': 'forge-release',
  'skip-snapshot': 'other-files',
  'snapshot-label': 'pull-request',
  'version-file': 'other-files',
}

/** release-please releases folders of any kind; here a release is one of a package of the workspace. */
export function leaveTheRest(
  setUp: SetUpBuilder,
  config: unknown,
  components: readonly Component[],
  { packages }: Workspace,
): void {
  leaveKeys(setUp, config, '', components)
  const listed = own(config, 'packages')
  const dirs = new Set<Path>(packages.map(({ dir }) => dir))
  for (const [dir, settings] of Object.entries(isRecord(listed) ? listed : {})) {
    const key = `packages["${dir}"]`
    if (!dirs.has(dir)) setUp.leave(key, settings, 'no-package-there')
    else leaveKeys(setUp, settings, `${key}.`, components)
  }
}

function leaveKeys(setUp: SetUpBuilder, settings: unknown, prefix: string, components: readonly Component[]): void {
  if (!isRecord(settings)) return
  // With that strategy it says that versions are prereleases, which is carried over.
  const areVersions = components.length > 0 && components.every((each) => each.settings('versioning') === 'prerelease')
  for (const [key, value] of Object.entries(settings)) {
    if (key === 'release-type' && !isOfNode(value)) setUp.leave(`${prefix}${key}`, value, 'other-files')
    if (carried.has(key) || value === false || (key === 'prerelease' && areVersions)) continue
    setUp.leave(`${prefix}${key}`, value, reasons[key] ?? 'no-counterpart')
  }
}

/** Those of other languages write no package.json, whose version may be any. */
function isOfNode(type: unknown): boolean {
  return type === 'node' || type === 'expo'
}
