/**
 * What a publish would do, found by looking at the world and changing nothing: the units that are missing somewhere,
 * the steps that bring them there, and everything a person should know before the first of them.
 */
import { desiredRelease, isNpmKey, packageOf, parseBurned, releaseSteps, worldAfter } from '@topsail/core'
import type {
  BurnedVersions,
  DesiredRelease,
  PackageName,
  Path,
  Problem,
  Progress,
  Promotion,
  PublishUnit,
  Sha,
  Snapshot,
  Step,
} from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { burnedFile, burnedRef } from '../read/burned.ts'
import { namespaceIn } from '../read/release-namespaces.ts'
import { planBuild, type BuildPlan } from './build/plan-build.ts'
import { choosePromotion } from './choose-promotion.ts'
import { changedFiles, filesBelow } from './head-state.ts'
import type { NpmConfig } from './npmrc.ts'
import { observeWorld, type Observation } from './observe.ts'
import { provenanceProblems } from './provenance.ts'
import type { Session } from './session.ts'
import { readsAtOnce } from './step-limits.ts'
import type { RemoteTags } from './tags.ts'

export type PlanOptions = {
  readonly only?: readonly PackageName[] | undefined
  /** The dist-tag for everything, over what versions and configuration say. */
  readonly distTag?: string | undefined
  readonly access?: 'public' | 'restricted' | undefined
  /** False builds nothing, whatever the settings say. */
  readonly build?: boolean | undefined
  /** False leaves git tags alone. */
  readonly tags?: boolean | undefined
  /** False makes tags without pushing them. */
  readonly push?: boolean | undefined
  /** Nothing comes of the plan. */
  readonly dryRun?: boolean | undefined
  /** Over the settings. */
  readonly promotion?: Promotion | 'auto' | undefined
}

export type PlannedPublish = {
  readonly problems: readonly Problem[]
  readonly steps: readonly Step[]
  readonly units: readonly PublishUnit[]
  readonly alreadyThere: DesiredRelease['alreadyThere']
  readonly build: BuildPlan | undefined
  readonly promotion: Promotion
}

export type PlanFrom = { readonly after?: readonly Progress[]; readonly looked?: Looked | undefined }

/** What the plan is made from; nothing of it depends on the releases that are listed at the remote. */
export type Looked = Promise<{ readonly observation: Observation; readonly changed: readonly Path[] }>

export type LookOptions = {
  readonly remoteTags?: Promise<RemoteTags> | undefined
  /** A version that its registry lacks and that is wanted, as soon as that is known. */
  readonly onMissing?: ((name: PackageName) => void) | undefined
}

export async function lookAround(session: Session, options: PlanOptions, look: LookOptions = {}): Looked {
  const { snapshot, git } = session
  const isWanted = (name: PackageName): boolean => options.only?.includes(name) !== false
  const [observation, changed] = await Promise.all([
    observeWorld({
      ...session,
      concurrency: readsAtOnce(session.concurrency),
      clock: session.ports.clock,
      tags: options.tags ?? true,
      push: options.push ?? true,
      remoteTags: look.remoteTags,
      onMissing: (name) => {
        if (isWanted(name)) look.onMissing?.(name)
      },
    }),
    snapshot.head === undefined ? [] : changedFiles(git, session.prefix),
  ])
  return { observation, changed }
}

