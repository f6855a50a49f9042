/**
 * The packages that a release-please configuration lists, with what it says of each: a setting of a package holds before
 * the general one. Only folders of packages of this workspace are among them.
 */
import { type PackageName, type Path, type Workspace } from '@topsail/core'
import { isRecord, own } from '../read/record.ts'
import { calledAs } from './tag-patterns.ts'

export type Component = {
  readonly name: PackageName
  readonly dir: Path
  readonly version: string | undefined
  /** As plugins and tags call it; empty where it has no name of its own. */
  readonly component: string
  readonly settings: (key: string) => unknown
}

export function readComponents(config: unknown, workspace: Workspace): readonly Component[] {
  const listed = own(config, 'packages')
  return workspace.packages.flatMap(({ name, dir, version }): Component[] => {
    const said = own(listed, dir)
    if (!isRecord(said)) return []
    const settings = (key: string): unknown => own(said, key) ?? own(config, key)
    return [{ name, dir, version, component: componentOf(name, settings), settings }]
  })
}

/** `component` stands as it is, a package's name loses its scope. */
function componentOf(name: PackageName, settings: Component['settings']): string {
  const component = settings('component')
  if (typeof component === 'string' && component !== '') return component
  const called = settings('package-name')
  const full = typeof called === 'string' ? called : name
  return /^@[\w-]+\//.test(full) ? full.slice(full.indexOf('/') + 1) : full
}

/** What all components say alike; undefined where they differ. */
export function saidByAll(components: readonly Component[], key: string): unknown {
  const [first, ...others] = components.map(({ settings }) => settings(key))
  const text = JSON.stringify(first)
  return others.every((other) => JSON.stringify(other) === text) ? first : undefined
}

/** As `tagPattern` says how release-please calls the tag of a component. */
export function tagPatternOf({ name, component, settings }: Component): string {
  const v = settings('include-v-in-tag') === false ? '' : 'v'
  if (settings('include-component-in-tag') === false || component === '') return `${v}{version}`
  const separator = settings('tag-separator')
  return `${calledAs(component, name)}${typeof separator === 'string' ? separator : '-'}${v}{version}`
}
