/**
 * The release plan: what is released, at which version, why, and in which order. The order of the inputs does not
 * matter, the same snapshot always gives the same plan, and a bad input costs only itself: it becomes a problem.
 */
import {
  admitChanges,
  askedBumps,
  exactVersions,
  skipReason,
  type Admitted,
  type PlanOptions,
  type SkipReason,
} from './admit.ts'
import { cascadeOf } from './cascade.ts'
import type { Change } from './change.ts'
import { buildGraph, edgesOf, type Edge } from './graph.ts'
import { groupsOf, preCounters } from './groups.ts'
import type { PackageName, Range, Version } from './names.ts'
import { publishOrder } from './order.ts'
import { planId } from './plan-id.ts'
import { planProblems } from './plan-problems.ts'
import { consumption, leavePreMode, nextPreState } from './pre.ts'
import type { Problem } from './problem.ts'
import { reasonsOf, type Evidence } from './reasons.ts'
import { compareText, recordOf } from './record.ts'
import type { Release, ReleasePlan, Rewrite } from './release-plan.ts'
import { resolveChanges } from './resolve.ts'
import { rangeEdits, type Arrival, type RangeEdits, type Writing } from './rewrite.ts'
import { effectiveBump, nextVersion, settleBumps, type Laws, type Settled } from './settle.ts'
import type { Snapshot } from './snapshot.ts'
import { snapshotVersions } from './snapshot-version.ts'
import { isPrerelease } from './versions.ts'
import type { DependencyField, Package } from './workspace.ts'

export type { PlanOptions } from './admit.ts'

/** `hash` gives the digest that identifies the plan; the CLI's is SHA-256 in base 64. */
export function planRelease(read: Snapshot, hash: (text: string) => string, options: PlanOptions = {}): ReleasePlan {
  const { snapshot, problems: unseen } = asRulesSeeIt(read)
  const { settings, pre } = snapshot
  const packages = new Map(snapshot.workspace.packages.map((pkg) => [pkg.name, pkg]))
  const skip = skipsIn(snapshot)
  const resolved = resolveChanges(snapshot)
  const admitted = admitChanges(resolved.changes, snapshot, packages, skip, options)
  const laws = lawsOf(snapshot, admitted.counted)
  const asked = askedBumps(admitted.counted)
  const settled = leavePreMode(settleBumps(asked, laws), laws, pre, settings.rules)
  const versions = snapshotVersions(snapshot)
  const evidence = evidenceOf(settled, laws, admitted, versions?.versionFrom)
  const written = writeRanges(snapshot, evidence)
  const releases = toReleases(evidence, written)
  const { waves, cycles } = publishOrder(new Map(releases.map(({ name, needs }) => [name, needs])))
  return {
    id: planId(snapshot, admitted.counted, hash),
    commit: snapshot.head,
    rules: settings.rules,
    sources: settings.sources,
    releases,
    rewrites: toRewrites(snapshot, evidence, written),
    changes: admitted.counted,
    ...consumedBy(admitted, snapshot),
    snapshotRelease: snapshot.snapshotRelease && { ...snapshot.snapshotRelease, now: snapshot.now },
    order: waves,
    problems: [
      ...snapshot.problems,
      ...unseen,
      ...resolved.problems,
      ...admitted.problems,
      ...(versions?.problems ?? []),
      ...planProblems(admitted.changesets, snapshot, evidence, skip),
      ...cycles.map((cycle): Problem => ({ code: 'CYCLE_IN_PUBLISH_ORDER', severity: 'warning', cycle })),
    ],
  }
}

/** Changesets 2 may find its members elsewhere; under its rules the others do not exist. */
function asRulesSeeIt(snapshot: Snapshot): { readonly snapshot: Snapshot; readonly problems: readonly Problem[] } {
  const { workspace, settings } = snapshot
  const seen = settings.rules === 'changesets@2' ? workspace.seenByChangesets2 : undefined
  if (seen === undefined) return { snapshot, problems: [] }
  const dirs = new Set(seen)
  const packages = workspace.packages.filter(({ dir }) => dirs.has(dir))
  const names = workspace.packages.filter(({ dir }) => !dirs.has(dir)).map(({ name }) => name)
  const place = { file: 'package.json' }
  return {
    snapshot: { ...snapshot, workspace: { ...workspace, packages } },
    problems: names.length === 0 ? [] : [{ code: 'MEMBERS_UNSEEN_BY_RULES', severity: 'warning', place, names }],
  }
}

/** What a plan of this snapshot is settled by; `shrink-cascade.ts` asks the same laws what single edges do. */
export function lawsOf(snapshot: Snapshot, changes: readonly Change[]): Laws {
  const { workspace, settings, pre } = snapshot
  const graph = buildGraph(workspace, settings, settings.rules)
  const groups = groupsOf(settings, graph.packages)
  const skip = skipsIn(snapshot)
  const counters = preCounters(pre, graph.packages, groups)
  const isSkipped = (pkg: Package): boolean => skip(pkg) !== undefined
  return {
    graph,
    groups,
    settings,
    cascade: cascadeOf(settings),
    counters,
    inPreMode: pre?.mode === 'pre',
    isSkipped,
    leavingPre: new Set(
      [...graph.packages.values()].filter(
        (pkg) => leavesPreFirst(snapshot) && !isSkipped(pkg) && isPrerelease(pkg.version ?? ''),
      ),
    ),
    exact: exactVersions(changes),
  }
}

