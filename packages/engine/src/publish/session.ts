/**
 * What every command of a release begins with: the workspace, its registries and credentials, and the ports through
 * which it acts. Nothing is asked of the world here but git about itself.
 */
import { tagNameOf } from '@topsail/core'
import type {
  LimitRange,
  PackageName,
  Problem,
  RetryPolicy,
  Settings,
  Snapshot,
  Step,
  TargetKey,
  Workspace,
} from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import { watchingSilence, type Silence, type WatchSilence } from '../adapters/silence.ts'
import type { Git } from '../ports.ts'
import { readGitFacts, type GitFacts } from '../read/git-facts.ts'
import { findPushRemote, type PushRemote } from '../read/push-remote.ts'
import { halfWritten, readSnapshot, silence } from '../read/read-snapshot.ts'
import { namespacesOf } from '../read/release-namespaces.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import type { CarryOptions } from '../release/release-end.ts'
import { commandAnnouncer } from '../release/command-announcer.ts'
import { diskPorts } from '../release/disk-ports.ts'
import type { HoldSettings } from '../release/hold.ts'
import type { LeaseHolder } from '../release/held-lease.ts'
import type { ReleasePorts } from '../release/ports.ts'
import { findGitFolder } from '../adapters/git-folder.ts'
import type { InstallEvent } from './build/install-dependencies.ts'
import { planBuild } from './build/plan-build.ts'
import { runBuild, type BuildEvent } from './build/run-build.ts'
import { systemClock, type Clock } from './clock.ts'
import type { DriveEvent } from './drive.ts'
import { lookingAhead } from './look-ahead.ts'
import { packingAhead, type PackingAhead } from './pack/pack-ahead.ts'
import { readNpmConfig, type Environment, type NpmConfig } from './npmrc.ts'
import { provenanceOf, type Provenance } from './provenance.ts'
import { npmRegistry, type Registry } from './registry.ts'
import { otherTargets, type OtherTargets } from './targets/target-registry.ts'
import { limitsFor, rangeOf, socketsFor } from './step-limits.ts'
import { trustedPublishing, type TrustedPublishing } from './trusted-publishing.ts'

export type SessionOptions = {
  /** Any folder of the workspace. */
  readonly cwd: string
  /**
   * Uploads under way at the same time. Unless told, 16 to begin with, and up to 64 where they are answered as fast in
   * company. Reading takes several times as many.
   */
  readonly concurrency?: number | undefined
  /** A one-time password for registries with two-factor authentication. */
  readonly otp?: string | undefined
  /** False: whatever manifests and `.npmrc` ask for. */
  readonly provenance?: boolean | undefined
  /** False builds nothing, whatever the settings say. */
  readonly build?: boolean | undefined
  /** False pushes nothing: neither tags nor the journal. */
  readonly push?: boolean | undefined
  /** How long to wait until a registry serves what it accepted, in milliseconds; half an hour unless told. */
  readonly patience?: number | undefined
  readonly env?: Environment | undefined
  readonly clock?: Clock | undefined
  /** A resumed release builds again what it has to pack again. */
  readonly onBuild?: ((event: BuildEvent | InstallEvent) => void) | undefined
  /** How long to wait, in seconds, for somebody else who is releasing; else only until they show themselves. */
  readonly wait?: number | undefined
  /** Somebody else is releasing, or was; this run waits to see which. */
  readonly onWait?: ((other: LeaseHolder) => void) | undefined
  /** Whoever was asked says nothing, or wants to be asked later. */
  readonly onAwaited?: ((event: AwaitedEvent) => void) | undefined
}

export type AwaitedEvent = Silence | Extract<DriveEvent, { kind: 'registry-waiting' }>

type BuildPlace = { readonly workspace: Workspace; readonly root: string; readonly names: readonly PackageName[] }

