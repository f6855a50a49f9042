/**
 * The cheapest set of edges whose removal leaves no way from the source to a node: by the theorem of Ford and
 * Fulkerson as cheap as the greatest flow. Augmenting paths are the shortest ones (Edmonds and Karp), and the search
 * gives up above a limit, for an answer of many edges helps nobody. Among equal cuts it is the one nearest the source.
 */
export type FlowEdge<Label> = {
  readonly from: number
  readonly to: number
  /** `Infinity`: cannot be removed. */
  readonly cost: number
  readonly label: Label
}

export type FlowGraph<Label> = {
  readonly edges: readonly FlowEdge<Label>[]
  /** Edges by the node they leave and by the node they enter. */
  readonly leaving: readonly (readonly number[])[]
  readonly entering: readonly (readonly number[])[]
}

export function flowGraph<Label>(nodes: number, edges: readonly FlowEdge<Label>[]): FlowGraph<Label> {
  const leaving: number[][] = Array.from({ length: nodes }, () => [])
  const entering: number[][] = Array.from({ length: nodes }, () => [])
  edges.forEach(({ from, to }, index) => {
    leaving[from]?.push(index)
    entering[to]?.push(index)
  })
  return { edges, leaving, entering }
}

/** The labels of the edges to remove; undefined when none will do, or only more than `limit` of them. */
export function minCut<Label>(
  graph: FlowGraph<Label>,
  source: number,
  sink: number,
  limit: number,
): readonly Label[] | undefined {
  const flow = new Map<number, number>()
  let total = 0
  for (;;) {
    const reached = search(graph, source, flow)
    const path = pathTo(graph, reached, source, sink)
    if (path === undefined) return cutOf(graph, reached)
    const room = Math.min(...path.map(({ edge, forward }) => roomOf(graph, flow, edge, forward)))
    total += room
    if (total > limit) return undefined
    for (const { edge, forward } of path) flow.set(edge, (flow.get(edge) ?? 0) + (forward ? room : -room))
  }
}

type Step = { readonly edge: number; readonly forward: boolean }

/** How each node was reached, breadth first, over edges with room and back over edges with flow. */
function search<Label>(
  graph: FlowGraph<Label>,
  source: number,
  flow: ReadonlyMap<number, number>,
): ReadonlyMap<number, Step | undefined> {
  const reached = new Map<number, Step | undefined>([[source, undefined]])
  for (const node of reached.keys()) {
    for (const edge of graph.leaving[node] ?? []) {
      const to = graph.edges[edge]?.to ?? node
      if (!reached.has(to) && roomOf(graph, flow, edge, true) > 0) reached.set(to, { edge, forward: true })
    }
    for (const edge of graph.entering[node] ?? []) {
      const from = graph.edges[edge]?.from ?? node
      if (!reached.has(from) && roomOf(graph, flow, edge, false) > 0) reached.set(from, { edge, forward: false })
    }
  }
  return reached
}

function roomOf<Label>(
  graph: FlowGraph<Label>,
  flow: ReadonlyMap<number, number>,
  edge: number,
  forward: boolean,
): number {
  const used = flow.get(edge) ?? 0
  return forward ? (graph.edges[edge]?.cost ?? 0) - used : used
}

function pathTo<Label>(
  graph: FlowGraph<Label>,
  reached: ReadonlyMap<number, Step | undefined>,
  source: number,
  sink: number,
): readonly Step[] | undefined {
  if (!reached.has(sink)) return undefined
  const path: Step[] = []
  for (let node = sink; node !== source;) {
    const step = reached.get(node)
    const edge = step === undefined ? undefined : graph.edges[step.edge]
    if (step === undefined || edge === undefined) return path
    path.push(step)
    node = step.forward ? edge.from : edge.to
  }
  return path
}

function cutOf<Label>(graph: FlowGraph<Label>, reached: ReadonlyMap<number, unknown>): readonly Label[] {
  return graph.edges.filter(({ from, to }) => reached.has(from) && !reached.has(to)).map(({ label }) => label)
}
