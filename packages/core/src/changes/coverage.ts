/**
 * Coverage: has everything that a branch touched been answered for? Per package, never "is there any changeset at all":
 * a touched package is bumped, declined with a reason, excluded, or uncovered.
 *
 * Invariants: only what the branch itself adds can answer; every touched package appears exactly once, in the order of
 * the workspace; a file belongs to the deepest package around it, and what lies in `.changeset/` to none. A catalog
 * entry touches each package that would ship it (a `devDependencies` entry is not shipped, so it touches nobody).
 */
import { skipReason, type SkipReason } from '../plan/admit.ts'
import type { Bump } from '../bump.ts'
import type { Change, ChangeId } from '../change.ts'
import { answersByPackage, type Answers } from './coverage-answers.ts'
import type { PackageName, Path, Range, Sha, Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import type { Settings } from '../settings.ts'
import { manifestPath } from '../workspace.ts'
import type { DependencyField, Package, Workspace } from '../workspace.ts'

export type TouchedFile = { readonly path: Path; readonly how: 'added' | 'changed' | 'deleted' }

/** One entry of a catalog that differs between base and head. */
export type CatalogEdit = {
  readonly catalog: string
  readonly dependency: PackageName
  readonly from: Range | undefined
  readonly to: Range | undefined
}

/** A commit of the branch and what it touched. `understood` is false when it follows no convention. */
export type BranchCommit = {
  readonly sha: Sha
  readonly subject: string
  readonly understood: boolean
  readonly files: readonly Path[]
}

/** Everything a branch did and said. */
export type BranchWork = {
  readonly files: readonly TouchedFile[]
  readonly catalogEdits: readonly CatalogEdit[]
  /** What the branch's own changesets and commits ask for, reconciled. */
  readonly changes: readonly Change[]
  readonly commits: readonly BranchCommit[]
  /** What the branch's commits ask for, whether or not they count as a source. */
  readonly proposals: ReadonlyMap<PackageName, Bump>
  /** Versions at the base, by directory, of the packages that existed there. */
  readonly baseVersions: ReadonlyMap<Path, Version | undefined>
}

/** `versioned`: the branch itself moved the version, as a release branch does. */
export type Exclusion = SkipReason | 'check-exclude' | 'file-patterns' | 'versioned'

export type CoverageState =
  | { readonly kind: 'bumped'; readonly bump: Exclude<Bump, 'none'>; readonly by: readonly ChangeId[] }
  | { readonly kind: 'declined'; readonly reason: string; readonly by: readonly ChangeId[] }
  | { readonly kind: 'excluded'; readonly why: Exclusion }
  | { readonly kind: 'uncovered'; readonly proposed: Exclude<Bump, 'none'> }

export type PackageCoverage = {
  readonly name: PackageName
  readonly dir: Path
  readonly state: CoverageState
  /** The touched files that ask for an answer; when none does, all touched ones. */
  readonly files: readonly Path[]
  readonly catalogEdits: readonly CatalogEdit[]
}

export type Coverage = {
  readonly packages: readonly PackageCoverage[]
  /** Touched files that belong to no package. */
  readonly unowned: readonly Path[]
  readonly problems: readonly Problem[]
}

/** `countsFile` decides by `settings.changedFilePatterns`, given a path relative to its package. */
export function coverageOf(
  workspace: Workspace,
  settings: Settings,
  work: BranchWork,
  countsFile: (relative: Path) => boolean,
): Coverage {
  const ownerOf = packageOwners(workspace)
  const touched = touchedByPackage(work.files, ownerOf)
  const catalogs = catalogEditsByPackage(workspace, work.catalogEdits)
  const excluded = { ignored: new Set(settings.ignore), byPattern: new Set(settings.checkExclude) }
  const answers = answersByPackage(settings, work, ownerOf)
  const versioned = versionedPackages(workspace, work.baseVersions)

  const packages: PackageCoverage[] = []
  for (const pkg of workspace.packages) {
    const files = touched.byPackage.get(pkg.name) ?? []
    const catalogEdits = catalogs.get(pkg.name) ?? []
    if (files.length === 0 && catalogEdits.length === 0) continue
    const counting = files.filter((file) => countsFile(relativeTo(pkg.dir, file)))
    const asks = counting.length > 0 || catalogEdits.length > 0
    const isOnlyManifest = files.every((file) => file === manifestPath(pkg)) && catalogEdits.length === 0
    const isVersioned = versioned.has(pkg.name) || (versioned.size > 0 && isOnlyManifest)
    const why = exclusionOf(pkg, settings, excluded, isVersioned, asks)
    packages.push({
      name: pkg.name,
      dir: pkg.dir,
      state: stateOf(pkg.name, answers, why, work.proposals),
      files: counting.length > 0 ? counting : files,
      catalogEdits,
    })
  }
  return { packages, unowned: touched.unowned, problems: problemsOf(workspace, packages, work.changes) }
}

/** The deepest package around a path. Each call walks the path's own folders, never the list of packages. */
function packageOwners(workspace: Workspace): (path: Path) => Package | undefined {
  const byDir = new Map(workspace.packages.map((pkg) => [pkg.dir, pkg]))
  return (path) => {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const owner = byDir.get(path.slice(0, end))
      if (owner) return owner
    }
    return byDir.get('.')
  }
}

