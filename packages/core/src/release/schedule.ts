/**
 * Decides which steps may start now. A step is ready as soon as its own needs have succeeded: no layers, no barriers.
 * Of several, the one with the longest way still ahead of it comes first. What needs a failed step is held, by name
 * of that failure; everything unrelated goes on, so that every step reaches `done`, `failed` or `held`.
 */
import type { Step, StepId } from './step.ts'

export type StepState = 'waiting' | 'ready' | 'running' | 'done' | 'failed' | 'held'

/** A step that will not start, and the failed step it depends on, however far away. */
export type HeldStep = { readonly step: Step; readonly by: StepId }

export type Schedule = {
  /** At most `limit` ready steps of one kind, most urgent first; they count as running from now on. */
  take(kind: Step['kind'], limit: number): readonly Step[]
  /** Ends a running step, and tells which steps that holds. */
  settle(id: StepId, outcome: 'done' | 'failed'): readonly HeldStep[]
  state(id: StepId): StepState | undefined
  /** Steps that were held from the beginning: they need a step that does not exist, or wait for themselves. */
  readonly impossible: readonly HeldStep[]
  isFinished(): boolean
}

type Node = {
  readonly step: Step
  readonly urgency: number
  state: StepState
  missing: number
}

type Links = { readonly needing: Map<StepId, Node[]>; readonly following: Map<StepId, Node[]> }

/** `weight`: what a step is expected to cost, one each unless told. `done`: what an earlier run has finished. */
export function scheduleSteps(
  steps: readonly Step[],
  options: { readonly weight?: (step: Step) => number; readonly done?: ReadonlySet<StepId> | undefined } = {},
): Schedule {
  const order = startableOrder(steps)
  const urgencies = urgenciesOf(order, options.weight ?? (() => 1))
  const nodes = new Map<StepId, Node>()
  for (const step of steps) {
    nodes.set(step.id, { step, urgency: urgencies.get(step.id) ?? 0, state: 'waiting', missing: 0 })
  }
  const links = linksOf(nodes)
  const ready = new Map<Step['kind'], Node[]>()
  let open = nodes.size

  const release = (node: Node): void => {
    if (node.state !== 'waiting' || node.missing > 0) return
    node.state = 'ready'
    const queue = ready.get(node.step.kind) ?? []
    queue.splice(placeIn(queue, node), 0, node)
    ready.set(node.step.kind, queue)
  }
  const conclude = (node: Node, state: 'done' | 'failed' | 'held'): readonly Node[] => {
    node.state = state
    open -= 1
    const satisfied = [
      ...(links.following.get(node.step.id) ?? []),
      ...(state === 'done' ? (links.needing.get(node.step.id) ?? []) : []),
    ]
    for (const other of satisfied) other.missing -= 1
    return satisfied
  }
  const end = (node: Node, state: 'done' | 'failed' | 'held'): void => {
    for (const other of conclude(node, state)) release(other)
  }
  const hold = (by: StepId, first: readonly Node[]): readonly HeldStep[] => {
    const held: HeldStep[] = []
    const queue = [...first]
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (node.state !== 'waiting') continue
      end(node, 'held')
      held.push({ step: node.step, by })
      queue.push(...(links.needing.get(node.step.id) ?? []))
    }
    return held.sort((a, b) => (a.step.id < b.step.id ? -1 : 1))
  }

  const possible = new Set(order.map((step) => step.id))
  const impossible = steps
    .filter((step) => !possible.has(step.id))
    .flatMap((step) =>
      hold(
        missingNeed(step, nodes),
        [nodes.get(step.id)].filter((node) => node !== undefined),
      ),
    )
  const waiting = order.flatMap((step) => nodes.get(step.id) ?? []).filter((node) => node.state === 'waiting')
  // All that is done first, so that none of it becomes ready because of another.
  const left = waiting.filter((node) => options.done?.has(node.step.id) !== true)
  for (const node of waiting) if (options.done?.has(node.step.id)) conclude(node, 'done')
  for (const node of left) release(node)

  return {
    impossible,
    take(kind, limit) {
      const taken = ready.get(kind)?.splice(0, Math.max(0, limit)) ?? []
      for (const node of taken) node.state = 'running'
      return taken.map((node) => node.step)
    },
    settle(id, outcome) {
      const node = nodes.get(id)
      if (node === undefined || node.state !== 'running') return []
      end(node, outcome)
      return outcome === 'failed' ? hold(id, links.needing.get(id) ?? []) : []
    },
    state: (id) => nodes.get(id)?.state,
    isFinished: () => open === 0,
  }
}

/** Every step that can ever start, each after what it waits for (Kahn). */
function startableOrder(steps: readonly Step[]): readonly Step[] {
  const missing = new Map(steps.map((step) => [step.id, step.needs.length + step.after.length]))
  const followers = new Map<StepId, Step[]>()
  for (const step of steps) {
    for (const id of [...step.needs, ...step.after]) {
      const list = followers.get(id)
      if (list === undefined) followers.set(id, [step])
      else list.push(step)
    }
  }
  const order = steps.filter((step) => missing.get(step.id) === 0)
  for (let at = 0; at < order.length; at += 1) {
    for (const follower of followers.get(order[at]?.id ?? '') ?? []) {
      const left = (missing.get(follower.id) ?? 0) - 1
      missing.set(follower.id, left)
      if (left === 0) order.push(follower)
    }
  }
  return order
}

/** The weight of the heaviest chain that begins with each step. */
function urgenciesOf(order: readonly Step[], weight: (step: Step) => number): ReadonlyMap<StepId, number> {
  const urgencies = new Map<StepId, number>()
  const ahead = new Map<StepId, number>()
  for (const step of order.toReversed()) {
    const urgency = weight(step) + (ahead.get(step.id) ?? 0)
    urgencies.set(step.id, urgency)
    for (const need of step.needs) ahead.set(need, Math.max(ahead.get(need) ?? 0, urgency))
  }
  return urgencies
}

function linksOf(nodes: ReadonlyMap<StepId, Node>): Links {
  const links: Links = { needing: new Map(), following: new Map() }
  const link = (map: Map<StepId, Node[]>, id: StepId, node: Node): void => {
    node.missing += 1
    const list = map.get(id)
    if (list === undefined) map.set(id, [node])
    else list.push(node)
  }
  for (const node of nodes.values()) {
    for (const id of node.step.needs) link(links.needing, id, node)
    for (const id of node.step.after) link(links.following, id, node)
  }
  return links
}

/** Where a node goes in a queue sorted by urgency, then id: binary search. */
function placeIn(queue: readonly Node[], node: Node): number {
  let from = 0
  let to = queue.length
  while (from < to) {
    const middle = (from + to) >> 1
    const other = queue[middle]
    if (other !== undefined && isBefore(other, node)) from = middle + 1
    else to = middle
  }
  return from
}

function isBefore(a: Node, b: Node): boolean {
  return a.urgency === b.urgency ? a.step.id < b.step.id : a.urgency > b.urgency
}

function missingNeed(step: Step, nodes: ReadonlyMap<StepId, Node>): StepId {
  return [...step.needs, ...step.after].find((id) => !nodes.has(id)) ?? step.id
}
