/**
 * How commit messages are read (`commits` of topsail.json), with names and globs of packages expanded. The value has
 * passed its check.
 */
import type { CommitSettings, PackageName, Path, PrereleaseWay, RulesName } from '@topsail/core'
import { byName } from './name-globs.ts'
import { isRecord, own, stringsIn } from './record.ts'

type Mutable = { -readonly [key in keyof CommitSettings]: CommitSettings[key] }

export function commitsOf(
  value: unknown,
  base: CommitSettings,
  names: readonly PackageName[],
  rules: RulesName,
): CommitSettings {
  const commits: Mutable = {
    preset: (own(value, 'preset') ?? base.preset) as CommitSettings['preset'],
    types: (own(value, 'types') ?? base.types) as CommitSettings['types'],
  }
  const { zeroMajor, initialVersion, excludePaths, prerelease, since } = isRecord(value) ? value : {}
  if (isRecord(zeroMajor)) commits.zeroMajor = byName(zeroMajor, names, rules)
  if (isRecord(initialVersion)) commits.initialVersion = byName(initialVersion, names, rules)
  if (isRecord(excludePaths)) commits.excludePaths = excludedFolders(byName(excludePaths, names, rules))
  if (own(value, 'exclamationMark') === true) commits.exclamationMark = true
  if (own(value, 'scopes') === false) commits.scopes = false
  if (own(value, 'lockfiles') === false) commits.lockfiles = false
  if (typeof prerelease === 'string') commits.prerelease = prerelease as PrereleaseWay
  const ignoreFiles = stringsIn(own(value, 'ignoreFiles'))
  if (ignoreFiles.length > 0) commits.ignoreFiles = ignoreFiles
  if (typeof since === 'string') commits.since = since
  return commits
}

/** As paths of a history are written. */
function excludedFolders(
  byPackage: Readonly<Record<PackageName, unknown>>,
): Readonly<Record<PackageName, readonly Path[]>> {
  const excluded: Record<PackageName, readonly Path[]> = Object.create(null)
  for (const [name, folders] of Object.entries(byPackage)) {
    excluded[name] = stringsIn(folders)
      .map((folder) => folder.replace(/^(?:\.?\/)+|\/+$/g, ''))
      .filter((folder) => folder !== '' && folder !== '.')
  }
  return excluded
}
