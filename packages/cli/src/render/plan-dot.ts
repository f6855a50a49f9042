/**
 * A release plan in Graphviz's language, one rank per release wave. Nodes are numbered; names are only ever quoted
 * labels, where a backslash and a quote are all that need care.
 */
import type { Release, ReleasePlan } from '@topsail/core'
import { leftRanges } from './plan-mermaid.ts'
import { releasesInOrder } from './plan-table.ts'
import { printable } from './text.ts'

const colours = { major: '#d1242f', minor: '#bf8700', patch: '#1a7f37' } as const

export function renderPlanDot(plan: ReleasePlan): string {
  const inOrder = releasesInOrder(plan)
  const ids = new Map(inOrder.map(({ release }, index) => [release.name, `n${index}`]))
  const waves = plan.order.map((names) => names.flatMap((name) => ids.get(name) ?? []))
  const lines = [
    'digraph release {',
    '  rankdir=LR',
    '  node [shape=box style=rounded fontname="Helvetica"]',
    '  edge [fontname="Helvetica" fontsize=10]',
    ...inOrder.map(({ release }) => `  ${nodeOf(release, ids)}`),
    ...waves.filter((wave) => wave.length > 0).map((wave) => `  { rank=same; ${wave.join('; ')} }`),
    ...inOrder.flatMap(({ release }) => edgesOf(release, ids).map((edge) => `  ${edge}`)),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function nodeOf(release: Release, ids: ReadonlyMap<string, string>): string {
  const label = `${escapeString(release.name)}\\n${escapeString(`${release.from} → ${release.to}`)}`
  const style = release.private ? ' style="rounded,dashed"' : ''
  return `${ids.get(release.name) ?? ''} [label="${label}" color="${colours[release.bump]}"${style}]`
}

function edgesOf(release: Release, ids: ReadonlyMap<string, string>): readonly string[] {
  const left = leftRanges(release)
  return release.needs.flatMap((need) => {
    const from = ids.get(need)
    if (from === undefined) return []
    const range = left.get(need)
    const label = range === undefined ? '' : ` [label="leaves ${escapeString(range)}"]`
    return [`${from} -> ${ids.get(release.name) ?? ''}${label}`]
  })
}

function escapeString(text: string): string {
  return printable(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}
