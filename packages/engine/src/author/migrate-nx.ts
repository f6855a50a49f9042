/**
 * An Nx Release set-up (`release` in `nx.json`) as Changesets and Topsail configuration: groups that version together
 * become fixed groups, packages that Nx does not release become ignored, commits count as Nx counts them, and version
 * plans become changesets. Project patterns are resolved to package names, since Changesets knows no tags or folders.
 */
import type { Bump, PackageName, Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { isRecord, own } from '../read/record.ts'
import { ignoreUnreleased } from './ignore-unreleased.ts'
import { implicitGroup, namesOf, readGroups, type NxGroup } from './nx-groups.ts'
import { readNxProjects } from './nx-projects.ts'
import { convertVersionPlans } from './nx-version-plans.ts'
import { setUpFrom, type LeftBehindReason, type SetUp, type SetUpBuilder } from './set-up.ts'

export function migrateNx(release: unknown, files: Files, workspace: Workspace): SetUp {
  const setUp = setUpFrom('nx.json')
  const projects = readNxProjects(files, workspace)
  const groups = readGroups(setUp, release, projects)
  carryGroups(setUp, groups)
  const key = own(release, 'groups') === undefined ? 'release.projects' : 'release.groups'
  ignoreUnreleased(setUp, { key, value: own(release, 'projects') ?? null }, releasedBy(groups), workspace)
  carrySources(setUp, release, groups)
  carryTags(setUp, release, groups)
  carryChangelog(setUp, release)
  carryDependents(setUp, release)
  carryPrivatePackages(setUp, groups, workspace)
  leaveTheRest(setUp, release, groups)
  const plans = convertVersionPlans(files, namesOf(projects, groups))
  return {
    config: setUp.config,
    topsail: setUp.topsail,
    changesets: plans.changesets,
    notes: [...setUp.notes, ...plans.notes],
  }
}

function releasedBy(groups: readonly NxGroup[]): ReadonlySet<PackageName> {
  return new Set(groups.flatMap((group) => group.projects.map((project) => project.name)))
}

function carryGroups(setUp: SetUpBuilder, groups: readonly NxGroup[]): void {
  const fixed: (readonly PackageName[])[] = []
  for (const group of groups) {
    if (group.projects.length === 0) setUp.leave(group.key, group.name, 'group-without-package')
    if (!group.fixed || group.projects.length === 0) continue
    fixed.push(group.patterns === undefined ? ['**'] : group.projects.map((project) => project.name))
  }
  if (fixed.length === 0) return
  const key =
    groups.length === 1 && groups[0]?.name === implicitGroup ? 'release.projectsRelationship' : 'release.groups'
  setUp.toConfig(key, 'fixed', 'fixed', fixed)
}

function carrySources(setUp: SetUpBuilder, release: unknown, groups: readonly NxGroup[]): void {
  const [key, value] = commitSetting(release, groups)
  if (key === undefined) {
    setUp.topsail['sources'] = 'changesets'
    return
  }
  setUp.toTopsail(key, value, 'sources', 'both')
  const types = commitTypes(setUp, own(own(release, 'conventionalCommits'), 'types'))
  setUp.toTopsail(key, value, 'commits', types === undefined ? { preset: 'nx' } : { preset: 'nx', types })
  if (own(own(release, 'conventionalCommits'), 'useCommitScope') === false) {
    setUp.leave('release.conventionalCommits.useCommitScope', false, 'scope-off')
  }
  if (own(own(release, 'version'), 'adjustSemverBumpsForZeroMajorVersion') === true) {
    setUp.toTopsail('release.version.adjustSemverBumpsForZeroMajorVersion', true, 'zeroMajor', 'shift')
  }
}

function commitSetting(release: unknown, groups: readonly NxGroup[]): readonly [string | undefined, unknown] {
  const places = [{ key: 'release', settings: release }, ...groups]
  for (const { key, settings } of places) {
    const version = own(settings, 'version')
    if (own(version, 'conventionalCommits') === true) return [`${key}.version.conventionalCommits`, true]
    const source = own(version, 'specifierSource') ?? own(own(version, 'generatorOptions'), 'specifierSource')
    if (source === 'conventional-commits') return [`${key}.version.specifierSource`, source]
  }
  return own(release, 'conventionalCommits') === undefined
    ? [undefined, undefined]
    : ['release.conventionalCommits', true]
}

/** `false` hides a type from versions too, `true` takes it with Nx's own default, which for other types is a patch. */
function commitTypes(setUp: SetUpBuilder, types: unknown): Readonly<Record<string, Bump>> | undefined {
  if (!isRecord(types)) return undefined
  const bumps: [string, Bump][] = []
  for (const [type, setting] of Object.entries(types)) {
    const bump = own(setting, 'semverBump')
    if (setting === false) bumps.push([type, 'none'])
    else if (bump === 'major' || bump === 'minor' || bump === 'patch' || bump === 'none') bumps.push([type, bump])
    else if (setting === true || isRecord(setting)) bumps.push([type, type === 'feat' ? 'minor' : 'patch'])
    if (own(setting, 'changelog') !== undefined) {
      setUp.leave(`release.conventionalCommits.types.${type}.changelog`, own(setting, 'changelog'), 'changelog-format')
    }
  }
  return bumps.length === 0 ? undefined : Object.fromEntries(bumps)
}

function carryTags(setUp: SetUpBuilder, release: unknown, groups: readonly NxGroup[]): void {
  const [first, ...others] = groups.map((group) => tagPatternOf(release, group))
  if (first === undefined) return
  const { key, value, pattern } = first
  if (others.some((other) => other.pattern !== pattern)) {
    const patterns = [first, ...others].map((other) => other.pattern.replace('{name}', '{projectName}'))
    setUp.leave(key, patterns, 'tag-per-group')
  } else if (/\{(?!name\}|version\})/.test(pattern)) setUp.leave(key, value, 'tag-per-group')
  else if (pattern !== '{name}@{version}') setUp.toTopsail(key, value, 'tagPattern', pattern)
}

