/**
 * The commit that added each changeset: from the history where it was read, else from one `git log` that looks at
 * nothing but `.changeset/`. That one runs while everything else is read, and ends once all are found: this process may
 * be too busy by then to stop it, so it is told before how many commits are likely enough.
 */
import { StringDecoder } from 'node:string_decoder'
import { columnsOf, type ChangesetCommits, type ChangesetFile, type History, type Path, type Sha } from '@topsail/core'
import type { Files, Git } from '../ports.ts'
import { changesetFolder, changesetNames, movedFolder } from './changesets.ts'
import { deepen, deepeningSteps, isShallow, remoteOf } from './shallow.ts'

export type CommitSearch = {
  readonly changesets: readonly ChangesetFile[]
  readonly history: History | undefined
  /** Asked for those that the history does not know; without it they stay without a commit. */
  readonly git: Git | undefined
  /** What git has said already, of a repository that is not shallow. */
  readonly log?: AddingLog | undefined
}

/** A promise where git has to be asked. */
export function changesetCommits(search: CommitSearch): ChangesetCommits | Promise<ChangesetCommits> {
  const { changesets, history, git, log } = search
  const found = noneFound(changesets)
  const columns = history && columnsOf(history)
  for (const [index, added] of columns?.addedChangesets ?? []) {
    for (const path of added) found.take(path, columns?.sha(index) ?? '')
  }
  if (git !== undefined && found.missing.size > 0) return askGit(git, log, changesets, found.commits)
  log?.stop()
  return found.commits
}

type Found = {
  readonly commits: Map<Path, Sha>
  /** What is still looked for. */
  readonly missing: ReadonlySet<Path>
  /** Of every file that a commit added, newest first. */
  readonly take: (path: Path, commit: Sha) => void
}

/**
 * The last to add a file is its commit. Pre mode moves a changeset once it is versioned: whoever moved it did not write
 * it, so there it is the last that added it before the move.
 */
function noneFound(changesets: readonly ChangesetFile[]): Found {
  const commits = new Map<Path, Sha>()
  const missing = new Set(changesets.map(({ path }) => path))
  const moved = new Map<Path, Path>()
  const take = (path: Path, commit: Sha): void => {
    const later = moved.get(path)
    if (later !== undefined && missing.delete(later)) commits.set(later, commit)
    const isMove = path.startsWith(`${movedFolder}/`)
    if (!(isMove ? missing.has(path) && !commits.has(path) : missing.delete(path))) return
    commits.set(path, commit)
    if (isMove) moved.set(`${changesetFolder}${path.slice(movedFolder.length)}`, path)
  }
  return { commits, missing, take }
}

/** A shallow clone is deepened as long as that may bring the answer; a file nobody committed has none. */
async function askGit(
  git: Git,
  log: AddingLog | undefined,
  changesets: readonly ChangesetFile[],
  known: ChangesetCommits,
): Promise<ChangesetCommits> {
  const find = async (asked: AddingLog, isCutOff: boolean): Promise<Found> => {
    const found = noneFound(changesets)
    const end = await asked.read((path, commit, isFirst) => {
      // The commits at which a shallow clone is cut off seem to add every file.
      if (!(isCutOff && isFirst)) found.take(path, commit)
      return found.missing.size > 0
    })
    return end === 'may go on' ? find(startAddingLog(git), isCutOff) : found
  }
  // What the history knows of a file is right, unless the file was moved.
  const joined = ({ commits }: Found): ChangesetCommits => new Map([...known, ...commits])
  if (log !== undefined) return joined(await find(log, false))
  for (const step of deepeningSteps) {
    const isCutOff = await isShallow(git)
    const found = await find(startAddingLog(git), isCutOff)
    const remote = isCutOff && found.missing.size > 0 ? await remoteOf(git) : undefined
    if (remote === undefined || !(await deepen(git, remote, step))) return joined(found)
  }
  return joined(await find(startAddingLog(git), await isShallow(git)))
}

/** `isFirst`: the commit has no parent here. False when enough was heard. */
type Hear = (path: Path, commit: Sha, isFirst: boolean) => boolean

export type AddingLog = {
  /** Every file that was ever added below `.changeset/`, newest first. `may go on`: git has told as much as it was asked for. */
  readonly read: (hear: Hear) => Promise<'ended' | 'may go on'>
  readonly stop: () => void
}

/**
 * As many commits as add what lies there, when each adds one file and nothing was added and removed since: older ones are
 * seldom asked for. One that was moved was added twice.
 */
export function likelyAddingCommits(files: Files): number {
  return changesetNames(files, changesetFolder).length + 2 * changesetNames(files, movedFolder).length
}

/** What git says before anybody reads it is kept. Without `most` all commits are told. */
export function startAddingLog(git: Git, most?: number): AddingLog {
  const stopped = new AbortController()
  const decoder = new StringDecoder()
  let text = ''
  let take = (): void => {}
  const ended = git(addingLogArguments(most), {
    signal: stopped.signal,
    onOutput(chunk) {
      text += decoder.write(chunk)
      take()
    },
  })
  const stop = (): void => stopped.abort()
  const read: AddingLog['read'] = (hear) =>
    new Promise((resolve) => {
      const parser = addingLogParser(hear)
      take = (): void => {
        const tokens = text.split('\0')
        text = tokens.pop() ?? ''
        if (tokens.every(parser.take)) return
        take = () => {}
        stop()
        resolve('ended')
      }
      take()
      void ended.then(() => resolve(parser.commits() === most ? 'may go on' : 'ended'))
    })
  return { read, stop }
}

const addingLogArguments = (most: number | undefined): readonly string[] => [
  'log',
  ...(most === undefined ? [] : [`--max-count=${most}`]),
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
]

/** `take`, of each token in turn: whether the next one is wanted. */
function addingLogParser(hear: Hear): { readonly take: (token: string) => boolean; readonly commits: () => number } {
  let commit = ''
  let isFirst = false
  let commits = 0
  const take = (token: string): boolean => {
    const text = token.startsWith('\n') ? token.slice(1) : token
    if (text === '') return true
    if (!text.startsWith('\x01')) return hear(text, commit, isFirst)
    const [sha = '', parent = ''] = text.slice(1).split(' ')
    commit = sha
    isFirst = parent === ''
    commits += 1
    return true
  }
  return { take, commits: () => commits }
}
