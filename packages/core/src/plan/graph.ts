/**
 * Who depends on whom inside the workspace, and which of those edges a set of rules follows. The presets named after
 * Changesets leave out what Changesets leaves out (a range that does not hold the present version, `catalog:`, `npm:`;
 * of two sections the last one decides); every edge left out says why, so that a plan can report it.
 */
import { followsFolders, followsNames } from '../changes/commit-presets.ts'
import type { PackageName, Path, Range } from '../names.ts'
import { compareText } from '../record.ts'
import {
  effectiveRange,
  normalizePath,
  parseRangeForm,
  throughCatalog,
  usesWorkspaceProtocol,
  type RangeForm,
} from './range.ts'
import type { RulesName, Settings } from '../settings.ts'
import { satisfies } from '../versions.ts'
import { dependencyFields, type DependencyField, type Package, type Workspace } from '../workspace.ts'

export type DependencyUse = {
  readonly field: DependencyField
  /** The key in the manifest: another name than the package's when it is aliased. */
  readonly key: PackageName
  /** As the manifest writes it. */
  readonly range: Range
  readonly form: RangeForm
  /** The same with `catalog:` looked up. */
  readonly resolved: RangeForm
  /** Whether installing the workspace links the workspace's own package here: the range holds its present version. */
  readonly linked: boolean
}

export type NotFollowed = 'stale' | 'protocol' | 'tag' | 'workspace-only'

export type Edge = {
  readonly dependent: Package
  readonly dependency: Package
  /** In the order of the manifest's sections. */
  readonly uses: readonly DependencyUse[]
  /** Why the rules leave the edge out; undefined when they follow it. */
  readonly notFollowed: NotFollowed | undefined
  /** The use that decided `notFollowed`. */
  readonly decidedBy: DependencyUse
}

export type Graph = {
  readonly packages: ReadonlyMap<PackageName, Package>
  /** By dependency. */
  readonly dependents: ReadonlyMap<PackageName, readonly Edge[]>
  /** By dependent. */
  readonly dependencies: ReadonlyMap<PackageName, readonly Edge[]>
  /** Dependencies of which some edge is not followed, or has more than one use: few, and there is something to say of them. */
  readonly odd: ReadonlySet<PackageName>
}

export function buildGraph(workspace: Workspace, settings: Settings, rules: RulesName): Graph {
  const members = workspace.packages.toSorted((a, b) => compareText(a.dir, b.dir))
  const packages = new Map(members.map((pkg) => [pkg.name, pkg]))
  const dependents = new Map<PackageName, Edge[]>(members.map((pkg) => [pkg.name, []]))
  const dependencies = new Map<PackageName, readonly Edge[]>()
  const odd = new Set<PackageName>()
  const edgesOf = edgeReader(packages, workspace, settings, rules)
  for (const pkg of members) {
    const edges = edgesOf(pkg)
    dependencies.set(pkg.name, edges)
    for (let at = 0; at < edges.length; at += 1) {
      const edge = edges[at]
      if (edge === undefined) continue
      dependents.get(edge.dependency.name)?.push(edge)
      if (edge.notFollowed !== undefined || edge.uses.length > 1) odd.add(edge.dependency.name)
    }
  }
  return { packages, dependents, dependencies, odd }
}

/** Gives the edges of one manifest after the other: also of the root, which is not a member. */
export function edgeReader(
  packages: ReadonlyMap<PackageName, Package>,
  workspace: Workspace,
  settings: Settings,
  rules: RulesName,
): (pkg: Package) => readonly Edge[] {
  const byName = followsNames(settings)
  const byFolder = followsFolders(settings)
  const forEveryUse = rules === 'topsail' || byName
  // By dependency the uses that the last manifest has of it.
  const seen = new Map<Package, { readonly pkg: Package; readonly uses: DependencyUse[] }>()
  return (pkg) => {
    const found: { readonly dependency: Package; readonly uses: DependencyUse[] }[] = []
    for (const field of dependencyFields) {
      const section = sectionOf(pkg, field)
      if (section === undefined) continue
      for (const key of Object.keys(section)) {
        const range = section[key]
        if (typeof range !== 'string') continue
        const own = packages.get(key)
        if (own === undefined && !mayNameAnother(range)) continue
        const form = parseRangeForm(range)
        const resolved = throughCatalog(form, key, workspace.catalogs)
        const dependency = resolved.kind === 'alias' ? (packages.get(resolved.target) ?? own) : own
        if (dependency === undefined) continue
        const linked =
          byName || isLinked(resolved, dependency) || (byFolder && leadsTo(resolved, pkg.dir, dependency.dir))
        const use = { field, key, range, form, resolved, linked }
        const known = seen.get(dependency)
        if (known?.pkg === pkg) {
          known.uses.push(use)
        } else {
          const uses = [use]
          seen.set(dependency, { pkg, uses })
          found.push({ dependency, uses })
        }
      }
    }
    const edges: Edge[] = []
    for (let at = 0; at < found.length; at += 1) {
      const one = found[at]
      if (one === undefined) continue
      const { dependency, uses } = one
      const edge = forEveryUse ? everyUse(uses, settings) : lastUse(uses, dependency, settings)
      if (edge === undefined) continue
      const { notFollowed, decidedBy } = edge
      edges.push({ dependent: pkg, dependency, uses, notFollowed, decidedBy })
    }
    return edges.length < 2 ? edges : edges.sort((a, b) => compareText(a.dependency.name, b.dependency.name))
  }
}

