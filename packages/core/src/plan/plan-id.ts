/**
 * The identity of a plan: a digest of a canonical text of everything that decided it. The time counts only where it is
 * part of a version; who chose the rules, which commit added a changeset, how it is proposed, published and told decide nothing.
 */
import { canonicalJson } from '../canonical.ts'
import type { Change } from '../change.ts'
import { compareText } from '../record.ts'
import type { Snapshot } from '../snapshot.ts'

export function planId(snapshot: Snapshot, changes: readonly Change[], hash: (text: string) => string): string {
  const { workspace, settings, pre, snapshotRelease, now, head, burned } = snapshot
  const { chosen: _chosen, release: _release, pullRequest: _pull, forgeReleases: _forge, ...decisive } = settings
  const facts = {
    format: 'topsail/plan-id@1',
    tool: workspace.tool,
    catalogs: workspace.catalogs,
    settings: decisive,
    pre: pre ?? null,
    changes: changes.map(decisivePart),
    burned,
    snapshot: snapshotRelease === undefined ? null : { ...snapshotRelease, now, head },
  }
  return `sha256-${hash(`${canonicalJson(facts)}\n${manifestsText(snapshot)}`)}`
}

/** A commit's hash stands for all that it says; tens of thousands of them are not worth writing out. */
function decisivePart(change: Change): unknown {
  if (change.kind === 'commit') {
    const bumps: string[] = []
    for (const name in change.bumps) bumps.push(`${name} ${change.bumps[name]}`)
    if (bumps.length === 1) return `${change.id}\n${bumps[0]}`
    return [change.id, ...bumps.sort()].join('\n')
  }
  return change.kind === 'changeset' ? { ...change, commit: undefined } : change
}

/** Each text behind its path and its length, so that no text can pass for two. */
function manifestsText({ workspace }: Snapshot): string {
  const packages = [workspace.root, ...workspace.packages].toSorted((a, b) => compareText(a.dir, b.dir))
  return packages.map(({ dir, text }) => `${JSON.stringify(dir)} ${text.length}\n${text}`).join('\n')
}