export type Session = {
  readonly root: string
  readonly git: Git
  readonly watch: WatchSilence
  readonly onLimit: ((event: AwaitedEvent) => void) | undefined
  /** This folder within the repository: empty at its top, else ending in a slash. */
  readonly prefix: string
  readonly snapshot: Snapshot
  readonly config: NpmConfig
  readonly provenance: Provenance
  /** This is a CI job that can prove who it is. */
  readonly isTrusted: boolean
  registryAt(url: string): Registry
  readonly concurrency: LimitRange
  /** Of targets that are no npm registries. */
  readonly addresses: ReadonlyMap<TargetKey, string>
  readonly checkTargets: OtherTargets['check']
  /** Packs what will be published before its turn. */
  readonly ahead: PackingAhead
  /** Where tags and journals are pushed to. */
  readonly remote: string | undefined
  /** Nobody can tell what was released, or agree with others upon it: then nothing is done. */
  readonly obstacle: Problem | undefined
  /** Files here are neither as they were nor as they shall be: nothing is packed of them. */
  readonly halfWritten: readonly Problem[]
  readonly ports: ReleasePorts
  readonly holding: HoldSettings
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const root = findWorkspaceRoot(options.cwd) ?? options.cwd
  const watch = watchingSilence((silence) => options.onAwaited?.({ ...silence, from: config.redact(silence.from) }))
  const git = gitIn(root, watch)
  const env = options.env ?? process.env
  const files = diskFiles(root)
  const asked = readGitFacts(git, files.root)
  const [snapshot, facts, found] = await Promise.all([
    readSnapshot({ cwd: root, files, git, facts: asked, sources: 'changesets' }),
    asked,
    options.push === false ? noRemote : findPushRemote(git),
  ])
  const { remote } = found
  const { workspace, head, settings } = snapshot
  const config = readNpmConfig(root, workspace.tool, env)
  const concurrency = rangeOf(options.concurrency)
  const { redact } = config
  const targetsIn = (place: { workspace: Workspace; root: string; out: string }): OtherTargets =>
    otherTargets({ ...place, settings, remote, env, redact })
  const buildOf = (place: BuildPlace): (() => Promise<Problem | undefined>) | undefined => {
    const files = diskFiles(place.root)
    const { build: setting } = settings.release
    const { build } = planBuild({ files, workspace: place.workspace, packing: place.names, setting })
    const run = { build, files, workspace: place.workspace, env, redact, onEvent: options.onBuild ?? (() => {}) }
    return build === undefined ? undefined : () => runBuild(run)
  }
  const targets = targetsIn({ workspace, root, out: root })
  const trusted = trustedPublishing(env)
  const npmAt = registries(config, trusted, options, socketsFor(concurrency))
  const registryAt = (url: string): Registry => targets.registryAt(url) ?? npmAt(url)
  const clock = options.clock ?? systemClock
  const build = options.build === false ? false : settings.release.build
  const ahead = packingAhead({ root, workspace, gitHead: head, settings, files, build })
  const { announce } = settings.release
  const announcers = announce.length === 0 ? [] : [commandAnnouncer({ argv: announce, root, env, redact })]
  const ports = diskPorts({
    root,
    workspace,
    head,
    git,
    remote,
    registryAt,
    targetsIn,
    buildOf,
    ahead,
    onInstall: options.onBuild ?? (() => {}),
    announcers,
    facts,
    tagOf: (name, version) => tagNameOf(settings, name, version),
    goModules: goModulesOf(settings),
    redact,
    clock,
    env,
  })
  const { leaseSeconds, sign } = settings.release
  const namespaces = namespacesOf(settings.release.refs)
  const holding = {
    namespaces,
    leaseSeconds,
    sign,
    wait: options.wait ?? 'while-silent',
    onWait: options.onWait,
  } as const
  return {
    root,
    git,
    watch,
    onLimit: options.onAwaited,
    prefix: facts.kind === 'repository' ? facts.prefix : '',
    snapshot,
    config,
    provenance: provenanceOf(options.provenance, config, env),
    isTrusted: trusted !== undefined,
    registryAt,
    addresses: targets.addresses,
    checkTargets: targets.check,
    concurrency,
    ahead,
    remote,
    obstacle: obstacleIn(files.root, facts, found),
    halfWritten: halfWritten(files.root),
    ports,
    holding,
  }
}

const noRemote: PushRemote = { remote: undefined, unclear: [] }

/** A folder without git is released without it; one in which git only says nothing would be taken for such a folder. */
function obstacleIn(root: string, facts: GitFacts, { unclear }: PushRemote): Problem | undefined {
  if (facts.kind === 'unavailable') {
    return findGitFolder(root) === undefined ? undefined : silence(facts, 'error')
  }
  return unclear.length === 0 ? undefined : { code: 'REMOTE_UNCLEAR', severity: 'error', remotes: unclear }
}

function goModulesOf({ targets }: Settings): ReadonlySet<PackageName> {
  const names = Object.keys(targets)
  return new Set(names.filter((name) => targets[name]?.some((target) => target.kind === 'go')))
}

export function carryOptions(
  { concurrency, remote }: Pick<Session, 'concurrency' | 'remote'>,
  options: Pick<SessionOptions, 'patience'>,
  onEvent: (event: DriveEvent) => void,
): CarryOptions {
  const limits = limitsFor(concurrency)
  return { limits, retries: retriesWith(options.patience ?? 30 * 60_000), onEvent, remote }
}

function retriesWith(patience: number): Readonly<Record<Step['kind'], RetryPolicy>> {
  const never = { first: 0, longest: 0, attempts: 1, patience: 0 }
  const write = { first: 300, longest: 30_000, attempts: 8, patience: Math.min(patience, 10 * 60_000) }
  const git = { first: 1_000, longest: 10_000, attempts: 3, patience: 60_000 }
  return {
    pack: never,
    check: never,
    upload: write,
    confirm: { first: 100, longest: 5_000, attempts: Infinity, patience },
    gate: never,
    promote: write,
    unmark: write,
    tag: never,
    push: git,
    announce: { first: 1_000, longest: 30_000, attempts: 5, patience: Math.min(patience, 2 * 60_000) },
    // What was sent may be shown only after a while, and is waited for.
    undo: { first: 300, longest: 5_000, attempts: Infinity, patience: Math.min(patience, 10 * 60_000) },
    revert: never,
  }
}

/** One registry per address: they share sockets and credentials. */
function registries(
  config: NpmConfig,
  trusted: TrustedPublishing | undefined,
  { otp, provenance, clock = systemClock }: SessionOptions,
  maxSockets: number,
): (url: string) => Registry {
  const known = new Map<string, Registry>()
  const open = (url: string): Registry =>
    lookingAhead(npmRegistry(url, { config, maxSockets, otp, provenance, trusted }), clock)
  return (url) => {
    const registry = known.get(url) ?? open(url)
    known.set(url, registry)
    return registry
  }
}
