// What follows from what: the causes of a package up to its changes, and the packages released because of it.
import { data } from './dom.js'

/** @typedef {import('../src/page/page-data.ts').PageNode} PageNode */
/** @typedef {import('../src/page/page-data.ts').PageReason} PageReason */

/** Node -> the nodes that its reasons follow from. */
export const causes = data.nodes.map((node) =>
  node.reasons.flatMap((reason) => (reason.node === undefined ? [] : [reason.node])),
)

/** Node -> the nodes released because of it. */
export const effects = data.nodes.map(() => /** @type {number[]} */ ([]))
causes.forEach((nodes, effect) => new Set(nodes).forEach((cause) => effects[cause]?.push(effect)))

/**
 * Everything reached from a node, itself left out.
 *
 * @param {number} start
 * @param {readonly (readonly number[])[]} next
 * @returns {Set<number>}
 */
export function reach(start, next) {
  const seen = new Set([start])
  const open = [start]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const other of next[node] ?? []) {
      if (!seen.has(other)) open.push(other)
      seen.add(other)
    }
  }
  seen.delete(start)
  return seen
}

/**
 * Where each package behind a release is told: at the reason nearest to the release, once. Elsewhere its name is
 * enough, so that cycles end and a chain is never longer than it must be.
 *
 * @param {number} start
 * @returns {Set<PageReason>}
 */
export function tellingReasons(start) {
  const told = new Set([start])
  const telling = /** @type {Set<PageReason>} */ (new Set())
  for (const node of told) {
    for (const reason of data.nodes[node]?.reasons ?? []) {
      if (reason.node === undefined || told.has(reason.node)) continue
      told.add(reason.node)
      telling.add(reason)
    }
  }
  return telling
}

/** @param {PageNode} node */
export function hasOwnChange(node) {
  return node.reasons.some((reason) => reason.change !== undefined)
}
