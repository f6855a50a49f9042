/**
 * Why each package is released, read off what was settled; nothing is decided here. Every reason can be checked again
 * from the plan and the manifests. The first is the one that raised the package to where it stands.
 */
import { compareBumps } from '../bump.ts'
import type { Asked } from './admit.ts'
import type { DependencyUse, Edge } from './graph.ts'
import type { Group } from './groups.ts'
import type { PackageName, Version } from '../names.ts'
import type { Reason } from '../release-plan.ts'
import { demandOf, effectiveBump, type Cause, type Laws, type Settled } from './settle.ts'
import { compareText } from '../record.ts'

export type Evidence = {
  readonly laws: Laws
  readonly settled: ReadonlyMap<PackageName, Settled>
  /** The changes that name a package, in the plan's order. */
  readonly asked: ReadonlyMap<PackageName, readonly Asked[]>
  /** The version each package of the plan gets. */
  readonly versionOf: (name: PackageName) => Version
  /** The version that decided the cascade: in a snapshot release another than the one it gets. */
  readonly calculatedOf: (name: PackageName) => Version
  /** Burned versions that a package would have got otherwise. */
  readonly skippedOf: (entry: Settled) => readonly Version[]
  readonly isSnapshot: boolean
}

export function reasonsOf(entry: Settled, evidence: Evidence): readonly [Reason, ...Reason[]] {
  const { settings } = evidence.laws
  const changes = changeReasons(entry, evidence)
  const first = reasonOfCause(entry.cause, entry, evidence, changes)
  const reasons = changes.concat(edgeReasons(entry, evidence), groupReasons(entry, evidence))
  if (entry.entered !== entry.cause) {
    const entered = reasonOfCause(entry.entered, entry, evidence, changes)
    if (!isSame(entered, first) && !reasons.some((reason) => isSame(reason, entered))) reasons.push(entered)
  }
  const { pkg } = entry
  if (evidence.laws.leavingPre.has(pkg)) reasons.push({ kind: 'pre-exit', from: pkg.version ?? entry.base })
  const given = effectiveBump(entry.bump, entry.base, settings)
  if (given !== entry.bump) reasons.push({ kind: 'zero-major', asked: entry.bump, given })
  const asked = askedAboveCap(entry, evidence)
  if (asked !== undefined) reasons.push({ kind: 'capped', asked, cap: settings.maxBump })
  if (evidence.laws.burned !== undefined) reasons.push(...burnedReasons(entry, evidence))
  if (evidence.isSnapshot) reasons.push({ kind: 'snapshot' })
  const at = reasons.indexOf(first)
  if (first.kind === 'change' && at >= 0) {
    // Moved to the front; of a change there is one reason only.
    reasons.copyWithin(1, 0, at)
    reasons[0] = first
    return reasons as [Reason, ...Reason[]]
  }
  return [first, ...reasons.filter((reason) => !isSame(reason, first))]
}

function isSame(a: Reason, b: Reason): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || a.kind === 'change') return false
  if ('dependency' in a && 'dependency' in b) {
    return a.dependency === b.dependency && a.field === b.field && a.range === b.range && a.next === b.next
  }
  if ('leader' in a && 'leader' in b) return a.leader === b.leader
  return a.kind === 'override' && b.kind === 'override' ? a.by === b.by : true
}

function burnedReasons(entry: Settled, { laws, skippedOf }: Evidence): Reason[] {
  const { name } = entry.pkg
  const burnedBy = laws.burned?.get(name)
  return skippedOf(entry).map((version) => ({ kind: 'burned', version, of: burnedBy?.get(version) ?? name }))
}

/** What the changes ask of a package, where that is more than the cap allows. */
export function askedAboveCap({ pkg }: Settled, { asked, laws }: Evidence): Settled['bump'] | undefined {
  let highest = laws.settings.maxBump
  if (highest === 'major') return undefined
  for (const { bump } of asked.get(pkg.name) ?? []) if (compareBumps(bump, highest) > 0) highest = bump
  return highest === laws.settings.maxBump ? undefined : highest
}

const nothing: readonly never[] = []

