/**
 * The last release of every package: the commit its tag names, else the commit that wrote its current version into its
 * manifest. A tag beside our history (a release branch that was never merged back) stands for the newest commit that
 * both have.
 */
import {
  firstVersionOf,
  skipReason,
  tagNameOf,
  type LastRelease,
  type Package,
  type PackageName,
  type Path,
  type Settings,
  type Sha,
  type TagAhead,
  type Version,
  type Workspace,
} from '@topsail/core'
import type { Git } from '../ports.ts'
import { collectLines, rowsFrom } from './history-commits.ts'
import { parentsOf, rowOf, shaOf, type HistoryTable, type Row } from './history-table.ts'
import { tagsAhead } from './tags-ahead.ts'
import { sharedVersions, tagNamesIn, type Tags } from './tags.ts'
import { findVersionWrites, type WriteSearch } from './version-writes.ts'

export type LastReleases = {
  readonly lastRelease: Readonly<Record<PackageName, LastRelease>>
  /** Of packages that can be released: what decides how much of the history matters. */
  readonly rows: ReadonlySet<Row>
  /** Packages that were committed with a version, yet no release of them was found. */
  readonly missing: readonly PackageName[]
  readonly behind: readonly TagAhead[]
  /** `commits.since`, where the history does not have it. */
  readonly unknownSince: Sha | undefined
}

export type ReleaseSearch = WriteSearch & {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly tags: Tags
}

/** A text instead is what git said in failing. */
export async function findLastReleases(search: ReleaseSearch): Promise<LastReleases | string> {
  const { table, workspace, settings, tags } = search
  const tagged = taggedReleases(search)
  const shared = settings.commits.preset === 'lerna' ? lastOfAll(search, tagged) : sharedVersions(search)
  const { since } = settings.commits
  const joined = await joinedCommits(search, [
    ...[...tagged.values()].map(({ commit }) => commit),
    ...[...shared.values()].flatMap(({ tag }) => tags.get(tag) ?? []),
    ...(since === undefined ? [] : [since]),
  ])
  if (typeof joined === 'string') return joined
  const ignored = new Set(settings.ignore)
  const releasable = workspace.packages.filter((pkg) => skipReason(pkg, settings, ignored) === undefined)
  const untagged = releasable.filter((pkg) => !joined.has(tagged.get(pkg.name)?.commit ?? ''))
  const writes = await findVersionWrites(
    search,
    untagged.map(({ dir, version }) => ({ dir, version: version ?? '' })),
  )
  if (typeof writes === 'string') return writes
  const lastRelease: Record<PackageName, LastRelease> = Object.create(null)
  const rows = new Set<Row>()
  const shas = new Map([...joined.values()].map((row) => [row, shaOf(table, row)]))
  for (const [name, { commit, tag }] of tagged) {
    const row = joined.get(commit)
    if (row !== undefined) lastRelease[name] = { commit: shas.get(row) ?? '', by: 'tag', tag }
  }
  for (const pkg of untagged) {
    const commit = writes.found.get(pkg.dir)
    if (commit === undefined) continue
    const isFirst = firstVersionOf(pkg.name, pkg.version ?? '', settings) !== undefined
    lastRelease[pkg.name] = { commit: isFirst ? commitBefore(table, commit) : commit, by: 'manifest' }
  }
  const apart = releasable.filter((pkg) => !tags.has(tagNameOf(settings, pkg.name, pkg.version ?? '')))
  releaseTogether(search, shared, joined, apart, lastRelease)
  const begin = since === undefined ? undefined : joined.get(since)
  if (begin !== undefined) countFrom(table, begin, releasable, lastRelease)
  for (const pkg of releasable) {
    if (lastRelease[pkg.name]?.by === 'since' && begin !== undefined) {
      rows.add(begin)
      continue
    }
    const row = joined.get(tagged.get(pkg.name)?.commit ?? '') ?? rowOf(table, lastRelease[pkg.name]?.commit ?? '')
    if (row !== undefined) rows.add(row)
  }
  const isSought = since !== undefined && begin === undefined
  return {
    lastRelease,
    rows,
    missing: missingReleases(begin, isSought && table.isCutOff ? releasable : [], untagged, writes.missing),
    behind: tagsAhead(search, untagged),
    unknownSince: isSought ? since : undefined,
  }
}

/** Lerna looks no further back than the newest of all tags. */
function lastOfAll(
  { workspace, table, order }: ReleaseSearch,
  tagged: ReadonlyMap<PackageName, Tagged>,
): ReturnType<typeof sharedVersions> {
  const rows = new Map<Row, { readonly version: Version; readonly tag: string }>()
  for (const { name, version = '' } of workspace.packages) {
    const found = tagged.get(name)
    const row = found && rowOf(table, found.commit)
    if (row !== undefined && found !== undefined) rows.set(row, { version, tag: found.tag })
  }
  const newest = rows.size === 0 ? undefined : order.find((row) => rows.has(row))
  const last = newest === undefined ? undefined : rows.get(newest)
  return new Map(last === undefined ? [] : workspace.packages.map(({ name }) => [name, last] as const))
}

