/**
 * Where proposals are kept: a ref each below the namespace of releases, moved together with the release branch or
 * before it, so that whatever gets merged can be held against what was proposed. A few are kept: one may be merged
 * while the next is already made.
 */
import { parseProposal, type Proposal, type Sha } from '@topsail/core'
import type { RefMove, RefStore } from '../release/ref-store.ts'

const file = 'proposal.json'
const kept = 4

/** Newest first, of all namespaces. */
export function proposalRefs(namespaces: readonly string[], ours: ReadonlyMap<string, Sha>): readonly ProposalRef[] {
  return [...ours]
    .flatMap(([ref, sha]) => {
      const [, number, plan] = /\/proposals\/(\d{1,9})-([0-9a-f]{16})$/.exec(ref) ?? []
      const isOurs = namespaces.some((namespace) => ref.startsWith(`${namespace}/proposals/`))
      return number === undefined || plan === undefined || !isOurs ? [] : [{ ref, sha, number: Number(number), plan }]
    })
    .toSorted((a, b) => b.number - a.number)
}

export type ProposalRef = {
  readonly ref: string
  readonly sha: Sha
  readonly number: number
  /** The beginning of the plan's id. */
  readonly plan: string
}

/** Newest first. */
export async function readProposals(
  refs: RefStore,
  known: readonly ProposalRef[],
): Promise<readonly { readonly at: ProposalRef; readonly proposal: Proposal }[]> {
  const read = await Promise.all(
    known.map(async (at) => {
      const proposal = parseProposal((await refs.read(at.ref, at.sha))?.files[file] ?? '')
      return proposal === undefined ? [] : [{ at, proposal }]
    }),
  )
  return read.flat()
}

/** Records it unless it stands somewhere already, and lets go of the oldest. */
export async function recordMoves(
  refs: RefStore,
  namespaces: readonly string[],
  ours: ReadonlyMap<string, Sha>,
  { namespace, proposal }: { readonly namespace: string; readonly proposal: Proposal },
): Promise<readonly RefMove[]> {
  const known = proposalRefs(namespaces, ours)
  const text = JSON.stringify(proposal)
  const plan = shortOf(proposal.plan)
  const same = await readProposals(
    refs,
    known.filter((each) => each.plan === plan),
  )
  if (same.some((each) => JSON.stringify({ ...each.proposal, base: proposal.base }) === text)) return []
  const number = (known[0]?.number ?? 0) + 1
  const to = await refs.write({ message: `proposal ${proposal.plan}`, files: { [file]: text } }, undefined)
  const ref = `${namespace}/proposals/${String(number).padStart(6, '0')}-${plan}`
  const old = known.slice(kept - 1).map((each) => ({ ref: each.ref, from: each.sha, to: undefined }))
  return [{ ref, from: undefined, to }, ...old]
}

function shortOf(plan: string): string {
  return plan.replace(/^sha256-/, '').slice(0, 16)
}
