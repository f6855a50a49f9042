/**
 * What a revert has to take back: every commit that wrote a version of the release into a manifest, newest first, and
 * of each the files that a release writes. A commit that also wrote versions of another release is taken back only as
 * far as it is about this one. A manifest that came into the repository with its version was not versioned, and stays.
 */
import { manifestPath, type PackageName, type Path, type RevertStep, type Sha, type Version } from '@topsail/core'
import type { Git } from '../ports.ts'
import { readObjects, versionIn } from '../publish/head-state.ts'
import { findVersionCommits } from '../publish/version-commits.ts'

export type RevertOf = {
  readonly commit: Sha
  /** Git pathspecs. */
  readonly paths: readonly string[]
}

export type RevertPlan = {
  /** Newest first. */
  readonly reverts: readonly RevertOf[]
  /** Packages whose version was written before the history at hand begins. */
  readonly unknown: readonly PackageName[]
}

/** `isReleased`: whether a version that is not of this release has its tag. */
export async function planRevert(
  git: Git,
  { commit, versions }: RevertStep,
  isReleased: (name: PackageName, version: Version) => boolean,
): Promise<RevertPlan> {
  const found = await findVersionCommits(git, versions, commit)
  const writers = [...new Set([...found.commits.values()].filter((sha) => sha !== null))]
  const dirs = new Set(versions.map(({ dir }) => dir))
  const reverts: RevertOf[] = []
  for (const writer of await newestFirst(git, commit, writers)) {
    const written = await versionsWrittenBy(git, writer)
    const ours = written.filter(({ dir }) => dirs.has(dir))
    const others = written.filter(({ dir, name, version }) => !dirs.has(dir) && isReleased(name, version))
    if (ours.length === 0) continue
    reverts.push({ commit: writer, paths: others.length === 0 ? everything : await onlyOf(git, writer, ours) })
  }
  return { reverts, unknown: found.unknown }
}

/** What a release writes. */
const everything: readonly string[] = [
  ':(glob)**/package.json',
  ':(glob)**/CHANGELOG.md',
  ':(glob).changeset/**',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'yarn.lock',
  'bun.lock',
]

async function newestFirst(git: Git, from: Sha, commits: readonly Sha[]): Promise<readonly Sha[]> {
  if (commits.length < 2) return commits
  const order = await lines(git, ['rev-list', '--topo-order', '--first-parent', from, '--'])
  const places = new Map(order.map((sha, at) => [sha, at]))
  return commits.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
}

type Written = { readonly name: PackageName; readonly version: Version; readonly dir: Path }

/** Manifests that had another version before. */
async function versionsWrittenBy(git: Git, commit: Sha): Promise<readonly Written[]> {
  const changed = [...namesChanged, '--diff-filter=M', `${commit}^`, commit]
  const answer = await git([...changed, '--', ':(glob)**/package.json'])
  // Before the first commit there is nothing to go back to.
  if (answer.kind === 'missing' || answer.code !== 0) return []
  const paths = answer.stdout.split('\0').filter((path) => path !== '')
  const texts = await readObjects(
    git,
    paths.flatMap((path) => [`${commit}^:./${path}`, `${commit}:./${path}`]),
  )
  return paths.flatMap((path, at): readonly Written[] => {
    const [before, after] = [texts[2 * at] ?? '', texts[2 * at + 1] ?? '']
    const [from, version] = [versionIn(before), versionIn(after)]
    if (from === undefined || version === undefined || from === version) return []
    return [{ name: nameIn(after), version, dir: path.replace(/\/?package\.json$/, '') || '.' }]
  })
}

const namesChanged = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--relative']

function nameIn(text: string): PackageName {
  const manifest = JSON.parse(text.replace(/^\uFEFF/, '')) as { readonly name?: unknown }
  return typeof manifest.name === 'string' ? manifest.name : ''
}

/** Their manifests and changelogs, and the changesets that name any of them. */
async function onlyOf(git: Git, commit: Sha, ours: readonly Written[]): Promise<readonly string[]> {
  const own = ours.flatMap(({ dir }) => [manifestPath({ dir }), dir === '.' ? 'CHANGELOG.md' : `${dir}/CHANGELOG.md`])
  const gone = await git([...namesChanged, '--diff-filter=D', `${commit}^`, commit, '--', ':(glob).changeset/*.md'])
  const changesets =
    gone.kind === 'done' && gone.code === 0 ? gone.stdout.split('\0').filter((path) => path !== '') : []
  const texts = await readObjects(
    git,
    changesets.map((path) => `${commit}^:./${path}`),
  )
  const named = changesets.filter((_, at) => ours.some(({ name }) => texts[at]?.includes(name) === true))
  return [...own, ...named].map((path) => `:(literal)${path}`)
}

async function lines(git: Git, args: readonly string[]): Promise<readonly string[]> {
  const answer = await git(args)
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.split('\n').filter((line) => line !== '') : []
}