/** A section as a hostile manifest may have it: anything but an object counts as absent. */
function sectionOf(pkg: Package, field: DependencyField): Readonly<Record<string, unknown>> | undefined {
  const section: unknown = pkg.manifest[field]
  if (typeof section !== 'object' || section === null || Array.isArray(section)) return undefined
  return section as Readonly<Record<string, unknown>>
}

/** Only behind a protocol can another package be meant than the one the key names. */
function mayNameAnother(range: Range): boolean {
  return range.startsWith('npm:') || range.startsWith('workspace:') || range.startsWith('catalog:')
}

function isLinked(form: RangeForm, dependency: Package): boolean {
  if (form.kind === 'workspace-operator' || form.kind === 'workspace-exact') return true
  if (form.kind === 'file') return form.path === dependency.dir
  if (dependency.version === undefined) return usesWorkspaceProtocol(form)
  const range = effectiveRange(form, dependency.version, dependency.dir)
  return range !== undefined && (usesWorkspaceProtocol(form) || satisfies(dependency.version, range))
}

/** `file:../db` and `link:../db`, from the folder of the dependent. */
function leadsTo(form: RangeForm, from: Path, to: Path): boolean {
  return form.kind === 'file' && normalizePath(`${from}/${form.path}`).replace(/\/$/, '') === to
}

type Verdict = { readonly notFollowed: NotFollowed | undefined; readonly decidedBy: DependencyUse }

/** `topsail`: each use speaks for itself, and one that links the package is enough. */
function everyUse(uses: readonly DependencyUse[], settings: Settings): Verdict | undefined {
  const [first] = uses
  if (first === undefined) return undefined
  const asked = settings.bumpVersionsWithWorkspaceProtocolOnly
    ? uses.filter((use) => usesWorkspaceProtocol(use.resolved))
    : uses
  const linked = asked.find((use) => use.linked)
  if (linked !== undefined) return { notFollowed: undefined, decidedBy: linked }
  if (asked.length === 0) return { notFollowed: 'workspace-only', decidedBy: first }
  return { notFollowed: whyNotLinked(first.resolved), decidedBy: first }
}

/** Whatever version a folder has, it is inside of what was asked for. */
export function isFolderFollowed({ linked, resolved }: DependencyUse, settings: Settings): boolean {
  return linked && resolved.kind === 'file' && followsFolders(settings)
}

/** Changesets: the sections are laid over one another, and the last one that lists the package decides alone. */
function lastUse(uses: readonly DependencyUse[], dependency: Package, settings: Settings): Verdict | undefined {
  const decidedBy = uses.findLast(
    (use) =>
      use.key === dependency.name &&
      (isFolderFollowed(use, settings) || !(use.field === 'devDependencies' && use.form.kind === 'file')),
  )
  const aliased = uses.at(-1)
  if (decidedBy === undefined) {
    return aliased === undefined || aliased.form.kind === 'file'
      ? undefined
      : { notFollowed: 'protocol', decidedBy: aliased }
  }
  return { notFollowed: followedByChangesets(decidedBy, dependency, settings), decidedBy }
}

function followedByChangesets(use: DependencyUse, dependency: Package, settings: Settings): NotFollowed | undefined {
  const { form } = use
  if (isFolderFollowed(use, settings)) return undefined
  if (form.kind === 'workspace-exact' || form.kind === 'workspace-operator') return undefined
  if (form.kind === 'workspace-path') return form.path === dependency.dir ? undefined : 'stale'
  if (form.kind === 'alias' && form.workspace) return 'protocol'
  if (form.kind !== 'workspace-range' && settings.bumpVersionsWithWorkspaceProtocolOnly) return 'workspace-only'
  if (form.kind !== 'range' && form.kind !== 'workspace-range') return whyNotLinked(form)
  return satisfies(dependency.version ?? '', form.range) ? undefined : 'stale'
}

export function whyNotLinked(form: RangeForm): NotFollowed {
  if (form.kind === 'tag') return 'tag'
  return form.kind === 'range' || form.kind === 'workspace-range' || form.kind === 'workspace-path'
    ? 'stale'
    : 'protocol'
}