function tagPatternOf(release: unknown, group: NxGroup): { key: string; value: string; pattern: string } {
  for (const { key, settings } of [group, { key: 'release', settings: release }]) {
    const nested = own(own(settings, 'releaseTag'), 'pattern')
    const flat = own(settings, 'releaseTagPattern')
    const value = typeof nested === 'string' ? nested : flat
    if (typeof value !== 'string') continue
    const pattern = value.replaceAll('{projectName}', '{name}').replaceAll('{releaseGroupName}', group.name)
    return {
      key: typeof nested === 'string' ? `${key}.releaseTag.pattern` : `${key}.releaseTagPattern`,
      value,
      pattern,
    }
  }
  const key = `${group.key}.projectsRelationship`
  return group.fixed
    ? { key, value: 'fixed', pattern: 'v{version}' }
    : { key, value: 'independent', pattern: '{name}@{version}' }
}

function carryChangelog(setUp: SetUpBuilder, release: unknown): void {
  const changelog = own(release, 'changelog')
  const perProject = own(changelog, 'projectChangelogs')
  const workspaceWide = own(changelog, 'workspaceChangelog')
  if (changelog === false || (workspaceWide === false && (perProject === false || perProject === undefined))) {
    setUp.toConfig('release.changelog', changelog, 'changelog', false)
    return
  }
  if (workspaceWide !== false) {
    setUp.leave('release.changelog.workspaceChangelog', workspaceWide ?? true, 'changelog-of-workspace')
  }
  for (const [key, value] of [
    ['release.changelog.projectChangelogs', perProject],
    ['release.changelog.workspaceChangelog', workspaceWide],
  ] as const) {
    const forge = own(value, 'createRelease')
    if (forge !== undefined && forge !== false) setUp.leave(`${key}.createRelease`, forge, 'forge-release')
    for (const name of ['renderer', 'renderOptions', 'entryWhenNoChanges', 'file']) {
      const setting = own(value, name)
      if (setting !== undefined) setUp.leave(`${key}.${name}`, setting, 'changelog-format')
    }
  }
}

/** Nx releases dependents whatever their range says, unless it is told `auto` or `never`. */
function carryDependents(setUp: SetUpBuilder, release: unknown): void {
  const version = own(release, 'version')
  const setting = own(version, 'updateDependents') ?? own(own(version, 'generatorOptions'), 'updateDependents')
  const key = 'release.version.updateDependents'
  if (setting === 'never') setUp.leave(key, setting, 'dependents-never')
  if (setting !== 'always') return
  const name = '___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH'
  setUp.toConfig(key, setting, name, { updateInternalDependents: 'always' })
}

function carryPrivatePackages(setUp: SetUpBuilder, groups: readonly NxGroup[], workspace: Workspace): void {
  const released = releasedBy(groups)
  const names = workspace.packages
    .filter((pkg) => pkg.private && pkg.version !== undefined && released.has(pkg.name))
    .map((pkg) => pkg.name)
  if (names.length === 0) return
  setUp.config['privatePackages'] = { version: true, tag: true }
  setUp.notes.push({ kind: 'private-packages-versioned', names })
}

function leaveTheRest(setUp: SetUpBuilder, release: unknown, groups: readonly NxGroup[]): void {
  const places = [{ key: 'release', settings: release }, ...groups.filter((group) => group.key !== 'release')]
  for (const { key, settings } of places) {
    for (const [path, because] of leftBehind) {
      const value = path.split('.').reduce<unknown>((inner, name) => own(inner, name), settings)
      if (value !== undefined && value !== '') setUp.leave(`${key}.${path}`, value, because)
    }
  }
}

const leftBehind: readonly (readonly [path: string, because: LeftBehindReason])[] = [
  ['changelog.automaticFromRef', 'changelog-format'],
  ['changelog.git', 'commits-and-pushes'],
  ['docker', 'docker'],
  ['git', 'commits-and-pushes'],
  ['releaseTag.checkAllBranchesWhen', 'no-counterpart'],
  ['releaseTagPatternCheckAllBranchesWhen', 'no-counterpart'],
  ['version.currentVersionResolver', 'current-version'],
  ['version.fallbackCurrentVersionResolver', 'current-version'],
  ['version.git', 'commits-and-pushes'],
  ['version.groupPreVersionCommand', 'pre-command'],
  ['version.manifestRootsToUpdate', 'published-folder'],
  ['version.preserveMatchingDependencyRanges', 'range-prefix'],
  ['version.preVersionCommand', 'pre-command'],
  ['version.versionActions', 'no-counterpart'],
  ['version.versionPrefix', 'range-prefix'],
]
