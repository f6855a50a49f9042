/**
 * How commits are read: which words ask for which bump, whose files and scopes count, and what a version below
 * 1.0.0 does with a bump. `conventional` is Topsail's own reading; the others answer as
 * lerna 10, release-please 17, nx 24 and nx up to 21 do, for those who migrate. Tables only: no code of a preset lives elsewhere
 * than where the table is read.
 */
import type { Bump } from '../bump.ts'
import type { PackageName, Version } from '../names.ts'
import { recordOf } from '../record.ts'
import type { CommitPresetName, PrereleaseWay, Settings, ZeroMajorPolicy } from '../settings.ts'
import { continuePrerelease, incrementPrerelease, incrementVersion, isPrerelease } from '../versions.ts'

/** The grammar of a message: what is a header, where a breaking change may stand, which further lines are changes. */
export type Dialect = 'conventional' | 'angular' | 'release-please' | 'nx'

export type CommitPreset = {
  readonly dialect: Dialect
  /** `constructor` and the like are not types: the record has no prototype. */
  readonly types: Readonly<Record<string, Bump>>
  /** For a conventional type that the table does not name. */
  readonly otherTypes: Bump
  /** `Feat` for `feat`: the same, or a type of its own. */
  readonly foldsCase: boolean
  /** For a message that is not conventional at all. */
  readonly unparsable: Bump
  /** Whether a revert takes back the unreleased commit it names, or both simply count. */
  readonly reverts: 'cancel' | 'count'
  readonly attribution: Attribution
  readonly zeroMajor: ZeroMajorPolicy
  /** Whether a dependency on a package of the workspace is one by its name alone, whatever range is written. */
  readonly edgesByName: boolean
  readonly prerelease: PrereleaseWay
  /** What follows 0.0.0, where that says that nothing was released yet: the commit that brought it counts too. */
  readonly first?: Version
}

export type Attribution = {
  /** narrow: only packages the scope names; demote: the others touched get a patch; ignore: files alone decide. */
  readonly scope: 'narrow' | 'demote' | 'ignore'
  /** Whether a file in a package inside another package counts for the outer one too. */
  readonly nested: boolean
  /** What a package in the root folder gets: the files of no other package, or everything. */
  readonly root: 'rest' | 'everything'
  /** Whether a commit without files counts for every package. */
  readonly emptyCommits: 'nobody' | 'everybody'
  /** Whether all transitive dependents of a touched package count as touched. */
  readonly dependents: boolean
  /** What counts for every package: lockfiles and `nx.json`; or, without a scope, any file that is in no package. */
  readonly shared: 'nothing' | 'lockfiles' | 'outside'
}

/** The preset of the settings, with the user's own types laid over its table. */
export function commitPresetOf(settings: Settings): CommitPreset {
  const named = commitPresets[settings.commits.preset]
  const ignoresScopes = settings.commits.scopes === false
  const preset = ignoresScopes ? { ...named, attribution: { ...named.attribution, scope: 'ignore' as const } } : named
  const own = Object.entries(settings.commits.types)
  if (own.length === 0) return preset
  const folded = preset.foldsCase ? own.map(([type, bump]) => [type.toLowerCase(), bump] as const) : own
  return { ...preset, types: recordOf([...Object.entries(preset.types), ...folded]) }
}

export type CommitZeroMajor = ZeroMajorPolicy | 'minor-to-patch'

/** What a version below 1.0.0 does with a bump that commits ask for; `none` where the planner's own rule does it. */
export function zeroMajorOfCommits(settings: Settings, name: PackageName): CommitZeroMajor {
  if (settings.zeroMajor !== 'none') return 'none'
  const own = settings.commits.zeroMajor
  const ofPackage = own !== undefined && Object.hasOwn(own, name) ? own[name] : undefined
  return ofPackage ?? commitPresets[settings.commits.preset].zeroMajor
}

/** Only where commits are the one source: with changesets the edges are those that Changesets follows. */
export function followsNames({ sources, commits }: Settings): boolean {
  return sources === 'commits' && commitPresets[commits.preset].edgesByName
}

/** Whether a dependency on the folder of a package (`file:../db`) is one on the package, as Lerna has it. */
export function followsFolders({ sources, commits }: Settings): boolean {
  return sources !== 'changesets' && commits.preset === 'lerna'
}

