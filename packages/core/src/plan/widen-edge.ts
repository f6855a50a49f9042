/**
 * A manifest with another range for one dependency, as a snapshot: what a what-if plans with. Nothing is written; the
 * protocol before the range stays, so that `workspace:^1.0.0` widened to `^1 || ^2` is `workspace:^1 || ^2`.
 */
import type { PackageName, Range } from '../names.ts'
import type { Snapshot } from '../snapshot.ts'
import { dependencyFields, type DependencyField, type Manifest } from '../workspace.ts'

export type RangeChange = {
  readonly dependent: PackageName
  readonly dependency: PackageName
  readonly range: Range
  /** Every section that lists it, when absent. */
  readonly field?: DependencyField | undefined
}

/** Undefined when the dependent lists no such dependency there. */
export function withRange(snapshot: Snapshot, change: RangeChange): Snapshot | undefined {
  let found = false
  const packages = snapshot.workspace.packages.map((pkg) => {
    if (pkg.name !== change.dependent) return pkg
    const manifest = changed(pkg.manifest, change)
    if (manifest === undefined) return pkg
    found = true
    return { ...pkg, manifest, text: JSON.stringify(manifest) }
  })
  return found ? { ...snapshot, workspace: { ...snapshot.workspace, packages } } : undefined
}

function changed(manifest: Manifest, { dependency, range, field }: RangeChange): Manifest | undefined {
  const sections = (field === undefined ? dependencyFields : [field]).flatMap((name) => {
    const section: unknown = manifest[name]
    if (typeof section !== 'object' || section === null || !Object.hasOwn(section, dependency)) return []
    const entries = Object.entries(section).map(([key, value]) => [
      key,
      key === dependency ? written(value, range) : value,
    ])
    return [[name, Object.fromEntries(entries)] as const]
  })
  return sections.length === 0 ? undefined : { ...manifest, ...Object.fromEntries(sections) }
}

function written(now: unknown, range: Range): Range {
  const keepsProtocol = typeof now === 'string' && now.startsWith('workspace:') && !range.includes(':')
  return keepsProtocol ? `workspace:${range}` : range
}
