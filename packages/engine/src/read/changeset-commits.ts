/**
 * The commit that added each changeset: from the history where it was read, else from one `git log` that looks at
 * nothing but `.changeset/`.
 */
import { columnsOf, type ChangesetFile, type History, type Path, type Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import { deepen, deepeningSteps, isShallow, remoteOf } from './shallow.ts'

export type CommitSearch = {
  readonly changesets: readonly ChangesetFile[]
  readonly history: History | undefined
  /** Asked for those that the history does not know; without it they stay without a commit. */
  readonly git: Git | undefined
}

export async function withCommits({ changesets, history, git }: CommitSearch): Promise<readonly ChangesetFile[]> {
  const commits = new Map<Path, Sha>()
  // Newest first: the last to add a file stays.
  const columns = history && columnsOf(history)
  for (const [index, added] of columns?.addedChangesets ?? []) {
    for (const path of added) if (!commits.has(path)) commits.set(path, columns?.sha(index) ?? '')
  }
  const isKnown = (): boolean => changesets.every(({ path }) => commits.has(path))
  if (git !== undefined && !isKnown()) await askGit(git, commits, isKnown)
  return changesets.map((changeset) => {
    const commit = commits.get(changeset.path)
    return commit === undefined ? changeset : { ...changeset, commit }
  })
}

/** A shallow clone is deepened as long as that may bring the answer; a file nobody committed has none. */
async function askGit(git: Git, commits: Map<Path, Sha>, isKnown: () => boolean): Promise<void> {
  for (const step of [...deepeningSteps, undefined]) {
    const isCutOff = await isShallow(git)
    await addingCommits(git, commits, isCutOff)
    const remote = isCutOff && !isKnown() ? await remoteOf(git) : undefined
    if (step === undefined || remote === undefined || !(await deepen(git, remote, step))) return
  }
}

/** The commits at which a shallow clone is cut off seem to add every file; they are passed over. */
async function addingCommits(git: Git, commits: Map<Path, Sha>, isCutOff: boolean): Promise<void> {
  const answer = await git([
    'log',
    '-z',
    '--format=%x01%H %P',
    '--diff-filter=A',
    '--name-only',
    '--no-renames',
    '--relative',
    '--end-of-options',
    'HEAD',
    '--',
    '.changeset',
  ])
  if (answer.kind === 'missing' || answer.code !== 0) return
  let commit: string | undefined
  for (const token of answer.stdout.split('\0')) {
    const text = token.startsWith('\n') ? token.slice(1) : token
    if (text.startsWith('\x01')) {
      const [sha, parent] = text.slice(1).trim().split(' ')
      commit = isCutOff && parent === undefined ? undefined : sha
    } else if (text !== '' && commit !== undefined && !commits.has(text)) {
      commits.set(text, commit)
    }
  }
}
