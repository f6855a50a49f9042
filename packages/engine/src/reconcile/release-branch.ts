/**
 * The release branch as it lies at the remote: whether its head is our commit, which plan that carries and what it was
 * made from, and what others have put on it. Merges of the base branch into it ("update branch") are nobody's work.
 */
import { planOfMessage, type ReleaseBranch, type Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import { bringBranch } from './remote-refs.ts'

export type BranchCommit = { readonly sha: Sha; readonly subject: string }

export type BranchReading = {
  readonly branch: ReleaseBranch
  readonly foreign: readonly BranchCommit[]
}

export type BranchPlace = { readonly remote: string; readonly name: string; readonly tip: Sha }

/** Undefined: it cannot be fetched. */
export async function readReleaseBranch(
  git: Git,
  head: Sha,
  { remote, name, tip }: BranchPlace,
): Promise<BranchReading | undefined> {
  if (!(await bringBranch(git, remote, name, head))) return undefined
  const format = '--format=%H%x00%P%x00%B%x01'
  const log = await git(['log', '--first-parent', `--max-count=${deepest}`, format, head, `^${tip}`, '--'])
  if (log.kind === 'missing' || log.code !== 0) return undefined
  const foreign: BranchCommit[] = []
  let ours: { readonly sha: Sha; readonly parents: readonly Sha[]; readonly plan: string } | undefined
  for (const { sha, parents, message } of commitsIn(log.stdout)) {
    const plan = parents.length === 1 ? planOfMessage(message) : undefined
    if (plan !== undefined) {
      ours = { sha, parents, plan }
      break
    }
    if (parents.length < 2) foreign.push({ sha, subject: message.split('\n', 1)[0] ?? '' })
  }
  // A line without any commit of ours is the base branch's own, or all of it is somebody else's.
  const others = foreign.slice(0, told)
  const isOurs = ours?.sha === head
  return {
    branch: {
      head,
      base: isOurs ? ours?.parents[0] : undefined,
      plan: ours?.plan,
      foreign: others.map(({ sha }) => sha),
    },
    foreign: others,
  }
}

const deepest = 100
const told = 20

type LoggedCommit = { readonly sha: Sha; readonly parents: readonly Sha[]; readonly message: string }

function commitsIn(log: string): readonly LoggedCommit[] {
  return log.split('\u0001').flatMap((entry) => {
    const [sha = '', parents = '', message = ''] = entry.replace(/^\n/, '').split('\0')
    return /^[0-9a-f]{40,64}$/.test(sha) ? [{ sha, parents: parents.split(' ').filter(Boolean), message }] : []
  })
}
