/**
 * The chain of release sets as this clone has it, brought up to date from the remote first where there is one. The
 * newest comes first; a set whose text cannot be read is left out and named.
 */
import { parseReleaseSet, setIdOf } from '@topsail/core'
import type { PlacedSet, Problem, SetChain } from '@topsail/core'
import type { Git } from '../ports.ts'
import { pushRemote } from '../publish/tags.ts'
import { readObjects } from '../publish/head-state.ts'
import { burnedRef } from '../read/burned.ts'
import { sha256 } from '../read/read-snapshot.ts'
import { setFile, setsRef } from './record-set.ts'

export type SetsReading = { readonly chain: SetChain; readonly problems: readonly Problem[] }

export type SetsOptions = { readonly namespace: string; readonly fetch: boolean }

export async function readSets(git: Git, { namespace, fetch }: SetsOptions): Promise<SetsReading> {
  const problems: Problem[] = fetch ? await fetchRecords(git, namespace) : []
  const log = await git(['log', '--first-parent', '--format=%H %cI', setsRef(namespace), '--'])
  if (log.kind === 'missing' || log.code !== 0) return { chain: [], problems }
  const entries = log.stdout.split('\n').filter((line) => line !== '')
  const texts = await readObjects(
    git,
    entries.map((line) => `${line.split(' ')[0] ?? ''}:${setFile}`),
  )
  const chain: PlacedSet[] = []
  entries.forEach((line, index) => {
    const text = texts[index]
    const set = text === undefined ? undefined : parseReleaseSet(text)
    const [commit = '', at = ''] = line.split(' ')
    if (text === undefined || set === undefined) problems.push({ code: 'SET_UNREADABLE', severity: 'warning', commit })
    else chain.push({ id: setIdOf(text, sha256), at, set })
  })
  return { chain, problems }
}

/** Milliseconds: a remote that does not answer keeps nobody from reading what is here. */
const longestWait = 15_000

/** Brings what other machines have recorded into this clone, where plans and people read it. */
export async function fetchRecords(git: Git, namespace: string): Promise<Problem[]> {
  const remote = await pushRemote(git)
  if (remote === undefined) return []
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
