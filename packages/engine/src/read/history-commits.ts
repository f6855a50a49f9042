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
  const answer = await git(['rev-list', '--topo-order', '--reverse', '--parents', '--ignore-missing', '--stdin'], {
    input: `${head}\n${known.join('')}`,
    onOutput: forEachLine(lineAppender(table)),
  })
  if (answer.kind === 'missing') return answer.detail
  return answer.code === 0 ? undefined : answer.stderr
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
  return forEachLine((line) => lines.push(line))
}

function forEachLine(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = ''
  return (chunk) => {
    const text = rest + chunk.toString('latin1')
    let start = 0
    for (let end = text.indexOf('\n', rest.length); end >= 0; end = text.indexOf('\n', start)) {
      onLine(text.slice(start, end))
      start = end + 1
    }
    rest = text.slice(start)
  }
}

/** Git lists parents first: nearly always the line before is the only one. */
function lineAppender(table: HistoryTable): (line: string) => void {
  const shaLength = table.hashBytes * 2
  const wasEmpty = table.count === 0
  let last: { readonly sha: Sha; readonly row: Row } = { sha: '', row: 0 }
  const parentsIn = (line: string): readonly Row[] => {
    if (line.length === 2 * shaLength + 1 && line.endsWith(last.sha) && last.sha !== '') return [last.row]
    const parents: Row[] = []
    for (let at = shaLength + 1; at < line.length; at += shaLength + 1) {
      // A parent that is not there lies beyond the end of a shallow clone.
      const parent = rowOf(table, line.slice(at, at + shaLength))
      if (parent !== undefined) parents.push(parent)
    }
    return parents
  }
  return (line) => {
    const sha = line.slice(0, shaLength)
    if (wasEmpty || rowOf(table, sha) === undefined) last = { sha, row: appendCommit(table, sha, parentsIn(line)) }
  }
}

/**
 * The rows that a head contains, newest first in git's topological order. Each line of development stays together: after
 * a merge comes what it merged, then what it was merged into.
 */
export function rowsFrom(table: HistoryTable, head: Row): Uint32Array {
  const order = new Uint32Array(table.count)
  const state = new Uint8Array(table.count)
  const parents = table.parents.data
  let at = table.count
  // A commit lies on it at most once for each of its children, and once more.
  const stack = new Uint32Array(table.parents.length + 1)
  stack[0] = head
  for (let height = 1; height > 0;) {
    const row = stack[height - 1] ?? 0
    if (state[row] === 0) {
      state[row] = 1
      const start = firstParentAt(table, row)
      for (let index = firstParentAt(table, row + 1) - 1; index >= start; index -= 1) {
        const parent = parents[index] ?? 0
        if (state[parent] !== 0) continue
        stack[height] = parent
        height += 1
      }
      continue
    }
    height -= 1
    if (state[row] === 2) continue
    state[row] = 2
    at -= 1
    order[at] = row
  }
  return order.subarray(at)
}
