/**
 * The history that decides a plan: every commit that some package has not released yet, what it says and which folders
 * it touched, and the last release of each package. Git is run a fixed number of times whatever the number of packages,
 * commits and changesets, and never compares a tree twice: what it said is kept in the index.
 */
import { plainReading, type History, type Problem, type Settings, type Sha, type Workspace } from '@topsail/core'
import type { Git } from '../ports.ts'
import type { GitFacts } from './git-facts.ts'
import { appendCommitsFrom, rowsFrom } from './history-commits.ts'
import { indexPlace, loadIndex, saveIndex } from './history-index.ts'
import { unreleasedRows } from './history-region.ts'
import { historyOf } from './history-columns.ts'
import { sayingReader } from './history-sayings.ts'
import { emptyTable, isWalked, rowOf, type HistoryTable, type Row } from './history-table.ts'
import { walkRows } from './history-walk.ts'
import { passIgnoredChanges } from './ignored-changes.ts'
import { findLastReleases, type LastReleases } from './last-release.ts'
import { deepen, deepeningSteps, isShallow, remoteOf, remoteTags } from './shallow.ts'
import { readTags, type Tags } from './tags.ts'

export type HistoryRequest = {
  readonly git: Git
  readonly facts: Extract<GitFacts, { kind: 'repository' }>
  readonly workspace: Workspace
  readonly settings: Settings
  /** Whether the index may be used and written. */
  readonly index: boolean
  /** What was begun before the workspace was read. */
  readonly begun?: HistoryBeginning | undefined
}

/** What of a history needs no workspace: its tags, and which commits there are. */
export type HistoryBeginning = {
  readonly tags: Promise<Tags>
  /** Undefined where there is no history, or only the end of one. */
  readonly commits: Promise<ListedCommits | undefined>
}

type ListedCommits = {
  readonly table: HistoryTable
  /** Rows from this one on are new since the table was kept. */
  readonly firstNewRow: Row
  readonly wasKept: boolean
  /** What git said in failing. */
  readonly failure: string | undefined
}

/** Git works while the caller reads files. */
export function beginHistory(git: Git, asked: Promise<GitFacts>, index: boolean): HistoryBeginning {
  const listed = async (): Promise<ListedCommits | undefined> => {
    const facts = await asked
    const isWhole = facts.kind === 'repository' && facts.head !== undefined && !facts.isShallow
    return isWhole && facts.head !== undefined ? listCommits(git, facts, facts.head, index) : undefined
  }
  return { tags: readTags(git), commits: listed() }
}

async function listCommits(
  git: Git,
  facts: HistoryRequest['facts'],
  head: Sha,
  index: boolean,
): Promise<ListedCommits> {
  const kept = index ? loadIndex(indexPlace(facts.commonDir, facts.prefix)) : undefined
  const wasKept = kept?.hashBytes === head.length / 2
  const table = kept !== undefined && wasKept ? kept : emptyTable(head.length / 2)
  const firstNewRow = table.count
  const failure = await appendCommitsFrom(table, git, head)
  return { table, firstNewRow, wasKept, failure }
}

export type HistoryReading = {
  readonly history: History | undefined
  readonly problems: readonly Problem[]
  /** Resolves when the index is written; undefined where it stays as it is. */
  readonly kept?: Promise<void> | undefined
}

export async function readHistory(request: HistoryRequest): Promise<HistoryReading> {
  const { facts, git } = request
  if (facts.head === undefined) return { history: { commits: [], dirs: [], lastRelease: {} }, problems: [] }
  if (facts.isShallow) return readShallow(request, facts.head)
  const begun = request.begun ?? beginHistory(git, Promise.resolve(facts), request.index)
  const listed = (await begun.commits) ?? (await listCommits(git, facts, facts.head, request.index))
  const { table } = listed
  const before = { text: table.text.length, writes: table.versionWrites.size, reading: table.sayings.reading }
  const reading = await readWith(request, listed, facts.head, await begun.tags)
  if (typeof reading === 'string') return failed(reading)
  const isGrown =
    table.text.length - before.text > worthKeeping ||
    table.versionWrites.size > before.writes ||
    table.sayings.reading !== before.reading ||
    !listed.wasKept
  const kept = request.index && isGrown ? saveIndex(indexPlace(facts.commonDir, facts.prefix), table) : undefined
  return { history: reading.history, problems: problemsOf(reading.releases), kept }
}

