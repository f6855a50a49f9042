/**
 * The members that the rules see. Changesets 2 may find its members elsewhere than the workspace tool does, and neither
 * generation looks for the workspaces that a member has; under their rules the others do not exist: they are not planned,
 * and nobody is asked for a changeset for them.
 */
import { namesWritten } from './changesets.ts'
import type { Path } from '../names.ts'
import { skipReason } from '../plan/admit.ts'
import type { Problem } from '../problem.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Package } from '../workspace.ts'

export function asRulesSeeIt(snapshot: Snapshot): {
  readonly snapshot: Snapshot
  readonly problems: readonly Problem[]
} {
  const { workspace, settings } = snapshot
  const seen = settings.rules === 'changesets@2' ? workspace.seenByChangesets2 : undefined
  const nested = settings.rules === 'topsail' ? undefined : workspace.nested
  const foreign = settings.rules === 'changesets@2' ? undefined : workspace.ofChangesets2Alone
  if (foreign !== undefined) return asRulesSeeIt(without(snapshot, foreign))
  if (seen === undefined && nested === undefined) return { snapshot, problems: [] }
  const isSeen = isAmong(seen, nested)
  const packages = workspace.packages.filter(isSeen)
  const unseen = missedAmong(
    workspace.packages.filter((pkg) => !isSeen(pkg)),
    snapshot,
  )
  const facts = { names: unseen.map(({ name }) => name), nested: nested !== undefined }
  const place = { file: 'package.json' }
  return {
    snapshot: { ...snapshot, workspace: { ...workspace, packages } },
    problems: unseen.length === 0 ? [] : [{ code: 'MEMBERS_UNSEEN_BY_RULES', severity: 'warning', place, ...facts }],
  }
}

/** To no other rules are they members of anything. */
function without(snapshot: Snapshot, dirs: readonly Path[]): Snapshot {
  const left = new Set(dirs)
  const packages = snapshot.workspace.packages.filter(({ dir }) => !left.has(dir))
  return { ...snapshot, workspace: { ...snapshot.workspace, packages, ofChangesets2Alone: undefined } }
}

function isAmong(seen: readonly Path[] | undefined, nested: readonly Path[] = []): (pkg: Package) => boolean {
  const wanted = seen && new Set(seen)
  const left = new Set(nested)
  return ({ dir }) => wanted?.has(dir) !== false && !left.has(dir)
}

/** Nobody looks for a release of what no rules release, unless a changeset names it. */
function missedAmong(unseen: readonly Package[], { settings, changesets }: Snapshot): readonly Package[] {
  const ignored = new Set(settings.ignore)
  const skipped = new Set(unseen.filter((pkg) => skipReason(pkg, settings, ignored) !== undefined))
  if (skipped.size === 0) return unseen
  const texts = changesets.map(({ text }) => text)
  const named = namesWritten(texts, new Set([...skipped].map(({ name }) => name)))
  return unseen.filter((pkg) => !skipped.has(pkg) || named.has(pkg.name))
}
