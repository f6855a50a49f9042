/**
 * The commits of a history in columns: what planning asks of a commit is a number in a list, and an object or a text is
 * made only of the few that are shown. Whoever has read a history in columns hands them on beside it; of any other they
 * are made from its commits. They are looked up by the history itself, so that a changed copy never answers with the
 * columns of the one it was copied from.
 */
import type { PlainHead } from './commits.ts'
import { linkCommits, type CommitIndex, type Parents } from './history.ts'
import type { Path, Sha } from '../names.ts'
import type { History, RawCommit } from '../snapshot.ts'

export type CommitColumns = {
  readonly size: number
  readonly sha: (index: CommitIndex) => Sha
  readonly indexOf: (sha: Sha) => CommitIndex | undefined
  readonly parents: Parents
  readonly message: (index: CommitIndex) => string
  readonly dirs: (index: CommitIndex) => ArrayLike<number>
  readonly addedChangesets: ReadonlyMap<CommitIndex, readonly Path[]>
  readonly said: SaidColumns | undefined
}

/** What messages say, as the reading of that name read them. */
export type SaidColumns = {
  readonly reading: string
  /** The number of what the message says; -1 where the message itself has to be read. */
  readonly head: (index: CommitIndex) => number
  /** Undefined for what is not conventional. */
  readonly heads: (head: number) => PlainHead | undefined
  readonly summary: (index: CommitIndex) => string
  readonly hasPull: (index: CommitIndex) => boolean
}

const known = new WeakMap<History, CommitColumns>()

export function columnsOf(history: History): CommitColumns {
  return known.get(history) ?? columnsOfCommits(history.commits)
}

/** A history whose commits are made only for those who ask for them one by one. */
export function historyOfColumns(
  columns: CommitColumns,
  rest: Omit<History, 'commits'>,
  commits: () => readonly RawCommit[],
): History {
  let made: readonly RawCommit[] | undefined
  const history: History = {
    get commits() {
      return (made ??= commits())
    },
    ...rest,
  }
  known.set(history, columns)
  return history
}

function columnsOfCommits(commits: readonly RawCommit[]): CommitColumns {
  const { indexOf, parents } = linkCommits(commits)
  const added = commits.flatMap(({ addedChangesets }, index) =>
    addedChangesets.length === 0 ? [] : [[index, addedChangesets] as const],
  )
  return {
    size: commits.length,
    sha: (index) => commits[index]?.sha ?? '',
    indexOf: (sha) => indexOf.get(sha),
    parents,
    message: (index) => commits[index]?.message ?? '',
    dirs: (index) => commits[index]?.dirs ?? [],
    addedChangesets: new Map(added),
    said: undefined,
  }
}
