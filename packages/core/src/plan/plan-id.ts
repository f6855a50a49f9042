/**
 * The identity of a plan: a digest of a canonical text of everything that decided it. The time counts only where it is
 * part of a version; who chose the rules, which commit added a changeset, how it is proposed, published and told decide nothing.
 */
import { bumpEntries } from '../bump-entries.ts'
import { canonicalJson } from '../canonical.ts'
import type { Change } from '../change.ts'
import { compareText } from '../record.ts'
import type { Settings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'

export function planId(snapshot: Snapshot, changes: readonly Change[], hash: (text: string) => string): string {
  const { workspace, settings, pre, snapshotRelease, now, head, burned } = snapshot
  const facts = {
    format: 'topsail/plan-id@2',
    tool: workspace.tool,
    catalogs: workspace.catalogs,
    settings: decisiveSettings(settings),
    pre: pre ?? null,
    changes: changes.flatMap(writtenPart),
    burned,
    snapshot: snapshotRelease === undefined ? null : { ...snapshotRelease, now, head },
  }
  return `sha256-${hash(`${canonicalJson(facts)}\n${commitsText(changes)}\n${manifestsText(snapshot)}`)}`
}

export function decisiveSettings(settings: Settings): Partial<Settings> {
  const { chosen: _chosen, commit: _commit, ...rest } = settings
  const { release: _release, pullRequest: _pull, forgeReleases: _forge, ...decisive } = rest
  return decisive
}

function writtenPart(change: Change): readonly unknown[] {
  if (change.kind === 'commit') return nothing
  return [change.kind === 'changeset' ? { ...change, commit: undefined } : change]
}

const nothing: readonly never[] = []

/** A line each: a commit's hash stands for all that it says. Names hold neither spaces nor line ends. */
function commitsText(changes: readonly Change[]): string {
  const lines: string[] = []
  for (const { kind, id, bumps } of changes) if (kind === 'commit') lines.push(`${id} ${askedText(bumps)}\n`)
  return lines.join('')
}

function askedText(bumps: Change['bumps']): string {
  const entries = bumpEntries(bumps)
  const first = entries[0]
  if (first !== undefined && entries.length === 1) return `${first[0]} ${first[1]}`
  return entries
    .map(([name, bump]) => `${name} ${bump}`)
    .toSorted()
    .join(' ')
}

/** Each text behind its path and its length, so that no text can pass for two. */
function manifestsText({ workspace }: Snapshot): string {
  const packages = [workspace.root, ...workspace.packages].toSorted((a, b) => compareText(a.dir, b.dir))
  return packages.map(({ dir, text }) => `${JSON.stringify(dir)} ${text.length}\n${text}`).join('\n')
}
