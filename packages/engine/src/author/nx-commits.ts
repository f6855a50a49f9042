/**
 * Which commits ask Nx for a release, and of what, as `sources` and `commits`; without them changesets alone decide, in
 * place of version plans or of a person who was asked.
 */
import type { Bump, PackageName } from '@topsail/core'
import type { Files } from '../ports.ts'
import { parseJsonc } from '../read/json-text.ts'
import { isRecord, own } from '../read/record.ts'
import type { NxProject } from '../read/nx-projects.ts'
import type { NxGroup } from './nx-groups.ts'
import { topsailConfig, type SetUpBuilder } from './set-up.ts'

export function carrySources(
  setUp: SetUpBuilder,
  release: unknown,
  groups: readonly NxGroup[],
  major: number | undefined,
): void {
  const shifted = carryZeroMajor(setUp, release, groups, major)
  const [key, value] = commitSetting(release, groups)
  if (key === undefined) {
    const unused = own(release, 'conventionalCommits')
    if (unused !== undefined) setUp.leave('release.conventionalCommits', unused, 'changelog-format')
    const plans =
      own(release, 'versionPlans') ?? groups.map(({ settings }) => own(settings, 'versionPlans')).find(Boolean)
    if (plans === undefined || plans === false) setUp.topsail['sources'] = 'changesets'
    else setUp.toTopsail('release.versionPlans', plans, 'sources', 'changesets')
    return
  }
  const conventional = own(release, 'conventionalCommits')
  const types = commitTypes(setUp, own(conventional, 'types'))
  // Before Nx 22 neither a scope nor a dependency said anything about whom a commit was for.
  const preset = major !== undefined && major < 22 ? 'nx@21' : 'nx'
  const ignoresScopes = own(conventional, 'useCommitScope') === false
  setUp.toTopsail(key, value, 'sources', 'both')
  setUp.toTopsail(key, value, 'commits', {
    preset,
    ...(types === undefined ? {} : { types }),
    ...(ignoresScopes ? { scopes: false } : {}),
    ...(shifted === undefined ? {} : { zeroMajor: shifted }),
  })
}

/** From Nx 23 on versions below 1.0.0 are shifted unless it is told not to. By package where groups differ. */
function carryZeroMajor(
  setUp: SetUpBuilder,
  release: unknown,
  groups: readonly NxGroup[],
  major: number | undefined,
): Readonly<Record<PackageName, string>> | undefined {
  const name = 'adjustSemverBumpsForZeroMajorVersion'
  const ofAll = own(own(release, 'version'), name)
  const usual = ofAll ?? (major !== undefined && major >= 23)
  const isShifted = ({ settings }: NxGroup): boolean => (own(own(settings, 'version'), name) ?? usual) === true
  const shifted = groups.filter(isShifted)
  if (shifted.length === groups.length && shifted.length > 0) {
    setUp.toTopsail(`release.version.${name}`, ofAll ?? null, 'zeroMajor', 'shift')
    return undefined
  }
  const names = shifted.flatMap(({ projects }) => projects.map((project) => [project.name, 'shift'] as const))
  return names.length === 0 ? undefined : Object.fromEntries(names)
}

/** Nx was told which projects an update of a dependency is about: not all. */
export function carryLockfiles(setUp: SetUpBuilder, files: Files): void {
  const commits = setUp.topsail['commits']
  if (!isRecord(commits) || commits['preset'] !== 'nx') return
  const nx = parseJsonc(files.read('nx.json') ?? '')
  const key = 'projectsAffectedByDependencyUpdates'
  const told = nx.ok ? own(own(own(nx.value, 'pluginsConfig'), '@nx/js'), key) : undefined
  if (told === undefined || told === 'all') return
  setUp.toTopsail(`pluginsConfig.@nx/js.${key}`, told, 'commits', { ...commits, lockfiles: false })
}

/** They are read where they stand, as long as commits count as with Nx. */
export function carryImplicit(setUp: SetUpBuilder, projects: readonly NxProject[]): void {
  const commits = setUp.topsail['commits']
  if (commits === undefined || own(commits, 'preset') === 'nx@21') return
  for (const { dir, implicit } of projects) {
    if (implicit.length === 0) continue
    const from = { file: `${dir}/project.json`, key: 'implicitDependencies' }
    const to = { file: topsailConfig, key: 'commits' }
    setUp.notes.push({ kind: 'carried', from, value: implicit, to, as: { preset: 'nx' } })
  }
}

/** Version plans win over it at the same place; `release.conventionalCommits` says how to read commits, not that they count. */
function commitSetting(release: unknown, groups: readonly NxGroup[]): readonly [string | undefined, unknown] {
  const places = [{ key: 'release', settings: release }, ...groups]
  for (const { key, settings } of places) {
    if (own(settings, 'versionPlans')) continue
    const version = own(settings, 'version')
    if (own(version, 'conventionalCommits') === true) return [`${key}.version.conventionalCommits`, true]
    const source = own(version, 'specifierSource') ?? own(own(version, 'generatorOptions'), 'specifierSource')
    if (source === 'conventional-commits') return [`${key}.version.specifierSource`, source]
  }
  return [undefined, undefined]
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
