/**
 * Nx's release groups with the packages that belong to each. A workspace without groups is one group of everything, or
 * of what `release.projects` selects; Nx calls it `__default__`.
 */
import type { PackageName } from '@topsail/core'
import { isRecord, own, stringsIn } from '../read/record.ts'
import { selectProjects, type NxProject } from '../read/nx-projects.ts'
import type { NxNames } from './nx-version-plans.ts'
import type { SetUpBuilder } from './set-up.ts'

export type NxGroup = {
  readonly name: string
  /** Where its settings stand: `release` or `release.groups.NAME`. */
  readonly key: string
  readonly settings: unknown
  readonly fixed: boolean
  readonly patterns: unknown
  readonly projects: readonly NxProject[]
}

/** What Nx calls the one group of a workspace that defines none. */
export const implicitGroup = '__default__'

export function readGroups(setUp: SetUpBuilder, release: unknown, projects: readonly NxProject[]): readonly NxGroup[] {
  const declared = own(release, 'groups')
  const entries =
    isRecord(declared) && Object.keys(declared).length > 0
      ? Object.entries(declared).map(([name, settings]) => ({ name, key: `release.groups.${name}`, settings }))
      : [{ name: implicitGroup, key: 'release', settings: release }]
  return entries.map(({ name, key, settings }) => {
    const relationship = own(settings, 'projectsRelationship') ?? own(release, 'projectsRelationship') ?? 'fixed'
    const patterns = own(settings, 'projects')
    const wanted = typeof patterns === 'string' ? [patterns] : patterns === undefined ? ['*'] : stringsIn(patterns)
    const candidates = patterns === undefined ? projects.filter((project) => !project.private) : projects
    const { selected, idle } = selectProjects(candidates, wanted)
    for (const pattern of idle) setUp.leave(`${key}.projects`, pattern, 'has-no-package')
    return { name, key, settings, patterns, fixed: relationship !== 'independent', projects: selected }
  })
}

/** A group may be called as a project is; Nx looks for groups first. */
export function namesOf(projects: readonly NxProject[], groups: readonly NxGroup[]): NxNames {
  const names = new Map<string, readonly PackageName[]>(projects.map((project) => [project.project, [project.name]]))
  for (const group of groups) {
    names.set(
      group.name,
      group.projects.map((project) => project.name),
    )
  }
  return names
}
