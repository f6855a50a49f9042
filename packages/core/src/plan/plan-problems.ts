/**
 * What a reader of the plan should know beyond its releases: edges the rules did not follow although the dependency is
 * released, a `none` that could not hold a package back, dependencies left out of releases, caps, catalogs. All are
 * warnings: the plan stands.
 */
import { placesIn, type SkipReason } from './admit.ts'
import type { ChangesetChange } from '../change.ts'
import { followsNames } from '../changes/commit-presets.ts'
import { whyNotLinked, type DependencyUse, type Edge, type NotFollowed } from './graph.ts'
import type { Path, Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import { effectiveRange } from './range.ts'
import { askedAboveCap, type Evidence } from './reasons.ts'
import { compareText } from '../record.ts'
import type { Settings } from '../settings.ts'
import type { Settled } from './settle.ts'
import type { Snapshot } from '../snapshot.ts'
import { holdsEverything, parseVersion, satisfies } from '../versions.ts'
import { manifestPath, type Package, type WorkspaceTool } from '../workspace.ts'

export function planProblems(
  changesets: readonly ChangesetChange[],
  snapshot: Snapshot,
  evidence: Evidence,
  skip: (pkg: Package) => SkipReason | undefined,
): readonly Problem[] {
  const { graph, settings } = evidence.laws
  const isAnySkipped = snapshot.workspace.packages.some((pkg) => skip(pkg) !== undefined)
  return [
    ...releasedAmong(evidence, ({ name }) => graph.odd.has(name)).flatMap((entry) =>
      droppedEdges(entry, evidence, skip),
    ),
    ...releasedAmong(evidence, () => isAnySkipped).flatMap((entry) => skippedDependencies(entry, evidence, skip)),
    ...overruledNones(changesets, snapshot, evidence),
    ...releasedAmong(evidence, () => settings.maxBump !== 'major').flatMap((entry) => caps(entry, evidence)),
    ...staleCatalogs(snapshot, evidence),
    ...(snapshot.pre === undefined ? [] : snapshot.workspace.packages.flatMap(oddCounters)),
  ]
}

/** Sorted by name. */
function releasedAmong({ settled }: Evidence, isWanted: (pkg: Package) => boolean): readonly Settled[] {
  const released: Settled[] = []
  for (const entry of settled.values()) if (entry.bump !== 'none' && isWanted(entry.pkg)) released.push(entry)
  return released.sort((a, b) => compareText(a.pkg.name, b.pkg.name))
}

type Unfollowed = { readonly use: DependencyUse; readonly why: NotFollowed }

function droppedEdges(
  { pkg }: Settled,
  { laws, versionOf }: Evidence,
  skip: (pkg: Package) => SkipReason | undefined,
): Problem[] {
  const edges = laws.graph.dependents.get(pkg.name) ?? []
  return edges.flatMap((edge: Edge): Problem[] => {
    const { dependent } = edge
    if (skip(dependent) !== undefined) return []
    const place = { file: manifestPath(dependent) }
    const versions = { current: pkg.version ?? '', next: versionOf(pkg.name) }
    const missed = unfollowedUses(edge, laws.settings).filter((unfollowed) => isMissed(unfollowed, pkg, versions.next))
    return missed.map(({ use: { field, range }, why }) => {
      const facts = { name: dependent.name, dependency: pkg.name, field, range, ...versions, why }
      return { code: 'DEPENDENCY_NOT_FOLLOWED', severity: 'warning', place, ...facts }
    })
  })
}

/**
 * A release that the range holds reaches the dependent all the same. Whoever leaves the workspace out on purpose is not
 * reminded: by an alias for a version published earlier, by a plain range where only the workspace protocol counts.
 */
function isMissed({ use, why }: Unfollowed, { version, dir }: Package, next: Version): boolean {
  const range = effectiveRange(use.resolved, version ?? next, dir)
  if (range === undefined) return true
  if (satisfies(next, range) || holdsEverything(range)) return false
  const isMeant = use.resolved.kind === 'alias' || why === 'workspace-only'
  return !isMeant || satisfies(version ?? next, range)
}

/**
 * The edge as a whole, or single uses of one that is followed. Changesets knows a package by its name alone and leaves
 * out what stands under another key; `topsail` lets every use speak for itself, but for those that are not linked.
 */
function unfollowedUses({ uses, decidedBy, notFollowed, dependency }: Edge, settings: Settings): readonly Unfollowed[] {
  const decided = notFollowed === undefined ? [] : [{ use: decidedBy, why: notFollowed }]
  const others = uses.filter((use) => use !== decidedBy && use.form.kind !== 'file')
  if (settings.rules !== 'topsail' && !followsNames(settings)) {
    const aliased = others.filter((use) => use.key !== dependency.name)
    return [...decided, ...aliased.map((use) => ({ use, why: 'protocol' as const }))]
  }
  const stale = others.filter((use) => !use.linked)
  return [...decided, ...stale.map((use) => ({ use, why: whyNotLinked(use.resolved) }))]
}

/** Private packages may: nobody installs them from a registry. */
function skippedDependencies(
  { pkg }: Settled,
  { laws }: Evidence,
  skip: (pkg: Package) => SkipReason | undefined,
): Problem[] {
  if (pkg.private) return []
  return (laws.graph.dependencies.get(pkg.name) ?? []).flatMap(({ dependency, uses, notFollowed }): Problem[] => {
    const why = skip(dependency)
    if (why === undefined || notFollowed !== undefined) return []
    if (uses.every(({ field }) => field === 'devDependencies')) return []
    const place = { file: manifestPath(pkg) }
    return [
      { code: 'SKIPPED_DEPENDENCY', severity: 'warning', place, name: pkg.name, dependency: dependency.name, why },
    ]
  })
}

function overruledNones(
  changesets: readonly ChangesetChange[],
  snapshot: Snapshot,
  { settled }: Evidence,
): readonly Problem[] {
  const declining = changesets.filter(({ bumps }) => Object.values(bumps).includes('none'))
  if (declining.length === 0) return []
  const placeOf = placesIn(snapshot)
  return declining.flatMap((change) =>
    Object.entries(change.bumps).flatMap(([name, asked]): Problem[] => {
      const entry = settled.get(name)
      if (asked !== 'none' || entry === undefined || entry.bump === 'none') return []
      const by = overruledBy(entry)
      if (by === undefined) return []
      return [{ code: 'NONE_OVERRULED', severity: 'warning', place: placeOf(change, name), name, bump: entry.bump, by }]
    }),
  )
}

function overruledBy({ cause }: Settled): 'dependency' | 'group' | 'change' | undefined {
  if (cause.kind === 'edge') return 'dependency'
  return cause.kind === 'pre-exit' ? undefined : cause.kind
}

function caps(entry: Settled, evidence: Evidence): Problem[] {
  const asked = askedAboveCap(entry, evidence)
  if (asked === undefined) return []
  const cap = evidence.laws.settings.maxBump
  return [{ code: 'BUMP_CAPPED', severity: 'warning', name: entry.pkg.name, asked, cap }]
}

function staleCatalogs({ workspace }: Snapshot, { laws, settled, versionOf }: Evidence): Problem[] {
  const stale = new Map<string, Problem>()
  if (Object.keys(workspace.catalogs).length === 0) return []
  for (const { uses, dependency } of [...laws.graph.dependencies.values()].flat()) {
    const entry = settled.get(dependency.name)
    if (entry === undefined || entry.bump === 'none') continue
    for (const { form, resolved, key } of uses) {
      if (form.kind !== 'catalog' || !leaves(resolved, dependency, versionOf(dependency.name))) continue
      const range = workspace.catalogs[form.catalog]?.[key] ?? ''
      const facts = { catalog: form.catalog, dependency: key, range, next: versionOf(dependency.name) }
      const place = { file: catalogFile(workspace.tool) }
      stale.set(`${form.catalog}\n${key}`, { code: 'CATALOG_OUT_OF_RANGE', severity: 'warning', place, ...facts })
    }
  }
  return [...stale].toSorted(([a], [b]) => compareText(a, b)).map(([, problem]) => problem)
}

function catalogFile(tool: WorkspaceTool): Path {
  if (tool === 'bun') return 'package.json'
  return tool === 'yarn' ? '.yarnrc.yml' : 'pnpm-workspace.yaml'
}

/** Those that follow the version by themselves never leave. */
function leaves(resolved: Edge['uses'][number]['resolved'], dependency: Package, next: Version): boolean {
  if (resolved.kind !== 'range' && resolved.kind !== 'workspace-range') return false
  const range = effectiveRange(resolved, dependency.version ?? next, dependency.dir)
  return range !== undefined && !satisfies(next, range)
}

function oddCounters(pkg: Package): Problem[] {
  if (pkg.version === undefined) return []
  const parts = parseVersion(pkg.version)?.prerelease ?? []
  if (parts.length < 2 || typeof parts[1] === 'number') return []
  const place = { file: manifestPath(pkg) }
  return [{ code: 'PRE_COUNTER_NOT_A_NUMBER', severity: 'warning', place, name: pkg.name, version: pkg.version }]
}
