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
  /** Indices into `History.dirs`: those of a commit begin at its start and end at the next one's. */
  readonly dirs: DirColumns
  readonly addedChangesets: ReadonlyMap<CommitIndex, readonly Path[]>
  readonly said: SaidColumns | undefined
}

export type DirColumns = { readonly starts: ArrayLike<number>; readonly numbers: ArrayLike<number> }

/** What messages say, as the reading of that name read them. */
export type SaidColumns = {
  readonly reading: string
  /** By commit the number of what its message says; -1 where the message itself has to be read. */
  readonly numbers: Int32Array
  /** By number; undefined for what is not conventional. */
  readonly heads: readonly (PlainHead | undefined)[]
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
    dirs: dirColumns(commits),
    addedChangesets: new Map(added),
    said: undefined,
  }
}

function dirColumns(commits: readonly RawCommit[]): DirColumns {
  const starts = new Uint32Array(commits.length + 1)
  const numbers: number[] = []
  for (let index = 0; index < commits.length; index += 1) {
    for (const dir of commits[index]?.dirs ?? []) numbers.push(dir)
    starts[index + 1] = numbers.length
  }
  return { starts, numbers }
}
