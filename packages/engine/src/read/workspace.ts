/**
 * The workspace below one root folder: its tool, its root manifest, its members and catalogs. One walk, each manifest
 * read once; every mistake is a problem, and what is sound is returned beside it.
 */
import { manifestPath, type Package, type Path, type Problem, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { readCatalogs } from './catalogs.ts'
import { readManifest } from './manifests.ts'
import { expandMemberGlobs } from './member-globs.ts'
import { own, stringsIn } from './record.ts'
import { rulesOfRepository } from './rules-choice.ts'
import { hasRootPackage, toolAt, workspacesField, type RootTool } from './workspace-tool.ts'

export type WorkspaceReading = { readonly workspace: Workspace; readonly problems: readonly Problem[] }

export function readWorkspace(files: Files): WorkspaceReading {
  const steps = readingSteps(files)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The same; every now and then whoever waits for a process is let in, so that no pipe stays full. */
export async function readWorkspaceInTurns(files: Files): Promise<WorkspaceReading> {
  const steps = readingSteps(files)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Manifests that are read between two turns. */
const turn = 100

function* readingSteps(files: Files): Generator<undefined, WorkspaceReading> {
  const found = toolAt(files)
  const tool = found?.tool ?? 'root'
  const problems: Problem[] = [...(found?.problems ?? [])]
  const rootReading = readManifest(files, '.')
  if (rootReading === undefined)
    problems.push({ code: 'MANIFEST_MISSING', severity: 'error', place: { file: 'package.json' } })
  problems.push(...(rootReading?.problems ?? []).map(asError))
  const root = rootReading?.pkg ?? namelessRoot
  const nested: Path[] = []
  const globs = found?.globs ?? ['.']
  const members = yield* readMembers(
    files,
    hasRootPackage(files) ? ['.', ...globs] : globs,
    root,
    tool === 'yarn' ? nested : undefined,
    problems,
  )
  const catalogs = readCatalogs(files, tool, root)
  problems.push(...catalogs.problems)
  const seenByChangesets2 = changesets2Members(files, found)
  const known: Workspace = { tool, root, packages: members, seenByChangesets2, catalogs: catalogs.catalogs }
  const others = membersOfRulesAlone(files, known, problems)
  const packages = named([...members, ...others].toSorted(byDir), problems)
  const workspace: Workspace = {
    ...known,
    packages,
    ...(nested.length === 0 ? {} : { nested }),
    ...(others.length === 0 ? {} : { ofChangesets2Alone: others.map(({ dir }) => dir) }),
  }
  return { workspace, problems }
}

/** Where Changesets 2 is what a repository uses, what it takes for a member is one. */
function membersOfRulesAlone(files: Files, known: Workspace, problems: Problem[]): readonly Package[] {
  const dirs = new Set(known.packages.map(({ dir }) => dir))
  const unknown = (known.seenByChangesets2 ?? []).filter((dir) => !dirs.has(dir) && dir !== '.')
  if (unknown.length === 0 || rulesOfRepository(files, known) !== 'changesets@2') return []
  return unknown.flatMap((dir) => {
    const reading = readManifest(files, dir)
    problems.push(...(reading?.problems ?? []))
    return reading?.pkg === undefined ? [] : [reading.pkg]
  })
}

/** Undefined where both generations of Changesets find the members in the same place. */
function changesets2Members(files: Files, found: RootTool | undefined): readonly Path[] | undefined {
  if (found?.tool !== 'pnpm' && found?.tool !== 'lerna') return undefined
  const globs = workspacesField(files)
  return globs === undefined || globs.join('\n') === found.globs.join('\n')
    ? undefined
    : expandMemberGlobs(files, globs).dirs
}

const namelessRoot: Package = { name: '', dir: '.', version: undefined, private: true, manifest: {}, text: '' }

/** A root manifest that cannot be read leaves nothing to plan from. */
function asError(problem: Problem): Problem {
  return problem.code === 'MANIFEST_INVALID' ? { ...problem, severity: 'error' } : problem
}

function* readMembers(
  files: Files,
  globs: readonly string[],
  root: Package,
  nested: Path[] | undefined,
  problems: Problem[],
): Generator<undefined, Package[]> {
  const members = new Map<Path, Package>()
  const { dirs, outside } = expandMemberGlobs(files, globs)
  for (const path of outside)
    problems.push({ code: 'PATH_OUTSIDE_WORKSPACE', severity: 'quarantined', place: { file: path }, path })
  for (const [at, dir] of dirs.entries()) {
    if (at % turn === turn - 1) yield undefined
    if (dir === '.') {
      if (root.text !== '') members.set('.', root)
      continue
    }
    const reading = readManifest(files, dir)
    problems.push(...(reading?.problems ?? []))
    if (reading?.pkg !== undefined) members.set(dir, reading.pkg)
  }
  if (nested !== undefined) {
    const listed = [...members.values()]
    for (const pkg of listed) if (pkg.dir !== '.') readNested(files, pkg, members, nested, problems)
  }
  return [...members.values()].toSorted(byDir)
}

function byDir(a: Package, b: Package): number {
  return a.dir < b.dir ? -1 : 1
}

/** Yarn's members may have `workspaces` of their own, with globs relative to their folder. */
function readNested(
  files: Files,
  { dir: parent, manifest }: Package,
  members: Map<Path, Package>,
  nested: Path[],
  problems: Problem[],
): void {
  const globs = stringsIn(own(manifest, 'workspaces')).map((glob) =>
    glob.startsWith('!') ? `!${parent}/${glob.slice(1)}` : `${parent}/${glob}`,
  )
  if (globs.length === 0) return
  for (const dir of expandMemberGlobs(files, globs).dirs) {
    if (members.has(dir)) continue
    const reading = readManifest(files, dir)
    problems.push(...(reading?.problems ?? []))
    if (reading?.pkg === undefined) continue
    members.set(dir, reading.pkg)
    nested.push(dir)
    readNested(files, reading.pkg, members, nested, problems)
  }
}

/** Members that can be spoken of: named, and each name once. The last folder keeps it, as in Changesets. */
function named(members: readonly Package[], problems: Problem[]): Package[] {
  const byName = new Map<string, Package>()
  for (const pkg of members) {
    if (pkg.name === '') reportNameless(pkg, problems)
    else byName.set(pkg.name, pkg)
  }
  return members.filter((pkg) => {
    const keeper = byName.get(pkg.name)
    if (keeper === undefined || keeper === pkg) return keeper === pkg
    const place = { file: manifestPath(pkg) }
    problems.push({
      code: 'PACKAGE_NAME_DUPLICATE',
      severity: severityOf(pkg),
      place,
      name: pkg.name,
      keeper: keeper.dir,
    })
    return false
  })
}

/** A name that is wrong was reported already; a private package without one is nobody's business. */
function reportNameless(pkg: Package, problems: Problem[]): void {
  const file = manifestPath(pkg)
  if (problems.some((problem) => problem.code === 'PACKAGE_NAME_INVALID' && problem.place?.file === file)) return
  problems.push({ code: 'PACKAGE_NAME_MISSING', severity: severityOf(pkg), place: { file } })
}

/** Whether a release is lost where this package cannot be spoken of. */
function severityOf(pkg: Package): 'warning' | 'quarantined' {
  return pkg.private || pkg.version === undefined ? 'warning' : 'quarantined'
}
