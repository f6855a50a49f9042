/** Brings what other machines have recorded, release sets and burned versions, into this clone, where plans and people read it. */
import type { Problem } from '@topsail/core'
import type { Git } from '../ports.ts'
import { burnedRef } from '../read/burned.ts'
import { mirrorOf } from '../read/release-namespaces.ts'
import { setsRef } from './record-set.ts'

/** Milliseconds: a remote that does not answer keeps nobody from reading what is here. */
const longestWait = 15_000

export async function fetchRecords(git: Git, remote: string, namespaces: readonly string[]): Promise<Problem[]> {
  const signal = AbortSignal.timeout(longestWait)
  const wanted = namespaces.flatMap((namespace) => [setsRef(namespace), burnedRef(namespace)])
  const listed = await git(['ls-remote', '--', remote, ...wanted], { signal })
  if (listed.kind === 'missing' || listed.code !== 0) {
    const detail = listed.kind === 'missing' ? listed.detail : listed.stderr.trim()
    return [{ code: 'RECORDS_NOT_FETCHED', severity: 'warning', remote, detail }]
  }
  const there = new Set(listed.stdout.split('\n').map((line) => line.split('\t')[1]))
  // By where they go: of two namespaces the preferred one counts.
  const refs = new Map(wanted.toReversed().flatMap((ref) => (there.has(ref) ? [[mirrorOf(ref), ref] as const] : [])))
  if (refs.size === 0) return []
  const specs = [...refs].map(([here, ref]) => `+${ref}:${here}`)
  const fetched = await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', remote, ...specs], {
    signal,
  })
  if (fetched.kind === 'done' && fetched.code === 0) return []
  const detail = fetched.kind === 'missing' ? fetched.detail : fetched.stderr.trim()
  return [{ code: 'RECORDS_NOT_FETCHED', severity: 'warning', remote, detail }]
}
