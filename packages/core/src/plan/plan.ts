/**
 * The release plan: what is released, at which version, why, and in which order. The order of the inputs does not
 * matter, the same snapshot always gives the same plan, and a bad input costs only itself: it becomes a problem.
 */
import {
  admitChanges,
  askedBumps,
  askedByPackage,
  changesAsListed,
  exactVersions,
  skipReason,
  type Admitted,
  type Asked,
  type PlanOptions,
  type SkipReason,
} from './admit.ts'
import { burnedOf, pastBurned, skippedVersions } from './burned.ts'
import { cascadeOf } from './cascade.ts'
import { isMadeAnew } from './entry-order.ts'
import type { Change } from '../change.ts'
import { buildGraph } from './graph.ts'
import { groupsOf, preCounters } from './groups.ts'
import { asRulesSeeIt } from '../changes/members-seen.ts'
import type { PackageName, Version } from '../names.ts'
import { publishOrder } from './order.ts'
import { planId } from './plan-id.ts'
import { planProblems } from './plan-problems.ts'
import { consumption, leavePreMode, nextPreState } from './pre.ts'
import type { Problem } from '../problem.ts'
import type { Evidence } from './reasons.ts'
import type { ListedPackage, ReleasePlan } from '../release-plan.ts'
import { toReleases, toRewrites, writeRanges } from './releases.ts'
import { resolveChanges } from '../changes/resolve.ts'
import { nextVersion, settleBumps, wantedVersion, type Laws, type Settled } from './settle.ts'
import type { Settings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import { snapshotVersions } from './snapshot-version.ts'
import { isPrerelease } from '../versions.ts'
import type { Package } from '../workspace.ts'

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
  const asked = askedByPackage(admitted.counted)
  const inOrder = changesAsListed(admitted.counted)
  const askedInOrder = inOrder === admitted.counted ? asked : askedByPackage(inOrder)
  const bumps = askedBumps(askedInOrder)
  const settled = leavePreMode(settleBumps(bumps, laws), laws, pre, settings.rules)
  const versions = snapshotVersions(snapshot)
  const evidence = evidenceOf(settled, laws, asked, versions?.versionFrom)
  const written = writeRanges(snapshot, evidence)
  const releases = toReleases(evidence, written)
  const { waves, cycles } = publishOrder(new Map(releases.map(({ name, needs }) => [name, needs])))
  let id: string | undefined
  let listed: readonly ListedPackage[] | undefined
  return {
    // Computed for those who show it: tables do not.
    get id() {
      return (id ??= planId(snapshot, admitted.counted, hash))
    },
    // As above: only changelogs want it.
    get listed() {
      return (listed ??= listedIn(settled, askedInOrder, settings))
    },
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

function listedIn(
  settled: ReadonlyMap<PackageName, Settled>,
  asked: ReadonlyMap<PackageName, readonly Asked[]>,
  settings: Settings,
): readonly ListedPackage[] {
  return [...settled.values()].flatMap(({ pkg: { name, version }, base, entered }) => {
    const named = isMadeAnew(entered, settings) ? [] : (asked.get(name) ?? [])
    return version === undefined ? [] : [{ name, from: base, changes: named.map(({ change }) => change.id) }]
  })
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
    leavesPre: pre?.mode === 'exit',
    isSkipped,
    leavingPre: new Set(
      [...graph.packages.values()].filter(
        (pkg) => leavesPreFirst(snapshot) && !isSkipped(pkg) && isPrerelease(pkg.version ?? ''),
      ),
    ),
    exact: exactVersions(changes),
    burned: burnedOf(snapshot.burned, groups),
    relations: new Map(),
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
  asked: ReadonlyMap<PackageName, readonly Asked[]>,
  snapshotFrom: ((calculated: Version) => Version) | undefined,
): Evidence {
  const calculated = new Map<PackageName, Version>()
  for (const [name, entry] of settled) calculated.set(name, nextVersion(entry, laws))
  const calculatedOf = (name: PackageName): Version => calculated.get(name) ?? ''
  const versionOf = (name: PackageName): Version => {
    const isReleased = snapshotFrom !== undefined && settled.get(name)?.bump !== 'none'
    return isReleased ? pastBurned(snapshotFrom(calculatedOf(name)), laws.burned?.get(name)) : calculatedOf(name)
  }
  const skippedOf = (entry: Settled): readonly Version[] => {
    const wanted = snapshotFrom?.(calculatedOf(entry.pkg.name)) ?? wantedVersion(entry, laws)
    return skippedVersions(wanted, laws.burned?.get(entry.pkg.name)).skipped
  }
  return { laws, settled, asked, versionOf, calculatedOf, skippedOf, isSnapshot: snapshotFrom !== undefined }
}

function consumedBy(admitted: Admitted, snapshot: Snapshot): Pick<ReleasePlan, 'consumed' | 'preState'> {
  const { pre, settings, workspace } = snapshot
  const isSnapshotRelease = snapshot.snapshotRelease !== undefined
  return {
    consumed: consumption(admitted, pre, settings.rules),
    preState: isSnapshotRelease ? undefined : nextPreState(pre, admitted.changesets, workspace, settings.rules),
  }
}
