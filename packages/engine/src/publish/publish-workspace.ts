/**
 * Publishes what git says is released and the registries lack, then makes and pushes the tags that are missing. It
 * looks at the world, never at what an earlier run did: run it again after any failure, or after a kill, and it
 * finishes the rest.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { desiredRelease, releaseSteps } from '@topsail/core'
import type {
  DesiredRelease,
  Package,
  PackageName,
  Problem,
  Releasable,
  RetryPolicy,
  Snapshot,
  Step,
} from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Git } from '../ports.ts'
import { readSnapshot } from '../read/read-snapshot.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { planBuild } from './build/plan-build.ts'
import { runBuild, type BuildEvent } from './build/run-build.ts'
import { systemClock, type Clock } from './clock.ts'
import { drive, type DriveEvent } from './drive.ts'
import { dirtyFiles } from './head-state.ts'
import { npmEffects } from './npm-effects.ts'
import { readNpmConfig, type Environment, type NpmConfig } from './npmrc.ts'
import { observeWorld, type Observation } from './observe.ts'
import { workspacePacker } from './pack/pack-package.ts'
import { publishResult, unstartedResult, type Outcome, type PublishResult } from './publish-result.ts'
import { npmRegistry, type Registry } from './registry.ts'
import { gitTags } from './tags.ts'

export type PublishEvent =
  /** Once, before the first step. */
  | { readonly kind: 'planned'; readonly steps: readonly Step[]; readonly problems: readonly Problem[] }
  | BuildEvent
  | DriveEvent

export type PublishOptions = {
  /** Any folder of the workspace. */
  readonly cwd: string
  /** Stops before the first effect; `steps` of the result is what a real run would do. */
  readonly dryRun?: boolean | undefined
  readonly only?: readonly PackageName[] | undefined
  /** Uploads under way at the same time, 16 unless told; for reading, three times as many. */
  readonly concurrency?: number | undefined
  /** The dist-tag for everything, over what versions and configuration say. */
  readonly distTag?: string | undefined
  readonly access?: 'public' | 'restricted' | undefined
  /** A one-time password for registries with two-factor authentication. */
  readonly otp?: string | undefined
  readonly provenance?: boolean | undefined
  /** False builds nothing, whatever the settings say. */
  readonly build?: boolean | undefined
  /** False leaves git tags alone. */
  readonly tags?: boolean | undefined
  /** False makes tags without pushing them. */
  readonly push?: boolean | undefined
  /** How long to wait until a registry serves what it accepted, in milliseconds; half an hour unless told. */
  readonly patience?: number | undefined
  readonly onEvent?: ((event: PublishEvent) => void) | undefined
  readonly env?: Environment | undefined
  readonly clock?: Clock | undefined
}

export async function publishWorkspace(options: PublishOptions): Promise<PublishResult> {
  const session = await openSession(options)
  const planned = await planPublish(session, options)
  options.onEvent?.({ kind: 'planned', steps: planned.steps, problems: planned.problems })
  const stops = planned.problems.some((problem) => problem.severity === 'error')
  if (options.dryRun === true || stops) return unstartedResult(planned)
  const failed = await buildBeforePacking(session, planned, options)
  if (failed !== undefined) return unstartedResult({ ...planned, problems: [...planned.problems, failed] })
  return runSteps(session, planned, options)
}

function buildBeforePacking(
  session: Session,
  { build }: Planned,
  options: PublishOptions,
): Promise<Problem | undefined> {
  const { root, snapshot, config } = session
  return runBuild({
    build,
    files: diskFiles(root),
    workspace: snapshot.workspace,
    env: options.env ?? process.env,
    redact: config.redact,
    onEvent: options.onEvent ?? (() => {}),
  })
}

type Session = {
  readonly root: string
  readonly git: Git
  readonly snapshot: Snapshot
  readonly config: NpmConfig
  registryAt(url: string): Registry
  readonly concurrency: number
}

async function openSession(options: PublishOptions): Promise<Session> {
  const root = findWorkspaceRoot(options.cwd) ?? options.cwd
  const git = gitIn(root)
  const snapshot = await readSnapshot({ cwd: root, files: diskFiles(root), git, sources: 'changesets' })
  const config = readNpmConfig(root, snapshot.workspace.tool, options.env ?? process.env)
  const concurrency = options.concurrency ?? 16
  return { root, git, snapshot, config, registryAt: registries(config, options, concurrency), concurrency }
}

type Planned = Omit<Outcome, 'driven' | 'tarballOf'> & { readonly remote: string | undefined }

