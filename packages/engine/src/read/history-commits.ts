/**
 * Which commits there are: one `git rev-list`, which compares no trees, appended to the table. Commits that the table
 * has are not listed again.
 */
import type { Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import { appendCommit, firstParentAt, rowOf, shaOf, type HistoryTable, type Row } from './history-table.ts'

/** Undefined when all went well, else what git said. */
export async function appendCommitsFrom(table: HistoryTable, git: Git, head: Sha): Promise<string | undefined> {
  if (rowOf(table, head) !== undefined) return undefined
  const known = tipsOf(table).map((tip) => `^${tip}\n`)
  const lines: string[] = []
  const answer = await git(['rev-list', '--topo-order', '--reverse', '--parents', '--ignore-missing', '--stdin'], {
    input: `${head}\n${known.join('')}`,
    onOutput: collectLines(lines),
  })
  if (answer.kind === 'missing') return answer.detail
  if (answer.code !== 0) return answer.stderr
  appendLines(table, lines)
  return undefined
}

/** The commits of the table that no other commit of the table has for a parent. */
function tipsOf(table: HistoryTable): readonly Sha[] {
  const hasChild = new Uint8Array(table.count)
  for (let at = 0; at < table.parents.length; at += 1) hasChild[table.parents.data[at] ?? 0] = 1
  const tips: Sha[] = []
  for (let row = 0; row < table.count; row += 1) if (hasChild[row] === 0) tips.push(shaOf(table, row))
  return tips
}

/** Gathers whole lines of a stream of ASCII. */
export function collectLines(lines: string[]): (chunk: Buffer) => void {
  let rest = ''
  return (chunk) => {
    const parts = (rest + chunk.toString('latin1')).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) lines.push(part)
  }
}

/** Git lists parents first. */
function appendLines(table: HistoryTable, lines: readonly string[]): void {
  const shaLength = table.hashBytes * 2
  for (const line of lines) {
    const parents: Row[] = []
    for (let at = shaLength + 1; at < line.length; at += shaLength + 1) {
      // A parent that is not there lies beyond the end of a shallow clone.
      const parent = rowOf(table, line.slice(at, at + shaLength))
      if (parent !== undefined) parents.push(parent)
    }
    const sha = line.slice(0, shaLength)
    if (rowOf(table, sha) === undefined) appendCommit(table, sha, parents)
  }
}

/**
 * The rows that a head contains, newest first in git's topological order. Each line of development stays together: after
 * a merge comes what it merged, then what it was merged into.
 */
export function rowsFrom(table: HistoryTable, head: Row): Uint32Array {
  const order = new Uint32Array(table.count)
  const state = new Uint8Array(table.count)
  let at = table.count
  const stack = [head]
  for (let row = stack.at(-1); row !== undefined; row = stack.at(-1)) {
    if (state[row] === 0) {
      state[row] = 1
      const start = firstParentAt(table, row)
      for (let index = firstParentAt(table, row + 1) - 1; index >= start; index -= 1) {
        const parent = table.parents.data[index] ?? 0
        if (state[parent] === 0) stack.push(parent)
      }
      continue
    }
    stack.pop()
    if (state[row] === 2) continue
    state[row] = 2
    at -= 1
    order[at] = row
  }
  return order.subarray(at)
}
