/**
 * What was settled, written out: the ranges each manifest gets, the releases with what they need and why, and the
 * packages that only have ranges rewritten.
 */
import type { ChangeId } from '../change.ts'
import { edgeReader, type Edge } from './graph.ts'
import type { PackageName, Range } from '../names.ts'
import { reasonsOf, type Evidence } from './reasons.ts'
import { compareText } from '../record.ts'
import type { Release, Rewrite } from '../release-plan.ts'
import { rangeEdits, type Arrival, type RangeEdits, type Writing } from './rewrite.ts'
import { effectiveBump } from './settle.ts'
import type { Snapshot } from '../snapshot.ts'
import { targetsOf } from '../release/targets.ts'
import type { DependencyField, Package } from '../workspace.ts'

export type Written = {
  readonly of: (pkg: Package) => RangeEdits
  readonly root: RangeEdits
}

/** Changesets 2 leaves the root manifest alone. */
export function writeRanges(
  { workspace, settings }: Snapshot,
  { laws, settled, versionOf, isSnapshot }: Evidence,
): Written {
  const writing: Writing = { settings, isSnapshot }
  const arrivalOf = ({ dependency }: Edge): Arrival | undefined => {
    const entry = settled.get(dependency.name)
    if (entry === undefined || dependency.version === undefined) return undefined
    return { bump: entry.bump, base: entry.base, to: versionOf(dependency.name), dir: dependency.dir }
  }
  const rootEdges =
    settings.rules === 'changesets@2'
      ? []
      : edgeReader(laws.graph.packages, workspace, settings, settings.rules)(workspace.root)
  return {
    of: ({ name }) => rangeEdits(laws.graph.dependencies.get(name) ?? [], arrivalOf, writing),
    root: rangeEdits(rootEdges, arrivalOf, writing),
  }
}

export function toReleases(evidence: Evidence, written: Written): readonly Release[] {
  const releases: Release[] = []
  for (const entry of evidence.settled.values()) {
    const { pkg, bump, base } = entry
    const given = effectiveBump(bump, base, evidence.laws.settings)
    if (given === 'none' || pkg.version === undefined) continue
    const edits = written.of(pkg)
    const edges = evidence.laws.graph.dependencies.get(pkg.name) ?? []
    releases.push({
      name: pkg.name,
      dir: pkg.dir,
      from: pkg.version,
      to: evidence.versionOf(pkg.name),
      bump: given,
      private: pkg.private,
      targets: targetsOf(pkg, evidence.laws.settings).map((target) => target.id),
      needs: needsOf(pkg, edges, edits, evidence),
      changes: changesIn(pkg.name, evidence),
      dependencies: rangesAfter(edges, edits),
      rangeEdits: edits.size === 0 ? nothing : [...edits.values()],
      reasons: reasonsOf(entry, evidence),
    })
  }
  return releases.sort((a, b) => compareText(a.name, b.name))
}

const nothing: readonly never[] = []

function changesIn(name: PackageName, { asked }: Evidence): Release['changes'] {
  const ids: ChangeId[] = []
  const list = asked.get(name) ?? []
  for (let at = 0; at < list.length; at += 1) {
    const one = list[at]
    if (one !== undefined && one.bump !== 'none') ids.push(one.change.id)
  }
  return ids
}

/** A range that stays behind installs an older release of the dependency, so that there is nothing to wait for. */
function needsOf(
  pkg: Package,
  edges: readonly Edge[],
  edits: RangeEdits,
  { settled }: Evidence,
): readonly PackageName[] {
  const needed: PackageName[] = []
  for (let at = 0; at < edges.length; at += 1) {
    const edge = edges[at]
    if (edge === undefined || edge.dependency === pkg) continue
    const { dependency, uses } = edge
    if ((settled.get(dependency.name)?.bump ?? 'none') === 'none') continue
    const isNeeded = uses.some((use) => use.field !== 'devDependencies' && (use.linked || edits.has(use)))
    if (isNeeded) needed.push(dependency.name)
  }
  return needed
}

/** Where two sections list a package, the range that decides an installation is shown. */
const shownFields: readonly DependencyField[] = ['peerDependencies', 'optionalDependencies', 'dependencies']

function rangesAfter(edges: readonly Edge[], edits: RangeEdits): Release['dependencies'] {
  const shown: { readonly key: PackageName; readonly rank: number; readonly range: Range }[] = []
  for (let at = 0; at < edges.length; at += 1) {
    const uses = edges[at]?.uses ?? []
    for (let each = 0; each < uses.length; each += 1) {
      const use = uses[each]
      const rank = use === undefined ? -1 : shownFields.indexOf(use.field)
      if (use === undefined || rank < 0) continue
      shown.push({ key: use.key, rank, range: edits.size === 0 ? use.range : (edits.get(use)?.to ?? use.range) })
    }
  }
  if (shown.length > 1) shown.sort((a, b) => compareText(a.key, b.key) || a.rank - b.rank)
  const ranges: Record<PackageName, Range> = Object.create(null)
  for (let at = 0; at < shown.length; at += 1) ranges[shown[at]?.key ?? ''] = shown[at]?.range ?? ''
  return ranges
}

export function toRewrites({ workspace }: Snapshot, { settled }: Evidence, written: Written): readonly Rewrite[] {
  const { root } = workspace
  const rewrites: Rewrite[] = []
  for (const { pkg, bump } of settled.values()) {
    if (bump !== 'none') continue
    const edits = written.of(pkg)
    if (edits.size > 0) rewrites.push({ name: pkg.name, dir: pkg.dir, rangeEdits: [...edits.values()] })
  }
  const isInPlan = [...settled.values()].some(({ pkg }) => pkg.dir === root.dir)
  if (!isInPlan && written.root.size > 0) {
    rewrites.push({ name: root.name, dir: root.dir, rangeEdits: [...written.root.values()] })
  }
  return rewrites.sort((a, b) => compareText(a.name, b.name))
}
