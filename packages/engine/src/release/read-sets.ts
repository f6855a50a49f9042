/**
 * The chain of release sets as this clone has it, brought up to date from the remote first where there is one. The
 * newest comes first; a set whose text cannot be read is left out and named.
 */
import { parseReleaseSet, setIdOf } from '@topsail/core'
import type { PlacedSet, Problem, SetChain } from '@topsail/core'
import type { Git } from '../ports.ts'
import { readObjects } from '../publish/head-state.ts'
import { pushRemote } from '../read/push-remote.ts'
import { mirrorOf } from '../read/release-namespaces.ts'
import { sha256 } from '../read/read-snapshot.ts'
import { fetchRecords } from './fetch-records.ts'
import { setFile, setsRef } from './record-set.ts'

export type SetsReading = { readonly chain: SetChain; readonly problems: readonly Problem[] }

export type SetsOptions = { readonly namespaces: readonly string[]; readonly fetch: boolean }

export async function readSets(git: Git, { namespaces, fetch }: SetsOptions): Promise<SetsReading> {
  const remote = fetch ? await pushRemote(git) : undefined
  const problems: Problem[] = remote === undefined ? [] : await fetchRecords(git, remote, namespaces)
  const [namespace = ''] = namespaces
  const log = await git(['log', '--first-parent', '--format=%H %cI', mirrorOf(setsRef(namespace)), '--'])
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
