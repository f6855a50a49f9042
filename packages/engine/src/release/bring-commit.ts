/** The commit of a release in this clone, fetched where it is not: a runner has cloned what main is by now. */
import type { Sha } from '@topsail/core'
import type { Git } from '../ports.ts'

export async function bringCommit(git: Git, remote: string | undefined, commit: Sha): Promise<boolean> {
  if (await hasCommit(git, commit)) return true
  if (remote === undefined) return false
  await git(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--depth=1', '--', remote, commit])
  return hasCommit(git, commit)
}

async function hasCommit(git: Git, commit: Sha): Promise<boolean> {
  const answer = await git(['cat-file', '-e', `${commit}^{commit}`])
  return answer.kind === 'done' && answer.code === 0
}
