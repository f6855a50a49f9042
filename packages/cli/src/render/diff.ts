/**
 * The difference of two texts as unified hunks, as `diff -u` and git show it: for reading, not for `patch`. Texts that
 * differ a great deal are shown as all old lines, then all new ones, so the work stays bounded.
 */
import type { FileEdit } from '@topsail/core'
import type { Colours } from '../context.ts'
import { printable } from './text.ts'

export function renderDiff(edit: FileEdit, colours: Colours): string {
  const from = edit.before === undefined ? '/dev/null' : `a/${edit.path}`
  const to = edit.after === undefined ? '/dev/null' : `b/${edit.path}`
  const head = [colours.bold(`--- ${printable(from)}`), colours.bold(`+++ ${printable(to)}`)]
  const hunks = diffHunks(edit.before ?? '', edit.after ?? '').flatMap((hunk) => [
    colours.cyan(hunk.head),
    ...hunk.lines.map((line) => paintLine(line, colours)),
  ])
  return `${[...head, ...hunks].join('\n')}\n`
}

export type Hunk = { readonly head: string; readonly lines: readonly string[] }

type Step = { readonly sign: ' ' | '-' | '+'; readonly text: string }

export function diffHunks(before: string, after: string): readonly Hunk[] {
  const steps = diffLines(linesOf(before), linesOf(after))
  const hunks: Hunk[] = []
  for (const [start, end] of changedRegions(steps)) hunks.push(hunkOf(steps, start, end))
  return hunks
}

const context = 3
const mostCells = 4_000_000

function linesOf(text: string): readonly string[] {
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** What both share at the ends is set aside, the middle compared by its longest common subsequence. */
function diffLines(before: readonly string[], after: readonly string[]): readonly Step[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1
  let tail = 0
  const most = Math.min(before.length, after.length) - head
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  const kept = (lines: readonly string[]): readonly Step[] => lines.map((text) => ({ sign: ' ', text }))
  return [
    ...kept(before.slice(0, head)),
    ...diffMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...kept(before.slice(before.length - tail)),
  ]
}

function diffMiddle(before: readonly string[], after: readonly string[]): readonly Step[] {
  const removed = (lines: readonly string[]): Step[] => lines.map((text) => ({ sign: '-', text }))
  const added = (lines: readonly string[]): Step[] => lines.map((text) => ({ sign: '+', text }))
  if (before.length * after.length > mostCells) return [...removed(before), ...added(after)]
  const width = after.length + 1
  const lengths = commonLengths(before, after)
  const steps: Step[] = []
  let [i, j] = [0, 0]
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      steps.push({ sign: ' ', text: before[i] ?? '' })
      i += 1
      j += 1
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) {
      steps.push({ sign: '-', text: before[i] ?? '' })
      i += 1
    } else {
      steps.push({ sign: '+', text: after[j] ?? '' })
      j += 1
    }
  }
  return [...steps, ...removed(before.slice(i)), ...added(after.slice(j))]
}

/** Row by row from the end: how many lines the rests from (i, j) on have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const below = lengths[(i + 1) * width + j] ?? 0
      const beside = lengths[i * width + j + 1] ?? 0
      const across = lengths[(i + 1) * width + j + 1] ?? 0
      lengths[i * width + j] = before[i] === after[j] ? across + 1 : Math.max(below, beside)
    }
  }
  return lengths
}

/** Ranges of steps with their context, those that touch joined. */
function changedRegions(steps: readonly Step[]): readonly (readonly [number, number])[] {
  const regions: [number, number][] = []
  steps.forEach((step, index) => {
    if (step.sign === ' ') return
    const [start, end] = [Math.max(0, index - context), Math.min(steps.length, index + context + 1)]
    const last = regions.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = end
    else regions.push([start, end])
  })
  return regions
}

function hunkOf(steps: readonly Step[], start: number, end: number): Hunk {
  const count = (part: readonly Step[], other: '-' | '+'): number => part.filter(({ sign }) => sign !== other).length
  const [before, inside] = [steps.slice(0, start), steps.slice(start, end)]
  const range = (other: '-' | '+'): string => {
    const length = count(inside, other)
    return `${count(before, other) + (length === 0 ? 0 : 1)},${length}`
  }
  return {
    head: `@@ -${range('+')} +${range('-')} @@`,
    lines: inside.map(({ sign, text }) => `${sign}${text}`),
  }
}

function paintLine(line: string, colours: Colours): string {
  const text = printable(line.endsWith('\r') ? line.slice(0, -1) : line).replaceAll('\\t', '\t')
  if (line.startsWith('+')) return colours.green(text)
  return line.startsWith('-') ? colours.red(text) : text
}
