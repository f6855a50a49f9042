/**
 * One commit that writes a plan on top of a commit of the base branch, and the branch that is moved to it by
 * compare-and-swap: through the forge, which signs it, or with git. What it proposes is recorded before the branch can
 * be merged.
 */
import { planTrailer, type Problem, type Sha } from '@topsail/core'
import type { CommitEdit, Forge } from '../forge/forge.ts'
import type { Git } from '../ports.ts'
import type { RefStore } from '../release/ref-store.ts'
import { forgeProblem } from './forge-problem.ts'
import { proposalRefs, recordMoves } from './proposal-store.ts'
import { commitEdits, openTree, writePlan, type WrittenPlan } from './proposal-tree.ts'

export type WriteRequest = {
  readonly root: string
  readonly git: Git
  readonly refs: RefStore
  readonly namespace: string
  /** Refs below the namespace, as they were seen. */
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
  const { onto, refs, namespace, ours } = request
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
    const record = await recordMoves(refs, proposalRefs(namespace, ours), namespace, written.proposal)
    if (request.forge !== undefined) {
      const recorded = record.length === 0 ? undefined : answerOf(await refs.swap(record), request)
      if (recorded !== undefined) return recorded
      const made = await commitThrough(request.forge, request, written.edits, message)
      return made.kind === 'written' ? { ...made, problems } : made
    }
    const made = await commitEdits(tree, written.edits, message)
    if ('detail' in made) return failed(notWritten(request.branch, made.detail))
    const move = { ref: `refs/heads/${request.branch}`, from: request.expected, to: made.sha }
    return answerOf(await refs.swap([...record, move]), request) ?? { kind: 'written', sha: made.sha, problems }
  } finally {
    await tree.close()
  }
}

function answerOf(outcome: Awaited<ReturnType<RefStore['swap']>>, { branch }: WriteRequest): WriteAnswer | undefined {
  if (outcome.kind === 'done') return undefined
  // A lease that does not hold is refused as well as a branch that may not be pushed; only the words tell.
  const isMoved =
    outcome.kind === 'refused' &&
    /stale info|fetch first|non-fast-forward|already exists|cannot lock ref|failed to update ref|atomic/i.test(
      outcome.detail,
    )
  const isForbidden = /protected|denied|declined|not allowed|permission/i.test(outcome.detail)
  return isMoved && !isForbidden ? { kind: 'contested' } : failed(notWritten(branch, outcome.detail))
}

async function commitThrough(
  forge: Forge,
  { branch, expected, onto, git }: WriteRequest,
  edits: readonly CommitEdit[],
  message: string,
): Promise<WriteAnswer> {
  const below = await git(['rev-parse', '--show-prefix'])
  const prefix = below.kind === 'done' && below.code === 0 ? below.stdout.trim() : ''
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
