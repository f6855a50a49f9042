/**
 * Where in git a release keeps its lease, its journals and its sets: refs that nobody sees, or branches where a forge
 * takes no others. Which of the two is decided once, by the first lease, and found by everybody who looks at both.
 */
import { defaultReleaseSettings } from '@topsail/core'
import type { ReleaseSettings, Sha } from '@topsail/core'

/** In order of preference. One that a person has chosen is the only one. */
export function namespacesOf(refs: ReleaseSettings['refs']): readonly string[] {
  const usual = defaultReleaseSettings.refs
  return refs === usual ? [usual, 'refs/heads/topsail'] : [refs]
}

/**
 * The one in use, of `listed` refs below all of them. Only a lease tells: a branch of a person may lie below the same
 * name. Of two with a lease, one was left by a run that died before it could withdraw, and has nothing else.
 */
export function namespaceIn(listed: ReadonlyMap<string, Sha>, namespaces: readonly string[]): string {
  const leased = namespaces.filter((namespace) => listed.has(leaseRef(namespace)))
  const used = leased.find((namespace) => hasRecords(listed, namespace))
  return used ?? leased[0] ?? namespaces[0] ?? defaultReleaseSettings.refs
}

export function hasRecords(listed: ReadonlyMap<string, Sha>, namespace: string): boolean {
  const kinds = ['open/', 'releases/', 'sets', 'burned'].map((kind) => `${namespace}/${kind}`)
  return [...listed.keys()].some((ref) => kinds.some((kind) => ref.startsWith(kind)))
}

export function leaseRef(namespace: string): string {
  return `${namespace}/lease`
}

/** Where this clone keeps what it reads of it: nobody wants it among their branches. */
export function mirrorOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, 'refs/')
}
