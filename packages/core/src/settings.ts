/**
 * Everything configurable that decides a plan, with its defaults filled in: `.changeset/config.json` and
 * `topsail.json` merged (engine/read/settings.ts). Globs over package names are already expanded.
 */
import type { Bump } from './bump.ts'
import type { PackageName, Path, Sha, Version } from './names.ts'
import type { Promotion } from './release/promotion.ts'
import type { TargetSettings } from './release/targets.ts'
import type { DependencyField } from './workspace.ts'

export const rulesNames = ['changesets@3', 'changesets@2', 'topsail'] as const
export type RulesName = (typeof rulesNames)[number]

export const sourcesNames = ['changesets', 'commits', 'both'] as const
export type Sources = (typeof sourcesNames)[number]

export const commitPresetNames = ['conventional', 'lerna', 'release-please', 'nx', 'nx@21'] as const
export type CommitPresetName = (typeof commitPresetNames)[number]

export const rangeRelations = [
  'in-range',
  'in-by-patch',
  'in-by-minor',
  'in-by-major',
  'out-by-prerelease',
  'out-by-patch',
  'out-by-minor',
  'out-by-major',
] as const
/**
 * How a release of a dependency relates to the range a dependent wrote: whether the new version is inside, and the bump
 * that led there. `in-range` stands for the three `in-by-…`. `out-by-prerelease` (rules `topsail`) is outside only
 * because it is a prerelease.
 */
export type RangeRelation = (typeof rangeRelations)[number]

/** The bump a dependent gets for each kind of edge and relation. Missing cells mean `none`. */
export type CascadeTable = { readonly [field in DependencyField]?: { readonly [relation in RangeRelation]?: Bump } }

/** What `0.x` packages do with a bump: `none` follows semver's letters, `shift` makes major minor and minor patch,
 * `major-to-minor` shifts only the major. */
export type ZeroMajorPolicy = 'none' | 'major-to-minor' | 'shift'

/**
 * What commits make of `2.0.0-rc.1` outside pre mode: `finish` drops the suffix as semver does, `keep` raises the numbers
 * and keeps the suffix, `count` raises the last number of the suffix whatever the bump, `continue` does so where the
 * numbers hold the bump already, and else raises them and begins the suffix anew.
 */
export const prereleaseWays = ['finish', 'keep', 'count', 'continue'] as const
export type PrereleaseWay = (typeof prereleaseWays)[number]

/** A project of Nx behind a package: what Nx calls it, and what it needs, or does not, whatever its manifest says. */
export type NxProjectFacts = {
  readonly name?: string | undefined
  readonly needs?: readonly PackageName[] | undefined
  readonly needsNot?: readonly PackageName[] | undefined
}

export type CommitSettings = {
  readonly preset: CommitPresetName
  /** Type -> bump, over the preset's table: `{ "perf": "patch", "docs": "none" }`. */
  readonly types: Readonly<Record<string, Bump>>
  /** Per package, over `Settings.zeroMajor` and the preset, for bumps that commits ask for (`bump-minor-pre-major`). */
  readonly zeroMajor?: Readonly<Record<PackageName, ZeroMajorPolicy | 'minor-to-patch'>> | undefined
  /** Whether `feat!: x` is a breaking change under the `lerna` preset: no with its default changelog preset. */
  readonly exclamationMark?: boolean | undefined
  /** Globs, from the root: where only such files of a package changed since its release, its commits ask for nothing. */
  readonly ignoreFiles?: readonly string[] | undefined
  /** What this commit contains counts for no package: whatever released before has answered for it. */
  readonly since?: Sha | undefined
  /** Folders, from the root: a commit counts for the package only where it touched something of it outside of them. */
  readonly excludePaths?: Readonly<Record<PackageName, readonly Path[]>> | undefined
  /** What follows 0.0.0, over the preset. */
  readonly initialVersion?: Readonly<Record<PackageName, Version>> | undefined
  /** Over the preset. */
  readonly prerelease?: PrereleaseWay | undefined
  /** False: a scope says nothing about whom a commit is for. */
  readonly scopes?: boolean | undefined
  /** False under `nx`: a commit that touches a lockfile does not count for every package. */
  readonly lockfiles?: boolean | undefined
  /** Under `nx@21` folders of projects that are no packages: their files are somebody's. No key of topsail.json. */
  readonly otherProjects?: readonly Path[] | undefined
  /** Read from the projects' own files under the presets of Nx; no key of topsail.json. */
  readonly projects?: Readonly<Record<PackageName, NxProjectFacts>> | undefined
}

/** Who decided the rules, and the version or range of @changesets/cli that was found. For the reader, not the plan. */
export type SettingsChoice = {
  readonly rules: 'option' | 'topsail.json' | 'default'
  readonly changesetsCli: string | undefined
}

/** How a release is carried out (`release` in topsail.json). It decides no plan. */
export type ReleaseSettings = {
  /** The script that builds before packing: `auto` runs `build` where there is one, false builds nothing. */
  readonly build: 'auto' | false | string
  /** Where journals, the lease and release sets are kept in git; see `namespacesOf`. */
  readonly refs: string
  /** How long a holder that has gone silent keeps others out. */
  readonly leaseSeconds: number
  readonly promotion: Promotion | 'auto'
  /** Whether release sets are signed with the git signing key of whoever releases. */
  readonly sign: boolean
  /** A command that is told of every finished release, program and arguments; empty tells nobody. */
  readonly announce: readonly string[]
}

export const defaultReleaseSettings: ReleaseSettings = {
  build: 'auto',
  refs: 'refs/topsail',
  leaseSeconds: 60,
  promotion: 'auto',
  sign: false,
  announce: [],
}

