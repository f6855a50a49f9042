/**
 * The workspace's own packages that a package names in its manifest.
 */
import type { DependencyField, Package, PackageName, Workspace } from '@topsail/core'

/** Needed where the package is installed: every section but devDependencies. */
export function internalDependencies(workspace: Workspace): (pkg: Package) => readonly PackageName[] {
  return namedIn(workspace, ['dependencies', 'peerDependencies', 'optionalDependencies'])
}

export function internalPeers(workspace: Workspace): (pkg: Package) => readonly PackageName[] {
  return namedIn(workspace, ['peerDependencies'])
}

function namedIn(workspace: Workspace, fields: readonly DependencyField[]) {
  const members = new Set(workspace.packages.map((member) => member.name))
  return (pkg: Package): readonly PackageName[] => {
    const names = fields.flatMap((field) => Object.keys(pkg.manifest[field] ?? {}))
    return [...new Set(names)].filter((name) => members.has(name))
  }
}
