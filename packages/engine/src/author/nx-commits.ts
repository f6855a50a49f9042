/**
 * Which commits ask Nx for a release, and of what, as `sources` and `commits`; without them changesets alone decide, in
 * place of version plans or of a person who was asked.
 */
import type { Bump, PackageName } from '@topsail/core'
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
  const [key, value] = commitSetting(release, groups)
  if (key === undefined) {
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
  const zeroMajor = zeroMajorOf(setUp, release, groups)
  setUp.toTopsail(key, value, 'sources', 'both')
  setUp.toTopsail(key, value, 'commits', {
    preset,
    ...(types === undefined ? {} : { types }),
    ...(ignoresScopes ? { scopes: false } : {}),
    ...(zeroMajor === undefined ? {} : { zeroMajor }),
  })
}

/** By package where only some groups say so. */
function zeroMajorOf(
  setUp: SetUpBuilder,
  release: unknown,
  groups: readonly NxGroup[],
): Readonly<Record<PackageName, string>> | undefined {
  const key = 'adjustSemverBumpsForZeroMajorVersion'
  if (own(own(release, 'version'), key) === true) {
    setUp.toTopsail(`release.version.${key}`, true, 'zeroMajor', 'shift')
    return undefined
  }
  const shifted = groups.filter(({ settings }) => own(own(settings, 'version'), key) === true)
  const names = shifted.flatMap(({ projects }) => projects.map(({ name }) => [name, 'shift'] as const))
  return names.length === 0 ? undefined : Object.fromEntries(names)
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
