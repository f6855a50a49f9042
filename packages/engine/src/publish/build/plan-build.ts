/**
 * Decides what is built before packing, and through what: only the packages that will be packed and those of the
 * workspace they depend on. Nothing is started where no script of that name exists.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dependencyFields } from '@topsail/core'
import type { Package, PackageName, Path, Problem, Workspace } from '@topsail/core'
import type { Files } from '../../ports.ts'
import { parseJsonc } from '../../read/json-text.ts'
import { isRecord, own } from '../../read/record.ts'
import { scriptsOf } from '../pack/scripts.ts'

export type BuildPlan = {
  readonly script: string
  /** `root`: the script of the root manifest, once. `packages`: theirs, one after another along the dependencies. */
  readonly by: 'turbo' | 'root' | 'packages'
  /** What will be packed. */
  readonly names: readonly PackageName[]
  /** Those that a tool of the workspace has to build one by one: with their dependencies, where they have the script. */
  readonly scripted: readonly PackageName[]
}

export type BuildChoice = { readonly build: BuildPlan | undefined; readonly problems: readonly Problem[] }

export type BuildRequest = {
  readonly files: Files
  readonly workspace: Workspace
  readonly packing: readonly PackageName[]
  /** `release.build`. */
  readonly setting: 'auto' | false | string
}

export function planBuild({ files, workspace, packing, setting }: BuildRequest): BuildChoice {
  if (setting === false || packing.length === 0) return { build: undefined, problems: [] }
  const script = setting === 'auto' ? 'build' : setting
  const hasScript = (pkg: Package): boolean => scriptsOf(pkg.manifest).has(script)
  const scripted = withDependencies(packing, workspace).filter(hasScript)
  const by = whoBuilds(script, scripted.length > 0, hasScript(workspace.root), files)
  const build = by && { script, by, names: packing, scripted: scripted.map(({ name }) => name) }
  const isMissing = build === undefined && setting !== 'auto'
  return { build, problems: isMissing ? [{ code: 'BUILD_SCRIPT_MISSING', severity: 'error', script }] : [] }
}

/** The root's script comes before those of the packages: it is what a person of this repository runs. */
function whoBuilds(script: string, inPackages: boolean, inRoot: boolean, files: Files): BuildPlan['by'] | undefined {
  if (inPackages && hasTurboTask(files, script)) return 'turbo'
  if (inRoot) return 'root'
  return inPackages ? 'packages' : undefined
}

function withDependencies(names: readonly PackageName[], { packages }: Workspace): readonly Package[] {
  const members = new Map(packages.map((pkg) => [pkg.name, pkg]))
  const found = new Set<Package>()
  const left = [...names]
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const pkg = members.get(name)
    if (pkg === undefined || found.has(pkg)) continue
    found.add(pkg)
    left.push(...namesIn(pkg))
  }
  return packages.filter((pkg) => found.has(pkg))
}

export function namesIn({ manifest }: Package): readonly PackageName[] {
  return dependencyFields.flatMap((field) => Object.keys(manifest[field] ?? {}))
}

function hasTurboTask(files: Files, script: string): boolean {
  const text = files.read('turbo.json') ?? files.read('turbo.jsonc')
  const config = text === undefined ? undefined : parseJsonc(text)
  if (config?.ok !== true || !hasTurbo(files)) return false
  // The first generation calls them a pipeline.
  const tasks = own(config.value, 'tasks') ?? own(config.value, 'pipeline')
  return isRecord(tasks) && Object.keys(tasks).some((task) => task === script || task.endsWith(`#${script}`))
}

/** Yarn without node_modules keeps it in its own map. */
function hasTurbo(files: Files): boolean {
  const names = process.platform === 'win32' ? ['turbo.cmd', 'turbo.exe', 'turbo'] : ['turbo']
  return names.some((name) => existsSync(join(files.root, 'node_modules', '.bin', name))) || usesPlugAndPlay(files)
}

export function usesPlugAndPlay(files: Pick<Files, 'look'>): boolean {
  const isThere = (path: Path): boolean => files.look(path).kind === 'file'
  return isThere('.pnp.cjs') && !isThere('node_modules/.bin/turbo')
}
