/**
 * Packs from the commit of a release: from this folder where it is at that commit, else from a worktree of its own, in
 * which what packing needs is installed and built first. Nobody's files move.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isNpmKey, packageOf } from '@topsail/core'
import type { Package, PackageName, Problem, PublishUnit, Releasable, Sha, Workspace } from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { openTemporaryTree } from '../adapters/temporary-tree.ts'
import type { Git } from '../ports.ts'
import { installDependencies, type InstallEvent } from '../publish/build/install-dependencies.ts'
import type { PackingAhead } from '../publish/pack/pack-ahead.ts'
import { workspacePacker } from '../publish/pack/pack-package.ts'
import { packingScripts, scriptsOf } from '../publish/pack/scripts.ts'
import type { Redact } from '../publish/secrets.ts'
import type { OtherTargets } from '../publish/targets/target-registry.ts'
import { readWorkspace } from '../read/workspace.ts'
import { bringCommit } from './bring-commit.ts'
import type { ReleasePacker, ReleasePorts } from './ports.ts'

export type PackingOptions = {
  /** The workspace root, absolute. */
  readonly root: string
  readonly workspace: Workspace
  readonly head: Sha | undefined
  readonly git: Git
  /** Where journals and the lease go; undefined keeps them in this repository. */
  readonly remote: string | undefined
  /** The targets that are no npm registries, of the workspace at some folder. */
  targetsIn(place: { readonly workspace: Workspace; readonly root: string; readonly out: string }): OtherTargets
  /** What has to be built before these packages are packed; undefined where nothing has to be. */
  buildOf(place: {
    readonly workspace: Workspace
    readonly root: string
    readonly names: readonly PackageName[]
  }): (() => Promise<Problem | undefined>) | undefined
  /** What was packed of this folder before its turn. */
  readonly ahead: PackingAhead
  readonly onInstall: (event: InstallEvent) => void
  readonly redact: Redact
  readonly env: Readonly<Record<string, string | undefined>>
}

type PackerAnswer = Awaited<ReturnType<ReleasePorts['packerAt']>>

/** From this folder where it is at that commit, else from a worktree that is set up when it is first needed. */
export async function packerAt(commit: Sha | null, out: string, options: PackingOptions): Promise<PackerAnswer> {
  if (commit === (options.head ?? null)) {
    const { root, workspace, ahead } = options
    return { kind: 'ready', packer: packerOf(root, workspace, out, commit, options, ahead), close: async () => {} }
  }
  if (commit === null) return { kind: 'impossible', detail: 'the release was begun before there was a commit' }
  let tree: Promise<Worktree> | undefined
  const opened = (): Promise<Worktree> => (tree ??= openWorktree(commit, out, options))
  const packer: ReleasePacker = {
    async prepare(units) {
      const worktree = await opened()
      if (worktree.kind !== 'ready') return undefined
      const { root, workspace } = worktree
      const build = options.buildOf({ root, workspace, names: units.map(({ name }) => packageOf(name)) })
      // A worktree has no installed dependencies, and a package without its build is not what was released.
      const needsThem = build !== undefined || runsScripts(units, workspace)
      const failure = needsThem ? await installIn(worktree, options) : undefined
      return failure ?? (await build?.())
    },
    async pack(unit) {
      const worktree = await opened()
      return worktree.kind === 'ready'
        ? worktree.packer.pack(unit)
        : {
            kind: 'failed',
            problem: { code: 'PACK_FAILED', severity: 'error', name: unit.name, detail: worktree.detail },
          }
    },
    // What a package does after it was published is of its working folder, which is at another commit by now.
    afterPublish: async () => undefined,
  }
  return {
    kind: 'ready',
    packer,
    close: async () => {
      const worktree = await tree
      if (worktree?.kind === 'ready') await worktree.close()
    },
  }
}

function packerOf(
  root: string,
  workspace: Workspace,
  out: string,
  commit: Sha | null,
  { targetsIn, buildOf }: PackingOptions,
  ahead?: PackingAhead,
): ReleasePacker {
  const targets = targetsIn({ workspace, root, out })
  const gitHead = commit ?? undefined
  const packer = workspacePacker({ root, workspace, out, gitHead, packed: (name) => ahead?.packed(name) })
  const packages = new Map(workspace.packages.map((pkg) => [pkg.name, pkg]))
  return {
    async prepare(units) {
      ahead?.forget()
      return buildOf({ root, workspace, names: units.map(({ name }) => packageOf(name)) })?.()
    },
    async pack({ name, version }) {
      const packed = targets.pack(name, version)
      if (packed !== undefined) return packed
      const pkg = packages.get(name)
      if (pkg !== undefined && hasVersion(pkg) && pkg.version === version) return packer.pack(pkg)
      return { kind: 'failed', problem: gone(name, version) }
    },
    async afterPublish({ name }) {
      const pkg = packages.get(name)
      return pkg === undefined ? undefined : packer.afterPublish(pkg)
    },
  }
}

/** Lifecycle scripts, commands of own targets, and what is bundled take what is installed. */
function runsScripts(units: readonly PublishUnit[], { packages }: Workspace): boolean {
  const members = new Map(packages.map((pkg) => [pkg.name, pkg]))
  return units.some(({ name }) => {
    const pkg = members.get(packageOf(name))
    if (pkg === undefined) return false
    const scripts = scriptsOf(pkg.manifest)
    const bundles = pkg.manifest['bundleDependencies'] ?? pkg.manifest['bundledDependencies']
    return !isNpmKey(name) || bundles !== undefined || packingScripts.some((script) => scripts.has(script))
  })
}

async function installIn({ root, workspace }: ReadyTree, options: PackingOptions): Promise<Problem | undefined> {
  const { env, redact, git } = options
  await bringConfiguration(options.root, root, git)
  return installDependencies({ root, tool: workspace.tool, env, redact, onEvent: options.onInstall })
}

/** CI writes credentials into files of the root that no commit has, or not like that. */
async function bringConfiguration(from: string, to: string, git: Git): Promise<void> {
  for (const name of ['.npmrc', '.yarnrc.yml', 'bunfig.toml']) {
    const text = await readFile(join(from, name), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const committed = await git(['cat-file', 'blob', `HEAD:./${name}`])
    const isOwn = committed.kind === 'missing' || committed.code !== 0 || committed.stdout !== text
    if (isOwn) await writeFile(join(to, name), text)
  }
}

function gone(name: string, version: string): Problem {
  return { code: 'PACK_FAILED', severity: 'error', name, detail: `version ${version} is not in the workspace any more` }
}

function hasVersion(pkg: Package): pkg is Releasable {
  return pkg.version !== undefined
}

type ReadyTree = {
  readonly kind: 'ready'
  readonly root: string
  readonly workspace: Workspace
  readonly packer: ReleasePacker
  close(): Promise<void>
}

type Worktree = ReadyTree | { readonly kind: 'impossible'; readonly detail: string }

async function openWorktree(commit: Sha, out: string, options: PackingOptions): Promise<Worktree> {
  const { git, remote } = options
  if (!(await bringCommit(git, remote, commit)))
    return { kind: 'impossible', detail: `the commit ${commit} of the release is not here` }
  const tree = await openTemporaryTree(git, commit, { name: 'worktree' })
  if ('detail' in tree) return { kind: 'impossible', detail: tree.detail }
  const { root, close } = tree
  const { workspace } = readWorkspace(diskFiles(root))
  return { kind: 'ready', root, workspace, packer: packerOf(root, workspace, out, commit, options), close }
}
