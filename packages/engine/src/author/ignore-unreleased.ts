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
  const needs = internalDependencies(workspace)
  const needed = new Set(workspace.packages.filter((pkg) => released.has(pkg.name)).flatMap(needs))
  const ignorable = others.filter((pkg) => !needed.has(pkg.name)).map((pkg) => pkg.name)
  if (ignorable.length > 0) setUp.toConfig(from.key, from.value, 'ignore', ignorable)
  for (const pkg of others) if (needed.has(pkg.name)) setUp.leave(from.key, pkg.name, 'is-needed')
}
