// What follows from what: the causes of a package up to its changes, and the packages released because of it.
import { data } from './dom.js'

/** @typedef {import('../src/page/page-data.ts').PageNode} PageNode */

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

/** @param {PageNode} node */
export function hasOwnChange(node) {
  return node.reasons.some((reason) => reason.change !== undefined)
}
