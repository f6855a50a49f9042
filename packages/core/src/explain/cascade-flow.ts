/**
 * The cascade of a plan as a network: from the changes, over the edges whose range a release leaves, to the packages
 * that only follow. A node is a package together with the least bump it gets, so that an edge which asks nothing for a
 * patch and something for a major is there for the major alone. An edge that a wider range would quiet costs one edit;
 * everything else cannot be cut. Linked groups only ever raise what is released anyway, and are left out.
 */
import { bumps, compareBumps, type Bump } from '../bump.ts'
import type { Change } from '../change.ts'
import { relationOf } from '../plan/cascade.ts'
import { askedBumps, askedByPackage } from '../plan/admit.ts'
import type { DependencyUse, Edge } from '../plan/graph.ts'
import { flowGraph, type FlowEdge, type FlowGraph } from './min-cut.ts'
import type { PackageName, Range, Version } from '../names.ts'
import type { ReleasePlan } from '../release-plan.ts'
import { demandOf, nextVersion, type Laws, type Settled } from '../plan/settle.ts'
import { parseVersion, satisfies } from '../versions.ts'
import type { DependencyField, Package } from '../workspace.ts'

export type WidenedRange = {
  readonly dependent: PackageName
  readonly dependency: PackageName
  readonly field: DependencyField
  readonly from: Range
  /** Holds what `from` holds, and the version the plan gives the dependency. */
  readonly to: Range
}

export type CascadeFlow = {
  readonly graph: FlowGraph<WidenedRange | undefined>
  readonly source: number
  /** A node that every follower leads to. */
  readonly everyFollower: number
  readonly nodeOf: (name: PackageName) => number
  /** Released without a change of their own, nearest to the changes first. */
  readonly followers: readonly PackageName[]
  /** Whether some edge asks for more than a patch: then one range may stand for several edges of the network. */
  readonly hasLevels: boolean
}

const levels = ['patch', 'minor', 'major'] as const satisfies readonly Bump[]
type Flow = FlowEdge<WidenedRange | undefined>

export function cascadeFlow(plan: ReleasePlan, changes: readonly Change[], laws: Laws): CascadeFlow {
  const released = plan.releases.flatMap(({ name }) => laws.graph.packages.get(name) ?? [])
  const place = new Map(released.map(({ name }, index) => [name, 1 + index * levels.length]))
  const node = (name: PackageName, bump: Bump): number => (place.get(name) ?? 0) + bumps.indexOf(bump) - 1
  const groupBase = 1 + released.length * levels.length
  const everyFollower = groupBase + laws.groups.all.length * levels.length
  const asked = askedBumps(askedByPackage(changes))
  const versions = new Map(plan.releases.map(({ name, to }) => [name, to]))
  const edges: Flow[] = []
  const link = (from: number, to: number, cost = Infinity, label?: WidenedRange): void => {
    edges.push({ from, to, cost, label })
  }

  const followers: PackageName[] = []
  for (const { name } of released) {
    link(node(name, 'major'), node(name, 'minor'))
    link(node(name, 'minor'), node(name, 'patch'))
    const bump = asked.get(name) ?? 'none'
    if (bump !== 'none') link(0, node(name, bump))
    else {
      followers.push(name)
      link(node(name, 'patch'), everyFollower)
    }
  }
  laws.groups.all.forEach((group, at) => {
    if (group.kind !== 'fixed') return
    for (const { name } of group.members.filter((member) => place.has(member.name))) {
      levels.forEach((bump, level) => {
        link(node(name, bump), groupBase + at * levels.length + level)
        link(groupBase + at * levels.length + level, node(name, bump))
      })
    }
  })
  let hasLevels = false
  for (const pkg of released) {
    for (const demand of demandsOf(pkg, versions, laws)) {
      if (!place.has(demand.dependent)) continue
      hasLevels ||= demand.asks !== 'patch'
      link(
        node(pkg.name, demand.when),
        node(demand.dependent, demand.asks),
        demand.edit === undefined ? Infinity : 1,
        demand.edit,
      )
    }
  }
  const graph = flowGraph(everyFollower + 1, edges)
  const nearest = nearestFirst(followers, graph, (name) => node(name, 'patch'))
  return { graph, source: 0, everyFollower, nodeOf: (name) => node(name, 'patch'), followers: nearest, hasLevels }
}

