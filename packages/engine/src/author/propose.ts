/**
 * What `topsail add` offers: every package that can be released, those the branch changed first, with the bump its
 * commits ask for. When the base cannot be told, everything is still offered, and the problem says why nothing is
 * marked as changed.
 */
import {
  skipReason,
  type Bump,
  type CoverageState,
  type PackageName,
  type Path,
  type Problem,
  type Version,
} from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { findBase } from './base.ts'
import { readBranchWork } from './branch-work.ts'
import { coverageFor, readWithoutHistory, type CheckOptions } from './check.ts'

export type Offer = {
  readonly name: PackageName
  readonly dir: Path
  readonly version: Version
  readonly private: boolean
  /** Undefined when the branch did not touch it. */
  readonly state: CoverageState | undefined
  readonly proposed: Exclude<Bump, 'none'>
}

export type Proposal = {
  /** Changed packages first, then by name. */
  readonly offers: readonly Offer[]
  /** What the branch's one commit says, when there is only one that says anything. */
  readonly summary: string | undefined
  readonly problems: readonly Problem[]
}

export async function proposeChangeset(options: CheckOptions): Promise<Proposal> {
  const root = findWorkspaceRoot(options.cwd)
  if (root === undefined) {
    return {
      offers: [],
      summary: undefined,
      problems: [{ code: 'WORKSPACE_NOT_FOUND', severity: 'error', cwd: options.cwd }],
    }
  }
  const snapshot = await readWithoutHistory(root)
  const { workspace, settings } = snapshot
  const git = gitIn(root)
  const found = await findBase(git, options.since, settings.baseBranch)
  const branch = found.ok ? await readBranchWork(git, found.base.commit, snapshot) : undefined
  const coverage = branch === undefined ? undefined : coverageFor(snapshot, branch.work)
  const states = new Map(coverage?.packages.map(({ name, state }) => [name, state]))
  const ignored = new Set(settings.ignore)
  const offers = workspace.packages.flatMap((pkg): Offer[] => {
    if (pkg.version === undefined || skipReason(pkg, settings, ignored) !== undefined) return []
    const { name, dir, version } = pkg
    const asked = branch?.work.proposals.get(name)
    const proposed = asked === undefined || asked === 'none' ? 'patch' : asked
    return [{ name, dir, version, private: pkg.private, state: states.get(name), proposed }]
  })
  const said = new Set(branch?.work.commits.filter((commit) => commit.understood).map(({ subject }) => subject))
  const [only] = said.size === 1 ? said : []
  return {
    offers: offers.toSorted(
      (a, b) => Number(b.state !== undefined) - Number(a.state !== undefined) || (a.name < b.name ? -1 : 1),
    ),
    summary: only?.replace(/^[^\s():!]+(?:\([^()]*\))?!?: +/, ''),
    problems: found.ok ? [] : [found.problem],
  }
}
