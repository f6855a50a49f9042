/**
 * One commit that writes a plan on top of a commit of the base branch, and the branch that is moved to it by
 * compare-and-swap: through the forge, which signs it, or with git. What it proposes is recorded before the branch can
 * be merged.
 */
import { dirname } from 'node:path/posix'
import { planTrailer, type Problem, type Proposal, type Sha } from '@topsail/core'
import type { CommitEdit, Forge } from '../forge/forge.ts'
import type { Git } from '../ports.ts'
import { namespaceIn } from '../read/release-namespaces.ts'
import type { RefMove, RefStore } from '../release/ref-store.ts'
import { forgeProblem } from './forge-problem.ts'
import { recordMoves } from './proposal-store.ts'
import { commitEdits, openTree, writePlan, type WrittenPlan } from './proposal-tree.ts'

export type WriteRequest = {
  readonly root: string
  readonly git: Git
  readonly refs: RefStore
  readonly namespaces: readonly string[]
  /** Refs below the namespaces, as they were seen. */
  readonly ours: ReadonlyMap<string, Sha>
  readonly branch: string
  readonly expected: Sha | undefined
  readonly onto: Sha
  /** Undefined: git makes the commit. */
  readonly forge: Forge | undefined
  message(written: WrittenPlan): string
}

export type WriteAnswer =
  | { readonly kind: 'written'; readonly sha: Sha; readonly problems: readonly Problem[] }
  /** Something moved meanwhile: look again. */
  | { readonly kind: 'contested' }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }

export async function writeBranch(request: WriteRequest): Promise<WriteAnswer> {
  const { onto } = request
  const tree = await openTree(request, onto)
  if ('detail' in tree) {
    return failed({ code: 'RELEASE_TREE_UNAVAILABLE', severity: 'error', commit: onto, detail: tree.detail })
  }
  try {
    const written = await writePlan(tree)
    const errors = [...written.plan.problems, ...written.problems].filter(({ severity }) => severity === 'error')
    if (errors.length > 0) return { kind: 'failed', problems: errors }
    const { problems } = written
    const message = `${request.message(written).trimEnd()}\n\n${planTrailer(written.plan.id)}\n`
    const made = request.forge === undefined ? await commitEdits(tree, written.edits, message) : undefined
    if (made !== undefined && 'detail' in made) return failed(notWritten(request.branch, made.detail))
    const move = made && { ref: `refs/heads/${request.branch}`, from: request.expected, to: made.sha }
    const moved = await recordAndMove(request, written.proposal, move)
    if (moved !== undefined) return moved
    if (made !== undefined) return { kind: 'written', sha: made.sha, problems }
    const committed = await commitThrough(request, written.edits, message)
    return committed.kind === 'written' ? { ...committed, problems } : committed
  } finally {
    await tree.close()
  }
}

/**
 * The record, and the branch with it where git moves that. Where the remote takes no refs of this kind, the next kind
 * serves; where it takes none at all, the plan is made again when it has to be compared.
 */
async function recordAndMove(
  { refs, namespaces, ours, branch }: WriteRequest,
  proposal: Proposal,
  move: RefMove | undefined,
): Promise<WriteAnswer | undefined> {
  const used = namespaceIn(ours, namespaces)
  const places = [used, ...namespaces.filter((namespace) => namespace !== used), undefined]
  let detail = ''
  for (const namespace of places) {
    const record = namespace === undefined ? [] : await recordMoves(refs, namespaces, ours, { namespace, proposal })
    const moves = [...record, ...(move === undefined ? [] : [move])]
    const outcome = moves.length === 0 ? ({ kind: 'done' } as const) : await refs.swap(moves)
    if (outcome.kind === 'done') return undefined
    if (await isMoved(refs, moves)) return { kind: 'contested' }
    detail = outcome.detail
    if (outcome.kind === 'unreachable') break
  }
  return failed(notWritten(branch, detail))
}

/**
 * A lease that does not hold is refused as a ref is that may not be pushed, and every forge and transport has its own
 * words for it: what tells them apart is that the refs are no longer where they were seen.
 */
async function isMoved(refs: RefStore, moves: readonly RefMove[]): Promise<boolean> {
  const listed = await refs.list(...new Set(moves.map(({ ref }) => dirname(ref))))
  return listed.kind === 'known' && moves.some(({ ref, from }) => listed.refs.get(ref) !== from)
}

async function commitThrough(
  { forge, branch, expected, onto, git }: WriteRequest,
  edits: readonly CommitEdit[],
  message: string,
): Promise<WriteAnswer> {
  if (forge === undefined) return { kind: 'contested' }
  const below = await git(['rev-parse', '--show-prefix'])
  const prefix = below.kind === 'done' && below.code === 0 ? below.stdout.replace(/\n$/, '') : ''
  const placed = edits.map((edit) => ({ ...edit, path: `${prefix}${edit.path}` }))
  const answer = await forge.commitFiles({ branch, expected, parent: onto, message, edits: placed })
  if (answer.ok) return { kind: 'written', sha: answer.value.sha, problems: [] }
  return answer.why === 'conflict' ? { kind: 'contested' } : failed(forgeProblem(forge, answer))
}

function notWritten(branch: string, detail: string): Problem {
  return { code: 'RELEASE_BRANCH_NOT_WRITTEN', severity: 'error', branch, detail }
}

function failed(problem: Problem): WriteAnswer {
  return { kind: 'failed', problems: [problem] }
}