type Demand = {
  readonly dependent: PackageName
  /** The least bump of the dependency that asks this. */
  readonly when: Bump
  readonly asks: Bump
  readonly edit: WidenedRange | undefined
}

function* demandsOf(pkg: Package, versions: ReadonlyMap<PackageName, Version>, laws: Laws): Generator<Demand> {
  for (const edge of laws.graph.dependents.get(pkg.name) ?? []) {
    if (edge.notFollowed !== undefined || laws.isSkipped(edge.dependent)) continue
    for (const use of edge.uses) {
      let before: Bump = 'none'
      for (const when of levels) {
        const release = settledAt(pkg, when, laws)
        const asks = demandOf(use, edge, release, nextVersion(release, laws), laws)?.bump ?? 'none'
        if (compareBumps(asks, before) <= 0) continue
        before = asks
        const edit = widenedRange(use, edge, versions.get(pkg.name) ?? '', when, laws)
        yield { dependent: edge.dependent.name, when, asks, edit }
      }
    }
  }
}

function settledAt(pkg: Package, bump: Bump, { groups }: Laws): Settled {
  const group = groups.of.get(pkg.name)?.[0]
  const cause = { kind: 'change' } as const
  return { pkg, bump, base: group?.highestVersion ?? pkg.version ?? '0.0.0', cause, entered: cause }
}

/** Undefined where no range would help: the edge asks even from inside of its range, or another file says the range. */
function widenedRange(use: DependencyUse, edge: Edge, next: Version, when: Bump, laws: Laws): WidenedRange | undefined {
  const inside = laws.cascade(edge.dependent, use.field, relationOf(when, true)) ?? 'none'
  // A member of a group passes other versions on its way, and each may leave the range for good.
  const isGrouped = laws.groups.of.has(edge.dependency.name)
  const to = inside === 'none' ? holding(use, edge.dependency.version ?? '', next, isGrouped) : undefined
  if (to === undefined) return undefined
  return { dependent: edge.dependent.name, dependency: use.key, field: use.field, from: use.range, to }
}

/** Undefined when the manifest does not say the range itself. */
function holding({ form }: DependencyUse, now: Version, next: Version, alsoBetween: boolean): Range | undefined {
  const coming = alsoBetween ? `>=${now} <${(parseVersion(next)?.major ?? 0) + 1}.0.0` : `^${next}`
  switch (form.kind) {
    case 'workspace-exact':
      return satisfies(next, `^${now}`) ? 'workspace:^' : `workspace:^${now} || ${coming}`
    case 'workspace-operator':
      return `workspace:${form.operator}${now} || ${coming}`
    case 'workspace-range':
      return `workspace:${form.range} || ${coming}`
    case 'range':
      return form.range === '' ? undefined : `${form.range} || ${coming}`
    default:
      return undefined
  }
}

function nearestFirst(
  followers: readonly PackageName[],
  graph: FlowGraph<unknown>,
  nodeOf: (name: PackageName) => number,
): readonly PackageName[] {
  const reached = new Set([0])
  for (const at of reached) for (const edge of graph.leaving[at] ?? []) reached.add(graph.edges[edge]?.to ?? 0)
  const order = new Map([...reached].map((at, index) => [at, index]))
  const rank = (name: PackageName): number => order.get(nodeOf(name)) ?? Infinity
  return followers.filter((name) => order.has(nodeOf(name))).toSorted((a, b) => rank(a) - rank(b))
}
