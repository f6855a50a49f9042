/**
 * The members that the rules see. Changesets 2 may find its members elsewhere than the workspace tool does; under its
 * rules the others do not exist: they are not planned, and nobody is asked for a changeset for them.
 */
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
  if (seen === undefined) return { snapshot, problems: [] }
  const dirs = new Set(seen)
  const packages = workspace.packages.filter(({ dir }) => dirs.has(dir))
  const unseen = workspace.packages.filter((pkg) => !dirs.has(pkg.dir) && isMissed(pkg, snapshot))
  const names = unseen.map(({ name }) => name)
  const place = { file: 'package.json' }
  return {
    snapshot: { ...snapshot, workspace: { ...workspace, packages } },
    problems: names.length === 0 ? [] : [{ code: 'MEMBERS_UNSEEN_BY_RULES', severity: 'warning', place, names }],
  }
}

/** Nobody looks for a release of what no rules release, unless a changeset names it. */
function isMissed(pkg: Package, { settings, changesets }: Snapshot): boolean {
  return (
    skipReason(pkg, settings, new Set(settings.ignore)) === undefined ||
    changesets.some(({ text }) => text.includes(pkg.name))
  )
}
