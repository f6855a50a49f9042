/**
 * Packages in which nothing changed since their release but files that `commits.ignoreFiles` names: none of their commits
 * asks for anything, as with Lerna, which compares the two trees and not the commits between them. Two processes of git,
 * and none where no files are ignored.
 */
import type { LastRelease, Package, PackageName, Path, Sha, Settings, Workspace } from '@topsail/core'
import type { Git } from '../ports.ts'
import { globMatcher } from './glob.ts'

export type IgnoredChangesSearch = {
  readonly git: Git
  /** The folder of the workspace within the repository: empty, or ending in a slash. */
  readonly prefix: string
  readonly head: Sha
  readonly workspace: Workspace
  readonly settings: Settings
}

type LastReleases = Readonly<Record<PackageName, LastRelease>>

/** For those packages the head stands in place of their release. A text instead is what git said in failing. */
export async function passIgnoredChanges(
  search: IgnoredChangesSearch,
  lastRelease: LastReleases,
): Promise<LastReleases | string> {
  const patterns = search.settings.commits.ignoreFiles ?? []
  if (patterns.length === 0) return lastRelease
  const changed = await changedSince(search, [...new Set(Object.values(lastRelease).map(({ commit }) => commit))])
  if (typeof changed === 'string') return changed
  const isIgnored = globMatcher(
    patterns.map((pattern) => (pattern.includes('/') ? pattern : `**/${pattern}`)),
    { dot: true },
  )
  const counts = ({ dir }: Package, file: Path): boolean =>
    (dir === '.' || file.startsWith(`${dir}/`)) && !isIgnored(file)
  const passed: Record<PackageName, LastRelease> = Object.assign(Object.create(null), lastRelease)
  for (const pkg of search.workspace.packages) {
    const release = lastRelease[pkg.name]
    const files = release === undefined ? undefined : changed.get(release.commit)
    if (release === undefined || files === undefined || files.some((file) => counts(pkg, file))) continue
    passed[pkg.name] = { ...release, commit: search.head }
  }
  return passed
}

/** The files of the workspace that differ between each commit and the head. */
async function changedSince(
  { git, prefix, head }: IgnoredChangesSearch,
  commits: readonly Sha[],
): Promise<ReadonlyMap<Sha, readonly Path[]> | string> {
  const trees = await run(git, ['cat-file', '--batch-check=%(objectname)'], [...commits, head].map(treeOf))
  if (typeof trees.failure === 'string') return trees.failure
  const ids = trees.text.trimEnd().split('\n')
  const pairs = commits.map((_, at) => `${ids[at]} ${ids.at(-1)}`)
  const compare = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--stdin']
  const { text, failure } = await run(git, compare, pairs)
  if (typeof failure === 'string') return failure
  const changed = new Map<Sha, readonly Path[]>()
  let at = 0
  for (const [index, commit] of commits.entries()) {
    at += `${pairs[index]}\n`.length
    const next = pairs[index + 1]
    const found = next === undefined ? -1 : text.indexOf(`${next}\n`, at)
    const end = found < 0 ? text.length : found
    const files = text.slice(at, end).split('\0')
    changed.set(
      commit,
      files.flatMap((file) => (file !== '' && file.startsWith(prefix) ? [file.slice(prefix.length)] : [])),
    )
    at = end
  }
  return changed
}

function treeOf(commit: Sha): string {
  return `${commit}^{tree}`
}

async function run(
  git: Git,
  args: readonly string[],
  lines: readonly string[],
): Promise<{ readonly text: string; readonly failure?: string }> {
  const answer = await git(args, { input: lines.map((line) => `${line}\n`).join('') })
  if (answer.kind === 'missing') return { text: '', failure: answer.detail }
  return answer.code === 0 ? { text: answer.stdout } : { text: '', failure: answer.stderr }
}
