/**
 * Packages that the tool before did not release become ignored, so that no commit releases them now. One that a
 * released package needs cannot be: Changesets refuses a tree in which a released package depends on an ignored one.
 */
import type { PackageName, Workspace } from '@topsail/core'
import { internalDependencies } from './internal-dependencies.ts'
import type { SetUpBuilder } from './set-up.ts'

export function ignoreUnreleased(
  setUp: SetUpBuilder,
  from: { readonly key: string; readonly value: unknown },
  released: ReadonlySet<PackageName>,
  workspace: Workspace,
): void {
  const others = workspace.packages.filter((pkg) => !released.has(pkg.name) && pkg.version !== undefined)
  const needed = neededBy(released, workspace)
  const ignorable = others.filter((pkg) => !needed.has(pkg.name)).map((pkg) => pkg.name)
  if (ignorable.length > 0) setUp.toConfig(from.key, from.value, 'ignore', ignorable)
  for (const pkg of others) if (needed.has(pkg.name)) setUp.leave(from.key, pkg.name, 'is-needed')
}

/** Through however many others. A set grows while it is walked. */
function neededBy(released: ReadonlySet<PackageName>, workspace: Workspace): ReadonlySet<PackageName> {
  const byName = new Map(workspace.packages.map((pkg) => [pkg.name, pkg]))
  const needs = internalDependencies(workspace)
  const needed = new Set(released)
  for (const name of needed) {
    const pkg = byName.get(name)
    for (const dependency of pkg === undefined ? [] : needs(pkg)) needed.add(dependency)
  }
  return needed
}