/** The pull requests of Topsail and of others (`pullRequest` in topsail.json). It decides no plan. */
export type PullRequestSettings = {
  /** The branch of the release pull request; Topsail rebuilds it, and nobody else should push to it. */
  readonly branch: string
  /** Its title; `{packages}` is filled in. Undefined: as the command line words it. */
  readonly title?: string | undefined
  /** Who makes the commit: the forge, which signs it, or git here. */
  readonly commit: 'api' | 'git'
  /** Whether `topsail ci pr` writes a comment under other pull requests, or only their check. */
  readonly comment: boolean
}

const defaultPullRequestSettings: PullRequestSettings = {
  branch: 'topsail/release',
  commit: 'api',
  comment: true,
}

/** What the forge tells about a release (`forgeReleases` in topsail.json). It decides no plan. */
export type ForgeReleaseSettings = {
  /** A release of the forge for each package, at its tag. */
  readonly perPackage: boolean
  /** One more for everything that was released together, at a tag of its own. */
  readonly aggregated: boolean
  /** A comment on each issue and pull request that a release closes. */
  readonly tellIssues: boolean
}

const defaultForgeReleaseSettings: ForgeReleaseSettings = {
  perPackage: true,
  aggregated: false,
  tellIssues: false,
}

export type Settings = {
  readonly chosen?: SettingsChoice | undefined
  readonly sources: Sources
  readonly rules: RulesName
  readonly fixed: readonly (readonly PackageName[])[]
  readonly linked: readonly (readonly PackageName[])[]
  readonly ignore: readonly PackageName[]
  readonly privatePackages: { readonly version: boolean; readonly tag: boolean }
  readonly updateInternalDependencies: 'patch' | 'minor'
  readonly updateInternalDependents: 'always' | 'out-of-range'
  readonly bumpVersionsWithWorkspaceProtocolOnly: boolean
  /**
   * Under `changesets@2`: `workspace:^` and `workspace:~` are left by every release, as in @changesets/cli before 2.29.5.
   * Chosen where a repository uses such a version and names no rules.
   */
  readonly everyReleaseLeavesWorkspaceOperators?: boolean | undefined
  /**
   * Under `changesets@2`: a range of the workspace protocol is rewritten, and the dependency listed in changelogs, also
   * where it still holds the release, as in @changesets/cli before 2.31.0. Chosen as the one before.
   */
  readonly everyReleaseRewritesWorkspaceRanges?: boolean | undefined
  /**
   * Under `changesets@2`: at the exit of pre mode a package left out keeps its version unless it is a prerelease, as in
   * @changesets/cli before 2.29.3. Chosen as the one before.
   */
  readonly exitSparesLeftOut?: boolean | undefined
  /** Under `changesets@2`: peers as under `changesets@3`. Chosen where a repository patches that planner to this end. */
  readonly peersAsChangesets3?: boolean | undefined
  readonly onlyUpdatePeerDependentsWhenOutOfRange: boolean
  readonly snapshot: { readonly useCalculatedVersion: boolean; readonly prereleaseTemplate: string | undefined }
  readonly zeroMajor: ZeroMajorPolicy
  readonly commits: CommitSettings
  /** Per dependent package, over the table of `rules`. */
  readonly cascade: Readonly<Record<PackageName, CascadeTable>>
  /** No bump above this, for example on a maintenance branch. */
  readonly maxBump: Bump
  /** `{name}`, `{shortName}` (without the scope) and `{version}` are filled in; the default is `{name}@{version}`. */
  readonly tagPattern: string
  /** Packages whose tags are called otherwise. */
  readonly tagPatterns?: Readonly<Record<PackageName, string>> | undefined
  readonly baseBranch: string
  /** The files of a package that need a changeset, as globs relative to it; `!` takes away (`check.ignore`). */
  readonly changedFilePatterns: readonly string[]
  /** Packages that `topsail check` never asks a changeset for. */
  readonly checkExclude: readonly PackageName[]
  readonly access: 'public' | 'restricted'
  readonly changelog: false | readonly [module: string, options: unknown]
  /** What the commits say that `add` and `version` make; false: they make none. It decides no plan. */
  readonly commit: false | readonly [module: string, options: unknown]
  readonly format: 'auto' | 'prettier' | 'oxfmt' | 'deno' | 'dprint' | 'biome' | false
  readonly release: ReleaseSettings
  readonly pullRequest: PullRequestSettings
  readonly forgeReleases: ForgeReleaseSettings
  /** Where packages go that say so; the others as `targetsOf` has it. */
  readonly targets: Readonly<Record<PackageName, readonly TargetSettings[]>>
}

export const defaultSettings: Settings = {
  sources: 'changesets',
  rules: 'changesets@3',
  fixed: [],
  linked: [],
  ignore: [],
  privatePackages: { version: false, tag: false },
  updateInternalDependencies: 'patch',
  updateInternalDependents: 'out-of-range',
  bumpVersionsWithWorkspaceProtocolOnly: false,
  onlyUpdatePeerDependentsWhenOutOfRange: false,
  snapshot: { useCalculatedVersion: false, prereleaseTemplate: undefined },
  zeroMajor: 'none',
  commits: { preset: 'conventional', types: {} },
  cascade: {},
  maxBump: 'major',
  tagPattern: '{name}@{version}',
  baseBranch: 'main',
  changedFilePatterns: ['**'],
  checkExclude: [],
  access: 'restricted',
  changelog: ['@changesets/changelog-git', null],
  commit: false,
  format: 'auto',
  release: defaultReleaseSettings,
  pullRequest: defaultPullRequestSettings,
  forgeReleases: defaultForgeReleaseSettings,
  targets: {},
}
