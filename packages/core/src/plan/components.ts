/**
 * Strongly connected components of a graph (Tarjan), without recursion, so that a chain of ten thousand packages is no
 * deeper than one of ten. A component is listed after every component it points to; members are sorted by name.
 */
export function stronglyConnected(
  nodes: readonly string[],
  edgesOf: (node: string) => readonly string[],
): readonly (readonly string[])[] {
  const { names, targets } = numbered(nodes, edgesOf)
  const size = names.length
  // In the order in which nodes are met, from 1; 0 for one that was not met yet.
  const index = new Uint32Array(size)
  const low = new Uint32Array(size)
  const next = new Uint32Array(size)
  const isOpen = new Uint8Array(size)
  const stack: number[] = []
  const path: number[] = []
  const components: string[][] = []
  let met = 0

  const enter = (node: number): void => {
    met += 1
    index[node] = met
    low[node] = met
    isOpen[node] = 1
    stack.push(node)
    path.push(node)
  }
  const leave = (node: number): void => {
    path.pop()
    const parent = path.at(-1)
    if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0)
    if (low[node] !== index[node]) return
    const members = stack.splice(stack.lastIndexOf(node))
    for (const member of members) isOpen[member] = 0
    components.push(members.map((member) => names[member] ?? '').sort())
  }

  for (let start = 0; start < size; start += 1) {
    if (index[start] !== 0) continue
    enter(start)
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const at = next[node] ?? 0
      const target = targets[node]?.[at]
      next[node] = at + 1
      if (target === undefined) leave(node)
      else if (index[target] === 0) enter(target)
      else if (isOpen[target] === 1) low[node] = Math.min(low[node] ?? 0, index[target] ?? 0)
    }
  }
  return components
}

/** Names are looked up once per edge; all else goes by number. What an edge points to is a node as well. */
function numbered(
  nodes: readonly string[],
  edgesOf: (node: string) => readonly string[],
): { readonly names: readonly string[]; readonly targets: readonly (readonly number[])[] } {
  const numbers = new Map<string, number>()
  const names: string[] = []
  const numberOf = (name: string): number => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, names.length)
    return names.push(name) - 1
  }
  for (const node of nodes) numberOf(node)
  const targets: (readonly number[])[] = []
  // Grows while it is gone through.
  for (const name of names) targets.push(edgesOf(name).map(numberOf))
  return { names, targets }
}
