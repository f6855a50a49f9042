/**
 * Nx's names for packages. A project is called as `project.json` says, else as `nx.name` in the manifest says, else as
 * the package itself; a pattern selects projects by name, by folder or by tag, and `!` takes some away again.
 */
import type { NxProjectFacts, Package, PackageName, Path, Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { parseJsonc } from './json-text.ts'
import { own, stringsIn } from './record.ts'
import { globMatcher } from './glob.ts'
import { expandMemberGlobs } from './member-globs.ts'

export type NxProject = {
  readonly project: string
  readonly name: PackageName
  readonly dir: Path
  /** Nx releases it only where it is told to. */
  readonly private: boolean
  readonly tags: readonly string[]
  /** `implicitDependencies`: projects it needs whatever its manifest says, and behind `!` those it does not need. */
  readonly implicit: readonly string[]
}

export function readNxProjects(files: Files, workspace: Workspace): readonly NxProject[] {
  return workspace.packages.filter((pkg) => pkg.dir !== '.').map((pkg) => projectOf(files, pkg))
}

/** In the order of the projects. Patterns that select nothing are returned beside. */
export function selectProjects(
  projects: readonly NxProject[],
  patterns: readonly string[],
): { readonly selected: readonly NxProject[]; readonly idle: readonly string[] } {
  const first = patterns[0]
  const selected = new Set(first?.startsWith('!') ? projects : [])
  const idle: string[] = []
  for (const pattern of patterns) {
    const excludes = pattern.startsWith('!')
    const matches = matcherOf(excludes ? pattern.slice(1) : pattern, projects)
    const hits = projects.filter(matches)
    if (hits.length === 0) idle.push(pattern)
    for (const hit of hits) {
      if (excludes) selected.delete(hit)
      else selected.add(hit)
    }
  }
  return { selected: projects.filter((project) => selected.has(project)), idle }
}

/** What decides a plan of the projects, of those where it is more than their manifests say. */
export function nxFacts(files: Files, workspace: Workspace): Readonly<Record<PackageName, NxProjectFacts>> | undefined {
  const projects = readNxProjects(files, workspace)
  const namedBy = (patterns: readonly string[]): readonly PackageName[] =>
    patterns.length === 0 ? [] : selectProjects(projects, patterns).selected.map(({ name }) => name)
  const facts: Record<PackageName, NxProjectFacts> = Object.create(null)
  for (const { project, name, implicit } of projects) {
    const needs = namedBy(implicit.filter((pattern) => !pattern.startsWith('!')))
    const needsNot = namedBy(implicit.flatMap((pattern) => (pattern.startsWith('!') ? [pattern.slice(1)] : [])))
    if (project === name && needs.length === 0 && needsNot.length === 0) continue
    facts[name] = {
      ...(project === name ? {} : { name: project }),
      ...(needs.length === 0 ? {} : { needs: needs.filter((other) => other !== name) }),
      ...(needsNot.length === 0 ? {} : { needsNot }),
    }
  }
  return Object.keys(facts).length === 0 ? undefined : facts
}

/** Folders of projects that are no packages of the workspace. */
export function otherNxProjects(files: Files, workspace: Workspace): readonly Path[] {
  const packages = new Set(workspace.packages.map(({ dir }) => dir))
  return expandMemberGlobs(files, ['**']).dirs.filter(
    (dir) => dir !== '.' && !packages.has(dir) && files.look(`${dir}/project.json`).kind === 'file',
  )
}

function projectOf(files: Files, pkg: Package): NxProject {
  const text = files.read(`${pkg.dir}/project.json`)
  const parsed = text === undefined ? undefined : parseJsonc(text)
  const file = parsed?.ok ? parsed.value : undefined
  const inManifest = own(pkg.manifest, 'nx')
  const named = own(file, 'name') ?? own(inManifest, 'name')
  return {
    project: typeof named === 'string' ? named : pkg.name,
    name: pkg.name,
    dir: pkg.dir,
    private: own(pkg.manifest, 'private') === true,
    tags: [...stringsIn(own(file, 'tags')), ...stringsIn(own(inManifest, 'tags'))],
    implicit: [...stringsIn(own(file, 'implicitDependencies')), ...stringsIn(own(inManifest, 'implicitDependencies'))],
  }
}

function matcherOf(pattern: string, projects: readonly NxProject[]): (project: NxProject) => boolean {
  if (pattern === '*') return () => true
  if (pattern.startsWith('tag:')) {
    const matches = globMatcher(pattern.slice(4))
    return (project) => project.tags.some((tag) => matches(tag))
  }
  if (projects.some((project) => project.project === pattern)) return (project) => project.project === pattern
  // A name's slash is no folder: `*-api` must select `@acme/orders-api` too, as it does in Nx.
  const byName = globMatcher(pattern.replaceAll('/', '\u0001').replaceAll('*', '**'))
  const byFolder = globMatcher(pattern.replace(/^directory:/, '').replace(/\/+$/, ''))
  return (project) =>
    byName(project.project.replaceAll('/', '\u0001')) || project.name === pattern || byFolder(project.dir)
}
