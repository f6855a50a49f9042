/**
 * New packages whose first release is still to come: never tagged, at the version that their manifest began with, and
 * in the plan that is pending. That version was only a place to begin from; the release pull request proposes the first
 * one. Packages that need them, and are as new, wait as well. Where nobody can tell what is pending, new packages are
 * held back: what is not known to be theirs may not become their first version.
 */
import {
  dependencyFields,
  manifestPath,
  namesWritten,
  releasablePackages,
  type Package,
  type PackageName,
  type Path,
  type Problem,
  type Settings,
  type Sha,
  type Workspace,
} from '@topsail/core'
import type { Git } from '../ports.ts'
import { readObjects } from '../publish/head-state.ts'
import { findVersionCommits } from '../publish/version-commits.ts'
import { everTagged } from '../read/ever-tagged.ts'
import { tagNamesIn } from '../read/tags.ts'
import { causeOf, whyUnknown, type MayBePlanned, type WhyUnknown } from './plan-at.ts'

export type FirstReleasesQuestion = {
  readonly git: Git
  readonly workspace: Workspace
  readonly settings: Settings
  /** As the remote has them. */
  readonly tags: ReadonlyMap<string, Sha>
  /** What is pending on top of HEAD; asked for only where a package is new. */
  readonly pending: () => Promise<MayBePlanned>
}

export type FirstReleases = {
  /** Until the release that is pending. */
  readonly waiting: readonly PackageName[]
  /** Nobody can tell whether they would wait. */
  readonly unclear: readonly PackageName[]
  readonly problems: readonly Problem[]
}

export async function waitingForFirstRelease(question: FirstReleasesQuestion): Promise<FirstReleases> {
  const young = await youngPackages(question)
  if (young.length === 0) return { waiting: [], unclear: [], problems: [] }
  const planned = await question.pending()
  const waiting = withTheirDependents(new Set(bumpedBy(planned)), young)
  const known = new Set(waiting)
  const { names, causes, noTree } = unclearAmong(
    young.filter(({ name }) => !known.has(name)),
    planned,
  )
  const unclear = withTheirDependents(names, young).filter((name) => !known.has(name))
  if (unclear.length === 0) return { waiting, unclear, problems: [] }
  const problem = { code: 'FIRST_RELEASE_UNCLEAR', severity: 'error', names: unclear, causes, noTree } as const
  return { waiting, unclear, problems: [problem] }
}

/** Of the young: those among the names, and those that need them. */
function withTheirDependents(names: ReadonlySet<PackageName>, young: readonly Package[]): readonly PackageName[] {
  const dependents = new Map<PackageName, PackageName[]>()
  for (const pkg of young) {
    for (const dependency of neededBy(pkg)) {
      const known = dependents.get(dependency)
      if (known === undefined) dependents.set(dependency, [pkg.name])
      else known.push(pkg.name)
    }
  }
  const found = new Set(young.flatMap(({ name }) => (names.has(name) ? [name] : [])))
  // Whoever is added may be needed by another.
  for (const name of found) for (const dependent of dependents.get(name) ?? []) found.add(dependent)
  return young.flatMap(({ name }) => (found.has(name) ? [name] : []))
}

function neededBy({ manifest }: Package): readonly PackageName[] {
  return dependencyFields.flatMap((field) => (field === 'devDependencies' ? [] : Object.keys(manifest[field] ?? {})))
}

function bumpedBy(planned: MayBePlanned): readonly PackageName[] {
  if ('detail' in planned || whyUnknown(planned) !== undefined) return []
  return planned.plan.releases.map(({ name }) => name)
}

type Unclear = WhyUnknown & { readonly names: ReadonlySet<PackageName> }

/** All of them where nothing can be planned; else whom a changeset may name that the plan leaves out. */
function unclearAmong(young: readonly Package[], planned: MayBePlanned): Unclear {
  const all = new Set(young.map(({ name }) => name))
  const unknown = whyUnknown(planned)
  if ('detail' in planned || unknown !== undefined) return { names: all, causes: [], noTree: undefined, ...unknown }
  const { plan, snapshot } = planned
  const texts = new Map(snapshot.changesets.map(({ path, text }) => [path, text]))
  const left = plan.problems.filter(({ severity, place }) => severity === 'quarantined' && isChangeset(place?.file))
  const naming = left.flatMap((problem) => {
    const text = texts.get(problem.place?.file ?? '')
    const names = text === undefined ? all : namesWritten([text], all)
    return names.size === 0 ? [] : [{ problem, names }]
  })
  const names = new Set(naming.flatMap((each) => [...each.names]))
  return { names, causes: naming.map(({ problem }) => causeOf(problem)), noTree: undefined }
}

function isChangeset(file: Path | undefined): boolean {
  return file?.startsWith('.changeset/') === true && file.endsWith('.md')
}

async function youngPackages({ git, workspace, settings, tags }: FirstReleasesQuestion): Promise<readonly Package[]> {
  const namesOf = tagNamesIn(workspace, settings)
  // Nearly all have the tag of the version they are at, and no other is looked for.
  const without = releasablePackages(workspace, settings).filter(
    (pkg) => !namesOf(pkg, pkg.version).some((tag) => tags.has(tag)),
  )
  if (without.length === 0) return []
  const tagged = everTagged(without, namesOf, tags)
  const untagged = without.filter(({ name }) => !tagged.has(name))
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