/** What follows 0.0.0; undefined where that is a version as any other. The preset's own word holds as above. */
export function firstVersionOf(name: PackageName, version: Version, settings: Settings): Version | undefined {
  const { sources, commits } = settings
  if (version !== '0.0.0' || sources === 'changesets') return undefined
  const { initialVersion } = commits
  if (initialVersion !== undefined && Object.hasOwn(initialVersion, name)) return initialVersion[name]
  return sources === 'commits' ? commitPresets[commits.preset].first : undefined
}

export type NextByCommits = {
  readonly name: PackageName
  readonly version: Version
  readonly bump: Bump
  /** At the exit of pre mode every prerelease is finished. */
  readonly leavesPre: boolean
}

/** Outside of pre mode: a final version moves by its bump, and a prerelease as the tool named by the preset moves it. */
export function nextByCommits({ name, version, bump, leavesPre }: NextByCommits, settings: Settings): Version {
  const { sources, commits } = settings
  const first = bump === 'none' ? undefined : firstVersionOf(name, version, settings)
  if (first !== undefined) return first
  const way = sources === 'changesets' || leavesPre ? 'finish' : (commits.prerelease ?? presetWay(settings))
  if (way === 'finish' || bump === 'none' || !isPrerelease(version)) return incrementVersion(version, bump)
  if (way === 'count') return incrementPrerelease(version)
  if (way === 'continue') return continuePrerelease(version, bump)
  const dash = version.indexOf('-')
  return `${incrementVersion(version.slice(0, dash), bump)}${version.slice(dash)}`
}

function presetWay({ commits }: Settings): PrereleaseWay {
  return commitPresets[commits.preset].prerelease
}

const byFiles: Attribution = {
  scope: 'ignore',
  nested: false,
  root: 'rest',
  emptyCommits: 'nobody',
  dependents: false,
  shared: 'nothing',
}

const conventional: CommitPreset = {
  dialect: 'conventional',
  types: recordOf([
    ['feat', 'minor'],
    ['feature', 'minor'],
    ['fix', 'patch'],
    ['perf', 'patch'],
    ['revert', 'patch'],
    ...['build', 'chore', 'ci', 'docs', 'refactor', 'style', 'test'].map((type) => [type, 'none'] as const),
  ]),
  otherTypes: 'none',
  foldsCase: true,
  unparsable: 'none',
  reverts: 'cancel',
  attribution: { ...byFiles, scope: 'narrow' },
  zeroMajor: 'none',
  edgesByName: false,
  prerelease: 'finish',
}

const lerna: CommitPreset = {
  dialect: 'angular',
  types: recordOf([['feat', 'minor']]),
  otherTypes: 'patch',
  foldsCase: false,
  unparsable: 'patch',
  reverts: 'cancel',
  attribution: { ...byFiles, nested: true, root: 'everything' },
  zeroMajor: 'major-to-minor',
  edgesByName: false,
  prerelease: 'continue',
}

const releasePlease: CommitPreset = {
  dialect: 'release-please',
  types: recordOf([
    ['feat', 'minor'],
    ['feature', 'minor'],
    ['fix', 'patch'],
    ['perf', 'patch'],
    ['revert', 'patch'],
  ]),
  otherTypes: 'none',
  foldsCase: true,
  unparsable: 'none',
  reverts: 'count',
  attribution: { ...byFiles, root: 'everything', emptyCommits: 'everybody' },
  zeroMajor: 'none',
  edgesByName: true,
  prerelease: 'keep',
  first: '1.0.0',
}

const nx: CommitPreset = {
  dialect: 'nx',
  types: recordOf([
    ['feat', 'minor'],
    ['fix', 'patch'],
    ...['build', 'chore', 'ci', 'docs', 'examples', 'perf', 'refactor', 'revert', 'style', 'test', 'types'].map(
      (type) => [type, 'none'] as const,
    ),
  ]),
  otherTypes: 'none',
  foldsCase: false,
  unparsable: 'none',
  reverts: 'count',
  attribution: { ...byFiles, scope: 'demote', dependents: true, shared: 'lockfiles' },
  zeroMajor: 'none',
  edgesByName: false,
  prerelease: 'count',
}

/** Before Nx 22 the files of a project decided, and of what has no scope those of no project. */
const nx21: CommitPreset = { ...nx, attribution: { ...byFiles, shared: 'outside' } }

const commitPresets: Readonly<Record<CommitPresetName, CommitPreset>> = {
  conventional,
  lerna,
  'release-please': releasePlease,
  nx,
  'nx@21': nx21,
}