function relativeTo(dir: Path, path: Path): Path {
  return dir === '.' ? path : path.slice(dir.length + 1)
}

function touchedByPackage(files: readonly TouchedFile[], ownerOf: (path: Path) => Package | undefined) {
  const byPackage = new Map<PackageName, Path[]>()
  const unowned: Path[] = []
  const removed = removedPackages(files)
  for (const file of files) {
    if (file.path.startsWith('.changeset/')) continue
    const owner = ownerOf(file.path)
    const isOutermost = owner === undefined || owner.dir === '.'
    // What was left of a package that is gone belongs to nobody, and least of all to the root.
    if (isOutermost && file.how === 'deleted' && liesWithin(file.path, removed)) continue
    if (owner === undefined) {
      unowned.push(file.path)
      continue
    }
    const known = byPackage.get(owner.name)
    if (known) known.push(file.path)
    else byPackage.set(owner.name, [file.path])
  }
  return { byPackage, unowned }
}

function removedPackages(files: readonly TouchedFile[]): ReadonlySet<Path> {
  const manifests = files.filter((file) => file.how === 'deleted' && file.path.endsWith('/package.json'))
  return new Set(manifests.map((file) => file.path.slice(0, -'/package.json'.length)))
}

function liesWithin(path: Path, dirs: ReadonlySet<Path>): boolean {
  if (dirs.size === 0) return false
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (dirs.has(path.slice(0, end))) return true
  }
  return false
}

const shippedFields: readonly DependencyField[] = ['dependencies', 'peerDependencies', 'optionalDependencies']

function catalogEditsByPackage(workspace: Workspace, edits: readonly CatalogEdit[]) {
  const byConsumer = new Map<PackageName, CatalogEdit[]>()
  if (edits.length === 0) return byConsumer
  const byEntry = new Map(edits.map((edit) => [`${edit.catalog}\n${edit.dependency}`, edit]))
  for (const pkg of workspace.packages) {
    const own = new Set<CatalogEdit>()
    for (const field of shippedFields) {
      for (const [dependency, range] of Object.entries(pkg.manifest[field] ?? {})) {
        if (typeof range !== 'string' || !range.startsWith('catalog:')) continue
        const edit = byEntry.get(`${range.slice(8).trim() || 'default'}\n${dependency}`)
        if (edit) own.add(edit)
      }
    }
    if (own.size > 0) byConsumer.set(pkg.name, [...own])
  }
  return byConsumer
}

/** Where some versions move, `version` ran: a manifest touched alone then had its ranges rewritten. */
function versionedPackages(workspace: Workspace, before: BranchWork['baseVersions']): ReadonlySet<PackageName> {
  const moved = workspace.packages.filter(({ dir, version }) => {
    const old = before.get(dir)
    return old !== undefined && old !== version
  })
  return new Set(moved.map((pkg) => pkg.name))
}

type Excluded = { readonly ignored: ReadonlySet<PackageName>; readonly byPattern: ReadonlySet<PackageName> }

function exclusionOf(
  pkg: Package,
  settings: Settings,
  excluded: Excluded,
  isVersioned: boolean,
  asks: boolean,
): Exclusion | undefined {
  const skipped = skipReason(pkg, settings, excluded.ignored)
  if (skipped !== undefined) return skipped
  if (excluded.byPattern.has(pkg.name)) return 'check-exclude'
  if (isVersioned) return 'versioned'
  return asks ? undefined : 'file-patterns'
}

function stateOf(
  name: PackageName,
  answers: Answers,
  why: Exclusion | undefined,
  proposals: ReadonlyMap<PackageName, Bump>,
): CoverageState {
  const bumped = answers.bumped.get(name)
  if (bumped && bumped.bump !== 'none' && (why === undefined || why === 'check-exclude' || why === 'file-patterns')) {
    return { kind: 'bumped', bump: bumped.bump, by: bumped.by }
  }
  if (why !== undefined) return { kind: 'excluded', why }
  const declined = answers.declined.get(name) ?? answers.rest
  if (declined) return { kind: 'declined', reason: declined.reason, by: declined.by }
  const proposed = proposals.get(name) ?? 'patch'
  return { kind: 'uncovered', proposed: proposed === 'none' ? 'patch' : proposed }
}

function problemsOf(
  workspace: Workspace,
  packages: readonly PackageCoverage[],
  changes: readonly Change[],
): readonly Problem[] {
  const byName = new Map(workspace.packages.map((pkg) => [pkg.name, pkg]))
  const problems: Problem[] = []
  const unexplained = new Map<ChangeId, PackageName[]>()
  for (const { name, state, files, catalogEdits } of packages) {
    const pkg = byName.get(name)
    if (state.kind === 'uncovered' && pkg) {
      const place = { file: manifestPath(pkg) }
      const { proposed } = state
      problems.push({ code: 'COVERAGE_MISSING', severity: 'error', place, name, files, catalogEdits, proposed })
    }
    if (state.kind === 'declined' && state.reason.trim() === '') {
      for (const id of state.by) unexplained.set(id, [...(unexplained.get(id) ?? []), name])
    }
  }
  for (const change of changes) {
    const names = unexplained.get(change.id)
    if (!names || change.kind !== 'changeset') continue
    problems.push({ code: 'DECLINED_WITHOUT_REASON', severity: 'error', place: { file: change.file }, names })
  }
  return problems
}
