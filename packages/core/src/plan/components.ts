/**
 * Strongly connected components of a graph (Tarjan), without recursion, so that a chain of ten thousand packages is no
 * deeper than one of ten. A component is listed after every component it points to; members are sorted by name.
 */
export function stronglyConnected(
  nodes: readonly string[],
  edgesOf: (node: string) => readonly string[],
): readonly (readonly string[])[] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open = new Set<string>()
  const stack: string[] = []
  const components: string[][] = []
  const path: { node: string; edges: readonly string[]; next: number }[] = []

  const enter = (node: string): void => {
    index.set(node, index.size)
    low.set(node, index.size - 1)
    open.add(node)
    stack.push(node)
    path.push({ node, edges: edgesOf(node), next: 0 })
  }
  const lower = (node: string, to: number | undefined): void => {
    low.set(node, Math.min(low.get(node) ?? 0, to ?? 0))
  }
  const leave = (node: string): void => {
    path.pop()
    const parent = path.at(-1)
    if (parent !== undefined) lower(parent.node, low.get(node))
    if (low.get(node) !== index.get(node)) return
    const members = stack.splice(stack.lastIndexOf(node))
    for (const member of members) open.delete(member)
    components.push(members.sort())
  }

  for (const start of nodes) {
    if (index.has(start)) continue
    enter(start)
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const edge = frame.edges[frame.next++]
      if (edge === undefined) leave(frame.node)
      else if (!index.has(edge)) enter(edge)
      else if (open.has(edge)) lower(frame.node, index.get(edge))
    }
  }
  return components
}
