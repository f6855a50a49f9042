/** How a package is named for a person where it may have several targets: `@acme/api@1.2.0`, `@acme/api@1.2.0 (oci)`. */
import { parseTargetKey, type TargetKey, type Version } from '@topsail/core'

export function unitName(key: TargetKey, version?: Version): string {
  const { name, target } = parseTargetKey(key)
  return `${name}${version === undefined ? '' : `@${version}`}${target === 'npm' ? '' : ` (${target})`}`
}

/** The package of a step's id, as `upload:@acme/api:oci@1.2.0`; other ids stay as they are. */
export function stepUnitName(id: string): string {
  const [, key, version] = /^(?:undo:)?[a-z]+:(.+)@([^@]+)$/.exec(id) ?? []
  return key === undefined ? id : unitName(key, version)
}
