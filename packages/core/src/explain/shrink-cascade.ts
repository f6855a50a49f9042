/**
 * The cheapest edits that keep packages out of a plan: ranges widened to hold the coming version, as few of them as
 * possible. The network of the cascade proposes; the planner, asked again with the edits made, disposes. What it does
 * not confirm is not suggested.
 */
import type { PlanOptions } from '../plan/admit.ts'
import { cascadeFlow, type CascadeFlow, type WidenedRange } from './cascade-flow.ts'
import { minCut } from './min-cut.ts'
import type { PackageName } from '../names.ts'
import { lawsOf, planRelease } from '../plan/plan.ts'
import type { ReleasePlan } from '../release-plan.ts'
import type { Snapshot } from '../snapshot.ts'
import { withRange } from '../plan/widen-edge.ts'

export type Shrinking = {
  readonly edits: readonly WidenedRange[]
  /** Released by the plan, and no longer with the edits; sorted. */
  readonly avoids: readonly PackageName[]
}

/** More edits than this are not cheap. */
const mostEdits = 8
/** Bounds on the work for a cascade of thousands: packages near the changes are where a cut pays. */
const mostTargets = 200
const mostPlanned = 8
const mostShown = 5

/** The best first: most packages avoided for each edit. */
export function shrinkCascade(
  snapshot: Snapshot,
  plan: ReleasePlan,
  hash: (text: string) => string,
  options: PlanOptions = {},
): readonly Shrinking[] {
  if (snapshot.snapshotRelease !== undefined) return []
  const flow = cascadeFlow(plan, plan.changes, lawsOf(snapshot, plan.changes))
  const targets = [flow.everyFollower, ...flow.followers.slice(0, mostTargets).map(flow.nodeOf)]
  const cuts = new Map<string, readonly WidenedRange[]>()
  for (const target of targets) {
    const edits = cutFor(target, flow)
    if (edits !== undefined) cuts.set(edits.map(keyOf).join('\n'), edits)
  }
  const promising = [...cuts.values()]
    .map((edits) => ({ edits, keeps: unreached(edits, flow) }))
    .toSorted((a, b) => b.keeps / b.edits.length - a.keeps / a.edits.length || a.edits.length - b.edits.length)
  return promising
    .slice(0, mostPlanned)
    .flatMap(({ edits }) => confirmed(edits, snapshot, plan, hash, options) ?? [])
    .toSorted((a, b) => b.avoids.length / b.edits.length - a.avoids.length / a.edits.length)
    .slice(0, mostShown)
}

/** The fewest range edits that keep one package out; undefined when none do, or too many would be needed. */
export function cheapestEdits(
  snapshot: Snapshot,
  plan: ReleasePlan,
  hash: (text: string) => string,
  target: PackageName,
  options: PlanOptions = {},
): Shrinking | undefined {
  const flow = cascadeFlow(plan, plan.changes, lawsOf(snapshot, plan.changes))
  if (!flow.followers.includes(target)) return undefined
  const edits = cutFor(flow.nodeOf(target), flow)
  const found = edits === undefined ? undefined : confirmed(edits, snapshot, plan, hash, options)
  return found?.avoids.includes(target) ? found : undefined
}

function cutFor(target: number, flow: CascadeFlow): readonly WidenedRange[] | undefined {
  const labels = minCut(flow.graph, flow.source, target, mostEdits)
  const edits = new Map(
    (labels ?? []).flatMap((label) => (label === undefined ? [] : [[keyOf(label), label] as const])),
  )
  return edits.size === 0 ? undefined : [...edits.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

function keyOf({ dependent, dependency, field }: WidenedRange): string {
  return JSON.stringify([dependent, dependency, field])
}

/** How many followers the network no longer reaches. */
function unreached(edits: readonly WidenedRange[], { graph, source, followers, nodeOf }: CascadeFlow): number {
  const cut = new Set(edits.map(keyOf))
  const reached = new Set([source])
  for (const node of reached) {
    for (const index of graph.leaving[node] ?? []) {
      const edge = graph.edges[index]
      if (edge !== undefined && (edge.label === undefined || !cut.has(keyOf(edge.label)))) reached.add(edge.to)
    }
  }
  return followers.filter((name) => !reached.has(nodeOf(name))).length
}

/** With each edit that turns out to be needless left out again. */
function confirmed(
  edits: readonly WidenedRange[],
  snapshot: Snapshot,
  plan: ReleasePlan,
  hash: (text: string) => string,
  options: PlanOptions,
): Shrinking | undefined {
  const avoidedBy = (tried: readonly WidenedRange[]): readonly PackageName[] => {
    const still = new Set(planRelease(edited(snapshot, tried), hash, options).releases.map(({ name }) => name))
    return plan.releases.map(({ name }) => name).filter((name) => !still.has(name))
  }
  let kept = edits
  let avoids = avoidedBy(edits)
  for (const edit of edits.length > 1 ? edits : []) {
    const fewer = kept.filter((other) => other !== edit)
    const without = avoidedBy(fewer)
    if (fewer.length === 0 || without.length < avoids.length) continue
    kept = fewer
    avoids = without
  }
  return avoids.length === 0 ? undefined : { edits: kept, avoids }
}

function edited(snapshot: Snapshot, edits: readonly WidenedRange[]): Snapshot {
  let result = snapshot
  for (const { to, ...edge } of edits) result = withRange(result, { ...edge, range: to }) ?? result
  return result
}
