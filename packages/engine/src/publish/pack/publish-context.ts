/**
 * What the ranges of one package mean inside its workspace: versions by name, and by folder as `workspace:` writes it.
 */
import { posix } from 'node:path'
import type { Package, PublishContext, Workspace } from '@topsail/core'

export function publishContext(workspace: Workspace): (pkg: Package) => PublishContext {
  const byName = new Map(workspace.packages.map((pkg) => [pkg.name, pkg.version]))
  const byDir = new Map(workspace.packages.map((pkg) => [pkg.dir, pkg.version]))
  return (pkg) => ({
    tool: workspace.tool,
    catalogs: workspace.catalogs,
    versionOf: (name) => byName.get(name),
    versionIn: (path) => byDir.get(posix.join(pkg.dir, path)) ?? byDir.get(posix.normalize(path)),
  })
}