/** Changesets drops the suffixes after everything else, and so leaves dependents behind that pin a prerelease. */
function leavesPreFirst({ pre, settings }: Snapshot): boolean {
  return pre?.mode === 'exit' && settings.rules === 'topsail'
}

function skipsIn({ settings }: Snapshot): (pkg: Package) => SkipReason | undefined {
  const ignored = new Set(settings.ignore)
  return (pkg) => skipReason(pkg, settings, ignored)
}

function evidenceOf(
  settled: ReadonlyMap<PackageName, Settled>,
  laws: Laws,
  { counted }: Admitted,
  snapshotFrom: ((calculated: Version) => Version) | undefined,
): Evidence {
  const changesOf = new Map<PackageName, Change[]>()
  for (const change of counted) {
    for (const name of Object.keys(change.bumps)) {
      const known = changesOf.get(name)
      if (known === undefined) changesOf.set(name, [change])
      else known.push(change)
    }
  }
  const calculated = new Map<PackageName, Version>()
  for (const [name, entry] of settled) calculated.set(name, nextVersion(entry, laws))
  const calculatedOf = (name: PackageName): Version => calculated.get(name) ?? ''
  const versionOf = (name: PackageName): Version => {
    const isReleased = snapshotFrom !== undefined && settled.get(name)?.bump !== 'none'
    return isReleased ? snapshotFrom(calculatedOf(name)) : calculatedOf(name)
  }
  return { laws, settled, changesOf, versionOf, calculatedOf, isSnapshot: snapshotFrom !== undefined }
}

type Written = {
  readonly of: (pkg: Package) => RangeEdits
  readonly root: RangeEdits
}

/** Changesets 2 leaves the root manifest alone. */
function writeRanges({ workspace, settings }: Snapshot, { laws, settled, versionOf, isSnapshot }: Evidence): Written {
  const writing: Writing = { settings, isSnapshot }
  const arrivalOf = ({ dependency }: Edge): Arrival | undefined => {
    const entry = settled.get(dependency.name)
    if (entry === undefined || dependency.version === undefined) return undefined
    return { bump: entry.bump, base: entry.base, to: versionOf(dependency.name), dir: dependency.dir }
  }
  const rootEdges =
    settings.rules === 'changesets@2'
      ? []
      : edgesOf(workspace.root, laws.graph.packages, workspace, settings, settings.rules)
  return {
    of: ({ name }) => rangeEdits(laws.graph.dependencies.get(name) ?? [], arrivalOf, writing),
    root: rangeEdits(rootEdges, arrivalOf, writing),
  }
}

function toReleases(evidence: Evidence, written: Written): readonly Release[] {
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
      targets: pkg.private ? [] : ['npm'],
      needs: needsOf(pkg, edges, edits, evidence),
      changes: changesIn(pkg.name, evidence),
      dependencies: rangesAfter(edges, edits),
      rangeEdits: [...edits.values()],
      reasons: reasonsOf(entry, evidence),
    })
  }
  return releases.sort((a, b) => compareText(a.name, b.name))
}

function changesIn(name: PackageName, { changesOf }: Evidence): Release['changes'] {
  return (changesOf.get(name) ?? []).filter(({ bumps }) => bumps[name] !== 'none').map(({ id }) => id)
}

/** A range that stays behind installs an older release of the dependency, so that there is nothing to wait for. */
function needsOf(
  pkg: Package,
  edges: readonly Edge[],
  edits: RangeEdits,
  { settled }: Evidence,
): readonly PackageName[] {
  const needed: PackageName[] = []
  for (const { dependency, uses } of edges) {
    if (dependency === pkg || (settled.get(dependency.name)?.bump ?? 'none') === 'none') continue
    const isNeeded = uses.some((use) => use.field !== 'devDependencies' && (use.linked || edits.has(use)))
    if (isNeeded) needed.push(dependency.name)
  }
  return needed
}

/** Where two sections list a package, the range that decides an installation is shown. */
const shownFields: readonly DependencyField[] = ['peerDependencies', 'optionalDependencies', 'dependencies']

function rangesAfter(edges: readonly Edge[], edits: RangeEdits): Release['dependencies'] {
  const shown: { readonly key: PackageName; readonly rank: number; readonly range: Range }[] = []
  for (const { uses } of edges) {
    for (const use of uses) {
      const rank = shownFields.indexOf(use.field)
      if (rank >= 0) shown.push({ key: use.key, rank, range: edits.get(use)?.to ?? use.range })
    }
  }
  shown.sort((a, b) => compareText(a.key, b.key) || a.rank - b.rank)
  return recordOf(shown.map(({ key, range }) => [key, range] as const))
}

function toRewrites({ workspace }: Snapshot, { settled }: Evidence, written: Written): readonly Rewrite[] {
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

function consumedBy(admitted: Admitted, snapshot: Snapshot): Pick<ReleasePlan, 'consumed' | 'preState'> {
  const { pre, settings, workspace } = snapshot
  const isSnapshotRelease = snapshot.snapshotRelease !== undefined
  return {
    consumed: consumption(admitted, pre, settings.rules),
    preState: isSnapshotRelease ? undefined : nextPreState(pre, admitted.changesets, workspace, settings.rules),
  }
}
