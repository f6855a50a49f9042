/**
 * The commit that added each changeset: from the history where it was read, else from one `git log` that looks at
 * nothing but `.changeset/`.
 */
import type { ChangesetFile, History, Path, Sha } from '@topsail/core'
import type { Git } from '../ports.ts'

/** `git` is asked for those that the history does not know; without it they stay without a commit. */
export async function withCommits(
  changesets: readonly ChangesetFile[],
  history: History | undefined,
  git: Git | undefined,
): Promise<readonly ChangesetFile[]> {
  const commits = new Map<Path, Sha>()
  // Oldest first, so that the newest to add a file stays.
  for (const commit of history?.commits.toReversed() ?? []) {
    for (const path of commit.addedChangesets) commits.set(path, commit.sha)
  }
  if (git !== undefined && changesets.some(({ path }) => !commits.has(path))) {
    for (const [path, sha] of await addingCommits(git)) if (!commits.has(path)) commits.set(path, sha)
  }
  return changesets.map((changeset) => {
    const commit = commits.get(changeset.path)
    return commit === undefined ? changeset : { ...changeset, commit }
  })
}

async function addingCommits(git: Git): Promise<ReadonlyMap<Path, Sha>> {
  const commits = new Map<Path, Sha>()
  const answer = await git([
    ...['log', '-z', '--format=%x01%H', '--diff-filter=A', '--name-only', '--no-renames', '--relative'],
    ...['--end-of-options', 'HEAD', '--', '.changeset'],
  ])
  if (answer.kind === 'missing' || answer.code !== 0) return commits
  let commit = ''
  for (const token of answer.stdout.split('\0')) {
    const text = token.startsWith('\n') ? token.slice(1) : token
    if (text.startsWith('\x01')) commit = text.slice(1).trim()
    else if (text !== '' && !commits.has(text)) commits.set(text, commit)
  }
  return commits
}
