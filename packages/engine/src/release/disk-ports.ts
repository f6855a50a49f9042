/**
 * The ports of a release for real: this clone, its remote, the registries, the clock on the wall.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageOf } from '@topsail/core'
import type { Package, PackageName, Problem, Releasable, Sha, Version, Workspace } from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Git } from '../ports.ts'
import type { Clock } from '../publish/clock.ts'
import { workspacePacker } from '../publish/pack/pack-package.ts'
import type { Registry } from '../publish/registry.ts'
import type { Redact } from '../publish/secrets.ts'
import { gitTags } from '../publish/tags.ts'
import type { OtherTargets } from '../publish/targets/target-registry.ts'
import { readWorkspace } from '../read/workspace.ts'
import type { Announcer } from './announcer.ts'
import { diskHolders, diskJournals, diskTarballs, tarballFolder } from './disk-state.ts'
import { bringCommit } from './bring-commit.ts'
import { fileRefStore } from './file-ref-store.ts'
import { gitRefStore } from './git-ref-store.ts'
import type { ReleaseClock, ReleasePacker, ReleasePorts } from './ports.ts'
import { revertBranches } from './revert-branch.ts'
import { gitSources } from './set-sources.ts'

export type DiskPortsOptions = {
  /** The workspace root, absolute. */
  readonly root: string
  readonly workspace: Workspace
  readonly head: Sha | undefined
  readonly git: Git
  /** Where journals and the lease go; undefined keeps them in this repository. */
  readonly remote: string | undefined
  registryAt(url: string): Registry
  /** The targets that are no npm registries, of the workspace at some folder. */
  targetsIn(place: { readonly workspace: Workspace; readonly root: string; readonly out: string }): OtherTargets
  /** What has to be built before these packages are packed; undefined where nothing has to be. */
  buildOf(place: {
    readonly workspace: Workspace
    readonly root: string
    readonly names: readonly PackageName[]
  }): (() => Promise<Problem | undefined>) | undefined
  /** How the tag of a version is named. */
  tagOf(name: PackageName, version: Version): string
  readonly announcers: readonly Announcer[]
  readonly redact: Redact
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function diskPorts(options: DiskPortsOptions): Promise<ReleasePorts> {
  const { root, git, remote } = options
  const common = await git(['rev-parse', '--path-format=absolute', '--git-common-dir'])
  const hasGit = common.kind === 'done' && common.code === 0
  const state = hasGit ? join(common.stdout.trim(), 'topsail') : join(root, 'node_modules', '.topsail')
  return {
    registryAt: options.registryAt,
    // A folder without git has no other machines to agree with, but other processes.
    refs: hasGit ? gitRefStore(git, remote) : fileRefStore(state),
    journals: diskJournals(state),
    tarballs: diskTarballs(state),
    holders: diskHolders(state, ciJob(options.env)),
    packerAt: (commit, release) => packerAt(commit, tarballFolder(state, release), options),
    tags: gitTags(git),
    branches: revertBranches({ git, gitIn, remote, tagOf: options.tagOf }),
    announcers: options.announcers,
    sources: gitSources(git),
    clock: releaseClock(options.clock),
    redact: options.redact,
  }
}

function releaseClock(clock: Clock): ReleaseClock {
  return {
    ...clock,
    monotonic: () => performance.now(),
    date: () => new Date(),
    every(milliseconds, action) {
      const timer = setInterval(action, milliseconds)
      timer.unref()
      return () => clearInterval(timer)
    },
    releaseId() {
      const [day = '', time = ''] = new Date().toISOString().split('T')
      return `${day.replaceAll('-', '')}-${time.slice(0, 12).replace(/[:.]/g, '')}-${randomBytes(2).toString('hex')}`
    },
  }
}

function ciJob(env: DiskPortsOptions['env']): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, CI_JOB_URL: job } = env
  if (server !== undefined && repository !== undefined && run !== undefined) {
    return `${server}/${repository}/actions/runs/${run}`
  }
  return job
}

type PackerAnswer = Awaited<ReturnType<ReleasePorts['packerAt']>>

/** From this folder where it is at that commit, else from a worktree that is set up when it is first needed. */
async function packerAt(commit: Sha | null, out: string, options: DiskPortsOptions): Promise<PackerAnswer> {
  if (commit === (options.head ?? null)) {
    const { root, workspace } = options
    return { kind: 'ready', packer: packerOf(root, workspace, out, commit, options), close: async () => {} }
  }
  if (commit === null) return { kind: 'impossible', detail: 'the release was begun before there was a commit' }
  let tree: Promise<Worktree> | undefined
  const opened = (): Promise<Worktree> => (tree ??= openWorktree(commit, out, options))
  const packer: ReleasePacker = {
    async prepare(units) {
      const worktree = await opened()
      if (worktree.kind !== 'ready') return undefined
      const { root, workspace } = worktree
      const names = units.map(({ name }) => packageOf(name))
      if (options.buildOf({ root, workspace, names }) === undefined) return undefined
      // A worktree has no installed dependencies, and a package without its build is not what was released.
      const detail = `it has to be built first: check out ${commit}, install its dependencies, and run topsail resume there`
      return { code: 'PACK_FAILED', severity: 'error', name: names.join(', '), detail }
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
  { targetsIn, buildOf }: DiskPortsOptions,
): ReleasePacker {
  const targets = targetsIn({ workspace, root, out })
  const packer = workspacePacker({ root, workspace, out, gitHead: commit ?? undefined })
  const packages = new Map(workspace.packages.map((pkg) => [pkg.name, pkg]))
  return {
    async prepare(units) {
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

function gone(name: string, version: string): Problem {
  return { code: 'PACK_FAILED', severity: 'error', name, detail: `version ${version} is not in the workspace any more` }
}

function hasVersion(pkg: Package): pkg is Releasable {
  return pkg.version !== undefined
}

type Worktree =
  | {
      readonly kind: 'ready'
      readonly root: string
      readonly workspace: Workspace
      readonly packer: ReleasePacker
      close(): Promise<void>
    }
  | { readonly kind: 'impossible'; readonly detail: string }

async function openWorktree(commit: Sha, out: string, options: DiskPortsOptions): Promise<Worktree> {
  const { git, remote } = options
  if (!(await bringCommit(git, remote, commit)))
    return { kind: 'impossible', detail: `the commit ${commit} of the release is not here` }
  const below = await git(['rev-parse', '--show-prefix'])
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'topsail-worktree-')))
  const tree = join(folder, 'tree')
  const close = async (): Promise<void> => {
    await git(['worktree', 'remove', '--force', '--', tree])
    await rm(folder, { recursive: true, force: true })
  }
  const added = await git(['worktree', 'add', '--quiet', '--detach', '--', tree, commit])
  if (added.kind === 'missing' || added.code !== 0) {
    await close()
    return { kind: 'impossible', detail: added.kind === 'missing' ? added.detail : added.stderr.trim() }
  }
  const root = join(tree, below.kind === 'done' ? below.stdout.trim() : '')
  const { workspace } = readWorkspace(diskFiles(root))
  return { kind: 'ready', root, workspace, packer: packerOf(root, workspace, out, commit, options), close }
}
