/**
 * The commit that merging the branch would make, written to git's objects and to nothing else: no ref, no file, no
 * index. What a pull request leads to is planned from it, as if it were merged now.
 */
import type { Sha } from '@topsail/core'
import type { Git } from '../ports.ts'

/** Undefined where the two conflict, or git cannot do it: it is older than 2.38, or may not write here. */
export async function trialMerge(git: Git, base: Sha, head: Sha): Promise<Sha | undefined> {
  if (await isMergeOf(git, base, head)) return head
  const merged = await git(['merge-tree', '--write-tree', base, head])
  const tree = merged.kind === 'done' && merged.code === 0 ? merged.stdout.split('\n', 1)[0] : undefined
  if (tree === undefined || !/^[0-9a-f]{40,64}$/.test(tree)) return undefined
  const made = await git(['commit-tree', tree, '-p', base, '-p', head, '-m', 'Merge'], { env: author })
  return made.kind === 'done' && made.code === 0 ? made.stdout.trim() : undefined
}

/** What CI checks out for a pull request is such a merge already. */
async function isMergeOf(git: Git, base: Sha, head: Sha): Promise<boolean> {
  const answer = await git(['rev-list', '--parents', '--max-count=1', head, '--'])
  if (answer.kind === 'missing' || answer.code !== 0) return false
  const [, first, ...others] = answer.stdout.trim().split(' ')
  return first === base && others.length > 0
}

/** The same commit each time; nobody ever sees it. */
const author = {
  GIT_AUTHOR_NAME: 'Topsail',
  GIT_AUTHOR_EMAIL: 'topsail@localhost',
  GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Topsail',
  GIT_COMMITTER_EMAIL: 'topsail@localhost',
  GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
}