function reasonOfCause(cause: Cause, entry: Settled, evidence: Evidence, changes: readonly Reason[]): Reason {
  switch (cause.kind) {
    case 'change':
      return highestChange(changes)
    case 'edge':
      return causingEdge(cause, evidence)
    case 'group':
      return groupReason(cause.group, cause.leader)
    case 'pre-exit':
      return { kind: 'pre-exit', from: entry.pkg.version ?? entry.base }
  }
}

/** A change that asks for the bump the package was given: it is there, for nothing else causes by change. */
function highestChange(reasons: readonly Reason[]): Reason {
  let highest: Extract<Reason, { kind: 'change' }> | undefined
  for (let at = 0; at < reasons.length; at += 1) {
    const reason = reasons[at]
    if (reason?.kind === 'override') return reason
    if (reason?.kind !== 'change') continue
    if (highest === undefined || compareBumps(reason.bump, highest.bump) > 0) highest = reason
  }
  return highest ?? { kind: 'first-release' }
}

function changeReasons({ pkg }: Settled, { asked }: Evidence): Reason[] {
  const reasons: Reason[] = []
  const list = asked.get(pkg.name) ?? nothing
  for (let at = 0; at < list.length; at += 1) {
    const one = list[at]
    if (one === undefined || one.bump === 'none') continue
    const { change, bump } = one
    if (change.kind === 'override') reasons.push({ kind: 'override', by: change.by })
    else reasons.push({ kind: 'change', change: change.id, bump })
  }
  return reasons
}

/** A group may have moved the dependency since; then what it was on the way is the reason, and marked as such. */
function causingEdge(
  { edge, use, next, bump }: Extract<Settled['cause'], { kind: 'edge' }>,
  evidence: Evidence,
): Reason {
  const now = edgeReason(edge, use, evidence)
  if (now !== undefined && compareBumps(now.bump ?? 'none', bump) >= 0) return now
  const { field, range } = use
  return { kind: 'out-of-range', dependency: edge.dependency.name, field, range, next, bump, superseded: true }
}

function edgeReasons({ pkg }: Settled, evidence: Evidence): Reason[] {
  const reasons: Reason[] = []
  const edges = evidence.laws.graph.dependencies.get(pkg.name) ?? nothing
  for (let at = 0; at < edges.length; at += 1) {
    const edge = edges[at]
    if (edge === undefined || edge.notFollowed !== undefined) continue
    for (const use of edge.uses) {
      const reason = edgeReason(edge, use, evidence)
      if (reason !== undefined) reasons.push(reason)
    }
  }
  return reasons
}

function edgeReason(
  edge: Edge,
  use: DependencyUse,
  evidence: Evidence,
): Extract<Reason, { dependency: string }> | undefined {
  const { laws, settled, versionOf, calculatedOf } = evidence
  const release = settled.get(edge.dependency.name)
  if (release === undefined || release.bump === 'none') return undefined
  const demand = demandOf(use, edge, release, calculatedOf(edge.dependency.name), laws)
  if (demand === undefined || demand.bump === 'none') return undefined
  return {
    kind: demand.relation.startsWith('out-') ? 'out-of-range' : 'always',
    dependency: edge.dependency.name,
    field: use.field,
    range: use.range,
    next: versionOf(edge.dependency.name),
    bump: demand.bump,
  }
}

/** Membership of a group is a reason where it moved the package: its bump, or the version it counts from. */
function groupReasons(entry: Settled, { laws, settled }: Evidence): Reason[] {
  if (entry.base === entry.pkg.version) return []
  return (laws.groups.of.get(entry.pkg.name) ?? []).flatMap((group): Reason[] => {
    const leader = highestMember(group, settled)
    return leader === undefined ? [] : [groupReason(group, leader)]
  })
}

/** The member whose version the others take; of several the first by name. */
function highestMember(group: Group, settled: ReadonlyMap<PackageName, Settled>): PackageName | undefined {
  const highest = group.members.filter(({ version }) => version === group.highestVersion).map(({ name }) => name)
  const released = highest.filter((name) => settled.has(name))
  return (released.length > 0 ? released : highest).toSorted(compareText)[0]
}

function groupReason(group: Group, leader: PackageName): Reason {
  const names = group.members.map(({ name }) => name).toSorted(compareText)
  return { kind: group.kind === 'fixed' ? 'fixed-group' : 'linked-group', group: names, leader }
}