/** Bytes of commit messages below which walking again is cheaper than writing the index. */
const worthKeeping = 16 * 1024

type Reading = { readonly history: History; readonly releases: LastReleases }

/** A text instead is what git said in failing. */
async function readWith(
  request: HistoryRequest,
  { table, firstNewRow, failure }: Pick<ListedCommits, 'table' | 'firstNewRow' | 'failure'>,
  head: Sha,
  tags: Tags,
): Promise<Reading | string> {
  const { git, workspace, settings, facts } = request
  const headRow = rowOf(table, head)
  if (failure !== undefined || headRow === undefined) return failure ?? `git does not list ${head}`
  const order = rowsFrom(table, headRow)
  const search = {
    table,
    git,
    prefix: facts.prefix,
    order,
    firstNewRow,
    workspace,
    settings,
    tags,
    isShallow: facts.isShallow,
  }
  const releases = await findLastReleases(search)
  if (typeof releases === 'string') return releases
  const lastRelease = await passIgnoredChanges({ ...search, head }, releases.lastRelease)
  if (typeof lastRelease === 'string') return lastRelease
  const region = unreleasedRows(table, order, releases.rows)
  const readSaying = sayingReader(table, plainReading(settings))
  const unwalked: Row[] = []
  for (const row of region) if (!isWalked(table, row)) unwalked.push(row)
  // What was walked is read while git compares the next trees.
  const walkFailure = await walkRows(table, git, unwalked, facts.prefix, readSaying)
  if (walkFailure !== undefined) return walkFailure
  for (let at = 0; at < region.length; at += 1) readSaying(region[at] ?? 0)
  return { history: historyOf(table, region, lastRelease), releases }
}

/** No index: what a shallow clone says of its last commits is not true of the whole. */
async function readShallow(request: HistoryRequest, head: Sha): Promise<HistoryReading> {
  const { git } = request
  const remote = await remoteOf(git)
  const tags = new Map([...(remote === undefined ? [] : await remoteTags(git, remote)), ...(await readTags(git))])
  for (const step of [...deepeningSteps, undefined]) {
    const isCutOff = await isShallow(git)
    const table = emptyTable(head.length / 2, isCutOff)
    const failure = await appendCommitsFrom(table, git, head)
    const reading = await readWith(request, { table, firstNewRow: 0, failure }, head, tags)
    if (typeof reading === 'string') return failed(reading)
    const names = reading.releases.missing
    if (names.length === 0 || !isCutOff) return { history: reading.history, problems: problemsOf(reading.releases) }
    if (step !== undefined && remote !== undefined && (await deepen(git, remote, step))) continue
    return { history: reading.history, problems: [{ code: 'HISTORY_SHALLOW', severity: 'error', names, remote }] }
  }
  return { history: undefined, problems: [] }
}

function problemsOf({ behind, unknownSince }: LastReleases): readonly Problem[] {
  const problems: Problem[] = []
  if (behind.length > 0) problems.push({ code: 'VERSION_BEHIND_TAG', severity: 'warning', behind })
  if (unknownSince !== undefined) {
    problems.push({
      code: 'COMMITS_SINCE_UNKNOWN',
      severity: 'warning',
      place: { file: 'topsail.json' },
      commit: unknownSince,
    })
  }
  return problems
}

function failed(detail: string): HistoryReading {
  return {
    history: undefined,
    problems: [{ code: 'HISTORY_UNAVAILABLE', severity: 'error', why: 'git-failed', detail: detail.trim() }],
  }
}
