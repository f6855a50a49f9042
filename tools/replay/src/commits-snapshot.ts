/**
 * A recorded case as a snapshot. The record tells for each package which commits it had not released, without the
 * history around them; so each package gets a release commit whose parents are all the other commits. Reachability then
 * says exactly what was recorded.
 */
import type { History, Package, Path, RawCommit, Snapshot, Workspace } from '@topsail/core'
import type { CommitsCase, RecordedCommit } from './commits-corpus.ts'
import { settingsOfCase } from './commits-settings.ts'

export function snapshotOfCommits(recorded: CommitsCase): Snapshot {
  return {
    workspace: workspaceOf(recorded),
    settings: settingsOfCase(recorded),
    changesets: [],
    pre: undefined,
    history: historyOf(recorded),
    head: recorded.commit,
    now: '2026-01-01T00:00:00.000Z',
    problems: [],
  }
}

/** The tools know the packages they were told of, not every manifest. */
function workspaceOf({ files, packages }: CommitsCase): Workspace {
  const members = Object.entries(packages).map(([name, { path, version }]) => packageOf(name, path, version, files))
  return {
    tool: 'npm',
    root: packageOf('', '.', undefined, files),
    packages: members.toSorted((a, b) => (a.dir < b.dir ? -1 : 1)),
    catalogs: {},
  }
}

function packageOf(name: string, dir: Path, version: string | undefined, files: CommitsCase['files']): Package {
  const text = files[dir === '.' ? 'package.json' : `${dir}/package.json`] ?? '{}'
  const manifest = JSON.parse(text)
  return { name, dir, version, private: manifest.private === true, manifest, text }
}

function historyOf(recorded: CommitsCase): History {
  const newestFirst = inOneOrder(Object.values(recorded.packages).map(({ commits }) => commits)).reverse()
  const listed = newestFirst.flatMap((id) => recorded.commits.get(id) ?? [])
  const dirs = new Map<Path, number>()
  const indexOf = (dir: Path): number => {
    const index = dirs.get(dir) ?? dirs.size
    dirs.set(dir, index)
    return index
  }
  const commits = listed.map((commit) => rawCommit(commit, touchedDirs(commit, recorded).map(indexOf)))
  const releases = Object.entries(recorded.packages).map(([name, { commits: open }]) => {
    const unreleased = new Set(open)
    const parents = listed.filter(({ id }) => !unreleased.has(id)).map(({ sha }) => sha)
    return { name, commit: { ...emptyCommit, sha: `release of ${name}`, parents } }
  })
  return {
    commits: [...releases.map(({ commit }) => commit), ...commits],
    dirs: [...dirs.keys()],
    lastRelease: Object.fromEntries(releases.map(({ name, commit }) => [name, { commit: commit.sha, by: 'tag' }])),
  }
}

const emptyCommit = { date: '', message: 'chore: release', dirs: [], addedChangesets: [] }

function rawCommit({ sha, subject, body }: RecordedCommit, dirs: readonly number[]): RawCommit {
  const message = body === '' ? subject : `${subject}\n\n${body}`
  return { ...emptyCommit, sha, parents: [], message, dirs }
}

/** Where the list of files was cut, the packages that list the commit say which folders it touched besides. */
function touchedDirs({ id, files, filesTotal }: RecordedCommit, { packages }: CommitsCase): readonly Path[] {
  const dirs = new Set(files.map((file) => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.')))
  if (filesTotal > files.length) {
    for (const { path, commits } of Object.values(packages)) if (commits.includes(id)) dirs.add(path)
  }
  return [...dirs]
}

/** One order in which every list keeps its own, oldest first. */
function inOneOrder(lists: readonly (readonly string[])[]): string[] {
  const before = new Map<string, Set<string>>()
  for (const list of lists) {
    list.forEach((id, at) => {
      const known = before.get(id) ?? new Set()
      const previous = list[at - 1]
      if (previous !== undefined) known.add(previous)
      before.set(id, known)
    })
  }
  const ordered = new Set<string>()
  const visit = (id: string, path: ReadonlySet<string>): void => {
    if (ordered.has(id) || path.has(id)) return
    for (const previous of before.get(id) ?? []) visit(previous, new Set([...path, id]))
    ordered.add(id)
  }
  for (const id of before.keys()) visit(id, new Set())
  return [...ordered]
}
