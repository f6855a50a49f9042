/**
 * A release plan as a mermaid flowchart, dependencies on the left. Nodes are numbered, so that names are only ever
 * labels; in a label every character but letters, digits and a few marks is written by its code point, which mermaid
 * takes as text whatever it is.
 */
import type { Release, ReleasePlan } from '@topsail/core'
import { releasesInOrder } from './plan-table.ts'
import { printable, truncate } from './text.ts'

export function renderPlanMermaid(plan: ReleasePlan): string {
  const releases = releasesInOrder(plan).map(({ release }) => release)
  const ids = new Map(releases.map((release, index) => [release.name, `n${index}`]))
  const lines = [
    'flowchart LR',
    ...releases.map((release) => `  ${nodeOf(release, ids)}`),
    ...releases.flatMap((release) => edgesOf(release, ids).map((edge) => `  ${edge}`)),
    '  classDef major stroke:#d1242f,stroke-width:2px',
    '  classDef minor stroke:#bf8700,stroke-width:2px',
    '  classDef patch stroke:#1a7f37',
  ]
  return `${lines.join('\n')}\n`
}

function nodeOf(release: Release, ids: ReadonlyMap<string, string>): string {
  const label = `${escapeLabel(release.name)}<br/>${escapeLabel(`${release.from} → ${release.to}`)}`
  return `${ids.get(release.name) ?? ''}["${label}"]:::${release.bump}`
}

function edgesOf(release: Release, ids: ReadonlyMap<string, string>): readonly string[] {
  const left = leftRanges(release)
  return release.needs.flatMap((need) => {
    const from = ids.get(need)
    const to = ids.get(release.name)
    if (from === undefined || to === undefined) return []
    const range = left.get(need)
    return [range === undefined ? `${from} --> ${to}` : `${from} -->|"leaves ${escapeLabel(range)}"| ${to}`]
  })
}

/** Dependency -> the range that its new version leaves. */
export function leftRanges(release: Release): ReadonlyMap<string, string> {
  const ranges = new Map<string, string>()
  for (const reason of release.reasons) if (reason.kind === 'out-of-range') ranges.set(reason.dependency, reason.range)
  return ranges
}

function escapeLabel(text: string): string {
  return truncate(printable(text), 80).replace(
    /[^A-Za-z0-9 ._-]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  )
}
