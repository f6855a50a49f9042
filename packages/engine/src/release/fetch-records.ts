/** Brings what other machines have recorded, release sets and burned versions, into this clone, where plans and people read it. */
import type { Problem } from '@topsail/core'
import type { Git } from '../ports.ts'
import { burnedRef } from '../read/burned.ts'
import { setsRef } from './record-set.ts'

/** Milliseconds: a remote that does not answer keeps nobody from reading what is here. */
const longestWait = 15_000

export async function fetchRecords(git: Git, remote: string, namespace: string): Promise<Problem[]> {
  const signal = AbortSignal.timeout(longestWait)
  const listed = await git(['ls-remote', '--', remote, setsRef(namespace), burnedRef(namespace)], { signal })
  if (listed.kind === 'missing' || listed.code !== 0) {
    const detail = listed.kind === 'missing' ? listed.detail : listed.stderr.trim()
    return [{ code: 'RECORDS_NOT_FETCHED', severity: 'warning', remote, detail }]
  }
  const refs = listed.stdout.split('\n').flatMap((line) => line.split('\t')[1] ?? [])
  if (refs.length === 0) return []
  const specs = refs.map((ref) => `+${ref}:${ref}`)
  const fetched = await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', remote, ...specs], {
    signal,
  })
  if (fetched.kind === 'done' && fetched.code === 0) return []
  const detail = fetched.kind === 'missing' ? fetched.detail : fetched.stderr.trim()
  return [{ code: 'RECORDS_NOT_FETCHED', severity: 'warning', remote, detail }]
}