/** `refs`: what is listed below the namespace of releases. `after`: open releases that will be finished by then. */
export async function planPublish(
  session: Session,
  refs: ReadonlyMap<string, Sha>,
  options: PlanOptions,
  { after = [], looked = lookAround(session, options) }: PlanFrom = {},
): Promise<PlannedPublish> {
  const { snapshot, config } = session
  const [{ observation, changed }, burned] = await Promise.all([looked, readBurned(session, refs)])
  const desired = desiredRelease(after.reduce(worldAfter, { ...observation.world, burned }), options)
  const { units, alreadyThere } = desired
  const uploading = units.filter((unit) => unit.upload !== undefined)
  const dirty = filesBelow(
    changed,
    uploading.map((unit) => unit.dir),
  )
  const choice = planBuild({
    files: diskFiles(session.root),
    workspace: snapshot.workspace,
    packing: [...new Set(uploading.map((unit) => packageOf(unit.name)))],
    setting: options.build === false ? false : snapshot.settings.release.build,
  })
  const asked = options.promotion ?? snapshot.settings.release.promotion
  const [chosen, unfit] = await Promise.all([
    choosePromotion(asked, units, session),
    session.checkTargets(uploading.map(({ name }) => name)),
  ])
  const before = problemsBefore({
    snapshot,
    observation,
    desired,
    config,
    isTrusted: session.isTrusted,
    dirty,
    distTag: options.distTag,
    dryRun: options.dryRun === true,
  })
  const unproven = provenanceProblems(session.provenance, units, snapshot.workspace)
  const problems = [...before, ...unproven, ...choice.problems, ...chosen.problems, ...unfit]
  const { promotion } = chosen
  return { build: choice.build, problems, steps: releaseSteps(units, promotion), units, alreadyThere, promotion }
}

/** As everybody sees them: a fresh clone has not heard of a rollback. */
async function readBurned(
  { ports, holding }: Session,
  refs: ReadonlyMap<string, Sha>,
): Promise<BurnedVersions | undefined> {
  const ref = burnedRef(namespaceIn(refs, holding.namespaces))
  const sha = refs.get(ref)
  const text = sha === undefined ? undefined : (await ports.refs.read(ref, sha))?.files[burnedFile]
  return text === undefined ? undefined : parseBurned(text)
}

type Before = {
  readonly snapshot: Snapshot
  readonly observation: Observation
  readonly desired: DesiredRelease
  readonly config: NpmConfig
  readonly isTrusted: boolean
  readonly dirty: readonly string[]
  readonly distTag: string | undefined
  readonly dryRun: boolean
}

function problemsBefore(before: Before): readonly Problem[] {
  const { snapshot, observation, desired, config, isTrusted, dirty, distTag, dryRun } = before
  const problems: Problem[] = [
    ...snapshot.problems.filter(concernsPublishing),
    ...observation.problems,
    ...desired.problems,
  ]
  if (dirty.length > 0) problems.push({ code: 'PUBLISH_TREE_DIRTY', severity: 'warning', files: dirty })
  const targets = desired.units.flatMap((unit) => unit.upload ?? [])
  const onNpm = desired.units.filter((unit) => isNpmKey(unit.name)).flatMap((unit) => unit.upload ?? [])
  for (const registry of new Set(onNpm.map((target) => target.registry))) {
    if (isTrusted) continue
    if (!config.hasCredentials(registry))
      problems.push({ code: 'REGISTRY_WITHOUT_TOKEN', severity: 'warning', registry })
    const variable = config.unsetVariable(registry)
    // What is only looked at needs no token.
    const severity = dryRun ? 'warning' : 'error'
    if (variable !== undefined) problems.push({ code: 'REGISTRY_TOKEN_UNSET', severity, registry, variable })
  }
  const silent = [...observation.world.registries].flatMap(([key, registry]) =>
    isNpmKey(key) && observation.world.facts.get(key)?.kind !== 'known' ? [registry] : [],
  )
  const mattering = [...onNpm.map(({ registry }) => registry), ...silent]
  if (onNpm.length > 0) {
    for (const { file, detail } of config.unread) {
      problems.push({ code: 'NPMRC_UNREADABLE', severity: 'error', npmrc: file, detail })
    }
  }
  const { caFile } = config
  if (caFile?.lacks !== undefined && mattering.some((registry) => registry.startsWith('https:'))) {
    const { file, from, lacks } = caFile
    problems.push({ code: 'CAFILE_WITHOUT_EFFECT', severity: 'warning', cafile: file, from, lacks })
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
