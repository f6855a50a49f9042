/**
 * What a package needs of the same workspace when it is installed, and whether that will be in the registry by then.
 */
import type { PackageName } from '../names.ts'
import { edgeReader } from '../plan/graph.ts'
import type { Problem } from '../problem.ts'
import { isBurned, type Releasable, type ReleasedWorld } from './released-world.ts'
import { keysOf } from './targets.ts'
import type { Package } from '../workspace.ts'

/** What an installer of this package pulls in from the same workspace: not dev, and not a version of long ago. */
export function internalNeeds(
  pkg: Package,
  members: ReadonlyMap<PackageName, Package>,
  world: ReleasedWorld,
): readonly PackageName[] {
  return edgeReader(
    members,
    world.workspace,
    world.settings,
    'topsail',
  )(pkg)
    .filter((edge) => edge.dependency.name !== pkg.name)
    .filter((edge) => edge.uses.some((use) => use.field !== 'devDependencies' && use.linked))
    .map((edge) => edge.dependency.name)
}

/** A dependency that will not be in the registry when this package is installed; `coming`: what this release may bring. */
export function needsThatStayAway(
  pkg: Releasable,
  needs: readonly PackageName[],
  members: ReadonlyMap<PackageName, Package>,
  coming: ReadonlySet<PackageName>,
  world: ReleasedWorld,
): readonly Problem[] {
  const bundled = bundledNames(pkg)
  const problems: Problem[] = []
  for (const name of needs) {
    const dependency = members.get(name)
    if (dependency === undefined || bundled.has(name)) continue
    const facts = world.facts.get(name)
    const missing = facts?.kind === 'known' && !facts.versions.has(dependency.version ?? '')
    if (dependency.private || !keysOf(dependency, world.settings).includes(name)) {
      problems.push({ code: 'PUBLISH_NEEDS_PRIVATE', severity: 'warning', name: pkg.name, dependency: name })
    } else if (isBurned(dependency, world)) {
      problems.push({ code: 'PUBLISH_NEEDS_BURNED', severity: 'error', name: pkg.name, dependency: name })
    } else if (!coming.has(name) && missing) {
      problems.push({ code: 'PUBLISH_NEEDS_LEFT_OUT', severity: 'error', name: pkg.name, dependency: name })
    }
  }
  return problems
}

function bundledNames(pkg: Package): ReadonlySet<string> {
  const listed = pkg.manifest['bundleDependencies'] ?? pkg.manifest['bundledDependencies']
  if (listed === true) return new Set(Object.keys(pkg.manifest.dependencies ?? {}))
  return new Set(Array.isArray(listed) ? listed : [])
}
