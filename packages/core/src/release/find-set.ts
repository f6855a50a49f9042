/** Which release set a person means: `latest`, `previous`, a release, or the beginning of an id. */
import type { Problem } from '../problem.ts'
import type { SetId } from './release-set.ts'
import type { PlacedSet, SetChain } from './set-difference.ts'

export type FoundSet =
  | { readonly ok: true; readonly placed: PlacedSet }
  | { readonly ok: false; readonly problem: Problem }

export function findSet(chain: SetChain, asked: string): FoundSet {
  const named = asked === 'latest' ? chain[0] : asked === 'previous' ? previousOf(chain) : undefined
  const byRelease = named ?? chain.find(({ set }) => set.release === asked)
  if (byRelease !== undefined) return { ok: true, placed: byRelease }
  const matches = asked === '' ? [] : chain.filter(({ id }) => id.startsWith(asked) || digestOf(id).startsWith(asked))
  const ids = [...new Set(matches.map(({ id }) => id))]
  const [placed] = matches
  if (placed !== undefined && ids.length === 1) return { ok: true, placed }
  return { ok: false, problem: problemOf(asked, ids, chain) }
}

/** Enough of an id to tell it from others. */
export function shortSetId(id: SetId): string {
  return digestOf(id).slice(0, 12)
}

/** What was live before: going back to a set does not make it its own predecessor. */
function previousOf(chain: SetChain): PlacedSet | undefined {
  return chain.find(({ id }) => id !== chain[0]?.id)
}

function problemOf(asked: string, ids: readonly SetId[], chain: SetChain): Problem {
  if (ids.length > 1)
    return { code: 'SET_AMBIGUOUS', severity: 'error', asked, matches: ids.slice(0, 5).map(shortSetId) }
  return { code: 'SET_UNKNOWN', severity: 'error', asked, known: chain.slice(0, 5).map(({ id }) => shortSetId(id)) }
}

function digestOf(id: SetId): string {
  return id.replace(/^sha256-/, '')
}
