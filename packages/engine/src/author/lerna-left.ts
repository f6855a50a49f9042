/**
 * Options of Lerna's releases that have no place here, and why. Those that only say how Lerna runs and asks are not worth
 * a line.
 */
import type { Options } from './lerna-options.ts'
import type { LeftBehindReason, SetUpBuilder } from './set-up.ts'

/** Only what somebody set to other than Lerna's default is worth a line. */
export function leaveTheRest(setUp: SetUpBuilder, options: Options): void {
  for (const [name, because] of leftBehind) {
    const option = options.get(name)
    if (option !== undefined && option.value !== false) setUp.leave(option.key, option.value, because)
  }
  for (const [name, because] of switchedOff) {
    const option = options.get(name)
    if (option?.value === false) setUp.leave(option.key, false, because)
  }
  const told = new Set([...leftBehind, ...switchedOff].map(([name]) => name))
  for (const [name, { key, value }] of options) {
    const isOfRelease = typeof key === 'string' && /^command\.(?:version|publish)\./.test(key)
    if (!isOfRelease || told.has(name) || elsewhere.has(name) || value === false) continue
    setUp.leave(key, value, 'no-counterpart')
  }
}

/** Carried over, or about how Lerna runs and asks. */
const elsewhere = new Set([
  'access',
  'allowBranch',
  'changelogPreset',
  'ci',
  'concurrency',
  'conventionalCommits',
  'forcePublish',
  'ignore',
  'ignoreChanges',
  'independent',
  'json',
  'loglevel',
  'noHooks',
  'npmClient',
  'npmClientArgs',
  'premajorVersionBump',
  'private',
  'progress',
  'sort',
  'syncWorkspaceLock',
  'tagVersionPrefix',
  'tagVersionSeparator',
  'verifyAccess',
  'verifyRegistry',
  'yes',
])

const leftBehind: readonly (readonly [name: string, because: LeftBehindReason])[] = [
  ['amend', 'commits-and-pushes'],
  ['buildMetadata', 'no-counterpart'],
  ['canary', 'canary'],
  ['changelogEntryAdditionalMarkdown', 'changelog-format'],
  ['changelogIncludeCommitsClientLogin', 'changelog-format'],
  ['changelogIncludeCommitsGitAuthor', 'changelog-format'],
  ['contents', 'published-folder'],
  ['conventionalBumpPrerelease', 'pre-mode'],
  ['conventionalGraduate', 'pre-mode'],
  ['conventionalPrerelease', 'pre-mode'],
  ['createRelease', 'forge-release'],
  ['directory', 'published-folder'],
  ['distTag', 'dist-tag'],
  ['exact', 'exact-ranges'],
  ['forceConventionalGraduate', 'pre-mode'],
  ['forceGitTag', 'commits-and-pushes'],
  ['gitRemote', 'commits-and-pushes'],
  ['gitTagCommand', 'commits-and-pushes'],
  ['granularPathspec', 'commits-and-pushes'],
  ['includePrivate', 'no-counterpart'],
  ['message', 'commits-and-pushes'],
  ['preDistTag', 'dist-tag'],
  ['preid', 'pre-mode'],
  ['registry', 'registry'],
  ['signGitCommit', 'signature'],
  ['signoffGitCommit', 'signature'],
  ['signGitTag', 'signature'],
  ['summaryFile', 'no-counterpart'],
  ['tempTag', 'no-counterpart'],
]

const switchedOff: readonly (readonly [name: string, because: LeftBehindReason])[] = [
  ['changelog', 'changelog-format'],
  ['gitTagVersion', 'commits-and-pushes'],
  ['push', 'commits-and-pushes'],
]
