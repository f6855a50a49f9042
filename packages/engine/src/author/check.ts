/**
 * `topsail check`: what a branch lacks, all of it at once. What the branch itself adds is held against what it touched,
 * per package; and whatever a plan would only set aside (a changeset that names no package, say) is an error here,
 * where somebody can still mend it.
 */
import {
  asRulesSeeIt,
  coverageOf,
  planRelease,
  type BranchWork,
  type Change,
  type Coverage,
  type Path,
  type Problem,
  type Snapshot,
} from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import { readSnapshot, sha256 } from '../read/read-snapshot.ts'
import { readSettings } from '../read/settings.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { findBase, type Base } from './base.ts'
import { readBranchWork, type RemovedPackage } from './branch-work.ts'
import { globMatcher } from '../read/glob.ts'

export type CheckOptions = {
  readonly cwd: string
  /** A ref or commit; without it, where the branch left the configured base branch. */
  readonly since?: string | undefined
}

export type CheckResult = {
  /** The folder that paths are relative to. */
  readonly root: string
  /** Undefined when it could not be told; a problem then says why. */
  readonly base: Base | undefined
  readonly packages: Coverage['packages']
  /** Touched files that belong to no package. */
  readonly unowned: readonly Path[]
  /** What the branch itself asks for. */
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
}

export async function checkWorkspace(options: CheckOptions): Promise<CheckResult> {
  const root = findWorkspaceRoot(options.cwd)
  if (root === undefined) {
    return unable(options.cwd, [{ code: 'WORKSPACE_NOT_FOUND', severity: 'error', cwd: options.cwd }])
  }
  const snapshot = await readWithoutHistory(root)
  const general = planRelease(withSources(snapshot, 'changesets'), sha256).problems
  const git = gitIn(root)
  const found = await findBase(git, options.since, snapshot.settings.baseBranch)
  if (!found.ok) return unable(root, [...strict(general, new Set()), found.problem])

  const { work, changesetFiles, removed, problems } = await readBranchWork(git, found.base.commit, snapshot)
  const coverage = coverageFor(snapshot, work)
  return {
    root,
    base: found.base,
    packages: coverage.packages,
    unowned: coverage.unowned,
    changes: work.changes,
    problems: [
      ...coverage.problems,
      ...strict(withRemoved(unique([...general, ...problems]), removed), changesetFiles),
    ],
  }
}

/** History is read once, for the branch alone; the rest of the snapshot is a plan's, and so are the members it sees. */
export async function readWithoutHistory(root: string): Promise<Snapshot> {
  const snapshot = await readSnapshot({ cwd: root, sources: 'changesets' })
  const { settings } = readSettings(diskFiles(root), snapshot.workspace)
  return asRulesSeeIt({ ...snapshot, settings }).snapshot
}

export function coverageFor({ workspace, settings }: Snapshot, work: BranchWork): Coverage {
  return coverageOf(workspace, settings, work, fileFilter(settings.changedFilePatterns))
}

function withSources(snapshot: Snapshot, sources: Snapshot['settings']['sources']): Snapshot {
  return { ...snapshot, settings: { ...snapshot.settings, sources } }
}

function unable(root: string, problems: readonly Problem[]): CheckResult {
  return { root, base: undefined, packages: [], unowned: [], changes: [], problems }
}

/** Each pattern works on what those before it have left, as in Changesets: `!` takes files away again. */
function fileFilter(patterns: readonly string[]): (relative: Path) => boolean {
  const matchers = patterns.map((pattern) => {
    const matches = globMatcher(pattern)
    return { matches: (path: Path) => matches(path), negated: matches.negated }
  })
  return (path) => {
    let counts = false
    for (const { matches, negated } of matchers) {
      if (negated ? counts && !matches(path) : !counts && matches(path)) counts = !counts
    }
    return counts
  }
}

/** Here nothing is set aside; and a changeset of this branch that does nothing was meant to do something. */
function strict(problems: readonly Problem[], changesetFiles: ReadonlySet<Path>): readonly Problem[] {
  return problems.map((problem) => {
    const isIdle = problem.code === 'CHANGESET_WITHOUT_EFFECT' && changesetFiles.has(problem.place?.file ?? '')
    return problem.severity === 'quarantined' || isIdle ? { ...problem, severity: 'error' } : problem
  })
}

/** Nothing that is near in letters was meant where the branch itself took the name away. */
function withRemoved(problems: readonly Problem[], removed: readonly RemovedPackage[]): readonly Problem[] {
  const byName = new Map(removed.map((pkg) => [pkg.name, pkg]))
  return problems.map((problem) => {
    const gone = problem.code === 'CHANGESET_UNKNOWN_PACKAGE' ? byName.get(problem.name) : undefined
    return problem.code !== 'CHANGESET_UNKNOWN_PACKAGE' || gone === undefined
      ? problem
      : { ...problem, closest: gone.now, removed: gone.file }
  })
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  return problems.filter((problem) => {
    const key = JSON.stringify(problem)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
