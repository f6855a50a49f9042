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
  /** Whether a changeset under another name than it was written under keeps the commit that wrote it. */
  readonly followRenames: boolean
}

/** A promise where git has to be asked. */
export function changesetCommits(search: CommitSearch): ChangesetCommits | Promise<ChangesetCommits> {
  const { changesets, history, git, log, followRenames } = search
  const found = noneFound(changesets, false)
  const columns = history && columnsOf(history)
  for (const [index, added] of columns?.addedChangesets ?? []) {
    for (const path of added) found.take({ path, from: undefined }, columns?.sha(index) ?? '')
  }
  const { commits, missing } = found
  if (git === undefined) return commits
  const asked = { changesets, git, log, followRenames }
  if (missing.size > 0) return askGit(asked, commits)
  log?.stop()
  if (!followRenames || commits.size === 0) return commits
  // The history knows no renames.
  return hasRenamed(git, commits).then((renamed) => (renamed ? askGit(asked, commits) : commits))
}

/** A file that a commit added; `from`: it had another name before. */
type Added = { readonly path: Path; readonly from: Path | undefined }

type Found = {
  readonly commits: Map<Path, Sha>
  /** What is still looked for. */
  readonly missing: ReadonlySet<Path>
  /** Of every file that a commit added, newest first. */
  readonly take: (added: Added, commit: Sha) => void
}

/**
 * The last to add a file is its commit. Pre mode moves a changeset once it is versioned: whoever moved it did not write
 * it, so there it is the last that added it before the move. Changesets 3 has that of every other name as well.
 */
function noneFound(changesets: readonly ChangesetFile[], followRenames: boolean): Found {
  const commits = new Map<Path, Sha>()
  const missing = new Set(changesets.map(({ path }) => path))
  /** What it was called before, by whom it is looked for. */
  const moved = new Map<Path, Path>()
  const settle = (wanted: Path, { path, from }: Added, commit: Sha): void => {
    if (!missing.has(wanted)) return
    commits.set(wanted, commit)
    if (from === undefined || !followRenames) missing.delete(wanted)
    else moved.set(from, wanted)
    if (path !== wanted) moved.delete(path)
  }
  const take = (added: Added, commit: Sha): void => {
    const { path } = added
    const later = moved.get(path)
    if (later !== undefined) settle(later, added, commit)
    const isMove = path.startsWith(`${movedFolder}/`)
    if (!isMove) return settle(path, added, commit)
    if (!missing.has(path) || commits.has(path)) return
    commits.set(path, commit)
    moved.set(`${changesetFolder}${path.slice(movedFolder.length)}`, path)
  }
  return { commits, missing, take }
}

type Asked = Pick<CommitSearch, 'changesets' | 'log' | 'followRenames'> & { readonly git: Git }

/** A shallow clone is deepened as long as that may bring the answer; a file nobody committed has none. */
async function askGit(
  { git, log, changesets, followRenames }: Asked,
  known: ChangesetCommits,
): Promise<ChangesetCommits> {
  const find = async (asked: AddingLog, isCutOff: boolean): Promise<Found> => {
    const found = noneFound(changesets, followRenames)
    const end = await asked.read((added, commit, isFirst) => {
      // The commits at which a shallow clone is cut off seem to add every file.
      if (!(isCutOff && isFirst)) found.take(added, commit)
      return found.missing.size > 0
    })
    if (end === 'lacks files') return find(startAddingLog(git, undefined, 'same content'), isCutOff)
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
type Hear = (added: Added, commit: Sha, isFirst: boolean) => boolean

export type AddingLog = {
  /**
   * Every file that was ever added below `.changeset/`, newest first. `may go on`: git has told as much as it was asked
   * for. `lacks files`: a clone without them cannot tell which are alike.
   */
  readonly read: (hear: Hear) => Promise<'ended' | 'may go on' | 'lacks files'>
  readonly stop: () => void
}

/**
 * As many commits as add what lies there, when each adds one file and nothing was added and removed since: older ones are
 * seldom asked for. One that was moved was added twice.
 */
export function likelyAddingCommits(files: Files): number {
  return changesetNames(files, changesetFolder).length + 2 * changesetNames(files, movedFolder).length
}

/** Which files count as renamed: git compares what is in them only where they are here. */
type Likeness = 'alike' | 'same content'

const likenesses: Readonly<Record<Likeness, string>> = {
  alike: '--find-renames',
  'same content': '--find-renames=100%',
}
/** A clone without them would fetch them one by one. */
const onlyWhatIsHere = { GIT_NO_LAZY_FETCH: '1' }

/** What git says before anybody reads it is kept. Without `most` all commits are told. */
export function startAddingLog(git: Git, most?: number, likeness: Likeness = 'alike'): AddingLog {
  const stopped = new AbortController()
  const decoder = new StringDecoder()
  let text = ''
  let take = (): void => {}
  const ended = git(addingLogArguments(most, likeness), {
    signal: stopped.signal,
    env: onlyWhatIsHere,
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
      void ended.then((answer) => {
        const isBroken = answer.kind === 'done' && answer.code !== 0 && likeness === 'alike'
        resolve(isBroken ? 'lacks files' : parser.commits() === most ? 'may go on' : 'ended')
      })
    })
  return { read, stop }
}

const addingLogArguments = (most: number | undefined, likeness: Likeness): readonly string[] => [
  'log',
  ...(most === undefined ? [] : [`--max-count=${most}`]),
  '-z',
  '--format=%x01%H %P',
  '--diff-filter=AR',
  '--name-status',
  likenesses[likeness],
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
  let status = ''
  let from: Path | undefined
  const take = (token: string): boolean => {
    const text = token.startsWith('\n') ? token.slice(1) : token
    if (text === '') return true
    if (text.startsWith('\x01')) {
      const [sha = '', parent = ''] = text.slice(1).split(' ')
      commit = sha
      isFirst = parent === ''
      commits += 1
    } else if (status === '') status = text
    else if (status.startsWith('R') && from === undefined) from = text
    else {
      const added = { path: text, from }
      status = ''
      from = undefined
      return hear(added, commit, isFirst)
    }
    return true
  }
  return { take, commits: () => commits }
}

/** Whether one of these commits gave the file that it is known for another name. */
async function hasRenamed(git: Git, commits: ChangesetCommits): Promise<boolean> {
  const input = [...new Set(commits.values())].map((commit) => `${commit}\n`).join('')
  for (const likeness of ['alike', 'same content'] as const) {
    const how = ['--no-walk=unsorted', '-z', '--format=', '--diff-filter=R', '--name-only', likenesses[likeness]]
    const answer = await git(['log', ...how, '--relative', '--stdin', '--', '.changeset'], {
      input,
      env: onlyWhatIsHere,
    })
    if (answer.kind === 'missing') return false
    if (answer.code !== 0) continue
    const renamed = new Set(answer.stdout.split('\0').map((path) => path.trim()))
    return [...commits.keys()].some((path) => renamed.has(path))
  }
  return false
}
