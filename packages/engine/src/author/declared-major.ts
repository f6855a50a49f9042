/** Which major version of a tool a workspace uses, as far as its root manifest says. */
import minVersion from 'semver/ranges/min-version.js'
import { dependencyFields, type PackageName, type Workspace } from '@topsail/core'
import { own } from '../read/record.ts'

export function declaredMajor({ root, catalogs }: Workspace, name: PackageName): number | undefined {
  for (const field of dependencyFields) {
    const range = own(root.manifest[field], name)
    if (typeof range !== 'string') continue
    const catalog = range.startsWith('catalog:') ? range.slice('catalog:'.length).trim() || 'default' : undefined
    const major = majorOf(catalog === undefined ? range : own(own(catalogs, catalog), name))
    if (major !== undefined) return major
  }
  return undefined
}

/** A range that begins with 0, such as `*`, tells nothing. */
function majorOf(range: unknown): number | undefined {
  if (typeof range !== 'string' || range.length > 256) return undefined
  try {
    return minVersion(range, { loose: true })?.major || undefined
  } catch {
    return undefined
  }
}
