/**
 * New packages whose first release is still to come: never tagged, at the version that their manifest began with, and
 * in the plan that is pending. That version was only a place to begin from; the release pull request proposes the first
 * one. Packages that need them, and are as new, wait as well.
 */
import {
  dependencyFields,
  manifestPath,
  tagNameOf,
  type Package,
  type PackageName,
  type ReleasePlan,
  type Settings,
  type Sha,
} from '@topsail/core'
import type { Git } from '../ports.ts'
import { readObjects } from '../publish/head-state.ts'
import { findVersionCommits } from '../publish/version-commits.ts'

export type FirstReleasesQuestion = {
  readonly git: Git
  readonly settings: Settings
  /** What is released by its manifest. */
  readonly packages: readonly (Package & { readonly version: string })[]
  /** As the remote has them. */
  readonly tags: ReadonlyMap<string, Sha>
  /** What is pending on top of HEAD; asked for only where a package is new. */
  readonly pending: () => Promise<ReleasePlan | undefined>
}

export async function waitingForFirstRelease(question: FirstReleasesQuestion): Promise<readonly PackageName[]> {
  const young = await youngPackages(question)
  if (young.length === 0) return []
  const plan = await question.pending()
  const pending = new Set(plan?.releases.map(({ name }) => name))
  const waiting = new Set(young.flatMap(({ name }) => (pending.has(name) ? [name] : [])))
  // Whoever is added may be needed by another.
  for (let before = -1; before < waiting.size;) {
    before = waiting.size
    for (const pkg of young) if (needsSome(pkg, waiting)) waiting.add(pkg.name)
  }
  return [...waiting]
}

async function youngPackages({ git, settings, packages, tags }: FirstReleasesQuestion): Promise<readonly Package[]> {
  const { tagPattern } = settings
  const untagged = packages.filter(
    // Nearly all have the tag of the version they are at, and no other is looked for.
    ({ name, version }) => !tags.has(tagNameOf(tagPattern, name, version)) && !wasTagged(name, tagPattern, tags),
  )
  const { commits } = await findVersionCommits(git, untagged)
  const known = untagged.flatMap((pkg) => {
    const commit = commits.get(pkg.name)
    return commit === undefined || commit === null ? [] : [{ pkg, commit }]
  })
  const before = await readObjects(
    git,
    known.map(({ pkg, commit }) => `${commit}^:./${manifestPath(pkg)}`),
  )
  return known.flatMap(({ pkg }, at) => (before[at] === undefined ? [pkg] : []))
}

function wasTagged(name: PackageName, pattern: string, tags: ReadonlyMap<string, Sha>): boolean {
  const [before = '', after = ''] = tagNameOf(pattern, name, '\0').split('\0')
  for (const tag of tags.keys()) if (tag.startsWith(before) && tag.endsWith(after)) return true
  return false
}

function needsSome({ manifest }: Package, names: ReadonlySet<PackageName>): boolean {
  return dependencyFields.some(
    (field) =>
      field !== 'devDependencies' && Object.keys(manifest[field] ?? {}).some((dependency) => names.has(dependency)),
  )
}
