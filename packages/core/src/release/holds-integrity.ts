import type { Integrity } from '../names.ts'

/** A registry may list several hashes; where none is of our kind there is nothing to compare. */
export function holdsIntegrity(listed: string, ours: Integrity): boolean {
  const hashes = listed.split(/\s+/)
  const kind = /^\w+[-:]/.exec(ours)?.[0] ?? ours
  return hashes.includes(ours) || !hashes.some((hash) => hash.startsWith(kind))
}
