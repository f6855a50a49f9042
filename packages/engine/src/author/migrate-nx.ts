/**
 * An Nx Release set-up (`release` in `nx.json`) as Changesets and Topsail configuration: groups that version together
 * become fixed groups, packages that Nx does not release become ignored, commits count as Nx counts them, and version
 * plans become changesets. Project patterns are resolved to package names, since Changesets knows no tags or folders.
 */
import type { PackageName, Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { own } from '../read/record.ts'
import { declaredMajor } from './declared-major.ts'
import { ignoreUnreleased } from './ignore-unreleased.ts'
import { carryImplicit, carryLockfiles, carrySources } from './nx-commits.ts'
import { implicitGroup, namesOf, readGroups, type NxGroup } from './nx-groups.ts'
import { readNxProjects } from '../read/nx-projects.ts'
import { convertVersionPlans } from './nx-version-plans.ts'
import {
  alwaysGives,
  nobodyFollows,
  setUpFrom,
  type LeftBehindReason,
  type SetUp,
  type SetUpBuilder,
} from './set-up.ts'
import { calledAs, carryTagPatterns } from './tag-patterns.ts'

export function migrateNx(release: unknown, files: Files, workspace: Workspace): SetUp {
  const setUp = setUpFrom('nx.json')
  const projects = readNxProjects(files, workspace)
  const groups = readGroups(setUp, release, projects)
  carryGroups(setUp, groups, projects.length)
  const key = own(release, 'groups') === undefined ? 'release.projects' : 'release.groups'
  ignoreUnreleased(setUp, { key, value: own(release, 'projects') ?? null }, releasedBy(groups), workspace)
  carrySources(setUp, release, groups, declaredMajor(workspace, 'nx'))
  carryLockfiles(setUp, files)
  carryImplicit(setUp, projects)
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

function carryGroups(setUp: SetUpBuilder, groups: readonly NxGroup[], all: number): void {
  const fixed: (readonly PackageName[])[] = []
  for (const group of groups) {
    if (group.projects.length === 0) setUp.leave(group.key, group.name, 'group-without-package')
    if (!group.fixed || group.projects.length === 0) continue
    const isAll = group.patterns === undefined && group.projects.length === all
    fixed.push(isAll ? ['**'] : group.projects.map((project) => project.name))
  }
  if (fixed.length === 0) return
  const key =
    groups.length === 1 && groups[0]?.name === implicitGroup ? 'release.projectsRelationship' : 'release.groups'
  setUp.toConfig(key, 'fixed', 'fixed', fixed)
}

/** Nx names projects in tags, which may be called otherwise than their packages. */
function carryTags(setUp: SetUpBuilder, release: unknown, groups: readonly NxGroup[]): void {
  const told = groups.map((group) => ({ group, ...tagPatternOf(release, group) }))
  const [first] = told
  const odd = told.find(
    ({ pattern }) => /\{(?!projectName\}|version\})/.test(pattern) || !pattern.includes('{version}'),
  )
  if (odd !== undefined) setUp.leave(odd.key, odd.value, 'tag-per-group')
  if (first === undefined || odd !== undefined) return
  const patterns = told.flatMap(({ group, pattern }) =>
    group.projects.map(
      ({ name, project }) => [name, pattern.replaceAll('{projectName}', calledAs(project, name))] as const,
    ),
  )
  carryTagPatterns(setUp, first, patterns)
}

function tagPatternOf(release: unknown, group: NxGroup): { key: string; value: string; pattern: string } {
  for (const { key, settings } of [group, { key: 'release', settings: release }]) {
    const nested = own(own(settings, 'releaseTag'), 'pattern')
    const flat = own(settings, 'releaseTagPattern')
    const value = typeof nested === 'string' ? nested : flat
    if (typeof value !== 'string') continue
    return {
      key: typeof nested === 'string' ? `${key}.releaseTag.pattern` : `${key}.releaseTagPattern`,
      value,
      pattern: value.replaceAll('{releaseGroupName}', group.name),
    }
  }
  const key = `${group.key}.projectsRelationship`
  return group.fixed
    ? { key, value: 'fixed', pattern: 'v{version}' }
    : { key, value: 'independent', pattern: '{projectName}@{version}' }
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

/** Nx releases dependents whatever their range says, unless it is told `never`; then it rewrites their ranges alone. */
function carryDependents(setUp: SetUpBuilder, release: unknown): void {
  const version = own(release, 'version')
  const setting = own(version, 'updateDependents') ?? own(own(version, 'generatorOptions'), 'updateDependents')
  const key = 'release.version.updateDependents'
  if (setting === 'never') {
    setUp.toTopsail(key, setting, 'cascade', { '**': nobodyFollows })
    return
  }
  const name = '___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH'
  setUp.toConfig(key, setting ?? null, name, { updateInternalDependents: 'always' })
  setUp.topsail['cascade'] = { '**': { devDependencies: alwaysGives('patch') } }
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
  ['releaseTag.preferDockerVersion', 'docker'],
  ['releaseTag.requireSemver', 'no-counterpart'],
  ['releaseTag.strictPreid', 'pre-mode'],
  ['releaseTagPatternCheckAllBranchesWhen', 'no-counterpart'],
  ['version.applyPreidToDependents', 'pre-mode'],
  ['version.currentVersionResolver', 'current-version'],
  ['version.currentVersionResolverMetadata', 'current-version'],
  ['version.fallbackCurrentVersionResolver', 'current-version'],
  ['version.git', 'commits-and-pushes'],
  ['version.groupPreVersionCommand', 'pre-command'],
  ['version.manifestRootsToUpdate', 'published-folder'],
  ['version.preserveLocalDependencyProtocols', 'range-prefix'],
  ['version.preserveMatchingDependencyRanges', 'range-prefix'],
  ['version.preVersionCommand', 'pre-command'],
  ['version.versionActions', 'no-counterpart'],
  ['version.versionActionsOptions', 'no-counterpart'],
  ['version.versionPrefix', 'range-prefix'],
  ['versionPlans.ignorePatternsForPlanCheck', 'rooted-pattern'],
]