async function planPublish(session: Session, options: PublishOptions): Promise<Planned> {
  const { snapshot, git, config } = session
  const observation = await observeWorld({
    ...session,
    concurrency: session.concurrency * readsPerUpload,
    tags: options.tags ?? true,
    push: options.push ?? true,
  })
  const desired = desiredRelease(observation.world, options)
  const uploading = desired.units.filter((unit) => unit.upload !== undefined).map((unit) => unit.dir)
  const dirty = snapshot.head === undefined ? [] : await dirtyFiles(git, uploading)
  const choice = planBuild({
    files: diskFiles(session.root),
    workspace: snapshot.workspace,
    packing: desired.units.flatMap((unit) => (unit.upload === undefined ? [] : unit.name)),
    setting: options.build === false ? false : snapshot.settings.release.build,
  })
  const before = problemsBefore({ snapshot, observation, desired, config, dirty, distTag: options.distTag })
  const problems = [...before, ...choice.problems]
  const { units, alreadyThere } = desired
  return { build: choice.build, problems, steps: releaseSteps(units), units, alreadyThere, remote: observation.remote }
}

async function runSteps(session: Session, planned: Planned, options: PublishOptions): Promise<PublishResult> {
  const { root, git, snapshot, config, registryAt, concurrency } = session
  const { workspace, head: gitHead } = snapshot
  const out = await mkdtemp(join(tmpdir(), 'topsail-publish-'))
  try {
    const effects = npmEffects({
      packages: new Map(workspace.packages.flatMap((pkg) => (hasVersion(pkg) ? [[pkg.name, pkg] as const] : []))),
      packer: workspacePacker({ root, workspace, out, gitHead }),
      registryAt,
      tags: gitTags(git),
      remote: planned.remote,
      redact: config.redact,
    })
    const driven = await drive({
      steps: planned.steps,
      effects,
      clock: options.clock ?? systemClock,
      limits: { pack: packing, check: 1, upload: concurrency, confirm: concurrency, tag: 1, push: 1 },
      retries: retriesWith(options.patience ?? 30 * 60_000),
      onEvent: options.onEvent ?? (() => {}),
    })
    const problems = [...planned.problems, ...effects.warnings]
    return publishResult({ ...planned, problems, driven, tarballOf: effects.tarballOf })
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

function hasVersion(pkg: Package): pkg is Releasable {
  return pkg.version !== undefined
}

/** Reading costs a registry little, and confirming takes two requests that must not wait behind uploads. */
const readsPerUpload = 3

/** Scripts and compression: more at a time than the machine has processors only makes them wait for each other. */
const packing = Math.max(2, availableParallelism())

function retriesWith(patience: number): Readonly<Record<Step['kind'], RetryPolicy>> {
  const never = { first: 0, longest: 0, attempts: 1, patience: 0 }
  return {
    pack: never,
    check: never,
    upload: { first: 300, longest: 30_000, attempts: 8, patience: Math.min(patience, 10 * 60_000) },
    confirm: { first: 100, longest: 5_000, attempts: Infinity, patience },
    tag: never,
    push: { first: 1_000, longest: 10_000, attempts: 3, patience: 60_000 },
  }
}

/** One registry per address: they share sockets and credentials. */
function registries(config: NpmConfig, options: PublishOptions, maxSockets: number): (url: string) => Registry {
  const known = new Map<string, Registry>()
  return (url) => {
    const { otp, provenance } = options
    const registry =
      known.get(url) ?? npmRegistry(url, { config, maxSockets: maxSockets * readsPerUpload, otp, provenance })
    known.set(url, registry)
    return registry
  }
}

type Before = {
  readonly snapshot: Snapshot
  readonly observation: Observation
  readonly desired: DesiredRelease
  readonly config: NpmConfig
  readonly dirty: readonly string[]
  readonly distTag: string | undefined
}

function problemsBefore({ snapshot, observation, desired, config, dirty, distTag }: Before): readonly Problem[] {
  const problems: Problem[] = [
    ...snapshot.problems.filter(concernsPublishing),
    ...observation.problems,
    ...desired.problems,
  ]
  if (dirty.length > 0) problems.push({ code: 'PUBLISH_TREE_DIRTY', severity: 'warning', files: dirty })
  const targets = desired.units.flatMap((unit) => unit.upload ?? [])
  for (const registry of new Set(targets.map((target) => target.registry))) {
    if (!config.hasCredentials(registry))
      problems.push({ code: 'REGISTRY_WITHOUT_TOKEN', severity: 'warning', registry })
  }
  const asked = new Set([...(distTag === undefined ? [] : [distTag]), ...targets.map((target) => target.distTag)])
  for (const tag of asked) {
    if (!isDistTag(tag)) problems.push({ code: 'DIST_TAG_INVALID', severity: 'error', distTag: tag })
  }
  return problems
}

/** A changeset that cannot be read stops a plan, not the publishing of what is already released. */
function concernsPublishing(problem: Problem): boolean {
  return !problem.code.startsWith('CHANGESET_')
}

/** Not a version range, for `npm install name@TAG` would read it as one, and nothing an address has to escape. */
function isDistTag(tag: string): boolean {
  return tag !== '' && encodeURIComponent(tag) === tag && !/^[v=\s]*(\d+|[x*])(\.|$)/i.test(tag)
}