/** A release that is told by no such tag, and that the last one of those it shares tags with contains, is that one. */
function releaseTogether(
  { table, tags }: ReleaseSearch,
  shared: ReturnType<typeof sharedVersions>,
  joined: ReadonlyMap<Sha, Row>,
  packages: readonly Package[],
  lastRelease: Record<PackageName, LastRelease>,
): void {
  const contents = new Map<Row, ReadonlySet<Row>>()
  for (const { name } of packages) {
    const tag = shared.get(name)?.tag ?? ''
    const row = joined.get(tags.get(tag) ?? '')
    if (row === undefined) continue
    const contained = contents.get(row) ?? new Set(rowsFrom(table, row))
    contents.set(row, contained)
    const own = rowOf(table, lastRelease[name]?.commit ?? '')
    if (own === undefined || contained.has(own)) lastRelease[name] = { commit: shaOf(table, row), by: 'tag', tag }
  }
}

/** Of packages whose last release this commit contains, the commit stands for it. */
function countFrom(
  table: HistoryTable,
  begin: Row,
  packages: readonly Package[],
  lastRelease: Record<PackageName, LastRelease>,
): void {
  const contained = new Set(rowsFrom(table, begin))
  const commit = shaOf(table, begin)
  for (const { name } of packages) {
    const row = rowOf(table, lastRelease[name]?.commit ?? '')
    if (row === undefined || contained.has(row)) lastRelease[name] = { commit, by: 'since' }
  }
}

/** Where it is known from which commit on they count, no older release is needed; where that is sought, nothing is known. */
function missingReleases(
  begin: Row | undefined,
  waiting: readonly Package[],
  untagged: readonly Package[],
  missing: ReadonlySet<Path>,
): readonly PackageName[] {
  if (begin !== undefined) return []
  const names = untagged.filter((pkg) => missing.has(pkg.dir)).map((pkg) => pkg.name)
  return [...new Set([...names, ...waiting.map((pkg) => pkg.name)])]
}

/** Itself where nothing was before. */
function commitBefore(table: HistoryTable, commit: Sha): Sha {
  const row = rowOf(table, commit)
  const parent = row === undefined ? undefined : parentsOf(table, row)[0]
  return parent === undefined ? commit : shaOf(table, parent)
}

type Tagged = { readonly commit: Sha; readonly tag: string }

function taggedReleases({ workspace, settings, tags }: ReleaseSearch): ReadonlyMap<PackageName, Tagged> {
  const tagged = new Map<PackageName, Tagged>()
  const namesOf = tagNamesIn(workspace, settings)
  for (const pkg of workspace.packages) {
    const tag = pkg.version === undefined ? undefined : namesOf(pkg, pkg.version).find((name) => tags.has(name))
    const commit = tag === undefined ? undefined : tags.get(tag)
    if (tag !== undefined && commit !== undefined) tagged.set(pkg.name, { commit, tag })
  }
  return tagged
}

/** For each commit the newest row of our history that it contains: itself, when it is in it. */
async function joinedCommits(
  { table, git, order }: ReleaseSearch,
  commits: readonly Sha[],
): Promise<ReadonlyMap<Sha, Row> | string> {
  const rank = new Int32Array(table.count).fill(-1)
  for (let at = 0; at < order.length; at += 1) rank[order[at] ?? 0] = at
  const joined = new Map<Sha, Row>()
  const beside = new Set<Sha>()
  for (const commit of commits) {
    const row = rowOf(table, commit)
    if (row !== undefined && (rank[row] ?? -1) >= 0) joined.set(commit, row)
    else beside.add(commit)
  }
  if (beside.size === 0) return joined
  const parents = await readSideLines(git, beside, shaOf(table, order[0] ?? 0))
  if (typeof parents === 'string') return parents
  const rankOf = (sha: Sha): number => rank[rowOf(table, sha) ?? -1] ?? -1
  for (const commit of beside) {
    const ranks = reachedRanks(commit, parents, rankOf)
    const newest = ranks.reduce((least, at) => Math.min(least, at), order.length)
    const row = order[newest]
    if (row !== undefined) joined.set(commit, row)
  }
  return joined
}

/** The commits that the given ones contain and the head does not, with their parents. */
async function readSideLines(
  git: Git,
  commits: ReadonlySet<Sha>,
  head: Sha,
): Promise<ReadonlyMap<Sha, readonly Sha[]> | string> {
  const lines: string[] = []
  const answer = await git(['rev-list', '--parents', '--ignore-missing', '--stdin'], {
    input: `${[...commits].join('\n')}\n^${head}\n`,
    onOutput: collectLines(lines),
  })
  if (answer.kind === 'missing') return answer.detail
  if (answer.code !== 0) return answer.stderr
  return new Map(lines.map((line) => line.split(' ')).map(([sha = '', ...parents]) => [sha, parents]))
}

function reachedRanks(
  start: Sha,
  parents: ReadonlyMap<Sha, readonly Sha[]>,
  rankOf: (sha: Sha) => number,
): readonly number[] {
  const seen = new Set([start])
  const ranks: number[] = []
  for (const sha of seen) {
    const rank = rankOf(sha)
    if (rank >= 0) ranks.push(rank)
    else for (const parent of parents.get(sha) ?? []) seen.add(parent)
  }
  return ranks
}
