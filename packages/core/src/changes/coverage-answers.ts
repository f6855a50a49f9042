/**
 * What a branch says about packages: bumps and refusals of its changesets, and of its commits where they count. The
 * highest bump wins over any refusal; a refusal keeps the first reason that was given.
 */
import { highestBump, type Bump } from '../bump.ts'
import type { ChangeId } from '../change.ts'
import type { BranchCommit, BranchWork } from './coverage.ts'
import type { PackageName, Path } from '../names.ts'
import type { Settings } from '../settings.ts'
import type { Package } from '../workspace.ts'

export type Answers = {
  readonly bumped: ReadonlyMap<PackageName, { bump: Bump; by: ChangeId[] }>
  readonly declined: ReadonlyMap<PackageName, { reason: string; by: ChangeId[] }>
  /** An empty changeset declines whatever nothing else answers for. */
  readonly rest: { reason: string; by: ChangeId[] } | undefined
}

export function answersByPackage(
  settings: Settings,
  work: BranchWork,
  ownerOf: (path: Path) => Package | undefined,
): Answers {
  const bumped = new Map<PackageName, { bump: Bump; by: ChangeId[] }>()
  const declined = new Map<PackageName, { reason: string; by: ChangeId[] }>()
  let rest: Answers['rest']
  for (const change of work.changes) {
    const entries = Object.entries(change.bumps)
    if (entries.length === 0 && change.kind === 'changeset') {
      rest = { reason: rest?.reason || change.summary, by: [...(rest?.by ?? []), change.id] }
    }
    for (const [name, bump] of entries) {
      if (bump === 'none') {
        if (change.kind === 'changeset') declined.set(name, joined(declined.get(name), change.summary, change.id))
        continue
      }
      const known = bumped.get(name)
      bumped.set(name, { bump: highestBump(known?.bump ?? 'none', bump), by: [...(known?.by ?? []), change.id] })
    }
  }
  if (settings.sources !== 'changesets') declineByCommits(work, ownerOf, declined)
  return { bumped, declined, rest }
}

function joined(known: { reason: string; by: ChangeId[] } | undefined, reason: string, id: ChangeId) {
  return { reason: known?.reason || reason, by: [...(known?.by ?? []), id] }
}

/**
 * A commit such as `chore(db): …` says that nothing is to be released. It speaks for a package only if no other commit
 * asks for a release of it, and if every touched file of it lies in commits that were understood: what is not committed
 * yet has not been spoken for.
 */
function declineByCommits(
  work: BranchWork,
  ownerOf: (path: Path) => Package | undefined,
  declined: Map<PackageName, { reason: string; by: ChangeId[] }>,
): void {
  const spokenFiles = new Set<Path>()
  const speakers = new Map<PackageName, Set<BranchCommit>>()
  const silenced = new Set<PackageName>(work.proposals.keys())
  for (const commit of work.commits) {
    for (const file of commit.files) {
      if (commit.understood) spokenFiles.add(file)
      const owner = ownerOf(file)
      if (!owner) continue
      if (!commit.understood) silenced.add(owner.name)
      const known = speakers.get(owner.name)
      if (known) known.add(commit)
      else speakers.set(owner.name, new Set([commit]))
    }
  }
  for (const file of work.files) {
    const isSaid = spokenFiles.has(file.path) || file.path.startsWith('.changeset/')
    const owner = isSaid ? undefined : ownerOf(file.path)
    if (owner) silenced.add(owner.name)
  }
  for (const [name, commits] of speakers) {
    if (silenced.has(name) || declined.has(name)) continue
    const [first] = commits
    declined.set(name, { reason: first?.subject ?? '', by: [...commits].map((commit) => `commit:${commit.sha}`) })
  }
}
