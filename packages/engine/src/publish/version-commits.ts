/**
 * Where the tag of a version belongs that was published some time ago and never tagged: at the commit that wrote the
 * version into its manifest. All packages are answered by two processes. Where a shallow clone ends before that commit,
 * the clone is deepened; what stays unknown is said, for a tag in the wrong place is worse than none.
 */
import { manifestPath } from '@topsail/core'
import type { Package, PackageName, Path, Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import { deepen, deepeningSteps, isShallow, remoteOf } from '../read/shallow.ts'
import { readObjects, versionIn } from './head-state.ts'

export type VersionCommits = {
  /** Null where history ends too early to tell; absent where the manifest was never committed. */
  readonly commits: ReadonlyMap<PackageName, Sha | null>
  readonly unknown: readonly PackageName[]
}

/** A version in the manifest of a folder: a package, or what a journal says of one. */
type Versioned = Pick<Package, 'name' | 'version' | 'dir'>

/** `at`: where history is read from. */
export async function findVersionCommits(
  git: Git,
  packages: readonly Versioned[],
  at: Sha | 'HEAD' = 'HEAD',
): Promise<VersionCommits> {
  if (packages.length === 0) return { commits: new Map(), unknown: [] }
  let commits = await versionCommits(git, packages, at)
  if (!(await isShallow(git))) return { commits, unknown: [] }
  const remote = await remoteOf(git)
  let ends = await endsOfHistory(git, at)
  for (const step of deepeningSteps) {
    const isSettled = ![...commits.values()].some((commit) => ends.has(commit))
    if (isSettled || remote === undefined || !(await deepen(git, remote, step))) break
    commits = await versionCommits(git, packages, at)
    ends = (await isShallow(git)) ? await endsOfHistory(git, at) : new Set()
  }
  const known = [...commits].map(([name, commit]) => [name, ends.has(commit) ? null : commit] as const)
  return { commits: new Map(known), unknown: known.flatMap(([name, commit]) => (commit === null ? [name] : [])) }
}

async function endsOfHistory(git: Git, at: Sha): Promise<ReadonlySet<Sha>> {
  const answer = await git(['rev-list', '--max-parents=0', at, '--'])
  return new Set(answer.kind === 'done' && answer.code === 0 ? answer.stdout.split('\n').filter(Boolean) : [])
}

/** For each package the newest commit in which its manifest got the version it has now. */
async function versionCommits(
  git: Git,
  packages: readonly Versioned[],
  at: Sha,
): Promise<ReadonlyMap<PackageName, Sha>> {
  if (packages.length === 0) return new Map()
  const paths = packages.map(manifestPath)
  const log = await git([
    'log',
    '--format=%x01%H',
    '--name-only',
    '--relative',
    '--no-renames',
    '-m',
    '--first-parent',
    '-z',
    at,
    '--',
    ...paths,
  ])
  if (log.kind === 'missing' || log.code !== 0) return new Map()
  const touched = commitsByPath(log.stdout)
  const questions = packages.flatMap((pkg) => (touched.get(manifestPath(pkg)) ?? []).map((commit) => ({ pkg, commit })))
  const texts = await readObjects(
    git,
    questions.map(({ pkg, commit }) => `${commit}:./${manifestPath(pkg)}`),
  )

  const commits = new Map<PackageName, Sha>()
  const past = new Set<PackageName>()
  questions.forEach(({ pkg, commit }, index) => {
    if (past.has(pkg.name)) return
    const text = texts[index]
    if (text !== undefined && versionIn(text) === pkg.version) commits.set(pkg.name, commit)
    else past.add(pkg.name)
  })
  return commits
}

function commitsByPath(log: string): ReadonlyMap<Path, readonly Sha[]> {
  const commits = new Map<Path, Sha[]>()
  for (const entry of log.split('\u0001')) {
    const [head = '', ...names] = entry.split('\0')
    const commit = head.trim()
    for (const name of names) {
      const path = name.replace(/^\n/, '')
      if (path === '') continue
      commits.set(path, [...(commits.get(path) ?? []), commit])
    }
  }
  return commits
}
