/**
 * Where a branch left its base. Without a ref, the base branch as this clone and every remote know it: the newest of
 * the common ancestors is the answer, so a stale local branch or fork does not blame others' work on this one. On the
 * base branch itself, what no remote has yet is the work.
 */
import type { Problem, Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import { readGitFacts } from '../read/git-facts.ts'
import { deepen, deepeningSteps, isShallow, remoteOf } from '../read/shallow.ts'

export type Base = {
  readonly commit: Sha
  /** The refs it was told from. */
  readonly refs: readonly string[]
  /** Where those refs are. */
  readonly tips: readonly Sha[]
}

export type BaseAnswer = { readonly ok: true; readonly base: Base } | { readonly ok: false; readonly problem: Problem }

export async function findBase(git: Git, since: string | undefined, baseBranch: string): Promise<BaseAnswer> {
  const facts = await readGitFacts(git, '.')
  if (facts.kind === 'unavailable') {
    return failed({ code: 'HISTORY_UNAVAILABLE', severity: 'error', why: facts.why, detail: facts.detail })
  }
  if (facts.head === undefined) {
    return failed({ code: 'HISTORY_UNAVAILABLE', severity: 'error', why: 'no-commits', detail: '' })
  }
  const candidates = since === undefined ? await branchTips(git, baseBranch) : await refTip(git, since)
  if (candidates.length === 0) {
    return failed(
      since === undefined
        ? { code: 'BASE_BRANCH_MISSING', severity: 'error', branch: baseBranch }
        : { code: 'BASE_REF_UNKNOWN', severity: 'error', ref: since },
    )
  }
  return mergeBase(git, candidates)
}

type Tip = { readonly ref: string; readonly commit: Sha }

async function refTip(git: Git, ref: string): Promise<readonly Tip[]> {
  if (ref === '' || ref.startsWith('-')) return []
  const commit = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
  if (commit.kind === 'missing' || commit.code !== 0) return []
  return [{ ref, commit: commit.stdout.trim() }]
}

async function branchTips(git: Git, branch: string): Promise<readonly Tip[]> {
  const answer = await git(['for-each-ref', '--format=%(HEAD)%(objectname) %(refname)', 'refs/heads', 'refs/remotes'])
  if (answer.kind === 'missing' || answer.code !== 0) return []
  const tips: (Tip & { readonly current: boolean })[] = []
  for (const line of answer.stdout.split('\n')) {
    const [commit, ref] = [line.slice(1).split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ', 1) + 1)]
    if (isBranch(ref, branch)) tips.push({ ref, commit, current: line.startsWith('*') })
  }
  const elsewhere = tips.filter((tip) => tip.ref.startsWith('refs/remotes/'))
  return tips.some((tip) => tip.current) && elsewhere.length > 0 ? elsewhere : tips
}

function isBranch(ref: string, branch: string): boolean {
  if (ref === `refs/heads/${branch}` || ref === `refs/remotes/${branch}`) return true
  // The name of a remote may hold slashes, but hardly ever does.
  return ref.startsWith('refs/remotes/') && ref.slice(ref.indexOf('/', 'refs/remotes/'.length) + 1) === branch
}

/** A shallow clone is deepened as long as its remote gives more and the answer is not there. */
async function mergeBase(git: Git, tips: readonly Tip[], steps: readonly Step[] = deepeningSteps): Promise<BaseAnswer> {
  const refs = tips.map((tip) => tip.ref.replace(/^refs\/(?:heads|remotes)\//, ''))
  const answer = await git(['merge-base', 'HEAD', ...tips.map((tip) => tip.commit)])
  const commit = answer.kind === 'done' && answer.code === 0 ? answer.stdout.split('\n', 1)[0] : undefined
  if (commit !== undefined && commit !== '')
    return { ok: true, base: { commit, refs, tips: tips.map((tip) => tip.commit) } }
  const shallow = await isShallow(git)
  const [step, ...later] = shallow ? steps : []
  const remote = step === undefined ? undefined : await remoteOf(git)
  if (step !== undefined && remote !== undefined && (await deepen(git, remote, step)))
    return mergeBase(git, tips, later)
  return failed({ code: 'BASE_UNRELATED', severity: 'error', ref: refs[0] ?? '', shallow })
}

type Step = (typeof deepeningSteps)[number]

function failed(problem: Problem): BaseAnswer {
  return { ok: false, problem }
}
